use super::super::testing::{json, node};
use super::*;
use serde_json::{Value as Json, json};

fn service(base: Json, over: Json) -> Json {
    let merged = merge_service(node(&base, 1), node(&over, 2));
    assert_eq!(merged.errors, []);
    json(&merged.node)
}

#[test]
fn attributes_follow_their_rules() {
    #[rustfmt::skip]
    let table = [
        ("image", json!("a"), json!("b"), json!("b")),
        ("image", json!("a"), json!(null), json!("a")),
        ("command", json!(["a", "b"]), json!(["c"]), json!(["c"])),
        ("command", json!(["a", "b"]), json!("c d"), json!("c d")),
        ("command", json!(["a"]), json!(null), json!(null)),
        ("healthcheck", json!({"test": ["CMD", "a"], "retries": 3}), json!({"test": "b"}), json!({"test": "b", "retries": 3})),
        ("environment", json!(["A=1", "B", "A=2"]), json!({"B": 3, "C": null}), json!({"A": "2", "B": 3, "C": null})),
        ("environment", json!({"A": "1"}), json!(["A"]), json!({"A": null})),
        ("environment", json!({"A": "1"}), json!("A=x=y"), json!({"A": "x=y"})),
        ("environment", json!(null), json!({"A": "1"}), json!({"A": "1"})),
        ("labels", json!({"a.b": "1"}), json!({"a.b": "2", "c": ""}), json!({"a.b": "2", "c": ""})),
        ("dns", json!("1.1.1.1"), json!(["8.8.8.8", "1.1.1.1"]), json!(["1.1.1.1", "8.8.8.8"])),
        ("extra_hosts", json!({"b": "::1", "a": ["1.1.1.1", "2.2.2.2"]}), json!(["a=1.1.1.1", "c=3.3.3.3"]), json!(["a=1.1.1.1", "a=2.2.2.2", "b=::1", "c=3.3.3.3"])),
        ("logging", json!({"driver": "json-file", "options": {"max-size": "1m"}}), json!({"driver": "json-file", "options": {"max-file": "2"}}), json!({"driver": "json-file", "options": {"max-size": "1m", "max-file": "2"}})),
        ("logging", json!({"driver": "json-file", "options": {"max-size": "1m"}}), json!({"driver": "syslog"}), json!({"driver": "syslog"})),
        ("logging", json!({"driver": "json-file"}), json!({"options": {"tag": "x"}}), json!({"driver": "json-file", "options": {"tag": "x"}})),
        ("depends_on", json!(["a"]), json!({"a": {"condition": "service_healthy"}, "b": {"condition": "service_started"}}), json!({"a": {"condition": "service_healthy", "required": true}, "b": {"condition": "service_started"}})),
        ("depends_on", json!(["a"]), json!(null), json!({"a": {"condition": "service_started", "required": true}})),
        ("networks", json!(["a", "b"]), json!({"b": {"aliases": ["x"]}}), json!({"a": null, "b": {"aliases": ["x"]}})),
        ("networks", json!({"a": {"aliases": ["x"]}}), json!(["a"]), json!({"a": {"aliases": ["x"]}})),
        ("build", json!("."), json!({"args": ["A=1"]}), json!({"context": ".", "args": ["A=1"]})),
        ("build", json!({"context": ".", "args": {"A": "1"}}), json!({"context": "x", "args": ["A=2"]}), json!({"context": "x", "args": {"A": "2"}})),
        ("build", json!({"context": ".", "target": "dev"}), json!("x"), json!({"context": "x", "target": "dev"})),
        ("ulimits", json!({"nofile": {"soft": 1, "hard": 2}}), json!({"nofile": 5, "nproc": 6}), json!({"nofile": 5, "nproc": 6})),
        ("ulimits", json!({"nofile": {"soft": 1, "hard": 2}}), json!({"nofile": {"hard": 5}}), json!({"nofile": {"soft": 1, "hard": 5}})),
        ("cap_drop", json!(["ALL"]), json!(["ALL", "MKNOD"]), json!(["ALL", "MKNOD"])),
        ("volumes", json!(["aa:/a", "bb:/b"]), json!(["cc:/a/", {"type": "bind", "source": ".", "target": "/b"}]), json!(["cc:/a/", {"type": "bind", "source": ".", "target": "/b"}])),
        ("volumes", json!(["C:\\x:/a"]), json!(["D:\\y:/a:ro"]), json!(["D:\\y:/a:ro"])),
        ("ports", json!(["80:80", "81:81"]), json!(["80:80/udp", {"target": 81, "published": "81", "protocol": "tcp", "mode": "host"}]), json!(["80:80", {"target": 81, "published": "81", "protocol": "tcp", "mode": "host"}, "80:80/udp"])),
        ("ports", json!(["127.0.0.1:80:80", "8001:8001"]), json!(["80:80", "8000-8002:8000-8002"]), json!(["127.0.0.1:80:80", "8000-8002:8000-8002", "80:80"])),
        ("ports", json!([80]), json!(["80"]), json!(["80"])),
        ("expose", json!([80, "81"]), json!(["80"]), json!(["80", "81"])),
        ("env_file", json!("a.env"), json!([{"path": "a.env", "required": false}, "b.env"]), json!([{"path": "a.env", "required": false}, "b.env"])),
        ("secrets", json!(["s"]), json!([{"source": "s", "mode": 256}]), json!([{"source": "s", "mode": 256}])),
        ("devices", json!(["/dev/a:/dev/x"]), json!(["/dev/b:/dev/x:rwm"]), json!(["/dev/b:/dev/x:rwm"])),
        ("tmpfs", json!("/tmp"), json!(["/run"]), json!(["/tmp", "/run"])),
        ("deploy", json!({"resources": {"limits": {"cpus": "1"}}, "labels": ["a=1"]}), json!({"resources": {"limits": {"memory": "1g"}}, "labels": {"a": "2"}}), json!({"resources": {"limits": {"cpus": "1", "memory": "1g"}}, "labels": {"a": "2"}})),
        ("security_opt", json!(["a", "a"]), json!(["b"]), json!(["a", "a", "b"])),
    ];
    for (key, base, over, want) in table {
        let result = service(json!({ key: base }), json!({ key: over }));
        assert_eq!(result, json!({ key: want }), "{key}: {over} over {base}");
    }
}

