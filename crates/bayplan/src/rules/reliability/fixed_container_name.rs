//! `fixed-container-name`: a container has a name of its own

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "fixed-container-name",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[],
    finds: "a container has a name of its own",
    why: "names are those of the whole machine: a second copy of the project does not start, and the service cannot be scaled",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    container_name: web\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    hostname: web\n",
    fix: "remove `container_name`: others reach a service by its own name",
    sources: &["compose-guard"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(container) = &service.compose.container_name else { continue };
        let message = format!("the container of `{name}` has the fixed name `{container}`");
        let finding = found.service(rule, stack, name, &["container_name"], message);
        finding.set_help("remove `container_name`: others reach a service by its own name");
        let path = service_path(name).key("container_name");
        finding.set_fix(Fix::unsafe_("remove `container_name`").delete(path));
    }
}
