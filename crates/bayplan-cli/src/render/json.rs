//! `report → one JSON object`: a promise to programs. Version 1; new members may be added, none change their meaning.

use super::repair::{Edits, Replacement};
use bayplan::finding::{Finding, Level, Located, Report, Safety};
use bayplan::source::Sources;
use serde::Serialize;
use serde_json::Value;

/// The version of the format.
pub const VERSION: u32 = 1;

/// What was found: there may be much of it, so it is written without a tree of values.
#[derive(Serialize)]
pub struct Object<'a> {
    version: u32,
    findings: Vec<Shown<'a>>,
    /// How much was found, in how many files.
    pub summary: Summary,
    /// What became of the output, where some was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
}

/// How much was found.
#[derive(Serialize)]
pub struct Summary {
    errors: usize,
    warnings: usize,
    files: usize,
    /// How many fixes can be made by themselves, where edits were wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    fixable: Option<Fixable>,
    /// How many findings are not shown, because the branch left with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<usize>,
}

#[derive(Default, Serialize)]
struct Fixable {
    safe: usize,
    #[serde(rename = "unsafe")]
    others: usize,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    finding: Located<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    safety: Safety,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    text: String,
}

/// The findings and their count; `files` is how many were read. A fix has its edits where it can be made by itself.
pub fn report<'a>(report: &'a Report, sources: &'a Sources, files: usize, edits: Option<&Edits<'_>>) -> Object<'a> {
    let shown = |finding: &'a Finding| {
        let fix = finding.fix.as_ref().map(|fix| {
            let edits = edits.map(|edits| edits(finding)).unwrap_or_default();
            let edits = edits.into_iter().filter_map(|edit| located(edit, sources)).collect();
            Fix { title: &fix.title, safety: fix.safety, edits }
        });
        Shown { finding: finding.located(sources), fix }
    };
    let findings: Vec<Shown<'a>> =
        report.findings.iter().filter(|finding| finding.level != Level::Allow).map(shown).collect();
    let fixable = edits.map(|_| {
        let made = findings.iter().filter_map(|shown| shown.fix.as_ref()).filter(|fix| !fix.edits.is_empty());
        made.fold(Fixable::default(), |count, fix| match fix.safety {
            Safety::Safe => Fixable { safe: count.safe + 1, ..count },
            Safety::Unsafe => Fixable { others: count.others + 1, ..count },
        })
    });
    let (errors, warnings) = (report.count(Level::Deny), report.count(Level::Warn));
    let summary = Summary { errors, warnings, files, fixable, hidden: None };
    Object { version: VERSION, findings, summary, output: None }
}

impl Object<'_> {
    /// The object as one line.
    pub fn line(&self) -> String {
        let mut text = serde_json::to_string(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn located(edit: Replacement, sources: &Sources) -> Option<Edit<'_>> {
    let place = sources.place(edit.at);
    let (start, end) = place.start.zip(place.end)?;
    Some(Edit {
        file: place.name,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        text: edit.text,
    })
}
