//! The JSON Schemas of blueprints and fleets refuse a document exactly when the reader finds a wrong shape in it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan::blueprint::{Blueprint, Fleet, schemas};
use bayplan::catalog::{Asked, Instance, Makes};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decode, Decoder, Limits, SourceId, read};
use jsonschema::Validator;
use serde_json::Value;

fn validator(name: &str) -> Validator {
    let text = schemas().into_iter().find(|(known, _)| *known == name).unwrap().1;
    jsonschema::draft7::new(&serde_json::from_str(&text).unwrap()).unwrap()
}

/// Whether the reader finds the shape of `text` right. A well-shaped value that is no valid one is another matter.
fn shaped<T: Decode>(text: &str) -> (bool, Value) {
    let read = read(text, SourceId(1), &Limits::default());
    assert!(read.errors.is_empty(), "{text}: {:?}", read.errors);
    let node = read.first().unwrap();
    let mut decoder = Decoder::new();
    let _ = T::decode(node, &mut decoder);
    let wrong = decoder.finish().iter().any(|error| error.kind != DecodeErrorKind::Value);
    (!wrong, bayplan::record::scalar::json(node))
}

const SERVICES: &[&str] = &[
    "{use: postgres:17}",
    "{use: 5}",
    "{use: [a]}",
    "{with: {a: 1}}",
    "{with: [a]}",
    "{with: x}",
    "{needs: [a, b]}",
    "{needs: a}",
    "{needs: {a: {}}}",
    "{needs: {a: null}}",
    "{needs: {a: {restart: true}}}",
    "{needs: {a: {restrt: true}}}",
    "{needs: {a: 1}}",
    "{needs: [1]}",
    "{route: shop}",
    "{route: {host: shop}}",
    "{route: {path: /x}}",
    "{route: [a, {host: b}]}",
    "{route: 5}",
    "{route: true}",
    "{route: {host: a, port: 80, tls: false, sticky: true, priority: 5, protocol: tcp, middlewares: [x]}}",
    "{route: {host: a, prot: 80}}",
    "{route: {host: a, middlewares: x}}",
    "{route: {host: a, auth: {basic: users}}}",
    "{route: {host: a, auth: basic}}",
    "{metrics: 9100}",
    "{metrics: false}",
    "{metrics: true}",
    "{members: {ui: {size: small}}}",
    "{members: {ui: {sise: small}}}",
    "{members: {ui: small}}",
    "{members: [ui]}",
    "{metrics: {port: 9100, path: /m}}",
    "{metrics: {path: /m}}",
    "{metrics: {port: 9100, labels: {team: a}}}",
    "{metrics: {port: 9100, labels: [team]}}",
    "{metrics: [9100, {port: 9200}]}",
    "{metrics: x}",
    "{logs: false}",
    "{logs: {labels: {a: b}}}",
    "{logs: 5}",
    "{logs: {label: {a: b}}}",
    "{traces: true}",
    "{traces: [x]}",
    "{size: small}",
    "{size: {cpus: 1, memory: 512M}}",
    "{size: 5}",
    "{size: {cpu: 1}}",
    "{size: {reserve: {cpus: 0.5}}}",
    "{backup: nightly}",
    "{backup: {exempt: why}}",
    "{backup: [nightly]}",
    "{backup: {schedule: weekly, why: x}}",
    "{egress: false}",
    "{egress: {}}",
    "{allow: {static-ip: because}}",
    "{allow: {static-ip: {reason: x, until: '2030-01-01'}}}",
    "{allow: {static-ip: {until: '2030-01-01'}}}",
    "{allow: [static-ip]}",
    "{allow: {static-ip: 5}}",
    "{image: nginx:1.27}",
    "{image: [x]}",
    "{imag: x}",
    "{x-note: 1}",
    "{ports: ['80:80'], expose: [80]}",
    "{ports: 80}",
    "null",
    "nginx",
];

