//! `appended-host`: an override adds an address of a host where it was to replace one

use crate::finding::{Label, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::{Location, Node};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "appended-host",
    group: Group::Correctness,
    level: Level::Warn,
    profiles: &[],
    finds: "an override gives a host of `extra_hosts` another address than the file below it does",
    why: "Compose adds the two to each other: the container knows both, and asks the one that was to be replaced first",
    fails: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', extra_hosts: ['db:192.0.2.1'] } }
# file: compose.override.yaml
services: { web: { extra_hosts: ['db:192.0.2.2'] } }
",
    passes: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', extra_hosts: ['db:192.0.2.1'] } }
# file: compose.override.yaml
services: { web: { extra_hosts: !override ['db:192.0.2.2'] } }
",
    fine: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', extra_hosts: ['db:192.0.2.1', 'db:192.0.2.2'] } }
# file: compose.override.yaml
services: { web: { extra_hosts: ['db:2001:db8::1', 'api:192.0.2.3'] } }
",
    fix: "write `extra_hosts: !override` in the override",
    sources: &["https://github.com/docker/compose/issues/2260", "https://github.com/docker/compose/issues/12431"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services().filter(|(.., service)| !service.compose.extra_hosts.is_empty()) {
        if service.compose.extra_hosts.values().all(|addresses| addresses.len() < 2) {
            continue;
        }
        let list = service_path(name).key("extra_hosts");
        let items = stack.document.at_path(&list).and_then(Node::as_seq).unwrap_or_default();
        let mut first: BTreeMap<(&str, bool), Location> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            let Some((host, address)) = item.as_str().and_then(|text| text.split_once(['=', ':'])) else { continue };
            let at = *first.entry((host, address.contains(':'))).or_insert(item.at);
            if at.source == item.at.source || found.sources.file(item.at.source).is_none() {
                continue;
            }
            let message = format!("`{name}` gets `{host}` here and in `{}`", found.sources.name(at.source));
            let finding = found.value(rule, stack, name, list.index(index), message);
            finding.set_help("write `extra_hosts: !override` where it is to replace the other");
            finding.related.push(Label { at, message: "the other address".to_owned() });
        }
    }
}
