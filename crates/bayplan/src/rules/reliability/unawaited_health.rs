//! `unawaited-health`: a service does not wait for the health of one that has a health check

use crate::compose::Condition;
use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::resolve::settle::has_health_check;
use crate::rules::{Findings, Group, Profile, Rule, image_contents, service_path};
use bayplan_yaml::Node;
use serde_json::{Map, Value, json};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unawaited-health",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "a service does not wait for the health of one that has a health check",
    why: "the short form of `depends_on` waits until the container runs, not until the program in it answers",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db]\n  db:\n    image: postgres:17.5\n    healthcheck: { test: [CMD, pg_isready] }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: { db: { condition: service_healthy } }\n  db:\n    image: postgres:17.5\n    healthcheck: { test: [CMD, pg_isready] }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: { db: { condition: service_started } }\n  db:\n    image: postgres:17.5\n    healthcheck: { test: [CMD, pg_isready] }\n",
    fix: "write `depends_on: { db: { condition: service_healthy } }`",
    sources: &["compose-guard", "dockerlint-mcp"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        if service.compose.depends_on.is_empty() {
            continue;
        }
        let path = service_path(name).key("depends_on");
        // Whoever writes a condition means it.
        let Some(items) = stack.document.at_path(&path).and_then(Node::as_seq) else { continue };
        for (index, target) in items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_str()?))) {
            let Some(other) = stack.services.get(target) else { continue };
            let node = stack.document.at_path(&service_path(target));
            let off = other.compose.healthcheck.as_deref().is_some_and(crate::compose::Healthcheck::is_off);
            if off || !(node.is_some_and(has_health_check) || image_contents::checks_health(&other.compose)) {
                continue;
            }
            let message = format!("`{name}` does not wait for the health of `{target}`, which has a health check");
            let finding = found.value(rule, stack, name, path.clone().index(index), message);
            finding.set_help(format!("write `depends_on: {{ {target}: {{ condition: service_healthy }} }}`"));
            let all: Map<String, Value> = items
                .iter()
                .filter_map(Node::as_str)
                .map(|name| {
                    let condition = if name == target { Condition::Healthy } else { Condition::Started };
                    (name.to_owned(), json!({ "condition": condition.as_str() }))
                })
                .collect();
            let fix = Fix::unsafe_(format!("wait for the health of `{target}`"));
            finding.set_fix(fix.set(path.clone(), all));
        }
    }
}
