//! Which generated files a container mounts, and the label that changes with them.
//!
//! Compose creates a container anew when its definition changes, but does not look into the files that it mounts. So a service
//! that mounts a file of ours, as a folder, a file or a config, has a label with the hash of what it mounts. Left out is what
//! a program reads again by itself, because creating its container anew would only interrupt it:
//!
//! - the gateway's `traefik/dynamic`: its file provider watches the folder (`providers.file.watch`);
//! - the whole configuration of a Prometheus that is started with `--config.auto-reload`, or the feature of that name as it
//!   was before 3.12 (scrape and rule files, too, from 3.4 on).
//!
//! Alloy is told to read its files again by a signal or a request only, and dnsmasq reads its configuration once, when it
//! starts: both have the label.

use super::Tree;
use crate::plan::{Plan, Role, Service, Stack};
use bayplan_yaml::{Map, Node, Value};
use std::collections::BTreeSet;

/// The name of the label.
pub const CONFIG_HASH: &str = "bayplan.config-hash";

/// The value of the label; nothing where the service mounts no generated file that matters. `service` is seen from the
/// compose file, as are the paths of `configs`, the definitions of the stack.
pub fn config_hash(
    plan: &Plan,
    stack: &Stack,
    name: &str,
    service: &Map,
    configs: &Node,
    files: &Tree,
) -> Option<String> {
    let settled = plan.service(&stack.name, name)?;
    let mounted: BTreeSet<String> =
        sources(service, configs).iter().filter_map(|source| inside(&plan.environment, &stack.name, source)).collect();
    let mut content = String::new();
    for (path, text) in files.files() {
        let is_mounted = mounted.iter().any(|mount| {
            mount.is_empty()
                || path.strip_prefix(mount.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if is_mounted && !reloads(settled, path) {
            content.push_str(path);
            content.push('\n');
            content.push_str(text);
        }
    }
    if content.is_empty() {
        return None;
    }
    let mut hash = super::tree::hash(content);
    hash.truncate(16);
    Some(hash)
}

/// Whether the program of the service reads this file again when it changes.
fn reloads(service: &Service, path: &str) -> bool {
    match service.role {
        Some(Role::Gateway) => path.starts_with("traefik/dynamic/"),
        Some(Role::Metrics) => {
            let reload = |word: &String| {
                word == "--config.auto-reload"
                    || word
                        .strip_prefix("--enable-feature=")
                        .is_some_and(|on| on.split(',').any(|on| on == "auto-reload-config"))
            };
            let command = service.compose.command.as_ref();
            path.starts_with("prometheus/") && command.is_some_and(|command| command.words.iter().any(reload))
        }
        _ => false,
    }
}

/// The paths of the host that a service mounts, by `volumes` and `configs`.
fn sources(service: &Map, configs: &Node) -> Vec<String> {
    let items = |key: &str| service.get(key).and_then(|entry| entry.value.as_seq()).unwrap_or_default();
    let volumes = items("volumes").iter().filter_map(|item| match &item.value {
        Value::String(text) => text.split_once(':').map(|(source, _)| source),
        _ if item.get("type").and_then(Node::as_str) == Some("bind") => item.get("source").and_then(Node::as_str),
        _ => None,
    });
    let granted = items("configs").iter().filter_map(|item| {
        let config = item.as_str().or_else(|| item.get("source")?.as_str())?;
        configs.get(config)?.get("file")?.as_str()
    });
    volumes.chain(granted).filter(|source| source.starts_with('.')).map(str::to_owned).collect()
}

/// A path that is relative to the compose file, seen from the folder of the environment; nothing where it leads elsewhere.
///
/// A blueprint names a generated file by its way from the blueprint's folder, which leaves the folder of the environment and
/// comes back to it by name.
fn inside(environment: &str, stack: &str, source: &str) -> Option<String> {
    let mut way: Vec<&str> = vec!["compose", stack];
    let mut up = 0;
    for part in source.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if way.pop().is_none() {
                    up += 1;
                }
            }
            // Once outside, what follows is the way down.
            part => way.push(part),
        }
    }
    if up == 0 {
        return Some(way.join("/"));
    }
    // One step up leads out of the folder named after the environment.
    (way.len() >= up && way[up - 1] == environment).then(|| way[up..].join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_into_the_output() {
        let cases = [
            ("../../dnsmasq", Some("dnsmasq")),
            ("../../dnsmasq/./host.conf", Some("dnsmasq/host.conf")),
            ("../..", Some("")),
            ("./.env", Some("compose/shop/.env")),
            ("../../../../../blueprints/case/../../generated/case/prod/dnsmasq", Some("dnsmasq")),
            ("../../../../../blueprints/case/../../generated/case/test/dnsmasq", None),
            ("../../../../../blueprints/case/nginx.conf", None),
            ("../../../../..", None),
        ];
        for (source, wanted) in cases {
            assert_eq!(inside("prod", "shop", source).as_deref(), wanted, "{source}");
        }
    }
}
