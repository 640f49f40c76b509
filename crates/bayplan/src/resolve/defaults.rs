//! `long forms → the values that Compose takes where nothing is written` (compose-go 2.16.2, `transform/defaults.go`).

use super::canonical::entry;
use super::visit::{Way, visit, workloads};
use crate::finding::Report;
use crate::record::scalar::text_of;
use bayplan_yaml::{Map, Node, Value};

/// Adds what is missing. What is added stands where the mapping stands that it is added to.
pub fn set_defaults(document: &mut Node, report: &mut Report) {
    workloads(document, &mut |node, way| {
        // A build or port that is no mapping holds variables that were not replaced, or is reported already.
        let mut each = |pattern: &[&str], f: &dyn Fn(&mut Map, &Node)| {
            let mut nobody = Report::new();
            visit(node, pattern, way, &mut |node, way| with_map(node, way, &mut nobody, f));
        };
        each(&["build"], &|map, node| add(map, node, "context", || ".".into()));
        each(&["ports", "*"], &|map, node| {
            add(map, node, "protocol", || "tcp".into());
            add(map, node, "mode", || "ingress".into());
        });
        let mut each = |pattern: &[&str], f: &dyn Fn(&mut Map, &Node)| {
            visit(node, pattern, way, &mut |node, way| with_map(node, way, report, f));
        };
        each(&["secrets", "*"], &|map, node| {
            let source = map.get("source").and_then(|source| text_of(&source.value)).unwrap_or("<nil>".to_owned());
            add(map, node, "target", || format!("/run/secrets/{source}"));
        });
        each(&["gpus", "*"], &devices);
        each(&["deploy", "resources", "reservations", "devices", "*"], &devices);
        each(&["volumes", "*", "bind"], &|map, node| {
            map.entry("create_host_path".into()).or_insert_with(|| entry(node.at, Value::Bool(true)));
        });
    });
}

/// Without a number and without names, all devices are meant.
fn devices(map: &mut Map, node: &Node) {
    if !map.contains_key("device_ids") {
        add(map, node, "count", || "all".into());
    }
}

fn add(map: &mut Map, node: &Node, key: &str, text: impl FnOnce() -> String) {
    if !map.contains_key(key) {
        map.insert(key.into(), entry(node.at, Value::String(text().into())));
    }
}

fn with_map(node: &mut Node, way: &Way<'_>, report: &mut Report, f: &dyn Fn(&mut Map, &Node)) {
    let Value::Map(map) = &mut node.value else {
        return report.extend(way.wrong_type(node, "a mapping"));
    };
    let mut map = std::mem::take(map);
    f(&mut map, node);
    node.value = Value::Map(map);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{json, node};
    use super::*;

    #[test]
    fn what_is_missing_is_added_and_what_is_there_stays() {
        let mut tree = node(
            &serde_json::json!({
                "services": { "web": {
                    "build": {}, "secrets": [{ "source": "s" }, { "target": "/t" }],
                    "ports": [{ "target": 80 }, { "target": 81, "protocol": "udp", "mode": "host" }],
                    "gpus": [{}, { "count": 1 }, { "device_ids": ["a"] }],
                    "volumes": [{ "bind": {} }, { "bind": { "create_host_path": false } }, {}],
                    "deploy": { "resources": { "reservations": { "devices": [{}] } } }
                } },
                "jobs": { "j": { "build": { "context": "x" } } }
            }),
            1,
        );
        let mut report = Report::new();
        set_defaults(&mut tree, &mut report);
        assert_eq!(report.findings, []);
        assert_eq!(
            json(&tree),
            serde_json::json!({
                "services": { "web": {
                    "build": { "context": "." },
                    "secrets": [{ "source": "s", "target": "/run/secrets/s" }, { "target": "/t" }],
                    "ports": [
                        { "target": 80, "protocol": "tcp", "mode": "ingress" },
                        { "target": 81, "protocol": "udp", "mode": "host" }
                    ],
                    "gpus": [{ "count": "all" }, { "count": 1 }, { "device_ids": ["a"] }],
                    "volumes": [{ "bind": { "create_host_path": true } }, { "bind": { "create_host_path": false } }, {}],
                    "deploy": { "resources": { "reservations": { "devices": [{ "count": "all" }] } } }
                } },
                "jobs": { "j": { "build": { "context": "x" } } }
            })
        );
    }
}
