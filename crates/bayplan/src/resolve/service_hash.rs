//! `service → the hash by which Docker Compose knows that it changed`: that of the label `com.docker.compose.config-hash`,
//! which `docker compose config --hash` prints (docker/compose 5.5.1, `pkg/compose/hash.go`).
//!
//! It is the SHA-256 of what Go's `encoding/json` writes of the service, so this writes the same bytes.

use super::bind::{Encoding, bind};
use super::canonical::entry;
use crate::emit::tree::hash;
use crate::finding::{Finding, Report, Subject};
use bayplan_yaml::{Map, Node, Path, Value};

/// The hash of each service of the project, in the order of names. `platform` is `DOCKER_DEFAULT_PLATFORM`: what is built
/// without one of its own is built for it.
pub fn service_hashes(project: &Node, platform: Option<&str>, report: &mut Report) -> Vec<(String, String)> {
    let mut project = project.clone();
    let Value::Map(sections) = &mut project.value else { return Vec::new() };
    sections.retain(|key, _| &**key == "services");
    let services = sections.get_mut("services").and_then(|entry| match &mut entry.value.value {
        Value::Map(services) => Some(services),
        _ => None,
    });
    for (name, service) in services.into_iter().flatten() {
        if let Value::Map(service) = &mut service.value.value {
            prepare(name, service, platform, report);
        }
    }
    let bound = bind(project, "", Encoding::Json);
    let services = bound.get("services").and_then(Node::as_map).into_iter().flatten();
    let mut hashes: Vec<_> = services
        .map(|(name, entry)| {
            let mut text = String::new();
            go_json(&entry.value, &mut text);
            (name.to_string(), hash(text))
        })
        .collect();
    hashes.sort();
    hashes
}

/// Takes out what may change without a new container.
fn prepare(name: &str, service: &mut Map, platform: Option<&str>, report: &mut Report) {
    if let Some(build) = service.shift_remove("build") {
        let at = build.value.at;
        let own = service.get("platform").and_then(|entry| entry.value.as_str()).filter(|own| !own.is_empty());
        if let Some(wanted) = own.or(platform.filter(|platform| !platform.is_empty())) {
            let listed = build.value.get("platforms").and_then(Node::as_seq).unwrap_or_default();
            if !listed.is_empty() && listed.iter().all(|item| item.as_str() != Some(wanted)) {
                let message = format!("service `{name}` runs on `{wanted}`, for which it is not built");
                let path = Path::from_iter(["services", name, "build", "platforms"]);
                let at = build.value.get("platforms").map_or(at, |platforms| platforms.at);
                let finding = Finding::deny("conflicting-keys", at, message);
                report.push(finding.help(format!("add `{wanted}` to `platforms`")).about(Subject::path(path)));
            }
            let wanted = Value::String(wanted.into());
            service.insert("platform".into(), entry(at, wanted));
        }
    }
    for key in ["pull_policy", "scale", "depends_on", "profiles"] {
        service.shift_remove(key);
    }
    if let Some(Value::Map(deploy)) = service.get_mut("deploy").map(|deploy| &mut deploy.value.value) {
        deploy.shift_remove("replicas");
    }
}

/// Writes a value as Go's `encoding/json` does.
fn go_json(node: &Node, out: &mut String) {
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Float(value) if *value != 0.0 && value.abs() < 1e-6 => out.push_str(&format!("{value:e}")),
        Value::Float(value) => out.push_str(&value.to_string()),
        Value::Timestamp(text) | Value::String(text) => go_string(text, out),
        Value::Seq(items) => {
            for (number, item) in items.iter().enumerate() {
                out.push(if number == 0 { '[' } else { ',' });
                go_json(item, out);
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Map(map) => {
            for (number, (key, entry)) in map.iter().enumerate() {
                out.push(if number == 0 { '{' } else { ',' });
                go_string(key, out);
                out.push(':');
                go_json(&entry.value, out);
            }
            out.push_str(if map.is_empty() { "{}" } else { "}" });
        }
    }
}

/// Go writes what means something in HTML or JavaScript as a number.
fn go_string(text: &str, out: &mut String) {
    for c in serde_json::Value::from(text).to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::node;
    use super::*;
    use serde_json::json;

    fn hashed(service: serde_json::Value) -> String {
        let project = node(&json!({ "services": { "web": service } }), 1);
        let mut report = Report::new();
        let hashes = service_hashes(&project, Some("linux/arm64"), &mut report);
        format!("{} {}", hashes[0].1, report.findings.len())
    }

    #[test]
    fn what_needs_no_new_container_changes_no_hash() {
        let bare = hashed(json!({ "image": "i" }));
        // printf '{"command":null,"entrypoint":null,"image":"i"}' | sha256sum
        assert_eq!(bare, "d045475101fa4a625aacd12f1854fd40aa2e951a3b8c4d4fd9378edfebc603cb 0");
        let more =
            json!({ "image": "i", "pull_policy": "always", "scale": 2, "depends_on": { "x": {} }, "profiles": ["p"] });
        assert_eq!(hashed(more), bare);
        assert_ne!(hashed(json!({ "image": "i", "labels": { "a": "b" } })), bare);
    }

    #[test]
    fn what_is_built_has_the_default_platform() {
        let built = hashed(json!({ "image": "i", "build": { "context": "." } }));
        assert_eq!(built, hashed(json!({ "image": "i", "platform": "linux/arm64" })));
        let denied = hashed(json!({ "image": "i", "build": { "platforms": ["linux/amd64"] } }));
        assert!(denied.ends_with(" 1"), "{denied}");
    }

    #[test]
    fn texts_and_numbers_are_those_of_go() {
        let tree =
            node(&json!({ "a<b>&": ["\u{2028}\u{8}\u{1}\"é", 0.5, 0.00001, 0.0000001, 1, null, true, [], {}] }), 1);
        let mut text = String::new();
        go_json(&tree, &mut text);
        assert_eq!(text, r#"{"a\u003cb\u003e\u0026":["\u2028\b\u0001\"é",0.5,0.00001,1e-7,1,null,true,[],{}]}"#);
    }
}