const FLEETS: &[&str] = &[
    "{name: a}",
    "{nam: a}",
    "{compose: '5.5'}",
    "{hosts: {a: {cpus: 4, memory: 8G, networks: 40, stacks: [x]}}}",
    "{hosts: {a: {ram: 8G}}}",
    "{hosts: [a]}",
    "{environments: {p: {domain: a.b, ingress: {h: 127.0.0.1}, tls: none, env_files: [a.env], variables: {A: b}}}}",
    "{environments: {p: {tls: {resolver: a, email: b}}}}",
    "{environments: {p: {tls: {resolver: a}}}}",
    "{environments: {p: {tls: {certificates: [{cert: a, key: b}]}}}}",
    "{environments: {p: {tls: yes}}}",
    "{environments: [p]}",
    "{defaults: {read_only: true}}",
    "{defaults: {readonly: true}}",
    "{defaults: 5}",
    "{sizes: {big: {cpus: 8}}}",
    "{sizes: {big: 5}}",
    "{middlewares: {a: {compress: {}}}}",
    "{middlewares: [a]}",
    "{middlewares: {a: {compres: {}}}}",
    "{middlewares: {a: {compress: []}}}",
    "{middlewares: {a: compress}}",
    "{middlewares: {a: {ipAllowList: {sourceRange: [10.0.0.0/8], ipStrategy: {depth: 1}}}}}",
    "{middlewares: {a: {ipAllowList: {sourceRange: 10.0.0.0/8}}}}",
    "{middlewares: {a: {ipAllowList: {}}}}",
    "{middlewares: {a: {rateLimit: {average: 5, period: 1m}}}}",
    "{middlewares: {a: {rateLimit: {average: [many]}}}}",
    "{middlewares: {a: {rateLimit: {average: 5, period: [1m]}}}}",
    "{middlewares: {a: {headers: {customResponseHeaders: {X-A: '', X-B: 5}, stsSeconds: 60}}}}",
    "{middlewares: {a: {headers: {customResponseHeaders: {X-A: [a]}}}}}",
    "{middlewares: {a: {headers: {customResponseHeader: {X-A: a}}}}}",
    "{middlewares: {a: {errors: {status: [404, '500-599'], service: shop-web, query: '/{status}', statusRewrites: {'418': 404}}}}}",
    "{middlewares: {a: {errors: {status: 404, service: shop-web}}}}",
    "{middlewares: {a: {errors: {status: [404], service: shop-web, statusRewrites: {'418': x}}}}}",
    "{middlewares: {a: {redirectScheme: {scheme: https, port: 443}}}}",
    "{middlewares: {a: {redirectScheme: {port: 443}}}}",
    "{middlewares: {a: {chain: {middlewares: [b]}}, b: {retry: {attempts: 2}}}}",
    "{middlewares: {a: {chain: {middlewares: b}}}}",
    "{middlewares: {a: {plugin: x}}}",
    "{rules: {static-ip: warn}}",
    "{rules: [static-ip]}",
    "{traces: 'http://x:4318'}",
    "{traces: {}}",
    "{x-a: 1}",
];

/// `use` and `with`: what the parameters of archetypes look like.
const ARCHETYPES: &[(&str, &str)] = &[
    ("postgres:17", "{}"),
    ("postgres:17.5@sha256:0000", "{database: shop, user: ann, password: pw}"),
    ("postgres", "{databse: shop}"),
    ("postgres:17", "{database: 5}"),
    ("postgres:17", "{database: [a]}"),
    ("postgres:17", "{database: '{{ a.b }}'}"),
    ("traefik:v3", "{bind: 127.0.0.1}"),
    ("traefik:v3", "{database: shop}"),
    ("prometheus:v3", "{retention: 30d}"),
    ("prometheus:v3", "{retention: {a: b}}"),
    ("alloy:v1", "{}"),
    ("alloy:v1", "{a: b}"),
    ("loki:3", "{a: b}"),
    ("socket-proxy:v0", "{socket: /run/docker.sock}"),
    ("superset:4", "{}"),
    ("superset:4", "{role: app}"),
    ("mysql:8", "{database: shop}"),
    ("redis:7", "{a: [b]}"),
    ("kafka:8", "{replicas: 3, ui: true, topics: {orders: {partitions: 3, config: {retention.ms: 1}}}}"),
    ("kafka:8", "{replicas: [3]}"),
    ("kafka:8", "{topics: {orders: {partition: 3}}}"),
    ("kafka:8", "{external: {port: 9094}}"),
    ("etcd-cluster:3.6", "{replicas: 3}"),
    ("etcd-cluster:3.6", "{replica: 3}"),
    ("valkey:8", "{password: false, keep: none}"),
    ("valkey:8", "{password: true}"),
    ("postgres-exporter:0.18", "{}"),
];

