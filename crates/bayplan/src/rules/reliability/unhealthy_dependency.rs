//! `unhealthy-dependency`: a service waits for the health of one that has no health check

use crate::compose::{Condition, Healthcheck, Service};
use crate::finding::Level;
use crate::plan::Plan;
use crate::resolve::settle::has_health_check;
use crate::rules::{Findings, Group, Rule, image_contents};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unhealthy-dependency",
    group: Group::Reliability,
    level: Level::Warn,
    profiles: &[],
    finds: "a service waits for the health of one that has no health check",
    why: "unless the image brings a check of its own, Compose refuses to start the dependant",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: { db: { condition: service_healthy } }\n  db:\n    image: nginx:1.27.3\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: { db: { condition: service_healthy } }\n  db:\n    image: nginx:1.27.3\n    healthcheck: { test: [CMD, nginx, -t] }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: { vpn: { condition: service_healthy } }\n  vpn:\n    image: qmcgaw/gluetun:v3.40.0\n",
    fix: "give the other service a `healthcheck`, or wait with `service_started`",
    sources: &["docker compose: dependency failed to start: container has no healthcheck configured"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (target, dependency) in &service.compose.depends_on {
            let path = Path::from_iter(["services", target.as_str()]);
            let Some(node) = stack.document.at_path(&path) else { continue };
            let other = stack.services.get(target).map(|other| &other.compose);
            let off = |other: &Service| other.healthcheck.as_deref().is_some_and(Healthcheck::is_off);
            let brings_one = other.is_some_and(|other| !off(other) && image_contents::checks_health(other));
            if dependency.condition == Condition::Healthy && !has_health_check(node) && !brings_one {
                let wanted = service.needs.iter().any(|edge| edge.stack == stack.name && &edge.service == target);
                let message = format!("`{name}` waits for the health of `{target}`, which has no health check");
                let edge = service.needs.iter().find(|edge| edge.stack == stack.name && &edge.service == target);
                let key = if edge.is_some() { "needs" } else { "depends_on" };
                let finding = found.service(rule, stack, name, &[key, target, "condition"], message);
                if wanted {
                    finding.level = Level::Deny;
                }
                finding.set_help(format!("give `{target}` a `healthcheck`, or wait with `service_started`"));
            }
        }
    }
}
