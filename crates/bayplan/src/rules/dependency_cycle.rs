//! `dependency-cycle`: services wait for one another in a circle

use super::{Findings, Rule};
use crate::finding::Level;
use crate::plan::Plan;
use std::collections::{BTreeSet, VecDeque};

/// The rule.
pub const RULE: Rule = Rule {
    name: "dependency-cycle",
    level: Level::Deny,
    finds: "services wait for one another in a circle",
    why: "none of them can start first",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db]\n  db:\n    image: nginx:1.27.3\n    depends_on: [web]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db]\n  db:\n    image: nginx:1.27.3\n",
    fix: "remove one of the dependencies",
    sources: &["compose-go 2.16.2 loader/validate.go"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for stack in plan.stacks.values() {
        let mut said: BTreeSet<BTreeSet<&str>> = BTreeSet::new();
        for start in stack.services.keys() {
            let Some(cycle) = shortest(stack, start) else { continue };
            if !said.insert(cycle.iter().copied().collect()) {
                continue;
            }
            let round = cycle.iter().chain([&cycle[0]]).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
            let key = if stack.services[start].needs.is_empty() { "depends_on" } else { "needs" };
            found
                .service(rule, stack, start, &[key], format!("services wait for one another: {round}"))
                .set_help("remove one of these dependencies");
        }
    }
}

/// The shortest way from `start` back to it.
fn shortest<'a>(stack: &'a crate::plan::Stack, start: &'a str) -> Option<Vec<&'a str>> {
    let mut queue = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = queue.pop_front() {
        let last = *way.last()?;
        for next in stack.services.get(last)?.compose.depends_on.keys() {
            if next == start {
                return Some(way);
            }
            if stack.services.contains_key(next) && seen.insert(next.as_str()) {
                queue.push_back(way.iter().copied().chain([next.as_str()]).collect());
            }
        }
    }
    None
}
