//! `host-port-collision`: two services publish the same port of a host

use super::{Findings, Rule, port_path};
use crate::finding::Level;
use crate::plan::Plan;
use crate::value::Protocol;
use std::net::IpAddr;

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-port-collision",
    level: Level::Deny,
    finds: "two services publish the same port of a host",
    why: "the second one to start fails, whichever that is",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['80:80']\n  b:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:80:8080']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['80:80', '80:80/udp']\n  b:\n    image: nginx:1.27.3\n    ports: ['81:80']\n",
    fix: "publish one of them on another port, or route it",
    sources: &["homelab-compose-audit"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    struct Taken<'a> {
        host: &'a str,
        ip: Option<IpAddr>,
        protocol: Protocol,
        ports: (u16, u16),
        by: (&'a str, &'a str),
        at: bayplan_yaml::Location,
    }
    let mut taken: Vec<Taken<'_>> = Vec::new();
    for (stack, name, service) in plan.services() {
        for port in &service.compose.ports {
            let Some(published) = port.published else { continue };
            let path = port_path(stack, name, port);
            let one = Taken {
                host: &stack.host,
                ip: port.host_ip.filter(|ip| !ip.is_unspecified()),
                protocol: port.protocol.unwrap_or(Protocol::Tcp),
                ports: (published.first, published.last),
                by: (&stack.name, name),
                at: found.at(stack, &path),
            };
            let clash = taken.iter().find(|other| {
                other.host == one.host
                    && other.protocol == one.protocol
                    && other.ports.0 <= one.ports.1
                    && one.ports.0 <= other.ports.1
                    && (other.ip.is_none() || one.ip.is_none() || other.ip == one.ip)
                    && !(one.ports.0 == 0 || other.ports.0 == 0)
            });
            if let Some(other) = clash {
                let who = if other.by.0 == stack.name {
                    format!("`{}`", other.by.1)
                } else {
                    format!("`{}` of the stack `{}`", other.by.1, other.by.0)
                };
                let message = format!("`{name}` publishes port {}, which {who} publishes too", one.ports.0);
                let at = other.at;
                let finding = found.value(rule, stack, name, path, message);
                finding.set_help("publish it on another port, or leave it out and use a route");
                finding.related.push(crate::finding::Label { at, message: "published here too".to_owned() });
            }
            taken.push(one);
        }
    }
}
