//! `unconnected-collector`: the collector has no way to where log lines come from, or to where they go

use crate::finding::Level;
use crate::plan::{Plan, Role, Service, Stack};
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unconnected-collector",
    group: Group::Observability,
    level: Level::Deny,
    profiles: &[],
    finds: "the collector has no way to where log lines come from, or to where they go",
    why: "its pipelines are there, and no line arrives",
    fails: "\
# file: fleet.yaml
name: fleet
# file: observe.yaml
services:
  alloy: { use: 'alloy:v1.12.1', needs: [loki] }
  loki: { use: 'loki:3.6.3' }
",
    passes: "\
# file: fleet.yaml
name: fleet
# file: observe.yaml
services:
  alloy: { use: 'alloy:v1.12.1', needs: [loki, docker] }
  loki: { use: 'loki:3.6.3' }
  docker: { use: 'socket-proxy:v0.4.1' }
",
    fine: "\
# file: fleet.yaml
name: fleet
# file: observe.yaml
services:
  alloy: { use: 'alloy:v1.12.1' }
",
    fix: "name the services under the `needs` of the collector",
    sources: &["https://grafana.com/docs/alloy/latest/reference/components/loki/loki.source.docker/"],
    check,
};

const SOCKET: &str = "/var/run/docker.sock";

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let Some((stack, name, collector)) = plan.role(Role::Collector) else { return };
    // Without a store of log lines there is no pipeline for them.
    let Some(logs) = plan.role(Role::Logs) else { return };
    let mut report = |message: String, help: String| {
        found.value(rule, stack, name, service_path(name).key("needs"), message).set_help(help);
    };
    let to = |other: (&Stack, &str, &Service)| match other.0.name == stack.name {
        true => other.1.to_owned(),
        false => format!("{}/{}", other.0.name, other.1),
    };
    if !meet((stack, collector), (logs.0, logs.2)) {
        let other = to(logs);
        report(
            format!("`{name}` sends log lines to `{other}`, but shares no network with it"),
            format!("add `{other}` to its `needs`"),
        );
    }
    let has_socket = || collector.compose.volumes.iter().any(|mount| mount.target == SOCKET);
    match plan.role(Role::DockerApi) {
        Some(docker) if !meet((stack, collector), (docker.0, docker.2)) => {
            let other = to(docker);
            report(
                format!("`{name}` reads log lines through `{other}`, but shares no network with it"),
                format!("add `{other}` to its `needs`"),
            );
        }
        None if !has_socket() => report(
            format!("`{name}` has no way to Docker, which has the log lines"),
            "add a service with `use: socket-proxy:…`, and name it under the `needs` of the collector".to_owned(),
        ),
        _ => {}
    }
}

/// Whether two services are on one network. Without any, the services of a stack are on its `default`.
fn meet(a: (&Stack, &Service), b: (&Stack, &Service)) -> bool {
    let (one, other) = (&a.1.compose.networks, &b.1.compose.networks);
    if one.is_empty() && other.is_empty() {
        return a.0.name == b.0.name && a.1.compose.network_mode.is_none() && b.1.compose.network_mode.is_none();
    }
    one.keys().any(|network| other.contains_key(network))
}
