//! `vacuous-health-check`: a health check that a program which hangs passes, too

use crate::compose::words;
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "vacuous-health-check",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "a health check that says nothing of the program: `true`, `--version`, `kill -0 1`, `test -d /data` …",
    why: "it passes before the program answers and after it hangs: what waits for its health starts too early",
    fails: "services:\n  login:\n    image: quay.io/oauth2-proxy/oauth2-proxy:v7.13.0\n    healthcheck: { test: [CMD, /bin/oauth2-proxy, --version] }\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    healthcheck: { test: [CMD, pg_isready, -U, shop] }\n",
    fine: "\
services:
  web:
    image: example/web:1.2.3
    healthcheck: { test: 'kill -0 1 && wget -q --spider http://127.0.0.1:8080/' }
  job:
    image: example/job:1.2.3
    healthcheck: { test: [CMD-SHELL, 'test -f /tmp/ready'] }
",
    fix: "ask the program itself: a request to its port, or the command that it brings for that",
    sources: &["seed inlock: oauth2-proxy", "seed hy-seed: haproxy, exporters"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(check) = service.compose.healthcheck.as_ref().filter(|check| !check.is_off()) else { continue };
        let line = match check.test.as_slice() {
            [kind, program, flag, line] if kind == "CMD" && is_shell(program) && flag.ends_with('c') => Some(line),
            [kind, line] if kind == "CMD-SHELL" => Some(line),
            _ => None,
        };
        let is_vacuous = match line {
            Some(line) => is_vacuous_line(line),
            None => check.test.first().is_some_and(|kind| kind == "CMD") && is_vacuous(&check.test[1..]),
        };
        if !is_vacuous {
            continue;
        }
        let message = format!("the health check of `{name}` passes whatever the program does");
        let path = service_path(name).key("healthcheck").key("test");
        found.value(rule, stack, name, path, message).set_help("ask the program itself, by a request to its port");
    }
}

fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash" | "ash"))
}

/// Whether every command of a line of shell is vacuous. With pipes and substitutions, it may ask something.
fn is_vacuous_line(line: &str) -> bool {
    if line.contains(['`', '<', '>']) || line.contains("$(") || line.replace("||", "").contains('|') {
        return false;
    }
    let mut all = line.split("&&").flat_map(|part| part.split("||")).flat_map(|part| part.split(';'));
    all.all(|command| words::split(command).is_ok_and(|read| read.words.is_empty() || is_vacuous(&read.words)))
}

/// Whether a command passes whatever the program does.
fn is_vacuous(words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((program, arguments)) = words.split_first() else { return false };
    match (program.rsplit('/').next().unwrap_or(program), arguments) {
        ("true" | ":" | "echo" | "ls" | "hostname" | "exit", _) => true,
        // A folder is there as long as the container is; a file may be written when the program is ready.
        ("test" | "[", ["-d", ..]) => true,
        ("kill", ["-0", "1"]) => true,
        // It reads its settings, and says whether they are valid.
        ("haproxy", ["-c", ..]) | ("nginx", ["-t", ..]) => true,
        (_, [word]) => matches!(*word, "--version" | "-version" | "-V" | "--help" | "-h"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn lines_that_ask_nothing_are_told_apart() {
        for (line, wanted) in [
            ("true", true),
            ("exit 0", true),
            ("kill -0 1 || exit 1", true),
            ("test -d /data && exit 0", true),
            ("[ -d /data ]", true),
            ("/app/server --version > /dev/null", false),
            ("wget -q --spider http://127.0.0.1/ || exit 1", false),
            ("echo ruok | nc 127.0.0.1 2181", false),
            ("test -f /tmp/ready", false),
            ("echo $(curl x)", false),
            ("psql --version && pg_isready", false),
            ("'", false),
        ] {
            assert_eq!(super::is_vacuous_line(line), wanted, "{line}");
        }
    }
}
