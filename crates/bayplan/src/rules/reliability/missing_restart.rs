//! `missing-restart`: nobody starts a service again

use super::awaited::{awaited, restart};
use super::endless_restart;
use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "missing-restart",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "a service has no restart policy",
    why: "after a crash, or when the machine comes up again, it stays down until somebody looks",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    restart: unless-stopped\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    deploy: { restart_policy: { condition: on-failure } }\n    depends_on: { migrate: { condition: service_completed_successfully } }\n  migrate:\n    image: acme/migrate:1.2.3\n  shell:\n    image: acme/shell:1.2.3\n    profiles: [tools]\n",
    fix: "set `restart: unless-stopped`, or `restart: \"no\"` for a job",
    sources: &["KICS: Restart Policy", "compose-guard", "dockerlint-mcp"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let awaited = awaited(plan);
    let policy = if plan.policy.asks(&endless_restart::RULE) { "on-failure:5" } else { "unless-stopped" };
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        // What has a profile is started by hand.
        let by_hand = !compose.profiles.is_empty() || compose.provider.is_some();
        let refused = found.is_any_refused(stack, name, &[&["restart"], &["deploy"]]);
        if restart(compose).is_some_and(|policy| !policy.is_empty())
            || by_hand
            || refused
            || awaited.contains(&(stack.name.as_str(), name))
            // That is another fact.
            || compose.deploy.as_ref().is_some_and(|deploy| deploy.restart_policy.is_some())
        {
            continue;
        }
        let message = format!("`{name}` has no restart policy");
        let finding = found.service(rule, stack, name, &["restart"], message);
        finding.set_help(format!("set `restart: {policy}`, or `restart: \"no\"` where it runs to its end"));
        let path = service_path(name).key("restart");
        finding.set_fix(Fix::unsafe_(format!("add `restart: {policy}`")).set(path, policy));
    }
}
