//! `endless-restart`: a service is started again without end

use super::awaited::restart;
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "endless-restart",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "a service is started again without end",
    why: "one that cannot start takes the machine's time for ever, and nobody sees that it failed",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    restart: always\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    restart: on-failure:5\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    deploy: { restart_policy: { condition: on-failure, max_attempts: 5 } }\n",
    fix: "set `restart: on-failure:5`",
    sources: &["CIS Docker Benchmark 5.15", "OWASP Docker rule 7", "KICS: Restart Policy On Failure"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let policy = compose.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref());
        let endless = match restart(compose) {
            Some("always" | "unless-stopped" | "any") => true,
            // 0 is no bound.
            Some("on-failure") => policy.and_then(|policy| policy.max_attempts).is_none_or(|times| times == 0),
            Some("on-failure:0") => true,
            _ => false,
        };
        if endless {
            let keys: &[&str] =
                if policy.is_some() { &["deploy", "restart_policy", "condition"] } else { &["restart"] };
            let message = format!("`{name}` is started again without end");
            let help = if policy.is_some() {
                "set `condition: on-failure` and `max_attempts: 5`"
            } else {
                "set `restart: on-failure:5`"
            };
            found.service(rule, stack, name, keys, message).set_help(help);
        }
    }
}