#[test]
fn shapes_that_do_not_fit_are_all_reported_and_keep_the_base() {
    let base = json!({"build": {"context": "."}, "deploy": {"replicas": 1}, "ports": [1], "depends_on": ["a"],
        "networks": ["a"], "logging": {"driver": "x"}, "environment": ["A=1"]});
    let over = json!({"build": 3, "deploy": "x", "ports": {"a": 1}, "depends_on": [{}],
        "networks": 4, "logging": null, "environment": [5, "B"]});
    let merged = merge_service(node(&base, 1), node(&over, 2));
    let mut paths: Vec<String> = merged.errors.iter().map(|error| error.path.to_string()).collect();
    paths.sort();
    assert_eq!(paths, ["build", "depends_on", "deploy", "environment", "logging", "networks", "ports"]);
    assert!(merged.errors.iter().all(|error| error.at.source.0 == 2));
    assert_eq!(merged.node.get("build").map(json), Some(json!({"context": "."})));
}

#[test]
fn tags_take_out_what_is_below() {
    let mut over = node(&json!({"services": {"web": {"ports": ["81"], "image": "x", "environment": {"A": null}}}}), 2);
    let mut tag = |keys: &[&str], tag: &str| {
        let mut at = &mut over;
        for key in keys {
            let Value::Map(map) = &mut at.value else { panic!() };
            at = &mut map.get_mut(*key).unwrap().value;
        }
        at.extra.get_or_insert_default().tag = Some(tag.into());
    };
    tag(&["services", "web", "ports"], "!override");
    tag(&["services", "web", "environment", "A"], "!reset");
    tag(&["services", "web", "image"], "!reset");
    let base =
        node(&json!({"services": {"web": {"ports": ["80"], "image": "y", "environment": {"A": "1", "B": "2"}}}}), 1);
    let merged = merge_project(base, over);
    assert_eq!(merged.errors, []);
    assert_eq!(json(&merged.node), json!({"services": {"web": {"ports": ["81"], "environment": {"B": "2"}}}}));
}

#[test]
fn every_node_keeps_its_place() {
    let base = node(&json!({"environment": {"A": "1", "B": "2"}, "image": "x", "labels": ["l=1"]}), 1);
    let over = node(&json!({"environment": {"B": "3"}, "read_only": true, "labels": ["m=1"]}), 2);
    let merged = merge_service(base, over).node;
    let source = |keys: &[&str]| merged.at_path(&keys.iter().copied().collect()).map(|node| node.at.source.0);
    assert_eq!(source(&["environment", "A"]), Some(1));
    assert_eq!(source(&["environment", "B"]), Some(2));
    assert_eq!(source(&["environment"]), Some(2));
    assert_eq!(source(&["image"]), Some(1));
    assert_eq!(source(&["labels", "l"]), Some(1));
    assert_eq!(source(&["labels", "m"]), Some(2));
}

#[test]
fn key_values_keep_what_interpolation_must_not_lose() {
    let with_template = |value: &str, template: &str| {
        let mut node = node(&json!([value]), 1);
        let Value::Seq(items) = &mut node.value else { panic!() };
        items[0].extra.get_or_insert_default().template = Some(template.into());
        Node::new(
            Value::Map(Map::from_iter([("environment".into(), Entry { key_at: node.at, value: node.clone() })])),
            node.at,
        )
    };
    let over = || node(&json!({"environment": {"$Z": "1"}}), 2);
    let split = |value, template| merge_service(with_template(value, template), over()).node;
    let found = split("A=secret", "A=${S}");
    assert_eq!(found.get("environment").unwrap().get("A").unwrap().template(), Some("${S}"));
    let found = split("A=secret", "${K:-a=b}=${S}");
    assert_eq!(found.get("environment").unwrap().get("A").unwrap().template(), Some("${S}"));
    // Key and value come from one variable: the list is kept, and the variable with it.
    let found = split("A=secret", "${ENTRY}");
    let items = found.get("environment").unwrap().as_seq().unwrap();
    assert_eq!((items[0].as_str(), items[0].template()), (Some("A=secret"), Some("${ENTRY}")));
    assert_eq!((items[1].as_str(), items[1].template()), (Some("$Z=1"), Some("$$Z=1")));
}

#[test]
fn address_pools_are_merged_by_subnet() {
    let network = |pools: Json| json!({"networks": {"n": {"ipam": {"config": pools}}}});
    let merge = |base, over| {
        let merged = merge_project(node(&network(base), 1), node(&network(over), 2));
        json(&merged.node)["networks"]["n"]["ipam"]["config"].clone()
    };
    let pool = |subnet: &str, gateway: &str| json!({"subnet": subnet, "gateway": gateway});
    assert_eq!(
        merge(json!([{"subnet": "a", "ip_range": "r"}]), json!([pool("a", "g")])),
        json!([{"subnet": "a", "ip_range": "r", "gateway": "g"}])
    );
    assert_eq!(merge(json!([pool("a", "1")]), json!([pool("b", "2")])), json!([pool("b", "2")]));
    assert_eq!(merge(json!([pool("a", "1"), pool("b", "2")]), json!([pool("b", "3")])), json!([pool("b", "3")]));
}
