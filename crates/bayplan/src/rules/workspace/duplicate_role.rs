//! `duplicate-role`: a fleet has two gateways, two metrics servers or two collectors

use crate::finding::{Label, Level};
use crate::plan::{Plan, Role};
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "duplicate-role",
    group: Group::Workspace,
    level: Level::Deny,
    profiles: &[],
    finds: "a fleet has two gateways, two metrics servers or two collectors",
    why: "only the first is connected to the others; the second has its configuration, and reaches nothing in it",
    fails: "\
# file: fleet.yaml
name: fleet
# file: edge.yaml
services: { one: { use: 'traefik:v3.5.0' }, two: { use: 'traefik:v3.5.0' } }
",
    passes: "\
# file: fleet.yaml
name: fleet
# file: edge.yaml
services: { one: { use: 'traefik:v3.5.0' } }
",
    fine: "\
# file: fleet.yaml
name: fleet
# file: edge.yaml
services: { one: { use: 'traefik:v3.5.0' }, two: { image: 'traefik:v3.5.0' } }
",
    fix: "remove one of the two, or write the second without `use`",
    sources: &["the networks that follow from `route`, `metrics` and `traces`"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let roles = [(Role::Gateway, "gateway"), (Role::Metrics, "metrics server"), (Role::Collector, "collector")];
    for (role, what) in roles {
        let mut all = plan.services().filter(|(_, _, service)| service.role == Some(role));
        let Some((first_stack, first, _)) = all.next() else { continue };
        let at = found.at(first_stack, &service_path(first).key("use"));
        for (stack, name, _) in all {
            let whose = match first_stack.name == stack.name {
                true => format!("`{first}`"),
                false => format!("`{}/{first}`", first_stack.name),
            };
            let message = format!("`{name}` is a second {what}: only {whose} is connected to the services");
            let finding = found.value(rule, stack, name, service_path(name).key("use"), message);
            finding.set_help("remove one of the two");
            finding.related.push(Label { at, message: format!("the first {what}") });
        }
    }
}
