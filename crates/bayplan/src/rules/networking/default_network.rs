//! `default-network`: services that do not talk to each other share the network of the project

use crate::finding::{Finding, Level, Subject};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "default-network",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[],
    finds: "all services of a stack share the one network of the project",
    why: "each reaches each other one, the database too: whoever is in one of them is next to all",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n  api:\n    image: nginx:1.27.3\n  db:\n    image: postgres:17.5\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [front]\n  api:\n    image: nginx:1.27.3\n    networks: [front, back]\n  db:\n    image: postgres:17.5\n    networks: [back]\nnetworks:\n  front: {}\n  back: {}\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n  db:\n    image: postgres:17.5\n",
    fix: "declare a network for each group of services that talk to each other",
    sources: &["KICS: shared default network", "OWASP Docker rule 5"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // Two services talk to each other, or would not be one project.
    for stack in plan.stacks.values().filter(|stack| stack.services.len() > 2 && !stack.derived_networks) {
        let is_default = |service: &crate::plan::Service| {
            service.compose.networks.keys().all(|key| key == "default") && service.compose.network_mode.is_none()
        };
        if !stack.services.values().all(is_default) {
            continue;
        }
        let path = Path::from_iter(["services"]);
        let message = format!("all {} services of `{}` share one network", stack.services.len(), stack.name);
        let finding = Finding::new(rule.name, rule.level, stack.locate_key(&path), message);
        let finding = found.push(finding.about(Subject::stack(&stack.name).with_path(path)));
        finding.set_help("declare a network for each group of services that talk to each other");
    }
}
