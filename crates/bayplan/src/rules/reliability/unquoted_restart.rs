//! `unquoted-restart`: `restart: no` without quotes

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unquoted-restart",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[],
    finds: "`restart: no` is written without quotes",
    why: "Docker Compose takes it for a text, but other readers of YAML (Ansible, Compose V1, Portainer's editor) for `false`",
    fails: "services:\n  job:\n    image: acme/job:1.2.3\n    restart: no\n",
    passes: "services:\n  job:\n    image: acme/job:1.2.3\n    restart: \"no\"\n",
    fine: "services:\n  job:\n    image: acme/job:1.2.3\n    restart: 'no'\n  web:\n    image: nginx:1.27.3\n    restart: on-failure\n",
    fix: "write `restart: \"no\"`",
    sources: &["https://docs.docker.com/reference/compose-file/services/#restart"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, _) in plan.services().filter(|(_, _, service)| service.compose.restart.as_deref() == Some("no")) {
        let path = service_path(name).key("restart");
        let Some(node) = stack.document.at_path(&path) else { continue };
        if found.text(node.at) != "no" {
            continue;
        }
        let at = node.at;
        let message = format!("the `no` of `{name}` is a boolean to other readers of YAML");
        let finding = found.value(rule, stack, name, path, message);
        finding.set_help("write `restart: \"no\"`");
        finding.set_fix(Fix::safe("put `no` in quotes").respell(at, "\"no\""));
    }
}
