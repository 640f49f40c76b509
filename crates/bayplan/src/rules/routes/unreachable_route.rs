//! `unreachable-route`: a route leads to a service that the gateway cannot reach

use crate::finding::Level;
use crate::plan::reach::Reach;
use crate::plan::{Plan, Role, Stack};
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unreachable-route",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a route leads to a service that the gateway cannot reach",
    why: "the name answers with an error page",
    fails: "services:\n  traefik:\n    image: traefik:3.7.1\n    networks: [proxy]\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)']\nnetworks: { proxy: {} }\n",
    passes: "services:\n  traefik:\n    image: traefik:3.7.1\n    networks: [proxy]\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)']\nnetworks: { proxy: {} }\n",
    fine: "\
services:
  traefik:
    image: traefik:3.7.1
    network_mode: host
  web:
    image: nginx:1.27.3
    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)']
",
    fix: "give the fleet a gateway, and the service a network",
    sources: &[
        "https://github.com/traefik/traefik/issues/1156",
        "https://github.com/Dokploy/dokploy/issues/3200",
        "https://github.com/Dokploy/dokploy/issues/3435",
    ],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    labelled(rule, plan, found);
    let gateway = plan.role(Role::Gateway);
    for (stack, name, service) in plan.services().filter(|(_, _, service)| !service.routes.is_empty()) {
        let Some((home, gateway_name, _)) = gateway else {
            let message = format!("`{name}` has a route, but the fleet has no gateway");
            found
                .service(rule, stack, name, &["route"], message)
                .set_help("add a service with `use: traefik:…` to a blueprint");
            continue;
        };
        if let Some(mode) = &service.compose.network_mode {
            let message =
                format!("`{name}` has a route, but with `network_mode: {mode}` it is on no network of the gateway");
            found.service(rule, stack, name, &["network_mode"], message).set_help("remove `network_mode`");
        } else if !meet((stack, name), (home, gateway_name), plan) {
            let message = format!("`{name}` has a route, but shares no network with `{gateway_name}`");
            found.service(rule, stack, name, &["route"], message).set_help("remove `network_mode` from the gateway");
        }
    }
}

/// Whether two services are on one network: one key can name different networks in two stacks.
fn meet((stack, service): (&Stack, &str), (home, gateway): (&Stack, &str), plan: &Plan) -> bool {
    plan.reach(stack, service).meets(&plan.reach(home, gateway)) != Some(false)
}

/// Services whose labels make a route.
fn labelled(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let gateways: Vec<_> = plan.observed.gateways(plan).collect();
    for labelled in plan.observed.labelled.iter().filter(|labelled| plan.observed.is_exposed(labelled)) {
        let (Some(router), Some(stack)) = (labelled.dynamic.routers.first(), plan.stacks.get(&labelled.stack)) else {
            continue;
        };
        let name = labelled.service.as_str();
        let elsewhere = |router: &crate::observe::traefik::Router| {
            router.service.as_ref().is_some_and(|service| service.value.contains('@'))
        };
        if labelled.names_servers() || labelled.dynamic.routers.iter().all(elsewhere) {
            continue;
        }
        let reach = plan.reach(stack, name);
        let path = labelled.path(router.protocol, "routers", &router.name.value, "rule");
        // Whoever runs several gateways means one of them.
        let near = gateways.iter().filter(|(_, home, _)| home.host == stack.host);
        let met = near.clone().map(|(install, _, gateway)| (install, reach.meets(gateway)));
        if near.clone().next().is_none() || met.clone().any(|(_, meets)| meets != Some(false)) {
            continue;
        }
        let Some((install, _, of_gateway)) = near.clone().next() else { continue };
        let gateway = &install.service;
        if reach == Reach::Nowhere {
            let message = format!("`{name}` has a route, but with `network_mode: none` nobody can reach it");
            found.word(rule, labelled, router.name.at, path, message).set_help("give it a network of the gateway");
            continue;
        }
        let Reach::Networks(of_gateway) = of_gateway else { continue };
        let message = format!("`{name}` has a route, but shares no network with `{gateway}`");
        let names: Vec<String> = of_gateway.iter().map(|name| format!("`{name}`")).collect();
        let help = format!("put `{name}` on a network of `{gateway}`: {}", names.join(" or "));
        found.word(rule, labelled, router.name.at, path, message).set_help(help);
    }
}
