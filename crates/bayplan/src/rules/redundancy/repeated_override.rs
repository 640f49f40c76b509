//! `repeated-override`: an override says what the file below it says already

use crate::finding::{Finding, Label, Level, Subject};
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::{Limits, Node, Path, Segment, Value};
use std::collections::HashMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "repeated-override",
    group: Group::Redundancy,
    level: Level::Allow,
    profiles: &[],
    finds: "an override says what the file below it says already",
    why: "who changes the one below wonders why nothing happens",
    fails: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', restart: always } }
# file: compose.override.yaml
services: { web: { restart: always, environment: { LEVEL: debug } } }
",
    passes: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', restart: always } }
# file: compose.override.yaml
services: { web: { environment: { LEVEL: debug } } }
",
    fine: "\
# file: compose.yaml
services: { web: { image: 'nginx:1.27.3', restart: always, ports: ['8080:80'] } }
# file: compose.override.yaml
services: { web: { restart: 'no', ports: !override ['8080:80'] } }
",
    fix: "remove it from the override",
    sources: &["https://docs.docker.com/reference/compose-file/merge/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    if plan.stacks.values().all(|stack| stack.files.len() < 2) {
        return;
    }
    let known: HashMap<&str, _> = found.sources.files().map(|(source, file)| (file.name.as_str(), source)).collect();
    for stack in plan.stacks.values().filter(|stack| stack.files.len() > 1) {
        let read = |name: &String| {
            let source = *known.get(name.as_str())?;
            bayplan_yaml::read(&found.sources.file(source)?.text, source, &Limits::default()).first().cloned()
        };
        let files: Vec<Node> = stack.files.iter().filter_map(read).collect();
        for (index, over) in files.iter().enumerate().skip(1) {
            compare(rule, stack, &files[..index], over, &mut Vec::new(), found);
        }
    }
}

/// Compares what stands at `path` with what the files below say there: the last of them counts.
fn compare(rule: &Rule, stack: &Stack, below: &[Node], over: &Node, path: &mut Vec<Segment>, found: &mut Findings<'_>) {
    if let Value::Map(map) = &over.value {
        for (key, entry) in map {
            path.push(Segment::Key(key.clone()));
            compare(rule, stack, below, &entry.value, path, found);
            path.pop();
        }
        return;
    }
    // Lists are added to each other, and what has a tag replaces; `name` and `version` stand for themselves.
    if path.len() < 2 || over.tag().is_some() || matches!(over.value, Value::Seq(_) | Value::Null) {
        return;
    }
    let path = Path(path.clone());
    let Some(other) = below.iter().rev().find_map(|node| node.at_path(&path)) else { return };
    if other.value != over.value {
        return;
    }
    let subject = match path.0.as_slice() {
        [Segment::Key(section), Segment::Key(name), ..] if section == "services" => {
            Subject::service(&stack.name, name.clone())
        }
        _ => Subject::stack(&stack.name),
    };
    let file = found.sources.name(other.at.source);
    let message = format!("`{file}` says the same of `{path}`");
    let finding =
        Finding::new(rule.name, rule.level, over.at, message).help("remove it here").about(subject.with_path(path));
    // The value may be a secret.
    let finding = finding.redact(over.at).redact(other.at);
    found.push(finding).related.push(Label { at: other.at, message: "the other one".to_owned() });
}
