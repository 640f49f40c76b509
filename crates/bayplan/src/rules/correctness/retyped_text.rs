//! `retyped-text`: a value without quotes reaches the container as another text than the one written

use crate::finding::{Finding, Fix, Level, Subject};
use crate::plan::{Plan, Stack};
use crate::record::scalar::text_of;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::{Node, Path, Value};

/// The rule.
pub const RULE: Rule = Rule {
    name: "retyped-text",
    group: Group::Correctness,
    level: Level::Warn,
    profiles: &[],
    finds: "a variable or label without quotes reaches the container as another text than the one written",
    why: "YAML reads it as a number or a boolean first: `1.10` becomes `1.1`, `0755` becomes `493`, `1_000` becomes `1000`",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { VERSION: 1.10, MODE: 0755 }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { VERSION: '1.10', MODE: '0755' }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { PORT: 8080, RATIO: 0.5, DEBUG: true, WHO: yes }\n",
    fix: "write it in quotes",
    sources: &["https://yaml.org/spec/1.2.2/#103-core-schema", "go-yaml: resolve.go"],
    check,
};

/// Mappings whose values are texts for the container, and never numbers.
const TEXTS: &[&[&str]] = &[&["environment"], &["labels"], &["annotations"], &["build", "args"], &["build", "labels"]];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for stack in plan.stacks.values() {
        for name in stack.services.keys() {
            let Some(service) = stack.document.at_path(&service_path(name)) else { continue };
            for keys in TEXTS {
                let map = keys.iter().try_fold(service, |node, key| node.get(key)).and_then(Node::as_map);
                for (key, entry) in map.into_iter().flatten() {
                    let path = || keys.iter().fold(service_path(name), |path, key| path.key(*key)).key(key.as_str());
                    one(rule, stack, name, &entry.value, &path, found);
                }
            }
        }
    }
}

fn one(rule: &Rule, stack: &Stack, name: &str, node: &Node, path: &dyn Fn() -> Path, found: &mut Findings<'_>) {
    if !matches!(node.value, Value::Int(_) | Value::Float(_) | Value::Timestamp(_) | Value::Bool(_)) || !node.plain {
        return;
    }
    let written = found.sources.text(node.at);
    let Some(read) = text_of(node).filter(|read| read != written) else { return };
    // In another case, a boolean is the same to whoever reads it.
    if written.is_empty() || node.template().is_some() || written.eq_ignore_ascii_case(&read) {
        return;
    }
    let (written, path) = (written.to_owned(), path());
    let message = format!("`{name}` gets `{read}`, not `{written}`");
    let fix = Fix::unsafe_(format!("write `\"{written}\"`")).respell(node.at, format!("\"{written}\""));
    let fix = fix.set(path.clone(), written);
    let finding = Finding::new(rule.name, rule.level, node.at, message).fix(fix);
    let finding = found.push(finding.about(Subject::service(&stack.name, name).with_path(path)));
    finding.set_help("write it in quotes, or as the container gets it");
}
