//! `swarm-only-key`: a key that counts in a Swarm only

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "swarm-only-key",
    group: Group::Resources,
    level: Level::Allow,
    profiles: &[],
    finds: "a service has a key that counts in a Swarm only",
    why: "Compose takes `deploy.resources.limits` and reserved memory and devices, but says nothing of what it leaves out",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    deploy: { placement: { constraints: [node.role==worker] } }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    deploy: { replicas: 2 }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    deploy: { mode: replicated, resources: { limits: { cpus: '1', memory: 1g }, reservations: { memory: 64m } } }\n",
    fix: "remove it",
    sources: &[
        "docker/compose, pkg/compose/create.go, setReservations",
        "https://github.com/goharbor/harbor/issues/1845",
    ],
    check,
};

/// Below `deploy`.
const KEYS: &[&[&str]] = &[
    &["placement"],
    &["update_config"],
    &["rollback_config"],
    &["endpoint_mode"],
    &["mode"],
    &["resources", "reservations", "cpus"],
    &["resources", "reservations", "generic_resources"],
];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, _) in plan.services().filter(|(_, _, service)| service.compose.deploy.is_some()) {
        let deploy = service_path(name).key("deploy");
        let Some(node) = stack.document.at_path(&deploy) else { continue };
        for keys in KEYS {
            let Some(value) = keys.iter().try_fold(node, |node, key| node.get(key)) else { continue };
            // What is usual says nothing.
            let usual = matches!(*keys, ["mode"]) && value.as_str() == Some("replicated");
            let path = keys.iter().fold(deploy.clone(), |path, key| path.key(*key));
            if usual || value.value == bayplan_yaml::Value::Null || !found.is_written(stack, &path) {
                continue;
            }
            let message = match (*keys, Node::as_str(value)) {
                (["mode"], Some(mode)) => format!("Compose starts `{name}` as it would without `mode: {mode}`"),
                _ => format!("Compose does not look at `deploy.{}` of `{name}`", keys.join(".")),
            };
            let finding = found.entry(rule, stack, name, path.clone(), message);
            finding.set_help("remove it: it counts in a Swarm only");
            finding.set_fix(Fix::safe(format!("remove `deploy.{}`", keys.join("."))).delete(path));
        }
    }
}
