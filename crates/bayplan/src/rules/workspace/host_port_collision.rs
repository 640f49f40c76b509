//! `host-port-collision`: two services publish the same port of a host

use crate::finding::{Label, Level};
use crate::plan::Plan;
use crate::rules::networking::unusable_address::is_apart;
use crate::rules::{Findings, Group, Rule, published};
use crate::value::{PortRange, Protocol};
use bayplan_yaml::Location;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-port-collision",
    group: Group::Workspace,
    level: Level::Deny,
    profiles: &[],
    finds: "two services publish the same port of a host",
    why: "the second one to start fails, whichever that is",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['80:80']\n  b:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:80:8080']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['80:80', '80:80/udp']\n  b:\n    image: nginx:1.27.3\n    ports: ['81:80']\n",
    fine: "services:\n  cpu:\n    image: nginx:1.27.3\n    profiles: [cpu]\n    ports: ['80:80']\n  gpu:\n    image: nginx:1.27.3\n    profiles: [gpu]\n    ports: ['80:80']\n",
    fix: "publish one of them on another port, or route it",
    sources: &["homelab-compose-audit"],
    check,
};

/// Who publishes a port of a host.
struct Taken<'a> {
    ip: Option<IpAddr>,
    by: (&'a str, &'a str),
    profiles: &'a [String],
    at: Location,
}

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut taken: BTreeMap<(&str, Protocol, u16), Vec<Taken<'_>>> = BTreeMap::new();
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let count = compose.deploy.as_ref().and_then(|deploy| deploy.replicas).or(compose.scale).unwrap_or(1);
        // In the network of another, nothing is published.
        if count == 0 || compose.network_mode.as_deref().is_some_and(|mode| mode != "bridge" && mode != "default") {
            continue;
        }
        for (path, ports) in published(stack, name, service) {
            let at = found.at(stack, &path);
            let mut said = false;
            for port in ports {
                // Of a range, and of 0, Docker takes a port that is free.
                let Some(host_port) = port.published.and_then(PortRange::single).filter(|port| *port != 0) else {
                    continue;
                };
                let ip = port.host_ip.filter(|ip| !ip.is_unspecified());
                let earlier = taken.entry((&stack.host, port.protocol.unwrap_or_default(), host_port)).or_default();
                let clash = earlier.iter().find(|other| {
                    (other.ip.is_none() || ip.is_none() || other.ip == ip)
                        // Services of different profiles need not run at the same time.
                        && (other.by == (&stack.name, name) || !is_apart(&compose.profiles, other.profiles))
                });
                let message = match clash {
                    _ if said => None,
                    _ if count > 1 => Some((
                        format!("`{name}` has {count} containers, which cannot all publish port {host_port}"),
                        None,
                    )),
                    Some(other) => {
                        let how = match other.by {
                            by if by == (&stack.name, name) => " twice".to_owned(),
                            (of, other) if of == stack.name => format!(", which `{other}` publishes too"),
                            (of, other) => format!(", which `{other}` of the stack `{of}` publishes too"),
                        };
                        Some((format!("`{name}` publishes port {host_port}{how}"), Some(other.at)))
                    }
                    None => None,
                };
                if let Some((message, other)) = message {
                    said = true;
                    let finding = found.value(rule, stack, name, path.clone(), message);
                    // Stacks that no fleet holds together may be alternatives to each other.
                    if plan.settings.is_none()
                        && !plan.hosts.contains_key(&stack.host)
                        && clash.is_some_and(|other| other.by.0 != stack.name)
                        && count <= 1
                    {
                        finding.level = Level::Warn;
                    }
                    finding.set_help("publish it on another port, or leave it out and use a route");
                    let label = other.map(|at| Label { at, message: "published here too".to_owned() });
                    finding.related.extend(label);
                }
                earlier.push(Taken { ip, by: (&stack.name, name), profiles: &compose.profiles, at });
            }
        }
    }
}
