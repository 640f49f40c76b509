//! `unquoted-port`: two numbers with a colon between them, which some readers take for one number

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::syntax;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::{Kind, Style};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unquoted-port",
    group: Group::Correctness,
    level: Level::Allow,
    profiles: &[],
    finds: "a port such as `22:22` stands without quotes",
    why: "readers of YAML 1.1, that of podman-compose among them, take it for the number 1342 in base 60",
    fails: "services:\n  git:\n    image: gitea/gitea:1.24.2\n    ports:\n      - 22:22\n",
    passes: "services:\n  git:\n    image: gitea/gitea:1.24.2\n    ports:\n      - \"22:22\"\n",
    fine: "services:\n  git:\n    image: gitea/gitea:1.24.2\n    ports:\n      - 22:80\n      - 127.0.0.1:22:22\n      - 22:22/tcp\n",
    fix: "write it in quotes",
    sources: &["dclint require-quotes-in-ports", "https://yaml.org/type/int.html"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for written in syntax::files(plan, found, |text| text.contains("ports")) {
        for (name, _, service) in written.section("services") {
            let Some((_, list)) = written.document.entry(service, "ports") else { continue };
            for (index, item) in written.items(list).iter().enumerate() {
                let Kind::Scalar(text, Style::Plain) = &written.document.node(*item).kind else { continue };
                let Some(number) = sexagesimal(text) else { continue };
                let message = format!("some readers take `{}` for the number {number}", &**text);
                let path = service_path(name).key("ports").index(index);
                let at = written.at(*item);
                let fix = Fix::safe("write it in quotes").respell(at, format!("\"{}\"", &**text));
                found.push(written.finding(rule, at, path, message)).set_help("write it in quotes").set_fix(fix);
            }
        }
    }
}

/// The number that YAML 1.1 sees in `22:22`: digits of base 60, but for the first.
fn sexagesimal(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let first = parts.next().filter(|first| first.starts_with(|c: char| matches!(c, '1'..='9')))?;
    let mut number: u64 = first.bytes().all(|byte| byte.is_ascii_digit()).then(|| first.parse().ok())??;
    let mut any = false;
    for part in parts {
        let digit: u64 = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
        if digit >= 60 || part.len() > 2 {
            return None;
        }
        any = true;
        number = number.checked_mul(60)?.checked_add(digit)?;
    }
    any.then_some(number)
}
