//! `unresolved-route`: names are routed, but resolve to no address

use super::{Findings, Group, Rule};
use crate::finding::{Finding, Level, Subject};
use crate::plan::{Plan, Role};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unresolved-route",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "names are routed, but the environment has no address for the gateway's host",
    why: "no DNS records are written: nobody finds the names",
    fails: "",
    passes: "",
    fine: "",
    fix: "give the gateway's host an address under `ingress`, or leave `ingress` out where DNS is somebody else's",
    sources: &["the `ingress` of an environment in fleet.yaml"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let Some(environment) = plan.fleet.environments.get(&plan.environment) else { return };
    let Some((stack, gateway, _)) = plan.role(Role::Gateway) else { return };
    // Without any address no records are wanted; one that is none was reported with the settings.
    let host = &stack.host;
    if environment.ingress.is_empty() || environment.ingress.contains_key(host) {
        return;
    }
    if plan.services().all(|(_, _, service)| service.routes.is_empty()) {
        return;
    }
    let path = Path::from_iter(["environments", plan.environment.as_str(), "ingress"]);
    let at = plan.settings.as_ref().and_then(|node| node.at_path(&path)).map_or_else(Default::default, |node| node.at);
    let message = format!("the gateway `{gateway}` runs on the host `{host}`, which has no address here");
    let help = format!("add `{host}: ADDRESS`, or run the stack `{}` on another host", stack.name);
    found.push(Finding::new(rule.name, rule.level, at, message).help(help).about(Subject::path(path)));
}
