//! `unreachable-route`: a route leads to a service that the gateway cannot reach

use super::{Findings, Rule};
use crate::finding::Level;
use crate::plan::{Plan, Role, Service, Stack};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unreachable-route",
    level: Level::Deny,
    finds: "a route leads to a service that the gateway cannot reach",
    why: "the name answers with an error page",
    fails: "",
    passes: "",
    fix: "give the fleet a gateway, and the service a network",
    sources: &["https://github.com/traefik/traefik/issues/1156"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let gateway = plan.role(Role::Gateway);
    for (stack, name, service) in plan.services().filter(|(_, _, service)| !service.routes.is_empty()) {
        let Some((home, gateway_name, gateway)) = gateway else {
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
        } else if !meet((stack, service), (home, gateway)) {
            let message = format!("`{name}` has a route, but shares no network with `{gateway_name}`");
            found.service(rule, stack, name, &["route"], message).set_help("remove `network_mode` from the gateway");
        }
    }
}

/// Whether two services are on one network: one key can name different networks in two stacks.
fn meet(a: (&Stack, &Service), b: (&Stack, &Service)) -> bool {
    let names = |(stack, service): (&Stack, &Service)| -> Vec<String> {
        let name = |key: &String| {
            let written = stack.project.networks.get(key).and_then(|network| network.name.clone());
            written.unwrap_or_else(|| format!("{}_{key}", stack.name))
        };
        service.compose.networks.keys().map(name).collect()
    };
    let (a, b) = (names(a), names(b));
    a.iter().any(|name| b.contains(name))
}
