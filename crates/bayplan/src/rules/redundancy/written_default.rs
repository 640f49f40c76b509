//! `written-default`: a key says what would be so without it

use crate::finding::{Finding, Fix, Level, Subject};
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::{Node, Path, Segment, Value};

/// The rule.
pub const RULE: Rule = Rule {
    name: "written-default",
    group: Group::Redundancy,
    level: Level::Allow,
    profiles: &[],
    finds: "a key says what would be so without it",
    why: "whoever reads the file looks for the reason",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    privileged: false\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    privileged: true\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    init: false\n    stop_signal: SIGTERM\n",
    fix: "remove the key",
    sources: &["bayplan"],
    check,
};

/// The keys of a service, and what they are without being written. What an image or a setting of the daemon may say
/// otherwise is not among them.
const OF_SERVICE: &[(&[&str], &str)] = &[
    (&["privileged"], "false"),
    (&["read_only"], "false"),
    (&["tty"], "false"),
    (&["stdin_open"], "false"),
    (&["oom_kill_disable"], "false"),
    (&["restart"], "no"),
    (&["stop_grace_period"], "10s"),
    (&["scale"], "1"),
    (&["attach"], "true"),
];
const OF_NETWORK: &[(&[&str], &str)] =
    &[(&["driver"], "bridge"), (&["external"], "false"), (&["internal"], "false"), (&["attachable"], "false")];
const OF_VOLUME: &[(&[&str], &str)] = &[(&["driver"], "local"), (&["external"], "false")];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for stack in plan.stacks.values() {
        for name in stack.services.keys() {
            report(rule, stack, service_path(name), OF_SERVICE, found);
        }
        for (section, keys) in [("networks", OF_NETWORK), ("volumes", OF_VOLUME)] {
            for key in stack.document.get(section).and_then(Node::as_map).into_iter().flat_map(|map| map.keys()) {
                report(rule, stack, Path::from_iter([section, key.as_str()]), keys, found);
            }
        }
    }
}

fn report(rule: &Rule, stack: &Stack, path: Path, keys: &[(&[&str], &str)], found: &mut Findings<'_>) {
    let Some(node) = stack.document.at_path(&path) else { return };
    for (keys, default) in keys {
        let Some(value) = keys.iter().try_fold(node, |node, key| node.get(key)) else { continue };
        // A variable may say something else elsewhere.
        if !is(value, default) || value.template().is_some() {
            continue;
        }
        let path = keys.iter().fold(path.clone(), |path, key| path.key(*key));
        if !found.is_written(stack, &path) {
            continue;
        }
        let key = keys.join(".");
        let message = format!("`{key}` is `{default}` without being written");
        let subject = match path.0.as_slice() {
            [Segment::Key(section), Segment::Key(name), ..] if section == "services" => {
                Subject::service(&stack.name, name.as_str())
            }
            _ => Subject::stack(&stack.name),
        };
        let finding = Finding::new(rule.name, rule.level, found.key_at(stack, &path), message);
        let fix = Fix::safe(format!("remove `{key}`")).delete(path.clone());
        found.push(finding.about(subject.with_path(path))).set_help("remove it").set_fix(fix);
    }
}

fn is(node: &Node, default: &str) -> bool {
    match &node.value {
        Value::Bool(value) => default == if *value { "true" } else { "false" },
        Value::Int(value) => default.parse() == Ok(*value),
        Value::String(text) => text == default,
        _ => false,
    }
}
