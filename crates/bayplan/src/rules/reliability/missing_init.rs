//! `missing-init`: a shell is the first process of a container

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "missing-init",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[],
    finds: "a shell is the first process of a container",
    why: "it passes no signals on, so that each stop takes the whole time of grace, and what its children leave behind stays",
    fails: "services:\n  job:\n    image: alpine:3.22.1\n    entrypoint: [sh, -c, 'while true; do backup; sleep 60; done']\n",
    passes: "services:\n  job:\n    image: alpine:3.22.1\n    entrypoint: [sh, -c, 'while true; do backup; sleep 60; done']\n    init: true\n",
    fine: "services:\n  job:\n    image: alpine:3.22.1\n    entrypoint: [sh, -c, 'prepare && exec serve']\n  tini:\n    image: acme/web:1.2.3\n    entrypoint: [tini, --, sh, run.sh]\n",
    fix: "set `init: true`, or let the shell `exec` the program",
    sources: &["https://docs.docker.com/reference/compose-file/services/#init"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services().filter(|(_, _, service)| service.compose.init != Some(true)) {
        // What the image runs first is not known where it is not written here.
        let Some(words) = service.compose.entrypoint.as_ref().map(|entrypoint| entrypoint.words.as_slice()) else {
            continue;
        };
        let [shell, flag, script, ..] = words else { continue };
        let shell = shell.rsplit('/').next().unwrap_or(shell);
        let runs = matches!(shell, "sh" | "bash" | "ash" | "dash") && flag.starts_with('-') && flag.ends_with('c');
        let hands_over = script.split([';', '&', '|', '\n']).any(|part| part.trim_start().starts_with("exec "));
        // A single command takes the place of the shell by itself.
        let single = !script.contains([';', '&', '|', '\n']);
        if !runs || hands_over || single {
            continue;
        }
        let message = format!("`{shell}` is the first process of `{name}`, and passes no signals on");
        let finding = found.service(rule, stack, name, &["entrypoint"], message);
        finding.set_help("set `init: true`, or let the shell `exec` the program");
        finding.set_fix(Fix::safe("add `init: true`").set(service_path(name).key("init"), true));
    }
}
