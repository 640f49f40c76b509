//! `borrowed-network-key`: a service in the network of another container has keys that only the owner of a network can have

use crate::compose::Service;
use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "borrowed-network-key",
    group: Group::Networking,
    level: Level::Deny,
    profiles: &[],
    finds: "a service in the network of another container, or of the host, has keys that only the owner of a network can have",
    why: "Docker refuses the container (\"conflicting options\"), or publishes nothing",
    fails: "services:\n  vpn:\n    image: qmcgaw/gluetun:v3.40.0\n  app:\n    image: nginx:1.27.3\n    network_mode: service:vpn\n    ports: ['8080:80']\n",
    passes: "services:\n  vpn:\n    image: qmcgaw/gluetun:v3.40.0\n    ports: ['8080:80']\n  app:\n    image: nginx:1.27.3\n    network_mode: service:vpn\n",
    fine: "services:\n  app:\n    image: nginx:1.27.3\n    network_mode: host\n    hostname: app\n    extra_hosts: ['db:192.0.2.7']\n",
    fix: "write the key at the service that the network belongs to",
    sources: &["https://github.com/qdm12/gluetun/issues/2371", "moby: runconfig/hostconfig_unix.go"],
    check,
};

/// The keys of a service that Docker refuses in the network of another container.
fn keys(service: &Service) -> impl Iterator<Item = &'static str> {
    let has = [
        ("ports", !service.ports.is_empty()),
        ("expose", !service.expose.is_empty()),
        ("hostname", service.hostname.as_ref().is_some_and(|name| !name.is_empty())),
        ("dns", !service.dns.is_empty()),
        ("extra_hosts", !service.extra_hosts.is_empty()),
        ("mac_address", service.mac_address.as_ref().is_some_and(|address| !address.is_empty())),
        ("links", !service.links.is_empty()),
    ];
    has.into_iter().filter(|(_, has)| *has).map(|(key, _)| key)
}

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(mode) = service.compose.network_mode.as_deref() else { continue };
        let owner = mode.strip_prefix("service:").or(mode.strip_prefix("container:"));
        for key in keys(&service.compose) {
            let path = service_path(name).key(key);
            if !found.is_written(stack, &path) {
                continue;
            }
            let at = found.key_at(stack, &path);
            let finding = match owner {
                Some(owner) => {
                    let message = format!("`{name}` is in the network of `{owner}`: Docker refuses its `{key}`");
                    let help = match key {
                        "expose" | "hostname" | "mac_address" | "links" => "remove it".to_owned(),
                        _ => format!("write it at `{owner}`"),
                    };
                    found.value(rule, stack, name, path.clone(), message).set_help(help)
                }
                None if mode == "host" && key == "ports" => {
                    let message = format!("`{name}` is in the network of the host: Docker publishes none of its ports");
                    let finding = found.value(rule, stack, name, path.clone(), message);
                    // It starts all the same, on the ports that it listens on.
                    finding.level = Level::Warn;
                    let fix = Fix::safe("remove `ports`").delete(path);
                    finding.set_help("remove `ports`, or `network_mode: host`").set_fix(fix)
                }
                None => continue,
            };
            finding.at = at;
        }
    }
}
