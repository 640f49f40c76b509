//! `example → findings`: what all rules find in one file, or in several below lines `# file: PATH`.

use super::{Policy, Profile};
use crate::compile::{ComposeProject, projects};
use crate::finding::{Finding, Report};
use crate::source::Sources;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is found in an example.
pub(super) fn findings(text: &str) -> Vec<Finding> {
    let (mut sources, mut report) = (Sources::new(), Report::new());
    let mut files = BTreeMap::<String, Arc<str>>::new();
    let mut parts = text.split("# file: ");
    let alone = parts.next().filter(|_| !text.contains("# file: "));
    for part in parts {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        files.insert(name.to_owned(), text.into());
    }
    files.extend(alone.map(|text| ("shop/compose.yaml".to_owned(), text.into())));
    let mains = files.keys().filter(|name| name.ends_with("compose.yaml"));
    let found: Vec<_> = mains
        .map(|main| {
            let folder = main.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
            let name = folder.rsplit('/').next().unwrap_or_default().to_owned();
            ComposeProject { folder, name, files: vec![main.clone()], variant: false }
        })
        .collect();
    let policy = Policy::of(Profile::All);
    // What an exemption that nothing needs says is part of the report, too.
    let _ = projects(&found, &policy, &Default::default(), &files, None, &mut sources, &mut report);
    report.findings
}
