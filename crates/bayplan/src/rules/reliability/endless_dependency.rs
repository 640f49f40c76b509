//! `endless-dependency`: a service waits for the end of one that is started again whenever it ends

use super::awaited::restarts_always;
use crate::compose::Condition;
use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "endless-dependency",
    group: Group::Reliability,
    level: Level::Warn,
    profiles: &[],
    finds: "a service waits for the end of one that is started again whenever it ends",
    why: "Docker starts the finished container again before Compose sees that it ended: the job runs over and over, and the dependant may wait for ever",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: { migrate: { condition: service_completed_successfully } }\n  migrate:\n    image: acme/migrate:1.2.3\n    restart: unless-stopped\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: { migrate: { condition: service_completed_successfully } }\n  migrate:\n    image: acme/migrate:1.2.3\n    restart: 'no'\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: { migrate: { condition: service_completed_successfully } }\n  migrate:\n    image: acme/migrate:1.2.3\n    restart: on-failure:3\n",
    fix: "give the job `restart: \"no\"` or `on-failure`",
    sources: &["https://docs.docker.com/compose/how-tos/startup-order/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (target, _) in service.compose.depends_on.iter().filter(|(_, on)| on.condition == Condition::Completed) {
            let Some(other) = stack.services.get(target).filter(|other| restarts_always(&other.compose)) else {
                continue;
            };
            let deploy = other.compose.deploy.as_ref().is_some_and(|deploy| deploy.restart_policy.is_some());
            let keys: &[&str] = if deploy { &["deploy", "restart_policy", "condition"] } else { &["restart"] };
            let message = format!("`{name}` waits for the end of `{target}`, which is started again whenever it ends");
            let finding = found.service(rule, stack, target, keys, message);
            finding.set_help(if deploy {
                "set `condition: on-failure`"
            } else {
                "set `restart: on-failure`, or `restart: \"no\"`"
            });
            let path = keys.iter().fold(service_path(target), |path, key| path.key(*key));
            finding.set_fix(Fix::unsafe_("start it again on failure only").set(path, "on-failure"));
        }
    }
}
