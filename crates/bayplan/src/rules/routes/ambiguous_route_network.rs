//! `ambiguous-route-network`: Traefik may take a network for a service on which it cannot reach it

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::plan::reach::Reach;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "ambiguous-route-network",
    group: Group::Routes,
    level: Level::Warn,
    profiles: &[],
    finds: "a routed service is on several networks, not all of them with Traefik, and does not say which one leads to it",
    why: "Traefik takes any of them: after a restart the route answers with an error or not at all",
    fails: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: [--providers.docker=true]\n    networks: [proxy]\n  web:\n    image: nginx:1.27.3\n    networks: [proxy, back]\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)']\nnetworks: { proxy: {}, back: {} }\n",
    passes: "name: shop\nservices:\n  traefik:\n    image: traefik:3.7.1\n    command: [--providers.docker=true]\n    networks: [proxy]\n  web:\n    image: nginx:1.27.3\n    networks: [proxy, back]\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.docker.network=shop_proxy]\nnetworks: { proxy: {}, back: {} }\n",
    fine: "services:\n  traefik:\n    image: traefik:3.7.1\n    networks: [proxy, back]\n    command: [--providers.docker=true]\n  web:\n    image: nginx:1.27.3\n    networks: [proxy, back]\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)']\nnetworks: { proxy: {}, back: {} }\n",
    fix: "name the network: `traefik.docker.network`, or `providers.docker.network` for all",
    sources: &["https://github.com/traefik/traefik/issues/5040", "https://github.com/Dokploy/dokploy/issues/4899"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let gateways: Vec<_> = plan.observed.gateways(plan).collect();
    if plan.observed.installs.iter().any(|install| install.network().is_some() || !install.is_known()) {
        return;
    }
    for labelled in plan.observed.labelled.iter().filter(|labelled| plan.observed.is_exposed(labelled)) {
        let Some(stack) = plan.stacks.get(&labelled.stack) else { continue };
        if labelled.network.is_some() || labelled.dynamic.routers.is_empty() || labelled.names_servers() {
            continue;
        }
        let name = &labelled.service;
        let Reach::Networks(networks) = plan.reach(stack, name) else { continue };
        if networks.len() < 2 {
            continue;
        }
        // Each gateway has to reach it on whichever it takes.
        let wrong: Vec<&str> = networks
            .iter()
            .filter(|network| {
                gateways.iter().any(|(_, _, reach)| matches!(reach, Reach::Networks(own) if !own.contains(*network)))
            })
            .map(String::as_str)
            .collect();
        if wrong.is_empty() || wrong.len() == networks.len() {
            continue;
        }
        let message = format!(
            "`{name}` is on {} networks, and Traefik may take {}, on which it is not",
            networks.len(),
            wrong.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
        );
        let right = networks.iter().find(|network| !wrong.contains(&network.as_str()));
        let help = right.map(|right| format!("add the label `traefik.docker.network={right}`"));
        let router = &labelled.dynamic.routers[0];
        let path = labelled.path(router.protocol, "routers", &router.name.value, "rule");
        let finding = found.word(rule, labelled, router.name.at, path, message);
        finding.help = help;
        if let Some(right) = right {
            let label = service_path(name).key("labels").key("traefik.docker.network");
            let title = format!("add the label `traefik.docker.network={right}`");
            finding.set_fix(Fix::unsafe_(title).set(label, right.as_str()));
        }
    }
}
