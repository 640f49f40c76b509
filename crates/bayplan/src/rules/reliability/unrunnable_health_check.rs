//! `unrunnable-health-check`: a health check runs a program that the image does not have

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::image_contents::{self, Base};
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unrunnable-health-check",
    group: Group::Reliability,
    level: Level::Warn,
    profiles: &[],
    finds: "a health check runs a program that the image does not have",
    why: "the check fails for ever: the service counts as unhealthy, and what waits for its health never starts",
    fails: "services:\n  db:\n    image: postgres:17.5\n    healthcheck: { test: [CMD, curl, -f, 'http://127.0.0.1:5432/'] }\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    healthcheck: { test: [CMD, pg_isready] }\n",
    fine: "services:\n  proxy:\n    image: caddy:2.10.0-alpine\n    healthcheck: { test: 'curl -f http://127.0.0.1/ || wget -q --spider http://127.0.0.1/' }\n  own:\n    image: postgres:17.5\n    build: .\n    healthcheck: { test: [CMD, curl, -f, 'http://127.0.0.1/'] }\n",
    fix: "run a program that the image brings",
    sources: &[
        "https://github.com/GoogleContainerTools/distroless/issues/183",
        "https://github.com/GoogleContainerTools/distroless/issues/1350",
    ],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(check) = service.compose.healthcheck.as_ref().filter(|check| !check.is_off()) else { continue };
        let [kind, first, ..] = check.test.as_slice() else { continue };
        let Some(base) = image_contents::base(&service.compose) else { continue };
        let (index, missing) = match (kind.as_str(), &check.test[1..]) {
            ("CMD", [shell, flag, line, ..]) if matches!(program(shell), "sh" | "bash") && flag.ends_with('c') => {
                match absent(base, program(shell)) {
                    Some(shell) => (1, Some(shell)),
                    None => (3, of_line(base, line)),
                }
            }
            ("CMD", _) => (1, absent(base, program(first))),
            _ => (1, absent(base, "sh").or_else(|| of_line(base, first))),
        };
        let Some(missing) = missing else { continue };
        let list = service_path(name).key("healthcheck").key("test");
        let item = list.clone().index(index);
        let path = if stack.document.at_path(&item).is_some() { item } else { list };
        let message = match missing {
            "sh" => format!("the health check of `{name}` needs a shell, which its image does not have"),
            _ => format!("the health check of `{name}` runs `{missing}`, which its image does not have"),
        };
        let instead = if missing == "curl" && base.has("wget") == Some(true) {
            "run `wget -q --spider URL`, which the image has"
        } else {
            "run a program that the image brings, as `[CMD, program, …]`"
        };
        found.value(rule, stack, name, path, message).set_help(instead);
    }
}

/// The program, where it is known not to be there.
fn absent(base: Base, program: &str) -> Option<&str> {
    (base.has(program) == Some(false)).then_some(program)
}

/// The program that a line of shell runs and that is not there.
fn of_line(base: Base, line: &str) -> Option<&str> {
    let commands = commands(line);
    // Whoever asks what is there, or has a second way, knows.
    let asks = commands.iter().any(|program| matches!(*program, "command" | "which" | "type"));
    let other = line.contains("||") && commands.iter().any(|program| base.has(program) == Some(true));
    commands.into_iter().find_map(|program| absent(base, program)).filter(|_| !asks && !other)
}

/// The name of a program, without the way to it.
fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// The programs that a line of shell runs, as far as they stand there plainly.
fn commands(line: &str) -> Vec<&str> {
    let mut commands = Vec::new();
    let mut quote = None;
    let mut start = true;
    let mut word: Option<usize> = None;
    for (at, c) in line.char_indices().chain([(line.len(), '\n')]) {
        let ends = quote.is_none() && (c.is_whitespace() || matches!(c, '|' | '&' | ';' | '(' | ')' | '`'));
        if ends {
            if let Some(from) = word.take().filter(|_| start) {
                let text = &line[from..at];
                // What stands before a command, and is none.
                let before = text.contains('=')
                    || matches!(text, "!" | "{" | "if" | "then" | "else" | "exec" | "while" | "until" | "do" | "time");
                if !before {
                    commands.push(program(text));
                    start = false;
                }
            }
            start |= !c.is_whitespace() || c == '\n';
            continue;
        }
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        word.get_or_insert(at);
    }
    commands
}

#[cfg(test)]
mod tests {
    #[test]
    fn commands_of_a_line_are_found() {
        for (line, wanted) in [
            ("curl -f http://a || exit 1", &["curl", "exit"][..]),
            ("A=b /usr/bin/wget x | grep -q 'curl | bash'", &["wget", "grep"]),
            ("test \"$(curl -s x)\" = 1", &["test"]),
            ("if ! curl x; then exit 1; fi", &["curl", "exit", "fi"]),
            ("", &[]),
            ("'unclosed curl", &[]),
        ] {
            assert_eq!(super::commands(line), wanted, "{line}");
        }
    }
}
