//! `stale-namespace`: a service uses the network of one whose restart it does not follow

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use bayplan_yaml::Node;
use serde_json::{Map, Value, json};

/// The rule.
pub const RULE: Rule = Rule {
    name: "stale-namespace",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn)],
    finds: "a service uses the network of one whose restart it does not follow",
    why: "when Compose restarts the other, this one keeps a network that is gone; Compose adds `restart: true` by itself only where `depends_on` does not name the other",
    fails: "services:\n  vpn:\n    image: qmcgaw/gluetun:v3.40.0\n  torrent:\n    image: acme/torrent:1.2.3\n    network_mode: service:vpn\n    depends_on: [vpn]\n",
    passes: "services:\n  vpn:\n    image: qmcgaw/gluetun:v3.40.0\n  torrent:\n    image: acme/torrent:1.2.3\n    network_mode: service:vpn\n    depends_on: { vpn: { condition: service_healthy, restart: true } }\n",
    fine: "services:\n  vpn:\n    image: qmcgaw/gluetun:v3.40.0\n  torrent:\n    image: acme/torrent:1.2.3\n    network_mode: service:vpn\n",
    fix: "set `restart: true` at the dependency",
    sources: &["https://github.com/qdm12/gluetun/issues/641", "https://github.com/docker/compose/issues/6626"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let mode = service.compose.network_mode.as_deref();
        let Some(owner) = mode.and_then(|mode| mode.strip_prefix("service:")) else { continue };
        let path = service_path(name).key("depends_on");
        let (at, short) = match stack.document.at_path(&path) {
            Some(node) if node.as_seq().is_some() => {
                let items = node.as_seq().unwrap_or_default();
                match items.iter().position(|item| item.as_str() == Some(owner)) {
                    Some(index) => (path.clone().index(index), Some(items)),
                    None => continue,
                }
            }
            Some(node) if node.get(owner).is_some() => (path.clone().key(owner), None),
            _ => continue,
        };
        let follows = service.compose.depends_on.get(owner).is_some_and(|on| on.restart == Some(true));
        if follows || !stack.services.contains_key(owner) || !found.is_written(stack, &at) {
            continue;
        }
        let message = format!("`{name}` uses the network of `{owner}`, but does not follow its restart");
        let finding = found.entry(rule, stack, name, at, message);
        finding.set_help(format!("write `depends_on: {{ {owner}: {{ condition: service_started, restart: true }} }}`"));
        let fix = Fix::safe(format!("restart `{name}` when Compose restarts `{owner}`"));
        finding.set_fix(match short {
            Some(items) => {
                let all: Map<String, Value> = items
                    .iter()
                    .filter_map(Node::as_str)
                    .map(|other| {
                        let mut on = json!({ "condition": "service_started" });
                        if other == owner {
                            on["restart"] = true.into();
                        }
                        (other.to_owned(), on)
                    })
                    .collect();
                fix.set(path, all)
            }
            None => fix.set(path.key(owner).key("restart"), true),
        });
    }
}
