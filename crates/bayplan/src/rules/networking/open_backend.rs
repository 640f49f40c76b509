//! `open-backend`: a network of datastores leads outside

use super::overlapping_subnet::used;
use crate::finding::{Finding, Fix, Level, Subject};
use crate::plan::Plan;
use crate::rules::image_kinds::is_datastore;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "open-backend",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[],
    finds: "a network of datastores, on which nobody needs a way out, leads outside",
    why: "a database that was broken into can send its data away, and fetch tools",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [front, back]\n  db:\n    image: postgres:17.5\n    networks: [back]\nnetworks:\n  front: {}\n  back: {}\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [front, back]\n  db:\n    image: postgres:17.5\n    networks: [back]\nnetworks:\n  front: {}\n  back: { internal: true }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [back]\n  db:\n    image: postgres:17.5\n    networks: [back]\nnetworks:\n  back: {}\n",
    fix: "write `internal: true` at the network",
    sources: &["OWASP Docker rule 5", "seed 000"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for stack in plan.stacks.values().filter(|stack| !stack.derived_networks) {
        if !stack.services.values().any(|service| is_datastore(&service.compose)) {
            continue;
        }
        let is_open = |key: &str| {
            stack.is_external(key)
                || stack.project.networks.get(key).is_none_or(|network| network.internal != Some(true))
        };
        let mut closable = used(stack);
        closable.retain(|key| *key != "default" && !stack.is_external(key) && is_open(key));
        let mut with_data = std::collections::BTreeSet::new();
        // Each member is a datastore that publishes nothing, or has another way out.
        for service in stack.services.values() {
            let (compose, own) = (&service.compose, || service.compose.networks.keys().map(String::as_str));
            if is_datastore(compose) && compose.ports.is_empty() {
                with_data.extend(own());
            } else if own().filter(|key| is_open(key)).count() < 2 {
                for key in own() {
                    closable.remove(key);
                }
            } else if own().filter(|key| is_open(key)).all(|key| closable.contains(key)) {
                // One has to stay open: the first.
                if let Some(key) = own().find(|key| is_open(key)) {
                    closable.remove(key);
                }
            }
        }
        for key in closable.intersection(&with_data) {
            let path = Path::from_iter(["networks", *key]);
            let message = format!("the network `{key}` leads outside, which nobody on it needs");
            let fix = Fix::unsafe_("add `internal: true`").set(path.key("internal"), true);
            let finding = Finding::new(rule.name, rule.level, stack.locate_key(&path), message).fix(fix);
            let finding = finding.about(Subject::stack(&stack.name).with_path(path));
            found.push(finding).set_help("write `internal: true` at the network");
        }
    }
}
