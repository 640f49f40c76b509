//! `unshelled-health-check`: a health check in the form `CMD` has words that only a shell understands

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unshelled-health-check",
    group: Group::Reliability,
    level: Level::Warn,
    profiles: &[],
    finds: "a health check in the form `CMD` has words that only a shell understands",
    why: "no shell reads them: the program gets `||` and `$VAR` as they stand, and fails or passes for the wrong reason",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    healthcheck: { test: [CMD, curl, -f, 'http://127.0.0.1/', '||', exit, '1'] }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    healthcheck: { test: [CMD-SHELL, 'curl -f http://127.0.0.1/ || exit 1'] }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    healthcheck: { test: [CMD, sh, -c, 'curl -f http://127.0.0.1/ || exit $$?'] }\n  db:\n    image: mysql:8.4.5\n    healthcheck: { test: [CMD, mysqladmin, ping, '-pa&&b'] }\n",
    fix: "write `CMD-SHELL` and the whole line",
    sources: &["https://docs.docker.com/reference/dockerfile/#healthcheck"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(check) = service.compose.healthcheck.as_ref().filter(|check| !check.is_off()) else { continue };
        let [kind, program, arguments @ ..] = check.test.as_slice() else { continue };
        if kind != "CMD" || is_shell(program) {
            continue;
        }
        let line = arguments.is_empty() && program.contains(' ');
        // A `$` of a variable of Compose is none for a shell; one that is meant for a shell is written `$$`.
        let list = service_path(name).key("healthcheck").key("test");
        let doubled = |at: usize| {
            let written = stack.document.at_path(&list.clone().index(at)).and_then(Node::template);
            written.is_none_or(|written| written.contains("$$"))
        };
        let odd = arguments.iter().enumerate().position(|(at, word)| is_of_shell(word, || doubled(at + 2)));
        let (index, what) = match odd {
            _ if line => (1, "is one word with spaces: no program has such a name".to_owned()),
            Some(at) => (at + 2, format!("passes `{}` to `{program}`: no shell reads it", shown(&arguments[at]))),
            None => continue,
        };
        let message = format!("the health check of `{name}` {what}");
        let finding = found.value(rule, stack, name, list.clone().index(index), message);
        finding.set_help("write `[CMD-SHELL, …]` with the whole line as one text");
        // Words that hold spaces would have to be quoted, which may not be what was meant.
        if line || !check.test.iter().any(|word| word.contains([' ', '\'', '"', '\\', '\n'])) {
            let fix = Fix::unsafe_("let the shell run the health check");
            finding.set_fix(fix.set(list, serde_json::json!(["CMD-SHELL", check.test[1..].join(" ")])));
        }
    }
}

/// Whether a program is a shell, or runs one.
fn is_shell(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh" | "busybox" | "pwsh" | "powershell" | "cmd" | "env")
}

/// Whether a word means something to a shell only: an operator, a variable, the output of a command.
fn is_of_shell(word: &str, doubled: impl Fn() -> bool) -> bool {
    let operator =
        matches!(word, "||" | "&&" | "|" | ";" | "&" | ">" | ">>" | "<" | "2>&1" | ">/dev/null" | "2>/dev/null");
    let variable = |at: usize| {
        let next = word[at + 1..].chars().next();
        next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '{' | '('))
    };
    // `$SYS/…` is a topic of MQTT.
    let dollar = !word.starts_with("$SYS/") && word.match_indices('$').any(|(at, _)| variable(at));
    operator || dollar && doubled()
}

/// A word without what may be secret in it.
fn shown(word: &str) -> &str {
    match word.find('$') {
        Some(at) => {
            let rest = &word[at..];
            let end = rest
                .char_indices()
                .skip(1)
                .find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '{' | '(')))
                .map_or(rest.len(), |(end, _)| end);
            &rest[..end]
        }
        None => word,
    }
}
