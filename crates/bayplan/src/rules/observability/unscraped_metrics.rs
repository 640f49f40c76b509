//! `unscraped-metrics`: a service offers metrics that nobody scrapes

use crate::finding::Level;
use crate::plan::Plan;
use crate::plan::Role;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unscraped-metrics",
    group: Group::Observability,
    level: Level::Warn,
    profiles: &[],
    finds: "a service offers metrics that nobody scrapes",
    why: "the service is silently unmonitored",
    fails: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { web: { image: 'example/web:1.2.3', metrics: { port: 9102 } } }
",
    passes: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { web: { image: 'example/web:1.2.3', metrics: { port: 9102 } } }
# file: observe.yaml
services: { prometheus: { use: 'prometheus:v3.9.0' } }
",
    fine: "\
# file: fleet.yaml
name: fleet
# file: shop.yaml
services: { web: { image: 'example/web:1.2.3', expose: ['9102'] } }
",
    fix: "add a service with `use: prometheus:…` to the fleet",
    sources: &["homelab practice"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    if plan.role(Role::Metrics).is_some() {
        return;
    }
    for (stack, name, _) in plan.services().filter(|(_, _, service)| !service.scrapes.is_empty()) {
        let message = format!("`{name}` has metrics, but the fleet has no Prometheus");
        found
            .service(rule, stack, name, &["metrics"], message)
            .set_help("add a service with `use: prometheus:…` to a blueprint");
    }
}
