//! `closed-scrape-port`: metrics are scraped from a port that the service does not open

use super::{Findings, Rule};
use crate::finding::Level;
use crate::plan::Plan;

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
        for scrape in &service.scrapes {
            let open = service.ports.iter().any(|port| i64::from(*port) == scrape.port);
            if !open && !service.ports.is_empty() && service.archetype.is_some() {
                let ports = service.ports.iter().map(|port| format!("`{port}`")).collect::<Vec<_>>().join(", ");
                let message = format!("`{name}` is scraped at port {}, but opens {ports}", scrape.port);
                found
                    .service(rule, stack, name, &["metrics"], message)
                    .set_help("name one of these ports, or add the port to `expose`");
            } else if !open && !service.ports.is_empty() {
                let message =
                    format!("`{name}` is scraped at port {}, which is not among those that it names", scrape.port);
                let finding = found.service(rule, stack, name, &["metrics"], message);
                finding.set_help(format!("add `\"{}\"` to `expose`, or correct the port", scrape.port));
            }
        }
    }
}
