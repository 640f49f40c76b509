//! `what a fix comes to → edits that may be shown`.

use super::secret::{masked, words};
use bayplan::finding::Finding;
use bayplan::fix::Repairs;
use bayplan::source::Sources;
use bayplan_yaml::Location;
use std::collections::HashMap;

/// Other text for the bytes of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The place.
    pub at: Location,
    /// The text.
    pub text: String,
}

/// The edits that a finding's fix comes to; none where it has no fix, or one that cannot be made by itself.
pub type Edits<'a> = dyn Fn(&Finding) -> Vec<Replacement> + 'a;

/// No edits, of no finding.
pub fn none(_: &Finding) -> Vec<Replacement> {
    Vec::new()
}

/// The edits of findings in `sources`, as long as no secret is in one.
pub fn of<'a>(repairs: &'a Repairs, sources: &'a Sources) -> impl Fn(&Finding) -> Vec<Replacement> + 'a {
    let by_name: HashMap<&str, _> = sources.files().map(|(source, file)| (file.name.as_str(), source)).collect();
    let secrets = words(&repairs.secrets);
    move |finding| {
        let replaced = repairs.of(finding, sources.name(finding.at.source)).iter().map(|one| {
            let at = Location { source: *by_name.get(one.file.as_str())?, span: one.span };
            let open = !secrets.iter().any(|secret| one.text.contains(secret.as_str()));
            let open = open && one.text.lines().all(|line| masked(line) == line);
            (open && !finding.sensitive.contains(&at)).then(|| Replacement { at, text: one.text.clone() })
        });
        replaced.collect::<Option<Vec<_>>>().unwrap_or_default()
    }
}
