//! `report → one JSON object`: a promise to programs. Version 1; new members may be added, none change their meaning.

use super::repair::{Edits, Replacement};
use bayplan::finding::{Level, Report, Safety};
use bayplan::source::Sources;
use serde_json::{Value, json};

/// The version of the format.
pub const VERSION: u32 = 1;

/// The findings and their count; `files` is how many were read. A fix has its edits where it can be made by itself.
pub fn report(report: &Report, sources: &Sources, files: usize, edits: Option<&Edits<'_>>) -> Value {
    let (mut safe, mut others) = (0, 0);
    let findings: Vec<Value> = report
        .findings
        .iter()
        .filter(|finding| finding.level != Level::Allow)
        .map(|finding| {
            let mut value = json!(finding.located(sources));
            if let Some(fix) = &finding.fix {
                value["fix"] = json!({ "title": fix.title, "safety": fix.safety });
                let edits = edits.map(|edits| edits(finding)).unwrap_or_default();
                let edits: Vec<Value> = edits.iter().filter_map(|edit| located(edit, sources)).collect();
                if !edits.is_empty() {
                    value["fix"]["edits"] = edits.into();
                    match fix.safety {
                        Safety::Safe => safe += 1,
                        Safety::Unsafe => others += 1,
                    }
                }
            }
            value
        })
        .collect();
    let mut object = json!({
        "version": VERSION,
        "findings": findings,
        "summary": {
            "errors": report.count(Level::Deny),
            "warnings": report.count(Level::Warn),
            "files": files,
        },
    });
    if edits.is_some() {
        object["summary"]["fixable"] = json!({ "safe": safe, "unsafe": others });
    }
    object
}

fn located(edit: &Replacement, sources: &Sources) -> Option<Value> {
    let place = sources.place(edit.at);
    let (start, end) = place.start.zip(place.end)?;
    Some(json!({
        "file": place.name,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "text": edit.text,
    }))
}
