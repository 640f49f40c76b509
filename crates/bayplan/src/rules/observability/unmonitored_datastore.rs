//! `unmonitored-datastore`: there is a Prometheus, and nothing turns what a database knows of itself into metrics

use crate::finding::Level;
use crate::plan::{Plan, Role, Service};
use crate::rules::{Findings, Group, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unmonitored-datastore",
    group: Group::Observability,
    level: Level::Allow,
    profiles: &[],
    finds: "there is a Prometheus, and no exporter for a database",
    why: "a full disk, a broken replica or a queue of waiting queries is seen in other services first",
    fails: "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n  db:\n    image: postgres:17.5\n",
    passes: "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n  db:\n    image: postgres:17.5\n  exporter:\n    image: prometheuscommunity/postgres-exporter:v0.17.1\n",
    fine: "services:\n  db:\n    image: postgres:17.5\n  qdrant:\n    image: qdrant/qdrant:v1.14.0\n",
    fix: "add the exporter of the database, and a job that asks it",
    sources: &["https://prometheus.io/docs/instrumenting/exporters/"],
    check,
};

/// Databases by the last part of their image's name, and what its exporter's has in its name.
const EXPORTERS: &[(&str, &str, &str)] = &[
    ("elasticsearch", "elasticsearch", "prometheuscommunity/elasticsearch-exporter"),
    ("mariadb", "mysqld", "prom/mysqld-exporter"),
    ("memcached", "memcached", "prom/memcached-exporter"),
    ("mongo", "mongodb", "percona/mongodb_exporter"),
    ("mysql", "mysqld", "prom/mysqld-exporter"),
    ("postgres", "postgres", "prometheuscommunity/postgres-exporter"),
    ("redis", "redis", "oliver006/redis_exporter"),
    ("valkey", "redis", "oliver006/redis_exporter"),
];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let short = |service: &Service| {
        service.compose.image.as_ref().map_or_else(String::new, |image| image.short_name().to_ascii_lowercase())
    };
    let images: BTreeSet<String> = plan.services().map(|(.., service)| short(service)).collect();
    if plan.role(Role::Metrics).is_none() && !images.contains("prometheus") {
        return;
    }
    let exports = |word: &str| images.iter().any(|image| image.contains("exporter") && image.contains(word));
    for (stack, name, service) in plan.services() {
        let own = short(service);
        let Ok(row) = EXPORTERS.binary_search_by(|(database, ..)| (*database).cmp(own.as_str())) else { continue };
        let (_, word, exporter) = EXPORTERS[row];
        if exports(word) || !service.scrapes.is_empty() {
            continue;
        }
        let message = format!("nothing exports the metrics of `{name}`");
        found.service(rule, stack, name, &["image"], message).set_help(format!("add a service with `{exporter}`"));
    }
}
