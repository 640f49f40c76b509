//! `swallowed-variable`: a variable of a shell script is replaced by Compose before the shell sees it

use crate::finding::{Finding, Fix, Level, Subject};
use crate::plan::{Plan, Service, Stack};
use crate::rules::seen::seen;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::{Node, Path, Value};

/// The rule.
pub const RULE: Rule = Rule {
    name: "swallowed-variable",
    group: Group::Correctness,
    level: Level::Deny,
    profiles: &[],
    finds: "a variable of a shell script is replaced by Compose before the shell sees it",
    why: "Compose puts its own value in its place, or nothing: the script runs with an empty password, host or path",
    fails: "services:\n  db:\n    image: valkey/valkey:8.1.3\n    healthcheck:\n      test: PASS=secret; valkey-cli -a $PASS ping\n",
    passes: "services:\n  db:\n    image: valkey/valkey:8.1.3\n    healthcheck:\n      test: PASS=secret; valkey-cli -a $$PASS ping\n",
    fine: "services:\n  db:\n    image: valkey/valkey:8.1.3\n    command: valkey-server --port ${PORT:-6379}\n    environment: { URL: 'http://${HOST:-db}:80/?HOST=${HOST:-db}' }\n",
    fix: "write `$$` for each `$` that the shell is to see",
    sources: &["https://github.com/frappe/frappe_docker/issues/1002", "seed hy-seed: health check of valkey"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(node) = stack.document.at_path(&service_path(name)) else { continue };
        let path = service_path(name);
        for key in ["command", "entrypoint"] {
            scalars(node.get(key), &path.key(key), &mut |node, path| {
                one(rule, stack, name, service, node, path, found)
            });
        }
        let test = node.get("healthcheck").and_then(|health| health.get("test"));
        let path_of_test = path.key("healthcheck").key("test");
        scalars(test, &path_of_test, &mut |node, path| one(rule, stack, name, service, node, path, found));
        for hook in ["post_start", "pre_stop"] {
            let hooks = node.get(hook).and_then(Node::as_seq).unwrap_or_default();
            for (index, item) in hooks.iter().enumerate() {
                let path = path.key(hook).index(index).key("command");
                scalars(item.get("command"), &path, &mut |node, path| {
                    one(rule, stack, name, service, node, path, found)
                });
            }
        }
    }
}

/// The texts of a command.
fn scalars(node: Option<&Node>, path: &Path, each: &mut dyn FnMut(&Node, Path)) {
    match node.map(|node| &node.value) {
        Some(Value::String(_)) => node.into_iter().for_each(|node| each(node, path.clone())),
        Some(Value::Seq(items)) => {
            items.iter().enumerate().for_each(|(index, item)| each(item, path.index(index)));
        }
        _ => {}
    }
}

fn one(rule: &Rule, stack: &Stack, name: &str, service: &Service, node: &Node, path: Path, found: &mut Findings<'_>) {
    let (Some(template), Some(value)) = (node.template(), node.as_str()) else { return };
    let Some(used) = seen(template, value) else { return };
    let swallowed = used.iter().filter(|(used, became)| {
        let text = &template[used.range.clone()];
        // With a default or an alternative, Compose is meant; and where it has a value.
        // One that nobody knows stands for itself.
        let is_lost = became.is_empty()
            || became.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) == Some(used.name.as_str());
        is_lost
            && !text.contains([':', '-', '+', '?'])
            && (is_set_in(template, &used.name)
                || service.compose.environment.contains_key(&used.name) && (became.is_empty() || !text.contains('{')))
    });
    let mut swallowed = swallowed.map(|(used, _)| used);
    let Some(first) = swallowed.next() else { return };
    let variable = &template[first.range.clone()];
    let message = format!("Compose replaces `{variable}` before the shell of `{name}` sees it");
    let at = found.sources.within(node.at, template, first.range.clone());
    let written = found.sources.text(node.at);
    let mut fix = None;
    let others = used.len() > 1 + swallowed.clone().count();
    if written.contains(template) && !others {
        let all: Vec<_> = std::iter::once(first).chain(swallowed).collect();
        let mut spelled = template.to_owned();
        all.iter().rev().for_each(|used| spelled.insert(used.range.start, '$'));
        let title = format!("write `${variable}`");
        fix = Some(Box::new(Fix::unsafe_(title).respell(node.at, written.replacen(template, &spelled, 1))));
        fix = fix.map(|fix: Box<Fix>| Box::new(fix.set(path.clone(), spelled.replace("$$", "$"))));
    }
    let finding = Finding::new(rule.name, rule.level, at, message);
    let finding = found.push(finding.about(Subject::service(&stack.name, name).with_path(path)));
    finding.set_help(format!("write `${variable}`")).fix = fix;
}

/// Whether a script gives a variable of this name a value: `NAME=…`, `read NAME`, `for NAME in`.
fn is_set_in(script: &str, name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    script.match_indices(name).any(|(at, _)| {
        let (before, after) = (&script[..at], &script[at + name.len()..]);
        if before.ends_with(|c: char| is_letter(c) || matches!(c, '$' | '{' | '-' | '.' | '/'))
            || after.starts_with(is_letter)
        {
            return false;
        }
        let word = before.trim_end().rsplit([' ', ';', '(', '\n', '\t', '\'', '"', '`']).next().unwrap_or_default();
        let begins = before.trim_end_matches([' ', '\t']);
        let is_command = begins.is_empty() || begins.ends_with([';', '&', '|', '(', '\n', '\'', '"', '`']);
        let exported = matches!(word, "export" | "local" | "readonly" | "declare" | "then" | "do" | "else");
        // `NAME=$NAME` passes on what Compose says.
        let own = after.strip_prefix('=').map(|rest| rest.trim_start_matches(['"', '\'', '{', '$']));
        let passed = own.is_some_and(|rest| rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(is_letter)));
        after.starts_with('=') && !passed && !after.starts_with("==") && (is_command || exported)
            || before.ends_with(' ') && matches!(word, "read" | "-r") && !after.starts_with('=')
            || before.ends_with(' ') && word == "for" && after.trim_start().starts_with("in")
    })
}
