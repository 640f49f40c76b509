//! `missing-health-check`: nobody finds out whether a service works

use super::awaited::{awaited, restart};
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, image_contents};

/// The rule.
pub const RULE: Rule = Rule {
    name: "missing-health-check",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "a service has no health check, and its image is not known to bring one",
    why: "a program that hangs counts as running: nothing waits for it, nothing routes around it",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    healthcheck: { test: [CMD, curl, -f, 'http://127.0.0.1/'] }\n",
    fine: "services:\n  vpn:\n    image: qmcgaw/gluetun:v3.40.0\n  migrate:\n    image: acme/migrate:1.2.3\n    restart: 'no'\n  own:\n    build: .\n",
    fix: "add a `healthcheck` that asks the service itself",
    sources: &["CIS Docker Benchmark 5.27", "KICS: Healthcheck Not Set", "docksec"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let awaited = awaited(plan);
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        // The Dockerfile of what is built here may have one.
        let elsewhere = compose.build.is_some() || compose.provider.is_some() || image_contents::checks_health(compose);
        let ends = awaited.contains(&(stack.name.as_str(), name)) || matches!(restart(compose), Some("no" | "none"));
        if compose.healthcheck.is_none()
            && !elsewhere
            && !ends
            && !found.is_any_refused(stack, name, &[&["healthcheck"]])
        {
            let message = format!("`{name}` has no health check");
            let finding = found.service(rule, stack, name, &["healthcheck"], message);
            finding.set_help("add a `healthcheck` that asks the service itself");
        }
    }
}
