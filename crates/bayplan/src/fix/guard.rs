//! `what was read before and after × fixes → whether they did what they say, and nothing else`.

use super::Candidate;
use super::model::{change, differences, holds, normal};
use super::place::Written;
use super::workspace::{Merged, View};
use crate::finding::{Change, Finding, Level};
use crate::rules::{self, Group};
use bayplan_yaml::{Path, Segment, SourceId, Text};
use std::collections::{HashMap, HashSet};

/// What a finding is known by when items have moved.
type Known = (&'static str, Option<Text>, Option<Text>, Vec<Text>);

/// Why fixes cannot be made together.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub reason: String,
    /// The numbers of the fixes that it comes from, as far as that can be told.
    pub fixes: Vec<usize>,
}

/// Whether `after` is `before` changed by the fixes, and by nothing else.
pub(super) fn check(before: &View, after: &View, fixes: &[&Candidate]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    findings(before, after, fixes, &mut problems);
    models(before, after, fixes, &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn models(before: &View, after: &View, fixes: &[&Candidate], problems: &mut Vec<Problem>) {
    let whole = |reason: String| Problem { reason, fixes: Vec::new() };
    let numbers: HashMap<*const Candidate, usize> =
        fixes.iter().enumerate().map(|(number, fix)| (std::ptr::from_ref(*fix), number)).collect();
    let mut by_stack: HashMap<(&str, &str), Vec<&Candidate>> = HashMap::new();
    for fix in fixes {
        for stack in before.stacks_of(&fix.finding) {
            by_stack.entry((&stack.name, &stack.folder)).or_default().push(fix);
        }
    }
    let after_by_key: HashMap<_, &Merged> = after.stacks.iter().map(|stack| (stack.key(), stack)).collect();
    if before.stacks.len() != after.stacks.len() {
        return problems.push(whole("there would be other stacks".to_owned()));
    }
    // Stacks of one folder may be made from the same files.
    let mut by_folder: HashMap<&str, Vec<&Candidate>> = HashMap::new();
    for fix in fixes {
        for stack in before.stacks_of(&fix.finding) {
            let list = by_folder.entry(&stack.folder).or_default();
            if !list.last().is_some_and(|known| std::ptr::eq(*known, *fix)) {
                list.push(fix);
            }
        }
    }
    for stack in &before.stacks {
        let Some(now) = after_by_key.get(&stack.key()) else {
            problems.push(whole(format!("the stack `{}` would be gone", stack.name)));
            continue;
        };
        let own = by_stack.get(&(stack.name.as_str(), stack.folder.as_str()));
        let around = by_folder.get(stack.folder.as_str());
        if own.is_none() && around.is_none() && stack.document == now.document {
            continue;
        }
        let empty = Vec::new();
        let own = own.unwrap_or(&empty);
        let mut wanted = stack.document.clone();
        // One change is made once, whoever asks for it.
        let mut made: HashMap<&Path, Vec<&Change>> = HashMap::new();
        let own: HashSet<*const Candidate> = own.iter().map(|fix| std::ptr::from_ref(*fix)).collect();
        let all = around.unwrap_or(&empty);
        let mut deletions = Vec::new();
        for fix in all {
            let sure = stack.environment.is_none()
                && fix.finding.subject.stack.is_some()
                && own.contains(&std::ptr::from_ref(*fix));
            if !sure && !is_kin(stack, fix, before) {
                continue;
            }
            for one in &fix.fix.changes {
                let Some(path) = place(one) else { continue };
                // What another environment has already, it does not get twice.
                if !sure && matches!(one, Change::Append(..)) && holds(&stack.document, one) {
                    continue;
                }
                let known = made.entry(path).or_default();
                if known.contains(&one) || !sure && !holds(&now.document, one) {
                    continue;
                }
                known.push(one);
                if let Change::Delete(path) = one {
                    deletions.push(path.clone());
                    continue;
                }
                if change(&mut wanted, one).is_none() && sure {
                    let reason = "the merged model has no such place".to_owned();
                    problems.push(Problem { reason, fixes: vec![numbers[&std::ptr::from_ref(*fix)]] });
                }
            }
        }
        deletions.sort_by_key(|path| std::cmp::Reverse(order(path)));
        for path in deletions {
            // Where another environment has no such value, there is none to remove.
            let _ = change(&mut wanted, &Change::Delete(path));
        }
        let actual = normal(&now.document);
        for path in differences(&normal(&wanted), &actual) {
            let about = |fix: &&&Candidate| fix.fix.changes.iter().filter_map(place).any(|other| near(other, &path));
            let close: Vec<&Candidate> = all.iter().filter(about).copied().collect();
            let only = match (close.as_slice(), fixes) {
                ([only], _) | (_, [only]) => Some(*only),
                _ => None,
            };
            let fixes = close.iter().map(|fix| numbers[&std::ptr::from_ref(*fix)]).collect();
            problems.push(Problem { reason: told(stack, &path, only), fixes });
        }
    }
}

/// Whether two paths lead into one service, or whatever else has a name.
fn near(a: &Path, b: &Path) -> bool {
    let depth = a.0.len().min(b.0.len()).min(2);
    a.0[..depth] == b.0[..depth]
}

/// Whether a stack is made from files that the fix's own stack is made from too: another environment, or a variant.
fn is_kin(stack: &Merged, fix: &Candidate, before: &View) -> bool {
    before
        .stacks_of(&fix.finding)
        .any(|own| own.folder == stack.folder && own.files.iter().any(|file| stack.files.contains(file)))
}

/// The place that a change is about, where it changes the model.
fn place(change: &Change) -> Option<&Path> {
    match change {
        Change::Set(path, _) | Change::Append(path, _) | Change::Delete(path) | Change::Rename(path, _) => Some(path),
        Change::Respell(..) => None,
    }
}

fn order(path: &Path) -> Vec<(Text, usize)> {
    path.0
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => (key.clone(), 0),
            Segment::Index(index) => (Text::default(), *index),
        })
        .collect()
}

