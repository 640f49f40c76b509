//! `unnamed-project`: the name of the folder decides what volumes and networks are called.

use crate::finding::{Finding, Fix, Level, Subject};
use crate::plan::Plan;
use crate::resolve::files::join;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unnamed-project",
    group: Group::Reproducibility,
    level: Level::Allow,
    profiles: &[],
    finds: "a project has no name of its own: that of its folder is taken",
    why: "in a folder of another name it starts with new, empty volumes; two folders of one name share theirs",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n",
    passes: "name: shop\nservices:\n  web:\n    image: nginx:1.27.3\n",
    fine: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n# file: shop/.env\nCOMPOSE_PROJECT_NAME=shop\n",
    fix: "write `name:` at the top, with the name that it has now",
    sources: &[
        "https://github.com/docker/compose/issues/6898",
        "https://github.com/docker/compose/issues/7384",
        "dclint require-project-name-field",
    ],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // A blueprint of a fleet is named by its file, wherever it lies.
    if plan.settings.is_some() {
        return;
    }
    for stack in plan.stacks.values() {
        let path = Path::root().key("name");
        if stack.services.is_empty() || found.is_written(stack, &path) || stack.variant {
            continue;
        }
        let named = |text: &str| text.lines().any(|line| line.trim_start().starts_with("COMPOSE_PROJECT_NAME="));
        if found.files.read(&join(&stack.directory, ".env")).is_ok_and(|text| named(&text)) {
            continue;
        }
        let name = stack.project.name.as_ref().map_or(stack.project_name(), |name| name.as_str());
        let at = stack.locate_key(&Path::root().key("services"));
        let message = format!("the project is named `{name}` only because its folder is");
        let subject = Subject::stack(&stack.name).with_path(path.clone());
        let fix = Fix::safe(format!("add `name: {name}`")).set(path, name);
        let finding = Finding::new(rule.name, rule.level, at, message).about(subject).fix(fix);
        found.push(finding).set_help(format!("write `name: {name}` at the top"));
    }
}
