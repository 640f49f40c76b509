//! `idle-start-interval`: a health check has a `start_interval`, but no time in which it counts

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "idle-start-interval",
    group: Group::Reliability,
    level: Level::Warn,
    profiles: &[],
    finds: "a health check has a `start_interval`, but no time in which it counts",
    why: "`start_interval` holds during `start_period`, which is 0 where it is not written",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    healthcheck: { test: [CMD, nginx, -t], start_interval: 1s }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    healthcheck: { test: [CMD, nginx, -t], start_interval: 1s, start_period: 30s }\n",
    fine: "services:\n  web:\n    image: acme/web:1.2.3\n    healthcheck: { start_interval: 1s }\n",
    fix: "set `start_period` to the time that the service takes to start, or remove `start_interval`",
    sources: &["https://docs.docker.com/reference/dockerfile/#healthcheck"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(check) = service.compose.healthcheck.as_ref().filter(|check| !check.is_off()) else { continue };
        let idle = check.start_interval.is_some() && check.start_period.is_none_or(|period| period.0 == 0);
        // Without a test, it is that of the image, with its times.
        if idle && !check.test.is_empty() {
            let message = format!("the `start_interval` of `{name}` never counts: it has no `start_period`");
            let finding = found.service(rule, stack, name, &["healthcheck", "start_interval"], message);
            finding.set_help("set `start_period` to the time that the service takes to start");
            let path = service_path(name).key("healthcheck").key("start_period");
            finding.set_fix(Fix::unsafe_("add `start_period: 30s`").set(path, "30s"));
        }
    }
}
