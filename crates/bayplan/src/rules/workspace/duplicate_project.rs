//! `duplicate-project`: two stacks of a host have the same project name

use crate::finding::{Finding, Label, Level, Subject};
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::{Location, Path};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "duplicate-project",
    group: Group::Workspace,
    level: Level::Warn,
    profiles: &[],
    finds: "two stacks of a host have the same project name",
    why: "to Compose they are one: each calls the containers of the other orphans, replaces those of the same name, and shares \
          its volumes",
    fails: "# file: a/compose.yaml\nname: shop\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [edge]\nnetworks:\n  edge: { external: true }\n# file: b/compose.yaml\nname: shop\nservices:\n  api:\n    image: nginx:1.27.3\n    networks: [edge]\nnetworks:\n  edge: { external: true }\n",
    passes: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [edge]\nnetworks:\n  edge: { external: true }\n# file: b/compose.yaml\nservices:\n  api:\n    image: nginx:1.27.3\n    networks: [edge]\nnetworks:\n  edge: { external: true }\n",
    fine: "# file: a/docker/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n# file: b/docker/compose.yaml\nservices:\n  api:\n    image: nginx:1.27.3\n",
    fix: "write `name:` at the top of one of them",
    sources: &["https://github.com/docker/compose/issues/6898", "https://github.com/docker/compose/issues/7969"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut first_of: BTreeMap<(&str, &str), &Stack> = BTreeMap::new();
    let stacks = plan.stacks.values().filter(|stack| !stack.variant && !stack.services.is_empty());
    for stack in stacks {
        let Some(first) = first_of.get(&(stack.host.as_str(), stack.project_name())) else {
            first_of.insert((&stack.host, stack.project_name()), stack);
            continue;
        };
        // Files of one folder may be meant as parts of one project.
        if first.directory == stack.directory {
            continue;
        }
        let name = stack.project_name();
        let message = format!("`{}` is the project `{name}`, too: Compose takes both for one", first.file);
        let subject = Subject::stack(&stack.name).with_path(Path::root().key("name"));
        let finding = found.push(Finding::new(rule.name, rule.level, place(stack), message).about(subject));
        finding.set_help("write another `name:` at the top of this one");
        finding.related.push(Label { at: place(first), message: "the other one".to_owned() });
    }
}

/// Where a stack says its name; its services where it does not.
fn place(stack: &Stack) -> Location {
    let key = if stack.document.get("name").is_some() { "name" } else { "services" };
    stack.locate_key(&Path::root().key(key))
}
