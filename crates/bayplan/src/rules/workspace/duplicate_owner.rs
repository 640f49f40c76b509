//! `duplicate-owner`: two projects make the same network or volume

use crate::finding::{Finding, Fix, Label, Level, Subject};
use crate::plan::{Plan, Stack};
use crate::rules::networking::overlapping_subnet::used;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Path;
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "duplicate-owner",
    group: Group::Workspace,
    level: Level::Warn,
    profiles: &[],
    finds: "two projects make the network or the volume of one name",
    why: "Compose warns at every start that it belongs to the other one, and `docker compose down` of one takes it from both",
    fails: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy, lan]\nnetworks:\n  proxy: { name: proxy }\n  lan: { external: true }\n# file: b/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy, lan]\nnetworks:\n  proxy: { name: proxy }\n  lan: { external: true }\n",
    passes: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: { name: proxy }\n# file: b/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: { name: proxy, external: true }\n",
    fine: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: {}\n# file: b/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: {}\n",
    fix: "write `external: true` in all projects but the one that makes it",
    sources: &["https://github.com/docker/compose/issues/10754", "homelab-compose-audit"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut made: BTreeMap<(&str, &str, String), (&Stack, Path)> = BTreeMap::new();
    for stack in plan.stacks.values().filter(|stack| !stack.services.is_empty() && !stack.derived_networks) {
        let mut keys = None;
        for own in stack.resources().filter(|own| !own.is_external && own.is_named) {
            if own.section == "networks" && !keys.get_or_insert_with(|| used(stack)).contains(own.key) {
                continue;
            }
            let (path, what) = (own.path(), own.what());
            let place = (stack.host.as_str(), own.section, own.name);
            let Some((first, other)) = made.get(&place) else {
                made.insert(place, (stack, path));
                continue;
            };
            if first.project_name() == stack.project_name() {
                continue;
            }
            let at = stack.locate(&path.key("name"));
            let message = format!("the stack `{}` makes the {what} `{}`, too", first.name, place.2);
            let label = Label { at: first.locate(&other.key("name")), message: "made here".to_owned() };
            let fix = Fix::unsafe_("add `external: true`").set(path.key("external"), true);
            let finding = Finding::new(rule.name, rule.level, at, message).fix(fix);
            let finding = found.push(finding.about(Subject::stack(&stack.name).with_path(path)));
            finding.set_help(format!("write `external: true` here, and start `{}` first", first.name));
            finding.related.push(label);
        }
    }
}
