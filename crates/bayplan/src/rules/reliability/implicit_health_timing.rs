//! `implicit-health-timing`: a health check leaves all its times to Docker

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "implicit-health-timing",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[],
    finds: "a health check leaves all its times to Docker",
    why: "a first check after 30 seconds, 30 seconds for each, and three failures: what waits for the service waits half a minute, and a hang is found after two",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    healthcheck: { test: [CMD, nginx, -t] }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    healthcheck: { test: [CMD, nginx, -t], interval: 10s, timeout: 5s }\n",
    fine: "services:\n  web:\n    image: acme/web:1.2.3\n    healthcheck: { test: [CMD, web, check], start_period: 30s, start_interval: 1s }\n",
    fix: "set `interval`, `timeout`, `retries` and `start_period`",
    sources: &["KICS #5160", "dclint: no healthcheck parameters"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(check) = service.compose.healthcheck.as_ref().filter(|check| !check.is_off()) else { continue };
        let timed =
            [check.interval, check.timeout, check.start_period, check.start_interval].iter().any(Option::is_some);
        let refused = found.is_any_refused(stack, name, &[&["healthcheck"]]);
        if check.test.is_empty() || timed || check.retries.is_some() || refused {
            continue;
        }
        let message = format!("the health check of `{name}` says nothing of its times");
        let path = service_path(name).key("healthcheck");
        let finding = found.entry(rule, stack, name, path.clone(), message);
        finding.set_help("set `interval`, `timeout`, `retries` and `start_period`");
        let fix = Fix::unsafe_("check every 10 seconds, and give the service 30 to start");
        let fix = fix.set(path.clone().key("interval"), "10s").set(path.clone().key("timeout"), "5s");
        finding.set_fix(fix.set(path.clone().key("retries"), 3).set(path.key("start_period"), "30s"));
    }
}
