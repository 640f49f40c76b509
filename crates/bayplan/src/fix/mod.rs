//! `findings with fixes → edited texts, and what was refused`.
//!
//! A fix speaks of the merged model; what is edited is the file in which a person wrote the value. Whether the two are the
//! same is not guessed: with the edited texts in place of the files everything is read again, and the model must be the old
//! one changed as the fixes say and by nothing else, the findings gone, and no new one there.

mod edits;
mod guard;
mod model;
mod place;
mod repairs;
mod settle;
mod target;
mod workspace;

use crate::finding::{Finding, Fix, Level, Safety};
use crate::source::Sources;
use bayplan_yaml::{Location, Span};
pub use guard::is_of_form;
pub use repairs::{Repairs, Replaced, repairs};
use settle::Pass;
use std::collections::BTreeMap;
use std::sync::Arc;
use target::FileEdit;
pub use workspace::{FleetFiles, Remembered, Workspace};
use workspace::{Texts, View, text_key};

/// What one fix mends may be what another needs: it is tried again so many times.
const PASSES: usize = 16;

/// A finding with what mends it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The rule.
    pub rule: &'static str,
    /// What it does to a run.
    pub level: Level,
    /// The finding's message.
    pub message: String,
    /// What the fix does.
    pub title: String,
    /// Whether it may be made without asking.
    pub safety: Safety,
    /// The file of the finding.
    pub file: String,
    /// Its line and column, as long as it stands in a file.
    pub place: Option<(u32, u32)>,
}

/// A fix that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// What was mended.
    pub told: Told,
    /// Where: the file, its text before the fix, and the byte there.
    pub edits: Vec<(String, Arc<str>, u32)>,
}

/// A fix that was not made.
#[derive(Debug, Clone)]
pub struct Refused {
    /// What stays.
    pub told: Told,
    /// Why.
    pub reason: String,
}

/// A file with another text.
#[derive(Debug, Clone)]
pub struct Edited {
    /// The file, as shown.
    pub file: String,
    /// What it says.
    pub before: Arc<str>,
    /// What it is to say.
    pub after: Arc<str>,
}

/// What came of the fixes.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The files that change, by name.
    pub edited: Vec<Edited>,
    /// The fixes made, by file and place.
    pub made: Vec<Made>,
    /// The fixes that were not.
    pub refused: Vec<Refused>,
    /// The fixes that nobody asked for.
    pub left: Vec<Told>,
    /// Bytes of `before` and of `after` of the edited files that must not be shown.
    pub secrets: Vec<(Arc<str>, Span)>,
    /// How many findings have no fix.
    pub without: usize,
    /// How many files were read.
    pub files: usize,
}

/// A fix in question.
pub(crate) struct Candidate {
    finding: Finding,
    fix: Fix,
    /// How many findings it mends that nobody can tell apart: one for each environment.
    count: usize,
}

/// Fixes that make the same edits, which are made together.
struct Group {
    candidates: Vec<Candidate>,
    ways: Vec<Vec<FileEdit>>,
    way: usize,
}

impl Group {
    fn edits(&self) -> &[FileEdit] {
        &self.ways[self.way]
    }
}

/// Makes every fix that `wanted` takes, again and again until none is left that can be made.
pub fn fix(workspace: &Workspace<'_>, wanted: &dyn Fn(&Finding, &Fix) -> bool) -> Outcome {
    let mut outcome = Outcome::default();
    let mut texts = Texts::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut view = workspace.read(&texts, None);
    outcome.secrets = secrets(&view);
    for _ in 0..PASSES {
        let mut pass = Pass::new(workspace, &texts, &view, wanted);
        let settled = pass.settle();
        outcome.refused = pass.refused();
        let Some((edited, after)) = settled else { break };
        for group in pass.taken() {
            let edits: Vec<_> = group
                .edits()
                .iter()
                .filter_map(|edit| Some((edit.file.clone(), pass.text(&edit.file)?.1, edit.near)))
                .collect();
            let made = |candidate: &Candidate| Made { told: told(candidate, &view.sources), edits: edits.clone() };
            outcome.made.extend(group.candidates.iter().map(made));
            names.extend(group.edits().iter().map(|edit| (text_key(&workspace.files, &edit.file), edit.file.clone())));
        }
        texts = edited;
        view = after;
    }
    finish(workspace, &texts, &names, &view, wanted, &mut outcome);
    outcome
}

/// How many of the findings that are shown have a fix.
pub fn fixable(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.level != Level::Allow && finding.fix.is_some()).count()
}

fn finish(
    workspace: &Workspace<'_>,
    texts: &Texts,
    names: &BTreeMap<String, String>,
    view: &View,
    wanted: &dyn Fn(&Finding, &Fix) -> bool,
    outcome: &mut Outcome,
) {
    use crate::resolve::files::Files;
    for (key, after) in texts {
        let Some(file) = names.get(key) else { continue };
        let Ok(before) = workspace.files.read(file) else { continue };
        if before != *after {
            outcome.edited.push(Edited { file: file.clone(), before, after: after.clone() });
        }
    }
    outcome.secrets.extend(secrets(view));
    outcome.edited.sort_by(|a, b| a.file.cmp(&b.file));
    outcome.files = view.sources.files().count();
    let mut rest = view.report.clone();
    rest.sort(&view.sources);
    for finding in rest.findings.into_iter().filter(|finding| finding.level != Level::Allow) {
        match finding.fix.clone() {
            None => outcome.without += 1,
            Some(fix) if !wanted(&finding, &fix) => {
                let candidate = Candidate { finding, fix: *fix, count: 1 };
                outcome.left.push(told(&candidate, &view.sources));
            }
            Some(_) => {}
        }
    }
}

fn secrets(view: &View) -> Vec<(Arc<str>, Span)> {
    let text = |at: Location| Some((view.sources.file(at.source)?.text.clone(), at.span));
    view.report.all_sensitive().filter_map(text).collect()
}

fn told(candidate: &Candidate, sources: &Sources) -> Told {
    let place = sources.place(candidate.finding.at);
    Told {
        rule: candidate.finding.rule,
        level: candidate.finding.level,
        message: candidate.finding.message.clone(),
        title: candidate.fix.title.clone(),
        safety: candidate.fix.safety,
        file: place.name.to_owned(),
        place: place.start.map(|start| (start.line, start.column)),
    }
}

#[cfg(test)]
mod tests;
