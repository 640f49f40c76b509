use super::super::testing::json;
use super::*;
use bayplan_yaml::{Limits, SourceId};

fn read(text: &str) -> Node {
    let read = bayplan_yaml::read(text, SourceId(1), &Limits::default());
    assert_eq!(read.errors, [], "{text}");
    read.first().unwrap().clone()
}

/// The long form of one attribute of a service, and what was said.
fn service(attribute: &str) -> (serde_json::Value, Vec<String>) {
    let text = format!("services: {{ web: {{ {attribute} }} }}");
    let mut tree = read(&text);
    let mut report = Report::new();
    canonical(&mut tree, Unreadable::Report, &mut report);
    let said = report.findings.iter().map(|f| format!("{} at {}", f.message, f.at.span.slice(&text))).collect();
    (json(tree.get("services").unwrap().get("web").unwrap()), said)
}

#[test]
fn short_forms_become_long_ones() {
    for (short, long) in [
        (
            "ports: [80, '8080:80/UDP']",
            r#"{"ports": [{"mode":"ingress","target":80,"protocol":"tcp"},
                {"mode":"ingress","target":80,"published":"8080","protocol":"udp"}]}"#,
        ),
        (
            "ports: ['[::1]:9-10:9-10']",
            r#"{"ports": [{"mode":"ingress","host_ip":"::1","target":10,"published":"10","protocol":"tcp"},
                {"mode":"ingress","host_ip":"::1","target":9,"published":"9","protocol":"tcp"}]}"#,
        ),
        ("ports: []", r#"{"ports": []}"#),
        (
            "volumes: [./a:/b/../c:ro, data:/x, /y, 'vol:/z:nocopy,z', x]",
            r#"{"volumes": [
                {"type":"bind","source":"./a","target":"/c","read_only":true,"bind":{"create_host_path":true}},
                {"type":"volume","source":"data","target":"/x","volume":{}},
                {"type":"volume","target":"/y"},
                {"type":"volume","source":"vol","target":"/z","bind":{"selinux":"z"},"volume":{"nocopy":true}},
                {"type":"volume","target":"x"}]}"#,
        ),
        (
            "secrets: [a, {source: b}], configs: [c]",
            r#"{"secrets":[{"source":"a"},{"source":"b"}],"configs":[{"source":"c"}]}"#,
        ),
        ("networks: [a, b], models: [m]", r#"{"networks":{"a":null,"b":null},"models":{"m":null}}"#),
        ("depends_on: [a]", r#"{"depends_on":{"a":{"condition":"service_started","required":true}}}"#),
        (
            "depends_on: {a: {restart: true}}",
            r#"{"depends_on":{"a":{"restart":true,"condition":"service_started","required":true}}}"#,
        ),
        ("env_file: .env", r#"{"env_file":[{"path":".env","required":true}]}"#),
        (
            "env_file: [a, {path: b, required: false}]",
            r#"{"env_file":[{"path":"a","required":true},{"path":"b","required":false}]}"#,
        ),
        ("label_file: a, dns: [a, '', null]", r#"{"label_file":["a"],"dns":["a"]}"#),
        (
            "devices: ['/dev/a', '/dev/a:/dev/b:r', '/dev/c:']",
            r#"{"devices":[{"source":"/dev/a","target":"/dev/a","permissions":"rwm"},
                {"source":"/dev/a","target":"/dev/b","permissions":"r"},
                {"source":"/dev/c","target":"/dev/c","permissions":"rwm"}]}"#,
        ),
        ("gpus: all, extends: base", r#"{"gpus":[{"count":"all"}],"extends":{"service":"base"}}"#),
        ("build: ./dir", r#"{"build":{"context":"./dir"}}"#),
        (
            "build: {additional_contexts: [a=b=c], ssh: [default, 'k=./k'], secrets: [s], provenance: true}",
            r#"{"build":{"additional_contexts":{"a":"b=c"},"ssh":{"default":null,"k":"./k"},"secrets":[{"source":"s"}],
                "provenance":"true"}}"#,
        ),
        (
            "pre_start: [{volumes: ['ab:/b'], dns: x}]",
            r#"{"pre_start":[{"volumes":[{"type":"volume","source":"ab","target":"/b","volume":{}}],"dns":["x"]}]}"#,
        ),
        ("develop: {watch: [{ignore: a, include: b}]}", r#"{"develop":{"watch":[{"ignore":["a"],"include":["b"]}]}}"#),
    ] {
        let (found, said) = service(short);
        assert_eq!(said, [] as [&str; 0], "{short}");
        assert_eq!(found, serde_json::from_str::<serde_json::Value>(long).unwrap(), "{short}");
    }
}

#[test]
fn what_cannot_be_read_is_said_at_its_place_and_stays() {
    for (short, message) in [
        ("ports: ['x:80']", "`x` is not a port number at x"),
        ("ports: [1.5]", "expected a port, a string such as `8080:80`, or a mapping, found a number at 1.5"),
        ("volumes: ['ab::b']", "a section between colons is empty at ::"),
        ("devices: ['a:b:c:d']", "`a:b:c:d` has too many colons for a device at 'a:b:c:d'"),
        ("depends_on: {a: null}", "expected a mapping, found nothing at null"),
        ("ulimits: {nofile: [1]}", "expected an integer or a mapping, found a list at [1]"),
        ("build: {ssh: [key]}", "`key` names no key or agent at key"),
        ("build: {additional_contexts: [key]}", "`key` has no `=` at key"),
        ("build: 1", "expected a string or a mapping, found an integer at 1"),
        ("env_file: {path: a}", "expected a string or a list, found a mapping at path: a"),
    ] {
        let said = service(short).1;
        assert!(
            said.first().is_some_and(|said| said.starts_with(message.split(" at ").next().unwrap())),
            "{short}: {said:?}"
        );
        assert_eq!(said.len(), 1, "{said:?}");
    }
    assert_eq!(service("ports: ['x:80']").1, ["`x` is not a port number at x"]);
}

#[test]
fn parts_stand_where_they_are_written() {
    let text = "services: { web: { ports: ['127.0.0.1:8080:80/udp'], volumes: ['./a:/b'] } }";
    let mut tree = read(text);
    canonical(&mut tree, Unreadable::Report, &mut Report::new());
    let web = tree.get("services").unwrap().get("web").unwrap();
    let part =
        |list: &str, key: &str| web.get(list).unwrap().as_seq().unwrap()[0].get(key).unwrap().at.span.slice(text);
    assert_eq!(
        ["host_ip", "published", "target", "protocol", "mode"].map(|key| part("ports", key)),
        ["127.0.0.1", "8080", "80", "udp", "'127.0.0.1:8080:80/udp'"]
    );
    assert_eq!(["source", "target"].map(|key| part("volumes", key)), ["./a", "/b"]);
}

#[test]
fn templates_stay_where_variables_are_not_replaced() {
    let mut tree = read("services: { web: { ports: ['${A}:80', '81'], build: { ssh: ['${KEY}'] } } }");
    let before = json(&tree);
    let mut report = Report::new();
    canonical(&mut tree, Unreadable::Keep, &mut report);
    assert_eq!((json(&tree), report.findings), (before, vec![]));
}

#[test]
fn external_names_move_up() {
    let text = "{ networks: { a: { external: { name: x } }, b: { external: { name: x }, name: y }, c: null } }";
    let mut tree = read(text);
    let mut report = Report::new();
    canonical(&mut tree, Unreadable::Report, &mut report);
    let networks = serde_json::json!({ "a": { "external": true, "name": "x" }, "b": { "external": true, "name": "y" }, "c": null });
    assert_eq!(json(tree.get("networks").unwrap()), networks);
    let said: Vec<_> = report.findings.iter().map(|finding| (finding.rule, finding.at.span.slice(text))).collect();
    assert_eq!(said, [("conflicting-keys", "x")]);
}
