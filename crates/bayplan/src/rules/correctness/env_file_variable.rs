//! `env-file-variable`: a variable of the compose file stands in an `env_file` only, where Compose does not look for it

use crate::finding::{Finding, Label, Level, Subject};
use crate::plan::{Plan, Service, Stack};
use crate::resolve::dotenv;
use crate::resolve::files::join;
use crate::rules::seen::seen;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::{Node, Path, Value};
use std::collections::HashMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "env-file-variable",
    group: Group::Correctness,
    level: Level::Warn,
    profiles: &[],
    finds: "a variable of the compose file stands in an `env_file` only, where Compose does not look for it",
    why: "`env_file` is for the container; `${…}` takes values from the shell and `.env`: it is empty",
    fails: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    env_file: web.env\n    command: nginx --port ${PORT}\n# file: a/web.env\nPORT=8080\n# file: a/.env\nNAME=a\n",
    passes: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    env_file: web.env\n    command: nginx --port ${PORT}\n# file: a/web.env\nNAME=a\n# file: a/.env\nPORT=8080\n",
    fine: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    env_file: web.env\n    command: nginx --port ${PORT:-80}\n# file: a/web.env\nPORT=8080\n",
    fix: "set it in `.env`, or write `$$` where the container is to replace it",
    sources: &["https://github.com/docker/compose/issues/12180", "https://github.com/docker/compose/issues/3435"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut files: HashMap<String, Vec<String>> = HashMap::new();
    for (stack, name, service) in plan.services() {
        if service.compose.env_file.is_empty() {
            continue;
        }
        let path = service_path(name);
        if let Some(node) = stack.document.at_path(&path) {
            walk(node, path, &mut |node, path| one(rule, stack, name, service, node, path, &mut files, found));
        }
    }
}

/// Every text with variables.
fn walk(node: &Node, path: Path, each: &mut dyn FnMut(&Node, Path)) {
    match &node.value {
        Value::Map(map) => map.iter().for_each(|(key, entry)| {
            if holds(&entry.value) {
                walk(&entry.value, path.key(key.as_str()), each);
            }
        }),
        Value::Seq(items) => items.iter().enumerate().for_each(|(index, item)| {
            if holds(item) {
                walk(item, path.index(index), each);
            }
        }),
        _ if node.template().is_some() => each(node, path),
        _ => {}
    }
}

fn holds(node: &Node) -> bool {
    matches!(node.value, Value::Map(_) | Value::Seq(_)) || node.template().is_some()
}

#[expect(clippy::too_many_arguments, reason = "what `check` knows of one text")]
fn one(
    rule: &Rule,
    stack: &Stack,
    name: &str,
    service: &Service,
    node: &Node,
    path: Path,
    files: &mut HashMap<String, Vec<String>>,
    found: &mut Findings<'_>,
) {
    let (Some(template), Some(value)) = (node.template(), node.as_str()) else { return };
    for (used, _) in seen(template, value).into_iter().flatten().filter(|(_, became)| became.is_empty()) {
        if template[used.range.clone()].contains([':', '-', '+', '?']) {
            continue;
        }
        let file = service.compose.env_file.iter().find(|file| {
            let path = join(&stack.directory, &file.path);
            let names = files.entry(path).or_insert_with_key(|path| match found.files.read(path) {
                Ok(text) => dotenv::parse(&text, &|_| None).0.into_keys().collect(),
                Err(_) => Vec::new(),
            });
            names.contains(&used.name)
        });
        let Some(file) = file else { continue };
        let at = found.sources.within(node.at, template, used.range.clone());
        let message = format!("`{}` is set in `{}` only, which is for the container", used.name, file.path);
        let label =
            Label { at: found.at(stack, &service_path(name).key("env_file")), message: "named here".to_owned() };
        let finding = Finding::new(rule.name, rule.level, at, message);
        let finding = found.push(finding.about(Subject::service(&stack.name, name).with_path(path.clone())));
        finding.set_help(format!("set `{}` in `.env`: Compose looks there", used.name));
        finding.related.push(label);
    }
}
