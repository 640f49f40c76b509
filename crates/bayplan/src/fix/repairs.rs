//! `findings with fixes → what each comes to in the files`, for programs that make one of them by itself.

use super::settle::Pass;
use super::target::{Act, FileEdit};
use super::workspace::{Texts, Workspace};
use super::{Group, secrets};
use crate::finding::{Finding, Fix};
use bayplan_yaml::{Edit, Span, Text, edit};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What is in the way of another fix is looked at again so many times.
const TURNS: usize = 4;

/// Other text for some bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The file, as shown.
    pub file: String,
    /// The bytes.
    pub span: Span,
    /// What is to stand there.
    pub text: String,
}

/// What the fixes of findings come to.
#[derive(Debug, Default)]
pub struct Repairs {
    by_finding: HashMap<Key, Vec<Replaced>>,
    /// Bytes of texts that must not be shown.
    pub secrets: Vec<(Arc<str>, Span)>,
}

/// The rule, the file, the place in it and the stack.
type Key = (&'static str, String, Span, Option<Text>);

fn key(finding: &Finding, file: &str) -> Key {
    (finding.rule, file.to_owned(), finding.at.span, finding.subject.stack.clone())
}

impl Repairs {
    /// What mends a finding of `file`; nothing where it cannot be mended by itself.
    pub fn of(&self, finding: &Finding, file: &str) -> &[Replaced] {
        self.by_finding.get(&key(finding, file)).map_or(&[], Vec::as_slice)
    }
}

/// What every fix that `wanted` takes comes to. Those that would not do what they say are left out.
pub fn repairs(workspace: &Workspace<'_>, wanted: &dyn Fn(&Finding, &Fix) -> bool) -> Repairs {
    let (texts, view) = (Texts::new(), workspace.read(&Texts::new(), None));
    let mut repairs = Repairs { secrets: secrets(&view), ..Repairs::default() };
    let mut known: HashSet<Key> = HashSet::new();
    for _ in 0..TURNS {
        let mut pass = Pass::new(workspace, &texts, &view, &|finding, fix| {
            wanted(finding, fix) && !known.contains(&key(finding, view.sources.name(finding.at.source)))
        });
        if pass.settle().is_none() {
            break;
        }
        let groups: Vec<&Group> = pass.taken().collect();
        for (group, edits) in groups.iter().zip(alone(&pass, &groups)) {
            for candidate in &group.candidates {
                let key = key(&candidate.finding, view.sources.name(candidate.finding.at.source));
                if let Some(edits) = &edits {
                    repairs.by_finding.insert(key.clone(), edits.clone());
                }
                known.insert(key);
            }
        }
    }
    repairs
}

/// What each group comes to in the texts as they are.
fn alone(pass: &Pass<'_>, groups: &[&Group]) -> Vec<Option<Vec<Replaced>>> {
    let mut found: Vec<Option<Vec<Replaced>>> = vec![Some(Vec::new()); groups.len()];
    let mut files: BTreeMap<&str, (Vec<usize>, Vec<Vec<Edit>>)> = BTreeMap::new();
    for (number, group) in groups.iter().enumerate() {
        let mut own: BTreeMap<&str, Vec<Edit>> = BTreeMap::new();
        for FileEdit { file, act, .. } in group.edits() {
            match act {
                Act::Respell(span, text) => {
                    let replaced = Replaced { file: file.clone(), span: *span, text: text.clone() };
                    found[number].iter_mut().for_each(|found| found.push(replaced.clone()));
                }
                Act::Edit(edit) => own.entry(file).or_default().push(edit.clone()),
            }
        }
        for (file, edits) in own {
            let (numbers, lists) = files.entry(file).or_default();
            numbers.push(number);
            lists.push(edits);
        }
    }
    for (file, (numbers, lists)) in files {
        let text = pass.text(file).map(|(_, text)| text).unwrap_or_default();
        for (number, splices) in numbers.into_iter().zip(edit::splices_of(&text, &lists)) {
            let replaced = |(range, text): (std::ops::Range<usize>, String)| Replaced {
                file: file.to_owned(),
                span: Span::new(range.start as u32, range.end as u32),
                text,
            };
            match (splices, &mut found[number]) {
                (Some(splices), Some(found)) => found.extend(splices.into_iter().map(replaced)),
                (_, found) => *found = None,
            }
        }
    }
    found
}
