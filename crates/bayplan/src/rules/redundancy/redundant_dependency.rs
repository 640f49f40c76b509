//! `redundant-dependency`: a service waits for one that another of its dependencies waits for already

use crate::compose::Condition;
use crate::compose::depends::Dependency;
use crate::finding::{Fix, Level};
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "redundant-dependency",
    group: Group::Redundancy,
    level: Level::Allow,
    profiles: &[],
    finds: "a service waits for one that another of its dependencies waits for already",
    why: "the order of starting is the same without",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [api, db]\n  api:\n    image: nginx:1.27.3\n    depends_on: [db]\n  db:\n    image: postgres:17.5\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [api]\n  api:\n    image: nginx:1.27.3\n    depends_on: [db]\n  db:\n    image: postgres:17.5\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: { api: { condition: service_started }, db: { condition: service_healthy } }\n  api:\n    image: nginx:1.27.3\n    depends_on: [db]\n  db:\n    image: postgres:17.5\n    healthcheck: { test: pg_isready }\n",
    fix: "remove it from `depends_on`",
    sources: &["bayplan"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let waits = &service.compose.depends_on;
        // One that talks to it says so, whoever else does: only the order counts here.
        for (target, dependency) in waits.iter().filter(|_| waits.len() > 1) {
            let by = waits.keys().find(|other| *other != target && brings(stack, waits, other, target, dependency));
            let Some(by) = by else { continue };
            let path = service_path(name).key("depends_on");
            let message = format!("`{name}` waits for `{by}`, which waits for `{target}` already");
            let items = stack.document.at_path(&path).and_then(Node::as_seq);
            let at = match items.and_then(|items| items.iter().position(|item| item.as_str() == Some(target))) {
                Some(index) => path.index(index),
                None => path.key(target.as_str()),
            };
            let fix = Fix::safe(format!("remove `{target}` from `depends_on`")).delete(at.clone());
            let finding = found.entry(rule, stack, name, at, message);
            finding.set_help(format!("remove `{target}` from `depends_on`")).set_fix(fix);
        }
    }
}

/// Whether `other`, which has to be there, itself waits for `target`, for as much, and in every case.
fn brings(
    stack: &Stack,
    waits: &indexmap::IndexMap<String, Dependency>,
    other: &str,
    target: &str,
    dependency: &Dependency,
) -> bool {
    let is_firm = |dependency: &Dependency| dependency.required != Some(false);
    let (Some(service), Some(own)) = (stack.services.get(other), waits.get(other)) else { return false };
    let Some(theirs) = service.compose.depends_on.get(target) else { return false };
    let as_much = dependency.condition == Condition::Started || theirs.condition == dependency.condition;
    as_much && is_firm(own) && is_firm(theirs) && is_firm(dependency) && dependency.restart != Some(true)
}
