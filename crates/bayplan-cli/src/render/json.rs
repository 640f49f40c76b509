//! `report → one JSON object`: a promise to programs. Version 1; new members may be added, none change their meaning.

use bayplan::finding::{Level, Report};
use bayplan::source::Sources;
use serde_json::{Value, json};

/// The version of the format.
pub const VERSION: u32 = 1;

/// The findings and their count; `files` is how many were read.
pub fn report(report: &Report, sources: &Sources, files: usize) -> Value {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .filter(|finding| finding.level != Level::Allow)
        .map(|finding| {
            let mut value = json!(finding.located(sources));
            if let Some(fix) = &finding.fix {
                value["fix"] = json!({ "title": fix.title, "safety": fix.safety });
            }
            value
        })
        .collect();
    json!({
        "version": VERSION,
        "findings": findings,
        "summary": {
            "errors": report.count(Level::Deny),
            "warnings": report.count(Level::Warn),
            "files": files,
        },
    })
}
