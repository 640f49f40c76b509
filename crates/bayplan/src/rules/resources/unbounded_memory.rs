//! `unbounded-memory`: a service may use all memory of its host

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unbounded-memory",
    group: Group::Resources,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a service may use all memory of its host",
    why: "one leak or busy loop takes down every other service of the machine",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    cpus: 0.5\n    mem_limit: 256m\n",
    fine: "\
services:
  web:
    image: nginx:1.27.3
    deploy: { resources: { limits: { memory: 256M } } }
",
    fix: "set a `size`, or `deploy.resources.limits`",
    sources: &["CIS Docker Benchmark 5.11", "OWASP Docker rule 7"],
    check,
};

/// Where a limit is written.
const WRITTEN_AS: &[&[&str]] = &[&["mem_limit"], &["deploy", "resources", "limits", "memory"], &["size"]];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let limits = service.compose.deploy.as_ref().and_then(|deploy| deploy.resources.as_ref()?.limits.as_ref());
        let limit = limits.and_then(|limits| limits.memory).or(service.compose.mem_limit);
        // Docker takes 0 and -1 for "no limit".
        let refused = found.is_any_refused(stack, name, WRITTEN_AS);
        if limit.is_none_or(|limit| limit.0 <= 0) && !refused {
            let message = format!("`{name}` has no limit on memory");
            found
                .service(rule, stack, name, &["mem_limit"], message)
                .set_help("set `size: small` in a blueprint, or `deploy.resources.limits.memory`");
        }
    }
}
