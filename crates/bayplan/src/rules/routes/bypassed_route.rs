//! `bypassed-route`: a service has a route, and publishes the same port beside it

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, published};

/// The rule.
pub const RULE: Rule = Rule {
    name: "bypassed-route",
    group: Group::Routes,
    level: Level::Warn,
    profiles: &[],
    finds: "a service has a route, and publishes the same port on all interfaces of the host",
    why: "whoever asks the port goes past TLS, the log and the middlewares of the gateway, and mostly past the firewall",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['8080:80']\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.services.web.loadbalancer.server.port=80]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:8080:80', '2222:22']\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.services.web.loadbalancer.server.port=80]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['2222:22', '[::1]:8080:80']\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.services.web.loadbalancer.server.port=80]\n",
    fix: "remove the port, or publish it on 127.0.0.1",
    sources: &["https://docs.docker.com/engine/network/packet-filtering-firewalls/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for labelled in plan.observed.labelled.iter().filter(|labelled| plan.observed.is_exposed(labelled)) {
        let Some(stack) = plan.stacks.get(&labelled.stack) else { continue };
        let Some(service) = stack.services.get(&labelled.service) else { continue };
        let is_gateway = plan
            .observed
            .installs
            .iter()
            .any(|install| (&install.stack, &install.service) == (&labelled.stack, &labelled.service));
        if is_gateway || labelled.dynamic.routers.is_empty() {
            continue;
        }
        let written = labelled.dynamic.services.iter().filter_map(|service| service.port.as_ref());
        let mut routed: Vec<u16> = written.filter_map(|port| port.value.trim().parse().ok()).collect();
        if routed.is_empty() {
            routed.extend(service.ports.iter().min());
        }
        for (path, ports) in published(stack, &labelled.service, service) {
            let open = |port: &&&crate::compose::port::Port| {
                let ip = port.host_ip.filter(|ip| !ip.is_unspecified());
                routed.contains(&port.target) && ip.is_none_or(|ip| !ip.is_loopback())
            };
            let Some(port) = ports.iter().find(open) else { continue };
            // A fixed address is one that somebody chose.
            if port.host_ip.is_some_and(|ip| !ip.is_unspecified()) {
                continue;
            }
            let name = &labelled.service;
            let message =
                format!("`{name}` has a route to port {}, and publishes it past the gateway, too", port.target);
            found.value(rule, stack, name, path, message).set_help("remove it, or publish it on 127.0.0.1");
        }
    }
}