/// What differs, in words.
fn told(stack: &Merged, path: &Path, only: Option<&Candidate>) -> String {
    let meant = only.and_then(|fix| fix.finding.subject.service.clone());
    match (in_path(path), meant) {
        (Some(other), Some(meant)) if other != meant => format!("`{other}` and `{meant}` share this value"),
        (Some(_), Some(meant)) => format!("`{meant}` would say something else at `{path}`"),
        _ => format!("`{path}` of `{}` would change too", stack.name),
    }
}

fn findings(before: &View, after: &View, fixes: &[&Candidate], problems: &mut Vec<Problem>) {
    let mut allowed: HashMap<Known, isize> = HashMap::new();
    for finding in shown(before) {
        *allowed.entry(known(finding)).or_default() += 1;
    }
    let mut fixed: HashMap<Known, Vec<usize>> = HashMap::new();
    let mut by_service: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, fix) in fixes.iter().enumerate() {
        let key = known(&fix.finding);
        *allowed.entry(key.clone()).or_default() -= fix.count as isize;
        fixed.entry(key).or_default().push(number);
        if let Some(service) = service(&fix.finding) {
            by_service.entry(service.to_owned()).or_default().push(number);
        }
    }
    let mut files: HashMap<SourceId, Written> = HashMap::new();
    for finding in shown(after) {
        let key = known(finding);
        let left = allowed.entry(key.clone()).or_default();
        *left -= 1;
        if *left >= 0 || is_of_form(finding.rule) && !fixed.contains_key(&key) {
            continue;
        }
        let problem = match fixed.get(&key) {
            Some(fixes) => Problem { reason: "the finding would stay".to_owned(), fixes: fixes.clone() },
            None => {
                let of_place = || {
                    let file = after.sources.file(finding.at.source)?;
                    let written = files.entry(finding.at.source).or_insert_with(|| Written::new(&file.text));
                    in_path(&written.spot(finding.at.span)?.path).map(str::to_owned)
                };
                let close = service(finding).map(str::to_owned).or_else(of_place);
                let close = close.and_then(|service| by_service.get(&service));
                let reason = format!("it would give another finding: {}: {}", finding.rule, finding.message);
                Problem { reason, fixes: close.cloned().unwrap_or_default() }
            }
        };
        problems.push(problem);
    }
}

/// Whether a rule is about how something is written, and not about what it says: what is mended may look worse.
pub fn is_of_form(rule: &str) -> bool {
    rule == "repeated-block" || rules::rule(rule).is_some_and(|rule| rule.group == Group::Style)
}

/// The service that a finding is about; before anything is merged, its path says that.
fn service(finding: &Finding) -> Option<&str> {
    finding.subject.service.as_deref().or_else(|| in_path(&finding.subject.path))
}

fn in_path(path: &Path) -> Option<&str> {
    match path.0.as_slice() {
        [Segment::Key(section), Segment::Key(name), ..] if section == "services" => Some(name),
        _ => None,
    }
}

/// The findings that are shown.
fn shown(view: &View) -> impl Iterator<Item = &Finding> {
    view.report.findings.iter().filter(|finding| finding.level != Level::Allow)
}

pub(super) fn known(finding: &Finding) -> Known {
    let keys = finding.subject.path.0.iter().map(|segment| match segment {
        Segment::Key(key) => key.clone(),
        Segment::Index(_) => "[]".into(),
    });
    (finding.rule, finding.subject.stack.clone(), finding.subject.service.clone(), keys.collect())
}
