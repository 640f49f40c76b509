//! `what was read before and after × fixes → whether they did what they say, and nothing else`.

use super::Candidate;
use super::model::{change, difference, holds, normal};
use super::workspace::{Merged, View};
use crate::finding::{Change, Finding, Level};
use bayplan_yaml::{Path, Segment};
use std::collections::{BTreeMap, HashMap};

/// What a finding is known by when items have moved.
type Known = (&'static str, Option<String>, Option<String>, Vec<String>);

/// Why not.
#[derive(Debug, Clone)]
pub(super) struct No {
    pub reason: String,
}

/// Whether `after` is `before` changed by the fixes, and by nothing else.
pub(super) fn check(before: &View, after: &View, fixes: &[&Candidate]) -> Result<(), No> {
    findings(before, after, fixes)?;
    let mut by_stack: HashMap<(&str, &str), Vec<&Candidate>> = HashMap::new();
    for fix in fixes {
        for stack in before.stacks_of(&fix.finding) {
            by_stack.entry((&stack.name, &stack.folder)).or_default().push(fix);
        }
    }
    let after_by_key: HashMap<_, &Merged> = after.stacks.iter().map(|stack| (stack.key(), stack)).collect();
    if before.stacks.len() != after.stacks.len() {
        return Err(No { reason: "there would be other stacks".to_owned() });
    }
    // Stacks of one folder may be made from the same files.
    let mut by_folder: HashMap<&str, Vec<&Candidate>> = HashMap::new();
    for fix in fixes {
        for stack in before.stacks_of(&fix.finding) {
            let list = by_folder.entry(&stack.folder).or_default();
            if !list.iter().any(|known| std::ptr::eq(*known, *fix)) {
                list.push(fix);
            }
        }
    }
    for stack in &before.stacks {
        let Some(now) = after_by_key.get(&stack.key()) else {
            return Err(No { reason: format!("the stack `{}` would be gone", stack.name) });
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
        let mut made: Vec<&Change> = Vec::new();
        let all = around.unwrap_or(&empty);
        let mut deletions = Vec::new();
        for fix in all {
            let sure = stack.environment.is_none()
                && fix.finding.subject.stack.is_some()
                && own.iter().any(|other| std::ptr::eq(*other, *fix));
            if !sure && !is_kin(stack, fix, before) {
                continue;
            }
            for one in &fix.fix.changes {
                if made.contains(&one) || !sure && !holds(&now.document, one) {
                    continue;
                }
                made.push(one);
                if let Change::Delete(path) = one {
                    deletions.push(path.clone());
                    continue;
                }
                if change(&mut wanted, one).is_none() && sure {
                    return Err(No { reason: "the merged model has no such place".to_owned() });
                }
            }
        }
        deletions.sort_by_key(|path| std::cmp::Reverse(order(path)));
        for path in deletions {
            // Where another environment has no such value, there is none to remove.
            let _ = change(&mut wanted, &Change::Delete(path));
        }
        let actual = normal(&now.document);
        if let Some(path) = difference(&normal(&wanted), &actual) {
            return Err(No { reason: told(stack, &path, fixes) });
        }
    }
    Ok(())
}

/// Whether a stack is made from files that the fix's own stack is made from too: another environment, or a variant.
fn is_kin(stack: &Merged, fix: &Candidate, before: &View) -> bool {
    before
        .stacks_of(&fix.finding)
        .any(|own| own.folder == stack.folder && own.files.iter().any(|file| stack.files.contains(file)))
}

fn order(path: &Path) -> Vec<(String, usize)> {
    path.0
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => (key.clone(), 0),
            Segment::Index(index) => (String::new(), *index),
        })
        .collect()
}

/// What differs, in words.
fn told(stack: &Merged, path: &Path, fixes: &[&Candidate]) -> String {
    let of = |path: &Path| match path.0.as_slice() {
        [Segment::Key(section), Segment::Key(name), ..] if section == "services" => Some(name.clone()),
        _ => None,
    };
    let only = match fixes {
        [only] => Some(only),
        _ => None,
    };
    let meant = only.and_then(|fix| fix.finding.subject.service.clone());
    match (of(path), meant) {
        (Some(other), Some(meant)) if other != meant => format!("`{other}` and `{meant}` share this value"),
        (Some(_), Some(meant)) => format!("`{meant}` would say something else at `{path}`"),
        _ => format!("`{path}` of `{}` would change too", stack.name),
    }
}

fn findings(before: &View, after: &View, fixes: &[&Candidate]) -> Result<(), No> {
    let mut allowed: BTreeMap<Known, isize> = BTreeMap::new();
    for finding in shown(before) {
        *allowed.entry(known(finding)).or_default() += 1;
    }
    let mut fixed: BTreeMap<Known, &Candidate> = BTreeMap::new();
    for fix in fixes {
        for _ in 0..fix.count {
            *allowed.entry(known(&fix.finding)).or_default() -= 1;
        }
        fixed.insert(known(&fix.finding), fix);
    }
    for finding in shown(after) {
        let key = known(finding);
        let left = allowed.entry(key.clone()).or_default();
        *left -= 1;
        if *left < 0 {
            return Err(No {
                reason: match fixed.contains_key(&key) {
                    true => "the finding would stay".to_owned(),
                    false => format!("it would give another finding: {}: {}", finding.rule, finding.message),
                },
            });
        }
    }
    Ok(())
}

/// The findings that are shown.
fn shown(view: &View) -> impl Iterator<Item = &Finding> {
    view.report.findings.iter().filter(|finding| finding.level != Level::Allow)
}

pub(super) fn known(finding: &Finding) -> Known {
    let keys = finding.subject.path.0.iter().map(|segment| match segment {
        Segment::Key(key) => key.clone(),
        Segment::Index(_) => "[]".to_owned(),
    });
    (finding.rule, finding.subject.stack.clone(), finding.subject.service.clone(), keys.collect())
}
