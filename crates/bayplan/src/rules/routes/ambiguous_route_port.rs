//! `ambiguous-route-port`: a routed service has several ports, and does not say which one answers

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "ambiguous-route-port",
    group: Group::Routes,
    level: Level::Warn,
    profiles: &[],
    finds: "a routed service has several ports and does not say which one answers, or has none that Traefik could see",
    why: "Traefik takes the lowest one, and without any it drops the labels of the container",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    expose: ['8080', '9000']\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    expose: ['8080', '9000']\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.services.web.loadbalancer.server.port=8080]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    expose: ['8080', '9000']\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.service=api@internal]\n",
    fix: "add `traefik.http.services.NAME.loadbalancer.server.port`",
    sources: &["https://github.com/traefik/traefik/issues/5732"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for labelled in plan.observed.labelled.iter().filter(|labelled| plan.observed.is_exposed(labelled)) {
        let Some(stack) = plan.stacks.get(&labelled.stack) else { continue };
        let name = labelled.service.as_str();
        let Some(service) = stack.services.get(name) else { continue };
        // What a router hands to another provider, or to Traefik itself, needs no port here.
        let Some(router) = labelled.dynamic.routers.iter().find(|router| {
            let named = router.service.as_ref().is_some_and(|service| service.value.contains('@'));
            let says = |service: &&crate::observe::traefik::Backend| service.protocol == router.protocol;
            let mut own = labelled.dynamic.services.iter().filter(says).peekable();
            let is_open =
                own.peek().is_none() || own.any(|service| service.port.is_none() && service.servers.is_empty());
            !named && is_open
        }) else {
            continue;
        };
        let path = labelled.path(router.protocol, "routers", &router.name.value, "rule");
        let guest = stack.network_owner(name).filter(|(owner, _)| *owner != name);
        let message = match guest {
            Some((owner, _)) => format!("`{name}` uses the network of `{owner}`, and Traefik sees no port of it"),
            None if service.ports.len() > 1 => format!(
                "`{name}` has the ports {}, and Traefik takes the lowest",
                crate::value::port::listed(&service.ports)
            ),
            // The image may open one.
            None => continue,
        };
        let service = labelled.dynamic.services.iter().find(|service| service.protocol == router.protocol);
        let service = service.map_or(name, |service| service.name.value.as_str());
        let key = format!("traefik.{}.services.{service}.loadbalancer.server.port", router.protocol.key());
        found.word(rule, labelled, router.name.at, path, message).set_help(format!("add the label `{key}`"));
    }
}
