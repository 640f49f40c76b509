//! Seed 002 (Enlaight): what its document asks for is in the committed output.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan_yaml::{Limits, Node, SourceId, Value, read};
use std::path::Path;

fn compose(environment: &str, stack: &str) -> Node {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated/enlaight");
    let path = root.join(environment).join("compose").join(stack).join("compose.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    read(&text, SourceId(1), &Limits::default()).first().unwrap().clone()
}

fn at<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, key| node.get(key))
}

fn text<'a>(node: &'a Node, path: &[&str]) -> &'a str {
    at(node, path).and_then(Node::as_str).unwrap_or_default()
}

fn keys(node: &Node, path: &[&str]) -> Vec<String> {
    let map = at(node, path).and_then(Node::as_map);
    map.into_iter().flat_map(|map| map.keys()).map(|key| key.to_string()).collect()
}

fn list(node: &Node, path: &[&str]) -> Vec<String> {
    let items = at(node, path).and_then(Node::as_seq).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str()).map(str::to_owned).collect()
}

const APPLICATION: [&str; 11] = [
    "frontend",
    "backend",
    "mysql",
    "postgres",
    "redis",
    "n8n",
    "superset-init",
    "superset",
    "superset-worker",
    "superset-beat",
    "smtp",
];

#[test]
fn check_1_all_services_in_both_variants_from_one_blueprint() {
    for environment in ["development", "production"] {
        let services = keys(&compose(environment, "enlaight"), &["services"]);
        for wanted in APPLICATION {
            assert!(services.iter().any(|name| name == wanted), "{environment}: {wanted}");
        }
    }
    let mounts = |environment| list(&compose(environment, "enlaight"), &["services", "frontend", "volumes"]).join("\n");
    assert!(mounts("development").contains("frontend/src:/app/src"));
    assert_eq!(mounts("production"), "");
}

#[test]
fn check_2_documented_ports_on_loopback_and_redis_reachable() {
    let development = compose("development", "enlaight");
    for (service, port) in [
        ("frontend", "127.0.0.1:8080:8080"),
        ("backend", "127.0.0.1:8000:8000"),
        ("mysql", "127.0.0.1:3306:3306"),
        ("postgres", "127.0.0.1:5432:5432"),
        ("n8n", "127.0.0.1:5678:5678"),
        ("superset", "127.0.0.1:8088:8088"),
        ("smtp", "127.0.0.1:3000:80"),
        ("smtp", "127.0.0.1:2525:25"),
    ] {
        assert!(list(&development, &["services", service, "ports"]).contains(&port.to_owned()), "{service} {port}");
    }
    for environment in ["development", "production"] {
        let document = compose(environment, "enlaight");
        let redis = keys(&document, &["services", "redis", "networks"]);
        for client in ["backend", "superset", "superset-worker", "superset-beat"] {
            let shared = keys(&document, &["services", client, "networks"])
                .into_iter()
                .any(|name| name != "egress" && redis.contains(&name));
            assert!(shared, "{environment}: {client} and redis");
        }
        let frontend = keys(&document, &["services", "frontend", "networks"]);
        assert!(!frontend.iter().any(|name| redis.contains(name)), "{environment}: frontend and redis");
    }
}

#[test]
fn check_3_mysql_is_healthy_before_the_backend_starts() {
    let document = compose("production", "enlaight");
    assert_eq!(text(&document, &["services", "backend", "depends_on", "mysql", "condition"]), "service_healthy");
    assert_eq!(
        list(&document, &["services", "mysql", "healthcheck", "test"]),
        ["CMD", "mysqladmin", "ping", "-h", "127.0.0.1"]
    );
    assert!(list(&document, &["services", "mysql", "command"]).contains(&"--character-set-server=utf8mb4".to_owned()));
    let volumes = at(&document, &["services", "mysql", "volumes"]).and_then(Node::as_seq).unwrap();
    assert!(
        volumes
            .iter()
            .filter_map(Node::as_str)
            .any(|volume| volume.ends_with("/backend/mysql/init:/docker-entrypoint-initdb.d:ro"))
    );
    assert!(volumes.iter().any(|volume| text(volume, &["target"]) == "/var/lib/mysql"));
}

