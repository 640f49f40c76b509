//! Log lines on their way: drivers that a collector cannot read, and stores that get nothing.

use crate::finding::Level;
use crate::plan::{Plan, Service, Stack};
use crate::rules::container::containers;
use crate::rules::host_paths::host_paths;
use crate::rules::{Findings, Group, Profile, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// The collector reads files that the driver does not write.
pub const UNTAILED: Rule = Rule {
    name: "untailed-log-driver",
    group: Group::Observability,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn)],
    finds: "a collector reads the files of Docker's `json-file` driver, and a service logs by another one",
    why: "its lines are in no file that the collector knows: they are missing, and nobody is told",
    fails: "\
services:
  promtail:
    image: grafana/promtail:3.5.0
    volumes: ['/var/lib/docker/containers:/var/lib/docker/containers:ro']
  web:
    image: nginx:1.27.3
    logging: { driver: local }
",
    passes: "\
services:
  promtail:
    image: grafana/promtail:3.5.0
    volumes: ['/var/lib/docker/containers:/var/lib/docker/containers:ro']
  web:
    image: nginx:1.27.3
    logging: { driver: json-file, options: { max-size: 10m } }
",
    fine: "\
services:
  alloy:
    image: grafana/alloy:v1.12.1
    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']
  web:
    image: nginx:1.27.3
    logging: { driver: local }
",
    fix: "log by `json-file`, or have the collector ask Docker (`loki.source.docker`), which reads every driver's lines",
    sources: &["https://docs.docker.com/engine/logging/dual-logging/"],
    check: untailed,
};

/// Nobody sends to the store.
pub const UNFED: Rule = Rule {
    name: "unfed-log-store",
    group: Group::Observability,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "there is a Loki, and nothing in the repository that could send it a line",
    why: "it is empty on the day on which somebody looks for a line",
    fails: "services:\n  loki:\n    image: grafana/loki:3.6.3\n",
    passes: "services:\n  loki:\n    image: grafana/loki:3.6.3\n  alloy:\n    image: grafana/alloy:v1.12.1\n",
    fine: "\
services:
  loki:
    image: grafana/loki:3.6.3
    ports: ['127.0.0.1:3100:3100']
  web:
    image: nginx:1.27.3
    logging: { driver: loki, options: { loki-url: 'http://127.0.0.1:3100/loki/api/v1/push' } }
",
    fix: "add a collector, such as Grafana Alloy, or remove the store",
    sources: &["bayplan"],
    check: unfed,
};

/// Programs that collect log lines.
const COLLECTORS: &[&str] = &[
    "agent",
    "alloy",
    "filebeat",
    "fluent-bit",
    "fluentd",
    "opentelemetry-collector",
    "opentelemetry-collector-contrib",
    "promtail",
    "vector",
];

fn is_collector(service: &Service) -> bool {
    let image = service.compose.image.as_ref();
    image.is_some_and(|image| COLLECTORS.binary_search(&image.short_name()).is_ok())
}

fn driver(service: &Service) -> Option<&str> {
    service.compose.logging.as_ref()?.driver.as_deref()
}

fn untailed(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // The first collector of each host that reads files, and none that asks Docker.
    let mut tails: BTreeMap<&str, &str> = BTreeMap::new();
    let mut asks: BTreeSet<&str> = BTreeSet::new();
    for container in containers(plan).filter(|container| container.service.is_some_and(is_collector)) {
        for path in host_paths(&container) {
            match path.path.as_str() {
                "/var/lib/docker/containers" | "/var/lib/docker" => {
                    tails.entry(&container.stack.host).or_insert(container.name);
                }
                "/run/docker.sock" => drop(asks.insert(&container.stack.host)),
                _ => {}
            }
        }
    }
    for (stack, name, service) in plan.services() {
        let host = stack.host.as_str();
        let (Some(collector), false) = (tails.get(host), asks.contains(host)) else { continue };
        let Some(driver) = driver(service).filter(|driver| !matches!(*driver, "json-file" | "none" | "loki")) else {
            continue;
        };
        let message = format!("`{name}` logs by `{driver}`, but `{collector}` reads the files of `json-file`");
        let finding = found.service(rule, stack, name, &["logging", "driver"], message);
        finding.set_help("log by `json-file`");
    }
}

fn unfed(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let is_store =
        |service: &Service| service.compose.image.as_ref().is_some_and(|image| image.repository() == "grafana/loki");
    let stores: Vec<(&Stack, &str, &Service)> = plan.services().filter(|(.., service)| is_store(service)).collect();
    // Who publishes its port lets others of the network send.
    let open = |service: &Service| !service.compose.ports.is_empty();
    let sends = |service: &Service| {
        is_collector(service)
            || driver(service) == Some("loki")
            || service.compose.environment.values().flatten().any(|value| value.contains("/loki/api/v1/push"))
    };
    if stores.is_empty() || !plan.policy.whole || plan.services().any(|(.., service)| sends(service)) {
        return;
    }
    // Of many parts of one Loki, one speaks for all.
    if let Some((stack, name, _)) =
        stores.into_iter().find(|(stack, _, service)| !open(service) && !routed(plan, stack))
    {
        let message = format!("nothing here sends log lines to `{name}`");
        found.service(rule, stack, name, &["image"], message).set_help("add a collector, such as `grafana/alloy`");
    }
}

/// Whether a route leads to a service of the stack.
fn routed(plan: &Plan, stack: &Stack) -> bool {
    plan.observed.labelled.iter().any(|labelled| labelled.stack == stack.name && !labelled.dynamic.routers.is_empty())
}
