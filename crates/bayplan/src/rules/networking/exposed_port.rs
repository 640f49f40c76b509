//! `exposed-port`: a port is published on every interface of the host.

use crate::compose::port::Port;
use crate::finding::Level;
use crate::plan::{Plan, Role, Service};
use crate::rules::image_kinds::is_datastore;
use crate::rules::{Findings, Group, Profile, Rule, published};

/// The rule.
pub const RULE: Rule = Rule {
    name: "exposed-port",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a port is published on every interface of the host",
    why: "Docker's port mapping goes past the host's firewall: whoever reaches the machine reaches the service",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['8080:80']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:8080:80']\n",
    fine: "\
services:
  web:
    image: nginx:1.27.3
    ports: ['[::1]:8080:80', { target: 81, published: 8081, host_ip: 192.0.2.1 }, '82']
",
    fix: "publish it on `127.0.0.1`, or remove it and use a route",
    sources: &["CIS Docker Benchmark 5.14", "compose-lint CL-0005"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // The API of Docker is worse than that, and said by `unencrypted-docker-api`.
    report(rule, plan, found, |service, port| !is_of_datastore(service, port) && port.target != 2375);
}

/// Ports that datastores listen on by default.
pub(in crate::rules) const DATASTORES: &[u16] =
    &[1433, 1521, 2379, 3306, 5432, 5984, 6379, 7687, 8086, 9000, 9042, 9092, 9200, 11211, 19530, 27017];

/// Whether a datastore listens on a port of a service. At 9000, many programs do that are none.
pub(in crate::rules) fn is_of_datastore(service: &Service, port: &Port) -> bool {
    let is_minio = || service.compose.image.as_ref().is_some_and(|image| image.short_name() == "minio");
    DATASTORES.contains(&port.target) && (port.target != 9000 || is_datastore(&service.compose) || is_minio())
}

/// Reports the ports that are published on every interface, where `of` holds for one.
pub(in crate::rules) fn report(rule: &Rule, plan: &Plan, found: &mut Findings<'_>, of: fn(&Service, &Port) -> bool) {
    // The gateway is there to be reached.
    for (stack, name, service) in plan.services().filter(|(_, _, service)| service.role != Some(Role::Gateway)) {
        for (path, mut ports) in published(stack, name, service) {
            ports.retain(|port| port.host_ip.is_none_or(|ip| ip.is_unspecified()));
            ports.retain(|port| of(service, port));
            let what = match ports.as_slice() {
                [] => continue,
                [port] => format!("port {}", port.target),
                [first, .., last] => format!("ports {} to {}", first.target, last.target),
            };
            let message = format!("`{name}` publishes its {what} on every interface of the host");
            let finding = found.value(rule, stack, name, path, message);
            finding.set_help("publish it on `127.0.0.1`, or remove it and use a route");
        }
    }
}
