//! `unknown-host`: a service asks for a database by a name that nobody has

use super::unshared_network::host;
use crate::finding::Level;
use crate::plan::Plan;
use crate::record::nearest;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-host",
    group: Group::Networking,
    level: Level::Warn,
    profiles: &[],
    finds: "a service asks for another by a name that no service has, but one almost has",
    why: "the name does not resolve: the service starts and fails at its first connection",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { DATABASE_URL: 'postgres://app@postgers:5432/app' }\n  postgres:\n    image: postgres:17.5\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { DATABASE_URL: 'postgres://app@postgres:5432/app' }\n  postgres:\n    image: postgres:17.5\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { DATABASE_URL: 'postgres://app@nas:5432/app', CACHE_URL: 'redis://redis.example.org' }\n  postgres:\n    image: postgres:17.5\n",
    fix: "write the name of the service",
    sources: &["seed inlock: postgres-exporter"],
    check,
};

/// Names that nobody gives a machine of the network at home.
const USUAL: &[&str] = &[
    "cache",
    "database",
    "db",
    "elasticsearch",
    "kafka",
    "loki",
    "mariadb",
    "mongo",
    "mongodb",
    "mysql",
    "pg",
    "postgres",
    "postgresql",
    "rabbitmq",
    "redis",
    "valkey",
];

/// Ends of variables that hold the host of another service.
const OTHERS: &[&str] = &[
    "DATA_SOURCE_URI",
    "DB_HOST",
    "DATABASE_HOST",
    "POSTGRES_HOST",
    "PGHOST",
    "MYSQL_HOST",
    "MARIADB_HOST",
    "MONGO_HOST",
    "REDIS_HOST",
];
/// How many names one is compared with.
const MOST: usize = 200;

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut names = None;
    for (stack, name, service) in plan.services() {
        // On the network of another, names of others resolve.
        let compose = &service.compose;
        if compose.network_mode.is_some() || compose.networks.keys().any(|key| stack.is_external(key)) {
            continue;
        }
        for (key, value) in &compose.environment {
            let Some(value) = value.as_deref().filter(|value| !value.is_empty()) else { continue };
            let Some(host) = host(key, value).filter(|host| is_plain(host)) else { continue };
            if compose.extra_hosts.contains_key(host)
                || compose.hostname.as_deref() == Some(host)
                || host == "localhost"
            {
                continue;
            }
            if !names.get_or_insert_with(|| plan.names()).whose(host).is_empty() {
                continue;
            }
            // A variable may hold the name that the service has for others.
            let upper = key.to_ascii_uppercase();
            let names_other = value.contains("://") || OTHERS.iter().any(|end| upper.ends_with(end));
            if !names_other {
                continue;
            }
            let known: Vec<&str> = stack.services.keys().map(String::as_str).take(MOST).collect();
            let near = nearest(host, &known).filter(|near| *near != name);
            let is_url = value.contains("://") || key == "DATA_SOURCE_URI";
            let is_usual = USUAL.contains(&host) && is_url && stack.services.len() > 1;
            if near.is_none() && !is_usual
                || compose.links.iter().chain(&compose.external_links).any(|link| link.ends_with(host))
            {
                continue;
            }
            let message = format!("`{key}` of `{name}` names `{host}`, which no service is called");
            let finding = found.service(rule, stack, name, &["environment", key], message);
            finding.sensitive.extend(value.contains('@').then_some(finding.at));
            finding.set_help(match near {
                Some(near) => format!("write `{near}`"),
                None => "write the name of the service that it talks to".to_owned(),
            });
        }
    }
}

/// Whether a text can be the name of a service, and is no number.
fn is_plain(host: &str) -> bool {
    host.len() > 1
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && host.bytes().any(|byte| byte.is_ascii_alphabetic())
}
