//! `conflicting-restart`: `restart` is written, but `deploy.restart_policy` says otherwise and wins

use crate::compose::deploy::RestartPolicy;
use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "conflicting-restart",
    group: Group::Reliability,
    level: Level::Warn,
    profiles: &[],
    finds: "`restart` is written, but `deploy.restart_policy` says otherwise and wins",
    why: "Compose takes `deploy.restart_policy`, and where that has no `condition`, the container is never started again",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    restart: always\n    deploy: { restart_policy: { max_attempts: 3 } }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    restart: always\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    restart: on-failure:3\n    deploy: { restart_policy: { condition: on-failure, max_attempts: 3, delay: 5s } }\n",
    fix: "write one of the two",
    sources: &["docker/compose, pkg/compose/create.go, getRestartPolicy"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(restart) = service.compose.restart.as_deref().filter(|restart| !restart.is_empty()) else { continue };
        let Some(policy) = service.compose.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref()) else {
            continue;
        };
        let (wins, times) = of_policy(policy);
        if of_restart(restart) == (wins, times) || found.is_any_refused(stack, name, &[&["restart"], &["deploy"]]) {
            continue;
        }
        let wins = match (wins, times) {
            ("", _) => "without a `condition`, so that it is never started again".to_owned(),
            (wins, 0) => format!("with `{wins}`"),
            (wins, times) => format!("with `{wins}` and {times} attempts"),
        };
        let message = format!("`{name}` has `restart: {restart}`, but `deploy.restart_policy` counts, {wins}");
        let finding = found.service(rule, stack, name, &["restart"], message);
        finding.set_help("remove one of the two");
        let path = service_path(name).key("deploy").key("restart_policy");
        finding.set_fix(Fix::unsafe_("remove `deploy.restart_policy`").delete(path));
    }
}

/// What Docker gets from `deploy.restart_policy`: the name, and how often.
fn of_policy(policy: &RestartPolicy) -> (&str, i64) {
    let name = match policy.condition.as_deref().unwrap_or_default() {
        "none" => "no",
        "any" => "always",
        other => other,
    };
    (name, policy.max_attempts.unwrap_or(0))
}

/// What Docker gets from `restart`.
fn of_restart(restart: &str) -> (&str, i64) {
    let (name, times) = restart.split_once(':').unwrap_or((restart, "0"));
    (name, times.parse().unwrap_or(0))
}
