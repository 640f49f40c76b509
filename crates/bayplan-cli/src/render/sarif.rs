//! `report → SARIF 2.1.0`: what code scanning reads.
//!
//! No text of the files is in it but that of fixes, which holds no secret.

use super::repair::{Edits, Replacement};
use super::root::Root;
use crate::identity::{Fingerprints, Identity};
use bayplan::finding::{Finding, Level, Report, Safety};
use bayplan::rules::{self, Rule};
use bayplan::source::Sources;
use bayplan_yaml::Location;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What paths start from: the root of the repository.
const ROOT: &str = "%SRCROOT%";
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The log of one run.
pub fn log(report: &Report, sources: &Sources, root: &Root, edits: &Edits<'_>) -> Value {
    let found: Vec<&Finding> = report.findings.iter().filter(|finding| finding.level != Level::Allow).collect();
    let mut numbers: BTreeMap<&str, usize> = found.iter().map(|finding| (finding.rule, 0)).collect();
    numbers.values_mut().enumerate().for_each(|(at, number)| *number = at);
    let mut fingerprints = Fingerprints::default();
    let log = Log { sources, root };
    let results: Vec<Value> = found
        .iter()
        .map(|finding| {
            let identity = Identity::of(finding, &root.path(sources.name(finding.at.source)));
            let mut result = json!({
                "ruleId": finding.rule,
                "ruleIndex": numbers[finding.rule],
                "level": level(finding.level),
                "message": { "text": message(finding) },
                "locations": log.locations(finding),
                "partialFingerprints": { "bayplanFinding/v1": fingerprints.next(identity) },
            });
            let related = log.related(finding);
            if !related.is_empty() {
                result["relatedLocations"] = related.into();
            }
            // Whoever reads of a fix here may make it without asking.
            let is_safe = finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
            if let Some(fix) = log.fix(finding, &edits(finding)).filter(|_| is_safe) {
                result["fixes"] = json!([fix]);
            }
            result
        })
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "bayplan",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": numbers.keys().map(|name| about(name)).collect::<Vec<_>>(),
            } },
            "invocations": [{ "executionSuccessful": true, "exitCode": i32::from(report.denied()) }],
            "originalUriBaseIds": { ROOT: { "description": { "text": "the root of the repository" } } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => "none",
    }
}

/// Fact and help: what shows results shows no other text of a result.
fn message(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    }
}

/// A rule, as whoever sees its findings reads of it.
fn about(name: &str) -> Value {
    let Some(Rule { finds, why, fails, passes, fix, group, level: by_default, .. }) = rules::page(name) else {
        return json!({ "id": name });
    };
    let examples: String = [("Fails", fails), ("Passes", passes)]
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(title, text)| format!("\n{title}:\n\n```yaml\n{}\n```\n", text.trim()))
        .collect();
    json!({
        "id": name,
        "shortDescription": { "text": finds },
        "fullDescription": { "text": why },
        "help": {
            "text": format!("{why}\n\nFix: {fix}"),
            "markdown": format!("{why}\n\n**Fix:** {fix}\n{examples}"),
        },
        "defaultConfiguration": { "level": level(*by_default) },
        "properties": { "tags": [group.to_string().to_lowercase()] },
    })
}

/// Places as SARIF writes them.
struct Log<'a> {
    sources: &'a Sources,
    root: &'a Root,
}

impl Log<'_> {
    /// The place of a finding; of one that stands in no file, the first place that belongs to it.
    fn locations(&self, finding: &Finding) -> Vec<Value> {
        let places = std::iter::once(finding.at).chain(finding.related.iter().map(|label| label.at));
        let physical = places.filter_map(|at| self.physical(at)).next();
        let mut location = Map::new();
        location.extend(physical.map(|physical| ("physicalLocation".to_owned(), physical)));
        let path = finding.subject.path.to_string();
        let name = [finding.subject.stack.as_deref().unwrap_or_default(), &path];
        let name = name.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(":");
        if !name.is_empty() {
            location.insert("logicalLocations".into(), json!([{ "fullyQualifiedName": name }]));
        }
        if location.is_empty() { Vec::new() } else { vec![location.into()] }
    }

    fn related(&self, finding: &Finding) -> Vec<Value> {
        let places = finding.related.iter().filter_map(|label| Some((self.physical(label.at)?, &label.message)));
        places
            .enumerate()
            .map(
                |(id, (place, message))| json!({ "id": id, "physicalLocation": place, "message": { "text": message } }),
            )
            .collect()
    }

    fn physical(&self, at: Location) -> Option<Value> {
        Some(json!({ "artifactLocation": self.artifact(at)?, "region": self.region(at)? }))
    }

    fn artifact(&self, at: Location) -> Option<Value> {
        let uri = self.root.uri(&self.sources.file(at.source)?.name);
        // An absolute address has no base.
        Some(if uri.starts_with("file:") { json!({ "uri": uri }) } else { json!({ "uri": uri, "uriBaseId": ROOT }) })
    }

    fn region(&self, at: Location) -> Option<Value> {
        let place = self.sources.place(at);
        let (start, end) = place.start.zip(place.end)?;
        Some(json!({
            "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column
        }))
    }

    /// The fix, where it comes to edits.
    fn fix(&self, finding: &Finding, edits: &[Replacement]) -> Option<Value> {
        let title = &finding.fix.as_ref()?.title;
        let mut files: BTreeMap<u32, Vec<&Replacement>> = BTreeMap::new();
        edits.iter().for_each(|edit| files.entry(edit.at.source.0).or_default().push(edit));
        let replaced = |edit: &&Replacement| {
            let content = json!({ "text": edit.text });
            Some(json!({ "deletedRegion": self.region(edit.at)?, "insertedContent": content }))
        };
        let changes = files.values().map(|edits| {
            let replacements = edits.iter().map(replaced).collect::<Option<Vec<_>>>()?;
            Some(json!({ "artifactLocation": self.artifact(edits[0].at)?, "replacements": replacements }))
        });
        let changes = changes.collect::<Option<Vec<_>>>()?;
        let fix = json!({ "description": { "text": title }, "artifactChanges": changes });
        (!edits.is_empty()).then_some(fix)
    }
}
