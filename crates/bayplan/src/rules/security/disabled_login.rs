//! `disabled-login`: a program that could ask for a login is told not to.

use crate::finding::Level;
use crate::plan::{Plan, Service, Stack};
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "disabled-login",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Deny), (Profile::Cis, Level::Warn)],
    finds: "a database or a dashboard is told to let everybody in without a login",
    why: "whatever runs on one of its networks, or reaches its port, reads and changes everything in it",
    fails: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_HOST_AUTH_METHOD: trust }\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD_FILE: /run/secrets/db }\n",
    fine: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_HOST_AUTH_METHOD: scram-sha-256 }\n  grafana:\n    image: grafana/grafana:12.0.1\n    environment: { GF_AUTH_ANONYMOUS_ENABLED: 'true' }\n  other:\n    image: nginx:1.27.3\n    environment: { NEO4J_AUTH: none }\n",
    fix: "remove it, and give the program a password by a secret file",
    sources: &["OWASP Docker rule 12", "the documentation of the images"],
    check,
};

/// Variables that switch the login off, by a part of the name of the image and the value.
const VARIABLES: [(&str, &str, &[&str]); 18] = [
    ("postgres", "POSTGRES_HOST_AUTH_METHOD", &["trust"]),
    ("postgis", "POSTGRES_HOST_AUTH_METHOD", &["trust"]),
    ("pgvector", "POSTGRES_HOST_AUTH_METHOD", &["trust"]),
    ("timescaledb", "POSTGRES_HOST_AUTH_METHOD", &["trust"]),
    ("mysql", "MYSQL_ALLOW_EMPTY_PASSWORD", TRUE),
    ("mariadb", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", TRUE),
    ("mariadb", "MYSQL_ALLOW_EMPTY_PASSWORD", TRUE),
    ("redis", "ALLOW_EMPTY_PASSWORD", TRUE),
    ("valkey", "ALLOW_EMPTY_PASSWORD", TRUE),
    ("etcd", "ALLOW_NONE_AUTHENTICATION", TRUE),
    ("neo4j", "NEO4J_AUTH", &["none"]),
    ("elasticsearch", "xpack.security.enabled", &["false"]),
    ("opensearch", "DISABLE_SECURITY_PLUGIN", TRUE),
    ("opensearch-dashboards", "DISABLE_SECURITY_DASHBOARDS_PLUGIN", TRUE),
    ("mongo-express", "ME_CONFIG_BASICAUTH", &["false"]),
    ("weaviate", "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", TRUE),
    ("open-webui", "WEBUI_AUTH", &["false", "0"]),
    ("registry-ui", "NO_AUTH", TRUE),
];

const TRUE: &[&str] = &["true", "yes", "1", "on"];

/// Words of commands that switch the login off.
const WORDS: [(&str, &[&str]); 7] = [
    ("redis", &["--protected-mode=no", "--protected-mode no"]),
    ("valkey", &["--protected-mode=no", "--protected-mode no"]),
    ("mongo", &["--noauth"]),
    ("mysql", &["--skip-grant-tables"]),
    ("mariadb", &["--skip-grant-tables"]),
    ("code-server", &["--auth=none", "--auth none"]),
    ("filebrowser", &["--noauth"]),
];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(image) = service.compose.image.as_ref().map(|image| image.short_name()) else { continue };
        for (_, key, values) in VARIABLES.iter().filter(|(of, ..)| image.contains(of)) {
            let value = service.compose.environment.get(*key).and_then(Option::as_deref).unwrap_or_default();
            if values.contains(&value.to_ascii_lowercase().as_str()) {
                let path = service_path(name).key("environment").key(*key);
                let message = format!("`{name}` lets everybody in: `{key}` is `{value}`");
                let help = "remove it, and give the program a password by a secret file";
                found.value(rule, stack, name, path, message).set_help(help);
                break;
            }
        }
        anonymous_admin(rule, stack, name, service, found);
        let words = service.compose.command.iter().flat_map(|command| &command.words);
        let words: Vec<&str> = words.map(String::as_str).collect();
        for (_, flags) in WORDS.iter().filter(|(of, _)| image.contains(of)) {
            let has = |flag: &&&str| match flag.split_once(' ') {
                Some((flag, value)) => words.windows(2).any(|pair| pair == [flag, value]),
                None => words.contains(*flag),
            };
            if let Some(flag) = flags.iter().find(has) {
                let first = flag.split(' ').next().unwrap_or(flag);
                let is = |item: &bayplan_yaml::Node| item.as_str() == Some(first);
                let message = format!("`{name}` lets everybody in: `{flag}`");
                let finding = found.item(rule, stack, name, &["command"], is, message);
                finding.set_help("remove it, and give the program a password by a secret file");
            }
        }
    }
}

/// Grafana, where whoever does not log in is no viewer but an administrator or an editor.
fn anonymous_admin(rule: &Rule, stack: &Stack, name: &str, service: &Service, found: &mut Findings<'_>) {
    let value = |key: &str| service.compose.environment.get(key).and_then(Option::as_deref).unwrap_or_default();
    let role = value("GF_AUTH_ANONYMOUS_ORG_ROLE");
    if TRUE.contains(&value("GF_AUTH_ANONYMOUS_ENABLED").to_ascii_lowercase().as_str())
        && matches!(role.to_ascii_lowercase().as_str(), "admin" | "editor")
    {
        let message = format!("`{name}` lets everybody in as `{role}`");
        let path = service_path(name).key("environment").key("GF_AUTH_ANONYMOUS_ORG_ROLE");
        found.value(rule, stack, name, path, message).set_help("write `Viewer`, or remove it");
    }
}
