//! `report → what could not be read`: nothing is said about a value that was refused already.

use crate::blueprint::Intents;
use crate::finding::{Finding, Level, Report};
use crate::plan::Plan;
use crate::record::Part;
use bayplan_yaml::{Location, Path, Segment, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// The values of a fleet that the reader refused, by stack and path.
pub struct Refused(BTreeMap<Text, BTreeSet<Vec<Segment>>>);

impl Refused {
    /// The values that `report` refuses.
    pub fn of(report: &Report) -> Self {
        let refused = |finding: &&Finding| {
            finding.level == Level::Deny
                && !finding.subject.path.0.is_empty()
                && (matches!(
                    finding.rule,
                    "wrong-type" | "invalid-value" | "missing-key" | "unknown-archetype" | "invalid-expression"
                )
                // Of an archetype with a parameter that it does not have, nothing is made.
                    || finding.rule == "unknown-key" && is_parameter(&finding.subject.path))
                // A service whose name is wrong was read all the same.
                && !(finding.rule == "invalid-value" && finding.subject.path.0.len() <= 2)
        };
        let mut paths: BTreeMap<Text, BTreeSet<Vec<Segment>>> = BTreeMap::new();
        for subject in report.findings.iter().filter(refused).map(|finding| &finding.subject) {
            if let Some(stack) = &subject.stack {
                paths.entry(stack.clone()).or_default().insert(subject.path.0.clone());
            }
        }
        Self(paths)
    }

    /// Whether anything of `stack` was refused.
    pub fn concerns(&self, stack: &str) -> bool {
        self.0.contains_key(stack)
    }

    /// Whether the value at `path` of `stack`, or something that it is part of, was refused.
    pub fn holds(&self, stack: &str, path: &Path) -> bool {
        let Some(refused) = self.0.get(stack) else { return false };
        (1..=path.0.len()).any(|length| refused.contains(&path.0[..length]))
    }

    /// Whether something inside the value at `path` of `stack` was refused.
    pub fn inside(&self, stack: &str, path: &Path) -> bool {
        let Some(refused) = self.0.get(stack) else { return false };
        let from = (Bound::Included(path.0.as_slice()), Bound::Unbounded);
        refused.range::<[Segment], _>(from).next().is_some_and(|found| found.starts_with(&path.0))
    }
}

/// Whether a path leads to a parameter of an archetype.
fn is_parameter(path: &Path) -> bool {
    matches!(path.0.as_slice(), [Segment::Key(services), _, Segment::Key(with), ..] if services == "services" && with == "with")
}

/// Denies variables without a value in intents: nobody can give them one when Compose starts the project.
pub fn deny_in_intents(plan: &Plan, report: &mut Report) {
    let is_unset = |finding: &Finding| finding.rule == "unset-variable";
    if !report.findings.iter().any(is_unset) {
        return;
    }
    let intents = <Intents as Part>::keys();
    let services = plan.services().filter_map(|(stack, name, _)| stack.document.at_path(&super::service_path(name)));
    let places = Places::of(services.flat_map(|node| intents.iter().filter_map(|key| Some(node.get(key)?.at))));
    for finding in report.findings.iter_mut().filter(|finding| is_unset(finding) && places.meet(finding.at)) {
        finding.level = Level::Deny;
    }
}

/// Drops findings without a message, which only say that something was reported elsewhere; findings on texts whose
/// expression or variable is the real error; and denies a variable without a value where nothing can be made of the text
/// without it.
pub fn drop_consequences(report: &mut Report) {
    let broken = |finding: &&Finding| matches!(finding.rule, "invalid-expression" | "invalid-template");
    let follows = |finding: &Finding| {
        let refused = matches!(finding.rule, "wrong-type" | "invalid-value" | "unknown-archetype");
        refused && finding.level == Level::Deny || matches!(finding.rule, "unpinned-image" | "rolling-tag")
    };
    // These say more about a variable without a value.
    let explains =
        |finding: &&Finding| matches!(finding.rule, "swallowed-variable" | "env-file-variable" | "unescaped-dollar");
    let explained = Places::of(report.findings.iter().filter(explains).map(|finding| finding.at));
    let says_less = |rule: &str| matches!(rule, "unset-variable" | "undocumented-variable" | "unescaped-hash");
    report.retain(|finding| !says_less(finding.rule) || !explained.meet(finding.at));
    let causes = Places::of(report.findings.iter().filter(broken).map(|finding| finding.at));
    report.retain(|finding| !finding.message.is_empty() && !(follows(finding) && causes.meet(finding.at)));
    let wrong = Places::of(report.findings.iter().filter(|finding| follows(finding)).map(|finding| finding.at));
    let mut denied = Vec::new();
    for finding in report.findings.iter_mut().filter(|finding| finding.rule == "unset-variable") {
        if wrong.meet(finding.at) {
            finding.level = Level::Deny;
            denied.push(finding.at);
        }
    }
    let denied = Places::of(denied.into_iter());
    report.retain(|finding| !(follows(finding) && denied.meet(finding.at)));
    // Where nobody knows what is set, nobody knows what would be wrong.
    let is_unknown = |finding: &Finding| {
        matches!(finding.rule, "undocumented-variable" | "required-variable" | "stale-env-example" | "unescaped-hash")
    };
    let unknown = Places::of(report.findings.iter().filter(|finding| is_unknown(finding)).map(|finding| finding.at));
    report.retain(|finding| {
        is_unknown(finding)
            || broken(&&*finding)
            || !(follows(finding) || super::rule(finding.rule).is_none())
            || !unknown.meet(finding.at)
    });
}

/// Places in texts, in order, those that meet put together.
struct Places(Vec<Location>);

impl Places {
    fn of(places: impl Iterator<Item = Location>) -> Self {
        let mut places: Vec<Location> = places.collect();
        places.sort_by_key(|at| (at.source, at.span.start));
        places.dedup_by(|next, last| {
            let meets = last.source == next.source && next.span.start < last.span.end;
            if meets {
                last.span.end = last.span.end.max(next.span.end);
            }
            meets
        });
        Self(places)
    }

    /// Whether `at` has something in common with one of them.
    fn meet(&self, at: Location) -> bool {
        let behind = self.0.partition_point(|place| (place.source, place.span.start) < (at.source, at.span.end));
        behind.checked_sub(1).is_some_and(|last| {
            let last = self.0[last];
            last.source == at.source && last.span.end > at.span.start
        })
    }
}
