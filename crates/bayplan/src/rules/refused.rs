//! `report → what could not be read`: nothing is said about a value that was refused already.

use crate::finding::{Finding, Level, Report};
use bayplan_yaml::{Location, Path};
use std::collections::BTreeSet;

/// The values of a fleet that the reader refused, by stack and path.
pub struct Refused(BTreeSet<(Option<String>, Path)>);

impl Refused {
    /// The values that `report` refuses.
    pub fn of(report: &Report) -> Self {
        let refused = |finding: &&Finding| {
            finding.level == Level::Deny
                && !finding.subject.path.0.is_empty()
                && matches!(
                    finding.rule,
                    "wrong-type" | "invalid-value" | "missing-key" | "unknown-archetype" | "invalid-expression"
                )
                // A service whose name is wrong was read all the same.
                && !(finding.rule == "invalid-value" && finding.subject.path.0.len() <= 2)
        };
        let paths = report.findings.iter().filter(refused).map(|finding| &finding.subject);
        Self(paths.map(|subject| (subject.stack.clone(), subject.path.clone())).collect())
    }

    /// Whether the value at `path` of `stack`, or something that it is part of, was refused.
    pub fn holds(&self, stack: &str, path: &Path) -> bool {
        let stack = Some(stack.to_owned());
        (1..=path.0.len()).any(|length| self.0.contains(&(stack.clone(), Path(path.0[..length].to_vec()))))
    }

    /// Whether something inside the value at `path` of `stack` was refused.
    pub fn inside(&self, stack: &str, path: &Path) -> bool {
        let start = (Some(stack.to_owned()), path.clone());
        self.0.range(start.clone()..).next().is_some_and(|(of, found)| *of == start.0 && found.0.starts_with(&path.0))
    }
}

/// Drops findings without a message, which only say that something was reported elsewhere; findings on texts whose expression or variable is the real error, and denies a variable without a value where
/// nothing can be made of the text without it.
pub fn drop_consequences(report: &mut Report) {
    let broken = |finding: &Finding| matches!(finding.rule, "invalid-expression" | "invalid-template");
    let follows = |finding: &Finding| {
        finding.level == Level::Deny
            && matches!(finding.rule, "wrong-type" | "invalid-value" | "unknown-archetype" | "unpinned-image")
    };
    let causes: Vec<Location> = report.findings.iter().filter(|f| broken(f)).map(|finding| finding.at).collect();
    report.findings.retain(|finding| {
        !finding.message.is_empty() && !(follows(finding) && causes.iter().any(|at| overlap(*at, finding.at)))
    });
    let wrong: Vec<Location> = report.findings.iter().filter(|f| follows(f)).map(|finding| finding.at).collect();
    let mut denied = Vec::new();
    for finding in report.findings.iter_mut().filter(|finding| finding.rule == "unset-variable") {
        if wrong.iter().any(|at| overlap(*at, finding.at)) {
            finding.level = Level::Deny;
            denied.push(finding.at);
        }
    }
    report.findings.retain(|finding| !follows(finding) || !denied.iter().any(|at| overlap(*at, finding.at)));
}

fn overlap(a: Location, b: Location) -> bool {
    a.source == b.source && a.span.start < b.span.end && b.span.start < a.span.end
}
