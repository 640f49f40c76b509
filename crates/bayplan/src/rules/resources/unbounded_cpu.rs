//! `unbounded-cpu`: a service may use all CPU of its host

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unbounded-cpu",
    group: Group::Resources,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a service may use all CPU of its host",
    why: "one leak or busy loop takes down every other service of the machine",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    cpus: 0.5\n    mem_limit: 256m\n",
    fine: "\
services:
  web:
    image: nginx:1.27.3
    deploy: { resources: { limits: { cpus: '0.50' } } }
",
    fix: "set a `size`, or `deploy.resources.limits`",
    sources: &["CIS Docker Benchmark 5.12", "OWASP Docker rule 7"],
    check,
};

/// Where a limit is written.
const WRITTEN_AS: &[&[&str]] = &[&["cpus"], &["deploy", "resources", "limits", "cpus"], &["size"]];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let limits = service.compose.deploy.as_ref().and_then(|deploy| deploy.resources.as_ref()?.limits.as_ref());
        let limit = limits.and_then(|limits| limits.cpus).or(service.compose.cpus);
        // Docker takes 0 for "no limit"; what is negative is refused.
        let refused = found.is_any_refused(stack, name, WRITTEN_AS);
        if limit.is_none_or(|limit| limit == 0.0) && !refused {
            let message = format!("`{name}` has no limit on CPU");
            found
                .service(rule, stack, name, &["cpus"], message)
                .set_help("set `size: small` in a blueprint, or `deploy.resources.limits.cpus`");
        }
    }
}
