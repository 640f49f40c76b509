//! `unknown-route-network`: a label names a network for Traefik that the service is not on

use crate::finding::Level;
use crate::plan::Plan;
use crate::plan::reach::Reach;
use crate::record::nearest;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-route-network",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a label names a network for Traefik that the service is not on",
    why: "Docker knows the networks of a project by their whole names: Traefik finds none, takes any other, and the gateway times out",
    fails: "name: shop\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\n    labels: [traefik.docker.network=proxy, 'traefik.http.routers.web.rule=Host(`a.example.org`)']\nnetworks: { proxy: {} }\n",
    passes: "name: shop\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\n    labels: [traefik.docker.network=shop_proxy, 'traefik.http.routers.web.rule=Host(`a.example.org`)']\nnetworks: { proxy: {} }\n",
    fine: "name: shop\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\n    labels: [traefik.docker.network=edge, 'traefik.http.routers.web.rule=Host(`a.example.org`)']\nnetworks: { proxy: { external: true, name: edge } }\n",
    fix: "name the network as Docker knows it: `PROJECT_NETWORK`, or its `name`",
    sources: &["https://github.com/traefik/traefik/issues/1156"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for labelled in &plan.observed.labelled {
        let Some(label) = labelled.network.as_ref().filter(|label| !label.value.value.is_empty()) else { continue };
        let Some(stack) = plan.stacks.get(&labelled.stack) else { continue };
        let name = &labelled.service;
        let Reach::Networks(networks) = plan.reach(stack, name) else { continue };
        let wanted = &label.value.value;
        if networks.contains(wanted) || plan.observed.installs.iter().any(|install| install.is_swarm()) {
            continue;
        }
        let whole = stack.network_name(wanted);
        let is_key = stack.network_owner(name).is_some_and(|(_, owner)| owner.compose.networks.contains_key(wanted));
        let known: Vec<&str> = networks.iter().map(String::as_str).collect();
        let (message, help) = if is_key || wanted == "default" && networks.contains(&whole) {
            (
                format!("Docker knows the network `{wanted}` of `{name}` as `{whole}`"),
                format!("write `{whole}`, or give the network that `name`"),
            )
        } else {
            let help = match nearest(wanted, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("put `{name}` on it, or name one of its networks"),
            };
            (format!("`{name}` is not on the network `{wanted}` that Traefik is to reach it by"), help)
        };
        found.word(rule, labelled, label.value.at, label.path.clone(), message).set_help(help);
    }
}