#[test]
fn check_5_every_image_is_pinned() {
    for (environment, stack) in [
        ("development", "enlaight"),
        ("production", "enlaight"),
        ("development", "platform"),
        ("production", "platform"),
    ] {
        let document = compose(environment, stack);
        for service in keys(&document, &["services"]) {
            let image = text(&document, &["services", &service, "image"]).to_owned();
            assert!(
                image.rsplit('/').next().unwrap().contains(':') && !image.ends_with(":latest"),
                "{service}: {image}"
            );
        }
    }
}

#[test]
fn check_6_one_secret_is_the_password_of_postgres_and_n8n() {
    let document = compose("production", "enlaight");
    let path = "/run/secrets/postgres_password";
    assert_eq!(text(&document, &["services", "postgres", "environment", "POSTGRES_PASSWORD_FILE"]), path);
    assert_eq!(text(&document, &["services", "n8n", "environment", "DB_POSTGRESDB_PASSWORD_FILE"]), path);
    for service in ["postgres", "n8n"] {
        assert!(
            list(&document, &["services", service, "secrets"]).contains(&"postgres_password".to_owned()),
            "{service}"
        );
    }
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated/enlaight/production/compose/enlaight/compose.yaml");
    assert!(!std::fs::read_to_string(root).unwrap().contains("n8n_dev_password"));
}

#[test]
fn check_7_no_database_is_published_in_production() {
    let document = compose("production", "enlaight");
    for service in APPLICATION {
        assert!(at(&document, &["services", service, "ports"]).is_none(), "{service}");
    }
    for service in ["mysql", "postgres", "redis"] {
        for network in keys(&document, &["services", service, "networks"]) {
            let internal = at(&document, &["networks", &network, "internal"]).map(|node| node.value.clone());
            assert_eq!(internal, Some(Value::Bool(true)), "{service}: {network}");
        }
    }
}

#[test]
fn check_8_limits_of_the_backend() {
    let document = compose("production", "enlaight");
    let resources = |kind, key| text(&document, &["services", "backend", "deploy", "resources", kind, key]).to_owned();
    assert_eq!((resources("limits", "cpus"), resources("limits", "memory")), ("2".into(), "2g".into()));
    assert_eq!((resources("reservations", "cpus"), resources("reservations", "memory")), ("1".into(), "1g".into()));
}

#[test]
fn check_10_superset_starts_behind_its_init() {
    let document = compose("production", "enlaight");
    assert_eq!(text(&document, &["services", "superset-init", "restart"]), "no");
    for service in ["superset", "superset-worker", "superset-beat"] {
        let condition = text(&document, &["services", service, "depends_on", "superset-init", "condition"]);
        assert_eq!(condition, "service_completed_successfully", "{service}");
    }
}

#[test]
fn check_11_sample_data_is_made_in_order() {
    let document = compose("development", "enlaight");
    for (later, earlier) in [("sample-database", "sample-knowledge-base"), ("sample-charts", "sample-database")] {
        assert_eq!(
            text(&document, &["services", later, "depends_on", earlier, "condition"]),
            "service_completed_successfully"
        );
    }
    assert_eq!(
        text(&document, &["services", "sample-knowledge-base", "depends_on", "backend", "condition"]),
        "service_healthy"
    );
}

#[test]
fn everything_is_hardened_and_limited() {
    for environment in ["development", "production"] {
        for stack in ["enlaight", "platform"] {
            let document = compose(environment, stack);
            for service in keys(&document, &["services"]) {
                let of = |path: &[&str]| at(&document, &[&["services", &service], path].concat()).cloned();
                assert_eq!(of(&["read_only"]).map(|node| node.value), Some(Value::Bool(true)), "{service}");
                assert!(
                    list(&document, &["services", &service, "security_opt"])
                        .contains(&"no-new-privileges:true".to_owned()),
                    "{service}"
                );
                assert!(of(&["deploy", "resources", "limits", "memory"]).is_some(), "{service}");
                assert!(of(&["deploy", "resources", "limits", "cpus"]).is_some(), "{service}");
                assert!(of(&["logging", "options", "max-size"]).is_some(), "{service}");
                assert!(of(&["restart"]).is_some(), "{service}");
            }
        }
    }
}
