//! `closed-scrape-port`: metrics are scraped from a port that the service does not open

use crate::finding::Level;
use crate::plan::Plan;
use crate::record::scalar::text_of;
use crate::rules::{Findings, Group, Rule, scrape, service_path};
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "closed-scrape-port",
    group: Group::Observability,
    level: Level::Deny,
    profiles: &[],
    finds: "metrics are scraped from a port that the service does not open",
    why: "the target is down for ever, and nobody knows whether the service is",
    fails: "# file: compose.yaml\nname: shop\nservices:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:9091:9090']\n# file: prometheus.yml\nscrape_configs:\n  - job_name: apps\n    static_configs: [{ targets: ['web:9091'] }]\n",
    passes: "# file: compose.yaml\nname: shop\nservices:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:9091:9090']\n# file: prometheus.yml\nscrape_configs:\n  - job_name: apps\n    static_configs: [{ targets: ['web:9090'] }]\n",
    fine: "# file: compose.yaml\nname: shop\nservices:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:9091:9090']\n# file: prometheus.yml\nscrape_configs:\n  - job_name: apps\n    static_configs: [{ targets: ['web:9113'] }]\n",
    fix: "name the port that serves the metrics, or add it to `expose`",
    sources: &["homelab practice"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    listed(rule, plan, found);
    for (stack, name, service) in plan.services() {
        let named = &service.ports;
        for scrape in &service.scrapes {
            if named.is_empty() || named.iter().any(|port| i64::from(*port) == scrape.port) {
                continue;
            }
            let metrics = service_path(name).key("metrics");
            let asks = |node: &Node| text_of(node.get("port").unwrap_or(node)) == Some(scrape.port.to_string());
            let items = stack.document.at_path(&metrics).and_then(Node::as_seq);
            let one = match items.and_then(|items| items.iter().position(asks)) {
                Some(index) => metrics.index(index),
                None => metrics,
            };
            let port = one.key("port");
            let path = if stack.document.at_path(&port).is_some() { port } else { one };
            let ports = crate::value::port::listed(named);
            let message = format!("`{name}` is scraped at port {}, but opens {ports}", scrape.port);
            let help = if service.archetype.is_some() {
                "name one of these ports, or add the port to `expose`".to_owned()
            } else {
                format!("add `\"{}\"` to `expose`, or correct the port", scrape.port)
            };
            found.value(rule, stack, name, path, message).set_help(help);
        }
    }
}

/// Targets that files list: a port that is the service's on the host only.
fn listed(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let listed = scrape::listed(plan);
    if listed.is_empty() {
        return;
    }
    let names = plan.names();
    for listed in listed {
        let (Some(port), host) = (listed.target.port, &listed.target.host) else { continue };
        let [(stack, name)] = names.whose(host) else { continue };
        let Some(service) = stack.services.get(*name) else { continue };
        let outside = service.compose.ports.iter().find(|published| {
            published.published.and_then(crate::value::PortRange::single) == Some(port) && published.target != port
        });
        let Some(outside) = outside.filter(|_| !service.ports.contains(&port)) else { continue };
        let message = format!(
            "the job `{}` asks `{name}` at port {port}, which is port {} of the container on the host only",
            listed.job, outside.target
        );
        let at = listed.target.port_at();
        let finding = found.file(rule, listed.path, [listed.job, &listed.target.text.value], at, message);
        finding.set_help(format!("write `{host}:{}`", outside.target));
    }
}
