//! `unquoted-word`: a text without quotes that other readers of YAML take for a boolean or a number

use crate::finding::{Finding, Fix, Level, Subject};
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use bayplan_yaml::{Node, Path, Value};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unquoted-word",
    group: Group::Correctness,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "a text without quotes is a boolean or a number of base 60 to other readers of YAML",
    why: "YAML 1.1 reads `yes` as true and `22:22` as 1342: Ansible, podman-compose and editors do",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    ports: [22:22]\n    environment: { DEBUG: yes }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['22:22']\n    environment: { DEBUG: 'yes' }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    ports: [8080:80, 22:2222/tcp]\n    environment: ['DEBUG=yes', ON=off]\n",
    fix: "write it in quotes",
    sources: &["dclint: no-unquoted-port", "https://yaml.org/type/bool.html", "https://yaml.org/type/int.html"],
    check,
};

/// Where texts stand that must stay texts.
const TEXTS: &[&str] = &["ports", "expose", "environment", "labels", "annotations", "command", "entrypoint"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for stack in plan.stacks.values() {
        for name in stack.services.keys() {
            let Some(service) = stack.document.at_path(&service_path(name)).and_then(Node::as_map) else { continue };
            for key in TEXTS {
                let Some(entry) = service.get(*key) else { continue };
                let path = || service_path(name).key(*key);
                match &entry.value.value {
                    Value::Map(map) => {
                        for (name_of, entry) in map {
                            one(rule, stack, name, &entry.value, &|| path().key(name_of.as_str()), found);
                        }
                    }
                    Value::Seq(items) => {
                        for (index, item) in items.iter().enumerate() {
                            one(rule, stack, name, item, &|| path().index(index), found);
                        }
                    }
                    _ => one(rule, stack, name, &entry.value, &path, found),
                }
            }
        }
    }
}

fn one(rule: &Rule, stack: &Stack, name: &str, node: &Node, path: &dyn Fn() -> Path, found: &mut Findings<'_>) {
    let Some(text) = node.as_str().filter(|text| is_word(text) || is_sexagesimal(text)) else { return };
    // In quotes, or of a variable, it is a text everywhere.
    if found.sources.text(node.at) != text {
        return;
    }
    let what = if is_word(text) { "a boolean" } else { "a number of base 60" };
    let message = format!("`{text}` is {what} to other readers of YAML");
    let fix = Fix::safe(format!("write `\"{text}\"`")).respell(node.at, format!("\"{text}\""));
    let finding = Finding::new(rule.name, rule.level, node.at, message).fix(fix);
    let finding = found.push(finding.about(Subject::service(&stack.name, name).with_path(path())));
    finding.set_help(format!("write `\"{text}\"`"));
}

/// A boolean of YAML 1.1 that is none in YAML 1.2.
fn is_word(text: &str) -> bool {
    text.len() <= 3
        && ["y", "n", "yes", "no", "on", "off"].iter().any(|word| text.eq_ignore_ascii_case(word))
        && (text.chars().all(char::is_lowercase)
            || text.chars().skip(1).all(char::is_lowercase)
            || text.chars().all(char::is_uppercase))
}

/// A number of base 60: `[1-9][0-9]*(:[0-5]?[0-9])+`.
fn is_sexagesimal(text: &str) -> bool {
    let mut parts = text.split(':');
    let first = parts.next().is_some_and(|part| !part.starts_with('0') && !part.is_empty() && digits(part));
    let mut rest = parts.peekable();
    let small = |part: &str| digits(part) && (part.len() == 1 || part.len() == 2 && part.as_bytes()[0] < b'6');
    first && rest.peek().is_some() && rest.all(small)
}

fn digits(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}
