//! `appended-port`: an override adds a port where it was to replace one

use crate::finding::{Label, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, published};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "appended-port",
    group: Group::Correctness,
    level: Level::Warn,
    profiles: &[],
    finds: "an override publishes a port of a container that the file below it publishes elsewhere",
    why: "Compose adds lists to each other: the port is published twice, on all interfaces perhaps",
    fails: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', ports: ['8080:80'] } }
# file: compose.override.yaml
services: { web: { ports: ['127.0.0.1:8081:80'] } }
",
    passes: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', ports: ['8080:80'] } }
# file: compose.override.yaml
services: { web: { ports: !override ['127.0.0.1:8081:80'] } }
",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['8080:80', '8081:80']\n",
    fix: "write `ports: !override` in the override",
    sources: &["https://github.com/docker/compose/issues/2260", "https://github.com/docker/compose/issues/12431"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        if service.compose.ports.len() < 2 {
            continue;
        }
        let mut first_of = BTreeMap::new();
        for (path, ports) in published(stack, name, service) {
            let at = found.at(stack, &path);
            for port in ports {
                let first = *first_of.entry((port.target, port.protocol.unwrap_or_default())).or_insert(at);
                let files = [first, at].map(|at| found.sources.file(at.source).map(|file| &file.name));
                if first.source == at.source || files[0] == files[1] || files.iter().any(Option::is_none) {
                    continue;
                }
                let message = format!(
                    "`{name}` publishes port {} here and in `{}`",
                    port.target,
                    found.sources.name(first.source)
                );
                let finding = found.value(rule, stack, name, path.clone(), message);
                finding.set_help("write `ports: !override` where it is to replace the other");
                finding.related.push(Label { at: first, message: "published here".to_owned() });
                break;
            }
        }
    }
}
