//! `disabled-health-check`: the health check of a service is turned off

use super::awaited::{awaited, restart};
use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "disabled-health-check",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "the health check of a service is turned off",
    why: "a program that hangs counts as running, though its image knows how to tell",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    healthcheck: { disable: true }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    healthcheck: { disable: false, test: [CMD, nginx, -t] }\n",
    fine: "services:\n  migrate:\n    image: acme/migrate:1.2.3\n    restart: 'no'\n    healthcheck: { disable: true }\n",
    fix: "remove it, or write a `test` that works",
    sources: &["compose-lint CL-0015", "KICS: Healthcheck Not Set"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let off = |(_, _, service): &(_, _, &crate::plan::Service)| {
        service.compose.healthcheck.as_deref().is_some_and(crate::compose::Healthcheck::is_off)
    };
    if !plan.services().any(|service| off(&service)) {
        return;
    }
    let awaited = awaited(plan);
    for (stack, name, service) in plan.services().filter(off) {
        if awaited.contains(&(stack.name.as_str(), name)) || matches!(restart(&service.compose), Some("no" | "none")) {
            continue;
        }
        let disabled = service.compose.healthcheck.as_ref().is_some_and(|check| check.disable == Some(true));
        let key = if disabled { "disable" } else { "test" };
        let message = format!("the health check of `{name}` is turned off");
        let finding = found.service(rule, stack, name, &["healthcheck", key], message);
        finding.set_help("remove it, or write a `test` that works");
        let fix = Fix::unsafe_("turn the health check on");
        finding.set_fix(fix.delete(service_path(name).key("healthcheck").key(key)));
    }
}
