//! `unshared-network`: a service names another one as its host, but shares no network with it.

use crate::finding::Level;
use crate::plan::{Plan, Service};
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unshared-network",
    group: Group::Networking,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny)],
    finds: "a service names another one as its host, but shares no network with it",
    why: "the name does not resolve: the service starts and fails at its first connection",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { REDIS_URL: 'redis://cache:6379/0' }\n  cache:\n    image: redis:7.4.5\n    networks: [back]\nnetworks:\n  back: {}\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { REDIS_URL: 'redis://cache:6379/0', NAME: cache }\n  cache:\n    image: redis:7.4.5\n",
    fine: "\
services:
  web:
    image: nginx:1.27.3
    environment: { REDIS_URL: 'redis://cache.example.org:6379/0', CACHE_HOST: cache }
    networks: [default, back]
  cache:
    image: redis:7.4.5
    networks: [back]
networks: { back: {} }
",
    fix: "put both on one network, or name the other service in `needs`",
    sources: &["observed in the Enlaight repository: backend and Redis"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (key, value) in &service.compose.environment {
            let Some(host) = value.as_deref().and_then(|value| host(key, value)) else { continue };
            let Some(other) = stack.services.get(host).filter(|_| host != name) else { continue };
            if share(service, other) {
                continue;
            }
            let message = format!("`{name}` names `{host}` as its host in `{key}`, but shares no network with it");
            let help = if stack.derived_networks {
                format!("add `{host}` to the `needs` of `{name}`")
            } else {
                format!("put `{name}` on a network of `{host}`")
            };
            found.service(rule, stack, name, &["environment", key], message).set_help(help);
        }
    }
}

/// The host that a variable names: that of a URL, or a bare name where the variable says that it is a host.
pub(in crate::rules) fn host<'a>(key: &str, value: &'a str) -> Option<&'a str> {
    if let Some((_, rest)) = value.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        return host.split(':').next();
    }
    let key = key.to_ascii_uppercase();
    let says = ["HOST", "HOSTNAME", "ADDR", "ADDRESS", "SERVER", "ENDPOINT", "BROKER", "BROKERS", "DATA_SOURCE_URI"];
    says.iter().any(|end| key.ends_with(end)).then(|| value.split(':').next()).flatten()
}

/// Whether two services of a stack meet in a network.
pub(super) fn share(a: &Service, b: &Service) -> bool {
    if a.compose.network_mode.is_some() || b.compose.network_mode.is_some() {
        return true;
    }
    let on_default =
        |service: &Service| service.compose.networks.is_empty() || service.compose.networks.contains_key("default");
    on_default(a) && on_default(b) || a.compose.networks.keys().any(|network| b.compose.networks.contains_key(network))
}
