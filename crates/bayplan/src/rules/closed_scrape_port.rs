//! `closed-scrape-port`: metrics are scraped from a port that the service does not open

use super::{Findings, Rule, service_path};
use crate::finding::Level;
use crate::plan::Plan;
use crate::record::scalar::text_of;
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "closed-scrape-port",
    level: Level::Deny,
    finds: "metrics are scraped from a port that the service does not open",
    why: "the target is down for ever, and nobody knows whether the service is",
    fails: "",
    passes: "",
    fix: "name the port that serves the metrics, or add it to `expose`",
    sources: &["homelab practice"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
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
