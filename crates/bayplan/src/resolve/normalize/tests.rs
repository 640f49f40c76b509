use super::super::testing::{json, node};
use super::*;
use serde_json::json;

fn normalized(document: serde_json::Value) -> serde_json::Value {
    let mut tree = node(&document, 1);
    let mut report = Report::new();
    normalize(&mut tree, "shop", &|name| (name == "SET").then(|| "here".to_owned()), &mut report);
    assert_eq!(report.findings, []);
    json(&tree)
}

#[test]
fn the_default_network_is_there_when_it_is_used() {
    assert_eq!(
        normalized(json!({ "services": {
            "a": {}, "b": { "networks": {} }, "c": { "network_mode": "host" }, "d": { "provider": {} },
            "e": { "networks": { "x": null } }
        }, "networks": { "x": {} } })),
        json!({ "services": {
            "a": { "networks": { "default": null } }, "b": { "networks": { "default": null } },
            "c": { "network_mode": "host" }, "d": { "provider": {} }, "e": { "networks": { "x": null } }
        }, "networks": { "x": { "name": "shop_x" }, "default": { "name": "shop_default" } } })
    );
    let unused = json!({ "services": { "a": { "network_mode": "none" } } });
    assert_eq!(normalized(unused.clone()), unused);
}

#[test]
fn dependencies_are_implied_and_written_ones_win() {
    let implied = |restart| json!({ "condition": "service_started", "restart": restart, "required": true });
    assert_eq!(
        normalized(json!({ "services": { "a": {
            "network_mode": "service:n", "ipc": "service:i", "pid": "host", "uts": "container:x",
            "links": ["l:alias", "m"], "volumes_from": ["v:ro", "container:c", "d"],
            "depends_on": { "d": { "condition": "service_healthy" } }
        } } }))["services"]["a"]["depends_on"],
        json!({
            "d": { "condition": "service_healthy" }, "l": implied(true), "m": implied(true), "n": implied(true),
            "i": implied(true), "v": implied(false)
        })
    );
}

#[test]
fn variables_without_a_value_come_from_the_environment() {
    assert_eq!(
        normalized(json!({ "services": { "a": {
            "network_mode": "none",
            "environment": { "SET": null, "UNSET": null, "X": "" },
            "build": { "args": ["SET", "UNSET", "X="], "context": null },
            "pull_policy": "if_not_present", "volumes": [{ "target": "/a/../b/" }]
        } } }))["services"]["a"],
        json!({
            "network_mode": "none",
            "environment": { "SET": "here", "UNSET": null, "X": "" },
            "build": { "args": ["SET=here", "X="], "context": ".", "dockerfile": "Dockerfile" },
            "pull_policy": "missing", "volumes": [{ "target": "/b" }]
        })
    );
    let inline = json!({ "services": { "a": { "network_mode": "none", "build": { "dockerfile_inline": "FROM x" } } } });
    assert_eq!(normalized(inline)["services"]["a"]["build"], json!({ "dockerfile_inline": "FROM x", "context": "." }));
}

#[test]
fn what_runs_before_a_service_inherits_its_keys() {
    assert_eq!(
        normalized(json!({ "services": { "a": {
            "image": "i", "network_mode": "none", "ports": [], "volumes": [{ "target": "/x" }], "cap_add": ["A"],
            "environment": { "A": "1" },
            "pre_start": [{ "command": ["c"], "cap_add": ["B"], "environment": ["A=2"] }]
        } } }))["services"]["a"]["pre_start"],
        json!([{ "image": "i", "network_mode": "none", "cap_add": ["A", "B"], "environment": { "A": "2" }, "command": ["c"] }])
    );
}

#[test]
fn resources_are_named() {
    assert_eq!(
        normalized(json!({
            "volumes": { "a": null, "b": { "external": true }, "c": { "name": "n" } },
            "secrets": { "s": { "external": "true", "name": null } }
        })),
        json!({
            "volumes": { "a": { "name": "shop_a" }, "b": { "external": true, "name": "b" }, "c": { "name": "n" } },
            "secrets": { "s": { "external": "true", "name": "s" } }
        })
    );
}
