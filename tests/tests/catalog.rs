//! The catalog as a whole: a fleet of everything in it breaks no rule of `production` and is accepted by Docker Compose, its health checks
//! use what their images have, and composites agree with themselves whatever their size.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan::catalog::CATALOG;
use bayplan::emit::Tree;
use bayplan_tests::compiled::{compiled, compiled_and_said};
use bayplan_yaml::{Limits, Node, SourceId, read};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

const FLEET: &str = include_str!("catalog/fleet.yaml");
const EVERYTHING: &str = include_str!("catalog/everything.yaml");

fn document(text: &str) -> Node {
    read(text, SourceId(1), &Limits::default()).first().unwrap().clone()
}

fn services(tree: &Tree) -> Vec<(String, Node)> {
    let compose = document(tree.get("compose/data/compose.yaml").unwrap());
    let services = compose.get("services").and_then(Node::as_map).unwrap();
    services.iter().map(|(name, entry)| (name.to_string(), entry.value.clone())).collect()
}

#[test]
fn everything_breaks_no_rule() {
    let (tree, said) = compiled_and_said(&[("fleet.yaml", FLEET), ("data.yaml", EVERYTHING)]);
    assert_eq!(said, "");
    assert!(tree.is_some());
}

#[test]
fn everything_is_everything() {
    let tree = compiled(&[("fleet.yaml", FLEET), ("data.yaml", EVERYTHING)]).unwrap();
    let plan: serde_json::Value = serde_json::from_str(tree.get("plan.json").unwrap()).unwrap();
    let services = plan["stacks"]["data"]["services"].as_object().unwrap();
    let mut used: BTreeSet<&str> = services.values().filter_map(|service| service["archetype"].as_str()).collect();
    // Composites stand in the blueprint only.
    for word in EVERYTHING.split(['"', ' ', ':']) {
        used.extend(CATALOG.iter().map(|archetype| archetype.name).filter(|name| *name == word));
    }
    let missing: Vec<&str> =
        CATALOG.iter().map(|archetype| archetype.name).filter(|name| !used.contains(name)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn docker_compose_accepts_everything() {
    let program = env::var_os("BAYPLAN_TOOLS").map(|tools| PathBuf::from(tools).join("docker-compose"));
    let Some(program) = program.filter(|program| program.is_file()) else {
        eprintln!("skipped: no `docker-compose` in BAYPLAN_TOOLS");
        return;
    };
    let tree = compiled(&[("fleet.yaml", FLEET), ("data.yaml", EVERYTHING)]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in tree.files() {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = Command::new(program)
        .args(["config", "--quiet"])
        .current_dir(folder.path().join("compose/data"))
        .env("HOME", folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// What the images have, as their Dockerfiles say: what is looked up at the beginning of a health check, or behind its shell.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("traefik", &["traefik"]),
    ("prom/prometheus", &["wget"]),
    ("grafana/loki", &["wget"]),
    ("grafana/alloy", &["bash"]),
    ("ghcr.io/tecnativa/docker-socket-proxy", &["wget"]),
    ("rnwood/smtp4dev", &["curl"]),
    ("redis", &["redis-cli"]),
    ("mysql", &["mysqladmin"]),
    ("postgres", &["pg_isready"]),
    ("n8nio/n8n", &["wget"]),
    ("valkey/valkey", &["valkey-cli", "grep"]),
    ("quay.io/coreos/etcd", &["/usr/local/bin/etcdctl"]),
    ("ghcr.io/zalando/spilo-17", &["bash", "curl"]),
    ("haproxy", &["wget"]),
    ("confluentinc/cp-kafka", &["kafka-broker-api-versions", "bash"]),
    ("confluentinc/cp-schema-registry", &["bash"]),
    ("confluentinc/cp-kafka-connect", &["bash"]),
    ("confluentinc/cp-kafka-rest", &["bash"]),
    ("ghcr.io/kafbat/kafka-ui", &["wget"]),
    ("danielqsj/kafka-exporter", &["wget"]),
    ("oliver006/redis_exporter", &["wget"]),
    ("quay.io/prometheuscommunity/postgres-exporter", &["wget"]),
    ("quay.io/prometheuscommunity/elasticsearch-exporter", &["wget"]),
    ("minio/minio", &["curl", "mc"]),
    ("couchdb", &["bash"]),
    ("opensearchproject/opensearch", &["curl", "grep"]),
    ("opensearchproject/opensearch-dashboards", &["curl", "grep"]),
    ("neo4j", &["wget"]),
    ("milvusdb/milvus", &["curl"]),
    ("qdrant/qdrant", &["bash"]),
    ("influxdb", &["influx"]),
    ("mongo", &["mongosh"]),
    ("rabbitmq", &["rabbitmq-diagnostics"]),
    ("redis/redisinsight", &["wget"]),
    ("prom/alertmanager", &["wget"]),
    ("prom/blackbox-exporter", &["wget"]),
    ("prom/node-exporter", &["wget"]),
    ("prom/pushgateway", &["wget"]),
    ("ghcr.io/google/cadvisor", &["wget"]),
    ("grafana/grafana", &["wget"]),
    ("grafana/tempo", &["/busybox/wget"]),
];

#[test]
fn health_checks_use_what_their_images_have() {
    let tree = compiled(&[("fleet.yaml", FLEET), ("data.yaml", EVERYTHING)]).unwrap();
    let mut seen = 0;
    for (name, service) in services(&tree).iter().filter(|(name, _)| name != "app") {
        let Some(test) = service.get("healthcheck").and_then(|check| check.get("test")?.as_seq().map(<[Node]>::to_vec))
        else {
            continue;
        };
        let image = service.get("image").and_then(Node::as_str).unwrap();
        let repository = image.split('@').next().unwrap();
        let repository = repository.rsplit_once(':').map_or(repository, |(repository, _)| repository);
        let known = PROGRAMS.iter().find(|(image, _)| *image == repository);
        let (_, programs) = known.unwrap_or_else(|| panic!("{name}: nobody looked into {repository}"));
        let words: Vec<&str> = test.iter().filter_map(Node::as_str).collect();
        let used: Vec<&str> = match words[0] {
            "CMD" => vec![words[1]],
            _ => words[1]
                .split(['|', ';'])
                .map(|part| {
                    part.split_whitespace().find(|word| !word.contains('=') && !word.contains("$")).unwrap_or_default()
                })
                .filter(|word| !matches!(*word, "unset" | "" | "cat"))
                .collect(),
        };
        for program in used.iter().filter(|program| !program.starts_with('/') || programs.contains(program)) {
            assert!(programs.contains(program), "{name}: {repository} has no {program}: {words:?}");
        }
        seen += 1;
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn alerts_reach_people() {
    // Nobody scrapes it: the metrics server is to reach it all the same.
    let stack = r##"
services:
  prometheus: { use: "prometheus:v3.9.0", backup: nightly }
  alerts:
    use: alertmanager:v0.28.1
    with: { slack: { channel: "#it's", url: hook }, mail: { to: [a@b.c, d@e.f], from: g@h.i, server: "mail:25", user: "no: 1" } }
    backup: { exempt: silences only }
"##;
    let tree = compiled(&[("fleet.yaml", FLEET), ("data.yaml", stack)]).unwrap();
    let json =
        |path: &str| -> serde_json::Value { bayplan_yaml::from_node(&document(tree.get(path).unwrap())).unwrap() };
    let said = json("prometheus/prometheus.yml");
    assert_eq!(said["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"][0], "alerts:9093");
    let networks = |name: &str| -> BTreeSet<String> {
        let (_, service) = services(&tree).into_iter().find(|(service, _)| service == name).unwrap();
        service.get("networks").and_then(Node::as_map).unwrap().iter().map(|(name, _)| name.to_string()).collect()
    };
    assert_ne!(networks("alerts").intersection(&networks("prometheus")).count(), 0);
    let config = json("compose/data/config/alerts/alertmanager.yml");
    let people = &config["receivers"][0];
    assert_eq!(config["route"]["receiver"], people["name"]);
    assert_eq!(people["slack_configs"][0]["api_url_file"], "/run/secrets/hook");
    assert_eq!(people["slack_configs"][0]["channel"], "#it's");
    assert_eq!(people["email_configs"][0]["to"], "a@b.c, d@e.f");
    assert_eq!(people["email_configs"][0]["auth_username"], "no: 1");
    assert_eq!(people["email_configs"][0]["auth_password_file"], "/run/secrets/alerts_mail_password");
}

/// The numbers `n` of all `NAME-n` and `NAME-etcd-n` in a text.
fn numbers(text: &str, prefix: &str) -> Vec<u32> {
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    let found = text.match_indices(prefix).filter_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let apart = before.is_none_or(|c| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        digits(&text[at + prefix.len()..]).parse().ok().filter(|_| apart)
    });
    found.collect()
}

fn expand(used: &str, with: &str, extra: &str) -> (Tree, Vec<(String, Node)>) {
    let text =
        format!("services:\n  x: {{ use: '{used}', with: {{ {with} }}, backup: nightly, metrics: true{extra} }}\n");
    let text = if used.starts_with("couchdb") || used.starts_with("mongodb") {
        text.replace(", metrics: true", "")
    } else {
        text
    };
    let platform = "  prometheus: { use: 'prometheus:v3.9.0', size: small, backup: nightly }\n  traefik: { use: 'traefik:v3.6.4', size: small }\n";
    let tree = compiled(&[("fleet.yaml", FLEET), ("data.yaml", &(text.clone() + platform))])
        .unwrap_or_else(|said| panic!("{text}{said}"));
    let services = services(&tree);
    (tree, services)
}

fn environment(service: &Node, name: &str) -> String {
    let value = service.get("environment").and_then(|all| all.get(name)?.as_str()).unwrap_or_default();
    value.to_owned()
}

/// The lists of peers of a composite: the archetype, its parameter, the smallest and largest size, and whether sizes are odd.
const SIZES: &[(&str, u32, u32, bool)] = &[
    ("kafka:8.1.1", 1, 9, false),
    ("etcd-cluster:v3.6.5", 1, 9, true),
    ("valkey-cluster:8.1.4", 6, 12, false),
    ("postgres-ha:4.0-p3", 2, 7, false),
    ("minio:RELEASE.2025-09-07T16-13-09Z", 4, 9, false),
    ("couchdb:3.5.1", 1, 6, false),
    ("opensearch:3.3.2", 1, 7, true),
    ("mongodb:8.0.15", 1, 7, true),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn composites_agree_with_themselves(which in 0..SIZES.len(), draw in 0u32..1000) {
        let (used, least, most, odd) = SIZES[which];
        let mut count = least + draw % (most - least + 1);
        if odd && count % 2 == 0 { count -= 1; }
        let (tree, services) = expand(used, &format!("replicas: {count}"), "");
        let names: BTreeSet<&str> = services.iter().map(|(name, _)| name.as_str()).collect();
        let data: Vec<u32> = names.iter().filter_map(|name| name.strip_prefix("x-")?.parse().ok()).collect();
        let all: BTreeSet<u32> = (1..=count).collect();
        prop_assert_eq!(data.iter().copied().collect::<BTreeSet<u32>>(), all.clone());
        // Nobody names a member that is not there.
        for (path, text) in tree.files() {
            for number in numbers(text, "x-") {
                prop_assert!(all.contains(&number), "{}: x-{}", path, number);
            }
            for number in numbers(text, "x-etcd-") {
                prop_assert!((1..=3).contains(&number), "{}: x-etcd-{}", path, number);
            }
        }
        // Every list of peers has each of them once.
        let lists = ["KAFKA_CONTROLLER_QUORUM_VOTERS", "ETCD_INITIAL_CLUSTER", "discovery.seed_hosts", "cluster.initial_cluster_manager_nodes"];
        for (name, service) in services.iter().filter(|(name, _)| name.strip_prefix("x-").is_some_and(|end| end.parse::<u32>().is_ok())) {
            for list in lists {
                let value = environment(service, list);
                let found: Vec<u32> = value.split(',').filter_map(|part| numbers(part, "x-").first().copied()).collect();
                let distinct: BTreeSet<u32> = found.iter().copied().collect();
                prop_assert_eq!(found.len(), distinct.len(), "{}: {}", name, value);
                if list == "KAFKA_CONTROLLER_QUORUM_VOTERS" && !value.is_empty() {
                    prop_assert_eq!(value.split(',').count() % 2, 1);
                    let own = format!("//{name}:");
                    prop_assert!(environment(service, "KAFKA_ADVERTISED_LISTENERS").contains(&own));
                    let copies: u32 = environment(service, "KAFKA_DEFAULT_REPLICATION_FACTOR").parse().unwrap();
                    prop_assert!(copies <= count);
                } else if !value.is_empty() && list != "KAFKA_CONTROLLER_QUORUM_VOTERS" {
                    prop_assert_eq!(&distinct, &all, "{}: {}", name, value);
                }
            }
        }
        // Every target that is scraped is a service, and every server that is routed to.
        if let Some(scrapes) = tree.get("prometheus/scrape.d/data.yml") {
            for line in scrapes.lines().filter_map(|line| line.trim().strip_prefix("- x-")) {
                let host = format!("x-{}", line.rsplit_once(':').unwrap().0);
                prop_assert!(names.contains(host.as_str()), "{}", host);
            }
        }
    }
}

#[test]
fn a_route_spreads_over_all_web_members() {
    let (tree, services) = expand("couchdb:3.5.1", "replicas: 4", ", route: { host: docs, sticky: true }");
    let routes = tree.get("traefik/dynamic/data.yaml").unwrap();
    for number in 1..=4 {
        assert!(routes.contains(&format!("url: http://x-{number}:5984")), "{routes}");
    }
    let gateway: BTreeSet<String> = networks(&services, "traefik");
    for number in 1..=4 {
        assert!(!networks(&services, &format!("x-{number}")).is_disjoint(&gateway), "x-{number}");
    }
}

fn networks(services: &[(String, Node)], name: &str) -> BTreeSet<String> {
    let service = &services.iter().find(|(known, _)| known == name).unwrap().1;
    let map = service.get("networks").and_then(Node::as_map).unwrap();
    map.keys().map(ToString::to_string).collect()
}

/// The shell scripts of a service, as its container gets them.
fn scripts(service: &Node) -> Vec<(String, String)> {
    let lists = ["command", "entrypoint"].map(|key| service.get(key).and_then(Node::as_seq).unwrap_or_default());
    let words =
        lists.map(|list| list.iter().filter_map(Node::as_str).map(|word| word.replace("$$", "$")).collect::<Vec<_>>());
    let shells = words.iter().filter_map(|words| {
        let at = words.iter().position(|word| word == "-c")?;
        let shell = words.get(at.checked_sub(1)?)?;
        matches!(shell.as_str(), "sh" | "bash").then(|| (shell.clone(), words[at + 1].clone()))
    });
    shells.collect()
}

fn run(shell: &str, arguments: &[&str]) -> String {
    let output = Command::new(shell).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn scripts_are_shell() {
    let tree = compiled(&[("fleet.yaml", FLEET), ("data.yaml", EVERYTHING)]).unwrap();
    let mut seen = 0;
    for (name, service) in services(&tree) {
        for (shell, script) in scripts(&service) {
            let said = run(&shell, &["-n", "-c", &script]);
            assert_eq!(said, "", "{name}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
    for (path, text) in tree.files().filter(|(path, _)| path.ends_with(".sh")) {
        assert_eq!(run("bash", &["-n", "-c", text]), "", "{path}");
    }
}

/// The script of a service of the fleet of everything.
fn script(service: &str) -> String {
    let tree = compiled(&[("fleet.yaml", FLEET), ("data.yaml", EVERYTHING)]).unwrap();
    let service = services(&tree).into_iter().find(|(name, _)| name == service).unwrap().1;
    scripts(&service).remove(0).1
}

#[test]
fn a_password_of_any_letters_reaches_valkey_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    fs::write(folder.path().join("cache_password"), "a\"b\\c$d 'e\n").unwrap();
    let script = script("cache").replace("/run/secrets", at).replace("/tmp/valkey.conf", &format!("{at}/conf"));
    let script = script.replace("exec valkey-server", "printf '[%s]'");
    let said = run("sh", &["-c", &script, "valkey", "--save", ""]);
    assert_eq!(said, format!("[{at}/conf][--save][]"));
    let written = fs::read_to_string(folder.path().join("conf")).unwrap();
    assert_eq!(written, "requirepass \"a\\\"b\\\\c$d 'e\"\nprimaryauth \"a\\\"b\\\\c$d 'e\"\n");
}

#[test]
fn settings_of_topics_reach_kafka_as_they_are() {
    let script = format!("kafka-topics() {{ printf '[%s]' \"$@\"; }}\n{}", script("kafka-topics"));
    let said = run("bash", &["-c", &script]);
    assert!(
        said.contains("[--topic][orders][--partitions][3][--replication-factor][3][--config][retention.ms=1000]"),
        "{said}"
    );
    assert!(said.ends_with("[--config][cleanup.policy=it's]"), "{said}");
}

#[test]
fn a_cluster_of_valkey_is_made_once_and_meets_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    fs::write(folder.path().join("cells_password"), "word").unwrap();
    let stubs = "getent() { echo \"10.0.0.${2#cells-} $2\"; }\n\
        valkey-cli() { case \"$*\" in\n\
          *'cluster info') printf 'cluster_state:ok\\r\\ncluster_slots_assigned:%s\\r\\n' \"$SLOTS\";;\n\
          *) printf '[%s]' \"$@\";; esac; }\n";
    let script = stubs.to_owned() + &script("cells-setup").replace("/run/secrets", at);
    let made = run("bash", &["-c", &format!("SLOTS=0\n{script}")]);
    assert!(made.starts_with("[--cluster][create][10.0.0.1:6379][10.0.0.2:6379]"), "{made}");
    assert!(made.ends_with("[10.0.0.6:6379][--cluster-replicas][1][--cluster-yes]"), "{made}");
    let again = run("bash", &["-c", &format!("SLOTS=16384\n{script}")]);
    assert!(!again.contains("create") && again.matches("[cluster][meet]").count() == 6, "{again}");
}
