use super::super::testing::{json, node};
use super::*;
use serde_json::json;

fn bound(document: serde_json::Value, encoding: Encoding) -> serde_json::Value {
    json(&bind(node(&document, 1), "shop", encoding))
}

#[test]
fn values_are_spelled_as_docker_compose_spells_them() {
    let service = json!({
        "cpus": 0.5, "mem_limit": "64m", "mem_reservation": 0, "stop_grace_period": "90s", "init": false, "tty": false,
        "command": "echo 'a b'", "environment": ["B=1", "A", "C="], "labels": { "x": true, "a": null },
        "extra_hosts": ["b=[::1]", "a:1.2.3.4"], "tmpfs": "/t", "expose": [80], "ulimits": { "a": 1, "b": { "soft": 1, "hard": 2 } },
        "healthcheck": { "test": "true", "interval": "1m" }, "networks": { "n": null }, "configs": [{ "source": "c", "mode": 288 }],
        "gpus": [{ "count": "all" }], "env_file": [{ "path": "a", "required": true }, { "path": "b", "required": false }],
        "x-y": 1
    });
    assert_eq!(
        bound(json!({ "services": { "web": service } }), Encoding::Json)["services"]["web"],
        json!({
            "cpus": 0.5, "mem_limit": "67108864", "stop_grace_period": "1m30s", "init": false,
            "command": ["echo", "a b"], "entrypoint": null, "environment": { "A": null, "B": "1", "C": "" },
            "labels": { "a": "", "x": "true" }, "extra_hosts": ["a=1.2.3.4", "b=::1"], "tmpfs": ["/t"], "expose": ["80"],
            "ulimits": { "a": 1, "b": { "soft": 1, "hard": 2 } },
            "healthcheck": { "test": ["CMD-SHELL", "true"], "interval": "1m0s" }, "networks": { "n": null },
            "configs": [{ "source": "c", "mode": "0440" }], "gpus": [{ "count": -1 }],
            "env_file": [{ "path": "a" }, { "path": "b", "required": false }]
        })
    );
}

#[test]
fn the_two_encodings_leave_out_different_things() {
    let document = json!({
        "x-a": 1,
        "services": { "web": { "x-b": 2, "deploy": {}, "blkio_config": { "weight_device": [{ "path": "p", "weight": 1 }] },
            "ulimits": { "a": { "soft": 0, "hard": 1 } } } },
        "networks": { "n": {} }, "models": { "m": { "model": "x" } }
    });
    assert_eq!(
        bound(document.clone(), Encoding::Json),
        json!({
            "name": "shop", "x-a": 1,
            "services": { "web": {
                "command": null, "entrypoint": null, "deploy": { "resources": {}, "placement": {} },
                "blkio_config": { "weight_device": [{ "Path": "p", "Weight": 1 }] }, "ulimits": { "a": { "hard": 1 } }
            } },
            "networks": { "n": { "ipam": {} } }
        })
    );
    assert_eq!(
        bound(document, Encoding::Yaml),
        json!({
            "name": "shop", "x-a": 1,
            "services": { "web": {
                "x-b": 2, "deploy": {}, "blkio_config": { "weight_device": [{ "path": "p", "weight": 1 }] },
                "ulimits": { "a": { "soft": 0, "hard": 1 } }
            } },
            "networks": { "n": {} }, "models": { "m": { "model": "x" } }
        })
    );
    assert_eq!(bound(json!({}), Encoding::Json), json!({ "name": "shop", "services": {} }));
}

#[test]
fn keys_stand_in_the_order_of_docker_compose() {
    let tree = node(
        &json!({ "volumes": { "b": {}, "a": {} }, "services": { "w": { "image": "i", "build": {}, "command": [] } } }),
        1,
    );
    let Value::Map(map) = bind(tree, "p", Encoding::Yaml).value else { panic!("a mapping") };
    assert_eq!(map.keys().map(|key| &**key).collect::<Vec<_>>(), ["name", "services", "volumes"]);
    let volumes = map["volumes"].value.as_map().unwrap().keys().map(|key| &**key).collect::<Vec<_>>();
    assert_eq!(volumes, ["a", "b"]);
    let service = map["services"].value.get("w").unwrap().as_map().unwrap();
    assert_eq!(service.keys().map(|key| &**key).collect::<Vec<_>>(), ["build", "command", "image"]);
}
