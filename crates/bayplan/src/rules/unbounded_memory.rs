//! `unbounded-memory`: a service may use all memory of its host

use super::{Findings, Rule};
use crate::finding::Level;
use crate::plan::Plan;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unbounded-memory",
    level: Level::Deny,
    finds: "a service may use all memory of its host",
    why: "one leak or busy loop takes down every other service of the machine",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    cpus: 0.5\n    mem_limit: 256m\n",
    fix: "set a `size`, or `deploy.resources.limits`",
    sources: &["CIS Docker Benchmark 5.11", "OWASP Docker rule 7"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let limits = service.compose.deploy.as_ref().and_then(|deploy| deploy.resources.as_ref()?.limits.as_ref());
        if service.compose.mem_limit.is_none() && limits.is_none_or(|limits| limits.memory.is_none()) {
            let message = format!("`{name}` has no limit on memory");
            found
                .service(rule, stack, name, &["mem_limit"], message)
                .set_help("set `size: small` in a blueprint, or `deploy.resources.limits.memory`");
        }
    }
}
