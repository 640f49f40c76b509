//! `long forms → values that exclude or need each other` (compose-go 2.16.2, `validation/`).

use super::visit::{Way, visit};
use crate::finding::{Finding, Report, Subject};
use bayplan_yaml::{Location, Map, Node, Path, Value};
use std::net::IpAddr;

/// Says what is wrong in long forms, beyond their shapes.
pub fn validate(document: &mut Node, report: &mut Report) {
    let mut each = |pattern: &[&str], check: &dyn Fn(&Node, &Way<'_>, &mut Report)| {
        visit(document, pattern, &Way::ROOT, &mut |node, way| check(node, way, report));
    };
    each(&["volumes", "*"], &volume);
    each(&["configs", "*"], &|node, way, report| file_object(node, way, &["file", "environment", "content"], report));
    each(&["secrets", "*"], &|node, way, report| file_object(node, way, &["file", "environment"], report));
    each(&["services", "*", "ports", "*"], &address);
    each(&["services", "*", "develop", "watch", "*", "path"], &|node, way, report| {
        if node.as_str() == Some("") {
            let help = Some("name a file or folder to watch".to_owned());
            report.push(way.invalid(node.at, "the path is empty", help));
        }
    });
    each(&["services", "*", "deploy", "resources", "reservations", "devices", "*"], &device);
    each(&["services", "*", "gpus", "*"], &device);
}

/// Two keys of which there may be one.
fn conflict(path: Path, map: &Map, keys: &[&str], message: String, help: String) -> Finding {
    let mut places = keys.iter().filter_map(|key| map.get(*key).map(|entry| (*key, entry.key_at)));
    let (_, first) = places.next().unwrap_or(("", Location::default()));
    let (second_key, second) = places.next().unwrap_or(("", first));
    let path = if second_key.is_empty() { path } else { path.key(second_key) };
    Finding::deny("conflicting-keys", second, message)
        .help(help)
        .related(first, "the other is here")
        .about(Subject::path(path))
}

fn volume(node: &Node, way: &Way<'_>, report: &mut Report) {
    let Some(map) = node.as_map() else { return };
    let Some(external) = map.get("external").filter(|external| external.value.value == Value::Bool(true)) else {
        return;
    };
    for (key, entry) in map {
        if !matches!(&**key, "name" | "external") && !key.starts_with("x-") {
            let message = format!("the volume has `external` and `{key}`, which conflict");
            let finding = Finding::deny("conflicting-keys", entry.key_at, message)
                .help(format!("remove `{key}`: Compose does not make an external volume"))
                .related(external.key_at, "external here");
            report.push(finding.about(Subject::path(way.path().key(&**key))));
        }
    }
}

/// A config or secret has one source, unless somebody else keeps it.
fn file_object(node: &Node, way: &Way<'_>, sources: &[&str], report: &mut Report) {
    let nothing = Map::default();
    let map = match &node.value {
        Value::Map(map) => map,
        Value::Null => &nothing,
        _ => return,
    };
    let there: Vec<&str> = sources.iter().copied().filter(|key| map.contains_key(*key)).collect();
    let names = |keys: &[&str]| keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    match there.as_slice() {
        [] if !map.contains_key("driver") && !map.contains_key("external") => {
            let message = format!("one of {} must be set", names(sources));
            let help = format!("add `{}:`, or `external: true`", sources.first().copied().unwrap_or_default());
            let finding = Finding::deny("missing-key", node.at, message).help(help);
            report.push(finding.about(Subject::path(way.path())));
        }
        [] | [_] => {}
        several => {
            let message = format!("{} are mutually exclusive", names(several));
            report.push(conflict(way.path(), map, several, message, "keep one of them".to_owned()));
        }
    }
}

fn address(node: &Node, way: &Way<'_>, report: &mut Report) {
    let Some(host) = node.get("host_ip") else { return };
    if let Some(text) = host.as_str().filter(|text| text.parse::<IpAddr>().is_err()) {
        let help = Some("write an address such as `127.0.0.1` or `::1`".to_owned());
        report.push(way.key("host_ip").invalid(host.at, format!("`{text}` is not an IP address"), help));
    }
}

fn device(node: &Node, way: &Way<'_>, report: &mut Report) {
    let Some(map) = node.as_map() else { return };
    if map.contains_key("count") && map.contains_key("device_ids") {
        let message = "`count` and `device_ids` are exclusive".to_owned();
        let help = "keep `device_ids` to name devices, `count` to take any".to_owned();
        report.push(conflict(way.path(), map, &["count", "device_ids"], message, help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_yaml::{Limits, SourceId};

    #[test]
    fn everything_is_said_at_its_key() {
        let text = "
volumes:
  a: { external: true, name: x, x-y: 1 }
  b: { external: true, driver: local }
  c: { external: false, driver: local }
configs:
  a: { file: f, content: c }
  b: {}
  c: { external: true }
secrets:
  a: { file: f, environment: E }
  b: { driver: d }
  c: { labels: [] }
services:
  web:
    ports: [{ target: 80, host_ip: 1.2.3 }, { target: 81, host_ip: '::1' }]
    develop: { watch: [{ path: '' }] }
    gpus: [{ count: 1, device_ids: [x] }]
    deploy: { resources: { reservations: { devices: [{ count: 1, device_ids: [x] }, { count: 1 }] } } }
";
        let mut tree = bayplan_yaml::read(text, SourceId(1), &Limits::default()).first().unwrap().clone();
        let mut report = Report::new();
        validate(&mut tree, &mut report);
        let said: Vec<_> = report
            .findings
            .iter()
            .map(|f| format!("{} {}: {} ({})", f.rule, f.subject.path, f.message, f.at.span.slice(text)))
            .collect();
        assert_eq!(
            said,
            [
                "conflicting-keys volumes.b.driver: the volume has `external` and `driver`, which conflict (driver)",
                "conflicting-keys configs.a.content: `file`, `content` are mutually exclusive (content)",
                "missing-key configs.b: one of `file`, `environment`, `content` must be set ({})",
                "conflicting-keys secrets.a.environment: `file`, `environment` are mutually exclusive (environment)",
                "missing-key secrets.c: one of `file`, `environment` must be set ({ labels: [] })",
                "invalid-value services.web.ports[0].host_ip: `1.2.3` is not an IP address (1.2.3)",
                "invalid-value services.web.develop.watch[0].path: the path is empty ('')",
                "conflicting-keys services.web.deploy.resources.reservations.devices[0].device_ids: `count` and `device_ids` are exclusive (device_ids)",
                "conflicting-keys services.web.gpus[0].device_ids: `count` and `device_ids` are exclusive (device_ids)",
            ]
        );
    }
}
