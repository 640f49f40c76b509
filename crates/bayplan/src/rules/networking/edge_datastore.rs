//! `edge-datastore`: a datastore is on the network of the proxy

use crate::finding::Level;
use crate::plan::{Plan, Role};
use crate::rules::image_kinds::{is_datastore, is_proxy};
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "edge-datastore",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a datastore is on a network with the proxy that takes requests from outside",
    why: "whoever takes over the proxy, or any other service behind it, talks to the database",
    fails: "services:\n  traefik:\n    image: traefik:v3.3.4\n    networks: [edge]\n  db:\n    image: postgres:17.5\n    networks: [edge]\nnetworks:\n  edge: {}\n",
    passes: "services:\n  traefik:\n    image: traefik:v3.3.4\n    networks: [edge]\n  web:\n    image: nginx:1.27.3\n    networks: [edge, back]\n  db:\n    image: postgres:17.5\n    networks: [back]\nnetworks:\n  edge: {}\n  back: {}\n",
    fine: "services:\n  traefik:\n    image: traefik:v3.3.4\n    networks: [edge]\n  db:\n    image: postgres:17.5\n    networks: [edge]\n    labels: ['traefik.enable=true', 'traefik.tcp.routers.db.rule=HostSNI(`db.example.org`)']\nnetworks:\n  edge: {}\n",
    fix: "put it on a network with the services that use it, and no other",
    sources: &["OWASP Docker rule 5"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut edges: BTreeMap<(&str, String), &str> = BTreeMap::new();
    for (stack, name, service) in plan.services() {
        if service.role == Some(Role::Gateway) || is_proxy(&service.compose) {
            for key in service.compose.networks.keys() {
                edges.insert((&stack.host, stack.network_name(key)), name);
            }
        }
    }
    if edges.is_empty() {
        return;
    }
    for (stack, name, service) in plan.services().filter(|(.., service)| is_datastore(&service.compose)) {
        // One that is routed has to be there.
        if service.compose.labels.keys().any(|label| label.starts_with("traefik.tcp.")) || !service.routes.is_empty() {
            continue;
        }
        for key in service.compose.networks.keys() {
            let Some(proxy) = edges.get(&(stack.host.as_str(), stack.network_name(key))) else { continue };
            let message = format!("the datastore `{name}` is on `{key}`, the network of the proxy `{proxy}`");
            let path = service_path(name).key("networks").key(key.as_str());
            let finding = found.entry(rule, stack, name, path, message);
            finding.set_help("put it on a network with the services that use it, and no other");
        }
    }
}
