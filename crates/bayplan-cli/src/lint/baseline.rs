//! `findings → exemptions in bayplan.yaml`: `lint --add-exemptions`.

use crate::compile::{Run, today};
use crate::discover;
use crate::render::counted;
use crate::render::root::Root;
use crate::run::{Runner, Said, line};
use crate::{Failure, output};
use bayplan::finding::Finding;
use bayplan::resolve::files::join;
use bayplan::rules;
use bayplan::source::Sources;
use bayplan_yaml::edit::{Place, apply};
use bayplan_yaml::{Edit, Limits, Location, Path, SourceId, print, read, to_node};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The key of the list.
const KEY: &str = "exemptions";

impl Runner<'_> {
    /// Writes an exemption from everything that one can be exempt from.
    pub(super) fn exempt(self, run: &Run, reason: Option<&str>, said: &mut Said) -> Result<(), Failure> {
        let (mut sources, mut report) = Default::default();
        let settings = discover::settings(self.here, &mut sources, &mut report)?;
        let root = Root::of(self.here);
        let (text, name, base) = match &settings.file {
            Some((source, base)) => {
                let file = sources.file(*source);
                let text = file.map(|file| file.text.to_string()).unwrap_or_default();
                (text, sources.name(*source).to_owned(), base.clone())
            }
            None => (String::new(), format!("{}{}", root.up(), discover::SETTINGS[0]), root.below),
        };
        let reason = reason.map_or_else(|| format!("found when the rules came, {}", today()), str::to_owned);
        let found: Vec<&Finding> = run.report.findings.iter().filter(|finding| rules::may_be_exempt(finding)).collect();
        if found.is_empty() {
            line(&mut said.err, "there is nothing to be exempt from");
            return Ok(());
        }
        let entries = entries(&found, &run.sources, &base, &reason);
        let count = entries.len();
        let text = with(&text, entries).map_err(|why| {
            Failure::new(format!("cannot write exemptions into `{name}`: {why}")).help("mend the file first")
        })?;
        output::write(&self.here.join(&name), &text)?;
        let (count, findings) = (counted(count, "exemption"), counted(found.len(), "finding"));
        line(&mut said.err, &format!("{count} from {findings} written to {name}"));
        Ok(())
    }
}

/// Patterns of paths or services.
type Names = BTreeSet<String>;

/// One exemption for each rule and set of services that break it, with the files in which they do.
fn entries(found: &[&Finding], sources: &Sources, base: &str, reason: &str) -> Vec<Value> {
    // Of each rule and file the services; none where something belongs to no service, so that all have to be exempt.
    let mut services: BTreeMap<(&str, Option<String>), Option<Names>> = BTreeMap::new();
    for finding in found {
        let path = sources.file(finding.at.source).map(|file| pattern(&join(base, &file.name)));
        let of_file = services.entry((finding.rule, path)).or_insert_with(|| Some(Names::new()));
        match (&finding.subject.service, of_file.as_mut()) {
            (Some(service), Some(of_file)) => drop(of_file.insert(pattern(service))),
            _ => *of_file = None,
        }
    }
    // What stands in no file is exempt everywhere, so it goes with nothing that stands in one.
    let mut paths: BTreeMap<(&str, bool, Option<Names>), Names> = BTreeMap::new();
    for ((rule, path), services) in services {
        paths.entry((rule, path.is_some(), services)).or_default().extend(path);
    }
    let mut entries: Vec<_> = paths.into_iter().map(|((rule, _, services), paths)| (rule, paths, services)).collect();
    entries.sort();
    entries
        .into_iter()
        .map(|(rule, paths, services)| {
            let mut entry = Map::new();
            entry.insert("rule".into(), rule.into());
            if !paths.is_empty() {
                entry.insert("paths".into(), json!(paths));
            }
            if let Some(services) = services {
                entry.insert("services".into(), json!(services));
            }
            entry.insert("reason".into(), reason.into());
            Value::Object(entry)
        })
        .collect()
}

/// A text as a pattern that only it fits.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(char, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!') {
            pattern.push('\\');
        }
        pattern.push(char);
    }
    pattern
}

/// The settings with more exemptions; everything else stays as it is written.
fn with(text: &str, entries: Vec<Value>) -> Result<String, String> {
    let node = |value: &Value| to_node(value, Location::default()).map_err(|error| error.to_string());
    let written = read(text, SourceId::default(), &Limits::default());
    if let Some(error) = written.errors.first() {
        return Err(error.message.clone());
    }
    let edits = match written.first() {
        None => {
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            return Ok(format!("{text}{end}{}", print(&node(&json!({ KEY: entries }))?)));
        }
        Some(root) if root.get(KEY).is_none() => {
            let value = node(&Value::Array(entries))?;
            vec![Edit::InsertKey { path: Path::root(), key: KEY.to_owned(), value, place: Place::End }]
        }
        Some(_) => {
            let item = |entry| Ok(Edit::InsertItem { path: Path::root().key(KEY), index: None, value: node(entry)? });
            entries.iter().map(item).collect::<Result<Vec<_>, String>>()?
        }
    };
    apply(text, &edits).map_err(|refused| refused.to_string())
}