#[test]
fn use_decides_what_stands_below_with() {
    let validator = validator("blueprint");
    let mut differ = Vec::new();
    for (used, with) in ARCHETYPES {
        let (archetype, _) = bayplan::catalog::parse_use(used.split('@').next().unwrap()).unwrap();
        let text = format!("services: {{s: {{use: '{used}', with: {with}}}}}");
        let read = read(&text, SourceId(1), &Limits::default());
        let node = read.first().unwrap();
        let instance = Instance {
            service: "s",
            tag: "1",
            image: archetype.image,
            url: None,
            metrics: false,
            tls: false,
            takes_tls: false,
            output: "../..",
        };
        let mut decoder = Decoder::new();
        let parameters = node.get("services").and_then(|node| node.get("s")?.get("with")).unwrap();
        match archetype.makes {
            Makes::Service(make) => drop(make(parameters, &instance, &mut decoder)),
            Makes::Services(make) => {
                let asked = Asked { name: "s", tag: "1", with: Some(parameters), metrics: false };
                drop(make(parameters, &asked, &mut decoder));
            }
        }
        let ours = decoder.finish().iter().all(|error| error.kind == DecodeErrorKind::Value);
        if validator.is_valid(&bayplan::record::scalar::json(node)) != ours {
            differ.push(format!("{used} {with}: reader {ours}, schema {}", !ours));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    // An archetype with required parameters needs `with`; one without `use` takes anything.
    let valid = |text: &str| {
        validator.is_valid(&bayplan::record::scalar::json(read(text, SourceId(1), &Limits::default()).first().unwrap()))
    };
    assert!(!valid("services: {s: {use: 'superset:4'}}") && valid("services: {s: {use: 'postgres:17'}}"));
    assert!(valid("services: {s: {use: 'mine:1', with: {a: b}}}"));
}

#[test]
fn schema_and_reader_agree() {
    let mut differ = Vec::new();
    let blueprint = validator("blueprint");
    for service in SERVICES {
        let (ours, json) = shaped::<Blueprint>(&format!("services: {{s: {service}}}"));
        if blueprint.is_valid(&json) != ours {
            differ.push(format!("service {service}: reader {ours}, schema {}", !ours));
        }
    }
    let fleet = validator("fleet");
    for text in FLEETS {
        let (ours, json) = shaped::<Fleet>(text);
        if fleet.is_valid(&json) != ours {
            differ.push(format!("fleet {text}: reader {ours}, schema {}", !ours));
        }
    }
    assert!(differ.is_empty(), "{} of {} differ:\n{}", differ.len(), SERVICES.len() + FLEETS.len(), differ.join("\n"));
}

#[test]
fn shipped_blueprints_are_accepted() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../blueprints");
    let mut count = 0;
    for folder in std::fs::read_dir(root).unwrap().flatten() {
        for file in std::fs::read_dir(folder.path()).unwrap().flatten().map(|file| file.path()) {
            if file.extension().is_none_or(|end| end != "yaml") {
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(
                text.starts_with("# yaml-language-server: $schema=../../schema/"),
                "{} has no modeline",
                file.display()
            );
            let is_fleet = file.file_name().is_some_and(|name| name == "fleet.yaml");
            let (ours, json) = if is_fleet { shaped::<Fleet>(&text) } else { shaped::<Blueprint>(&text) };
            assert!(ours, "{}", file.display());
            let validator = validator(if is_fleet { "fleet" } else { "blueprint" });
            let errors: Vec<String> =
                validator.iter_errors(&json).map(|error| format!("{} at {}", error, error.instance_path())).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
            count += 1;
        }
    }
    assert!(count >= 3);
}

#[test]
fn committed_schemas_are_the_generated_ones() {
    for (name, text) in schemas() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../schema/{name}.schema.json"));
        let same = std::fs::read_to_string(path).unwrap() == text;
        assert!(same, "{name}.schema.json is old: run `cargo xtask schema --write schema`");
    }
}
