//! `unresolved-route`: names are routed, but resolve to no address

use crate::finding::{Finding, Level, Subject};
use crate::observe::dnsmasq::Line;
use crate::observe::names::is_below;
use crate::plan::{Plan, Role};
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unresolved-route",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "names are routed, but the environment has no address for the gateway's host, or dnsmasq no line for the name",
    why: "no DNS records are written: nobody finds the names",
    fails: "# file: compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`web.home.lan`)']\n# file: dnsmasq/lan.conf\nlocal=/home.lan/\nhost-record=nas.home.lan,10.0.0.2\n",
    passes: "# file: compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`web.home.lan`)']\n# file: dnsmasq/lan.conf\nlocal=/home.lan/\nhost-record=web.home.lan,10.0.0.1\n",
    fine: "# file: compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`web.home.lan`)']\n# file: dnsmasq/lan.conf\nserver=/example.org/10.0.0.53\nhost-record=nas.other.lan,10.0.0.2\n",
    fix: "give the gateway's host an address under `ingress`, or leave `ingress` out where DNS is somebody else's",
    sources: &["the `ingress` of an environment in fleet.yaml"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    unanswered(rule, plan, found);
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

/// Names of routers that dnsmasq does not answer, though it answers their neighbours.
fn unanswered(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    if plan.observed.dnsmasq.is_empty() {
        return;
    }
    let answered = plan.observed.answered();
    let parent = |name: &str| name.split_once('.').map(|(_, parent)| parent.to_owned());
    let lines = plan.observed.dnsmasq.iter().flat_map(|file| &file.says);
    // Zones that are asked nobody else for.
    let own: Vec<String> = lines
        .filter_map(|line| match line {
            Line::Server { zones, server: None } => Some(zones),
            _ => None,
        })
        .flatten()
        .map(|zone| zone.value.to_ascii_lowercase())
        .collect();
    let neighbours: std::collections::BTreeSet<String> =
        answered.iter().filter(|one| !one.addresses.is_empty()).filter_map(|one| parent(&one.name)).collect();
    for (by, routed) in plan.observed.routed().0 {
        let is_here = own.iter().any(|zone| is_below(&routed.name, zone))
            || parent(&routed.name).is_some_and(|parent| parent.contains('.') && neighbours.contains(&parent));
        if !is_here || answered.iter().any(|one| one.covers(&routed.name)) {
            continue;
        }
        let message =
            format!("the router `{}` takes `{}`, which dnsmasq does not answer", routed.router.name.value, routed.name);
        let finding = found.told(rule, Told::router(by, routed.router), "rule", routed.at, message);
        finding.level = Level::Warn;
        finding.set_help(format!("add `host-record={},ADDRESS`", routed.name));
    }
}
