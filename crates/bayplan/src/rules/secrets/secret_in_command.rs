//! `secret-in-command`: a secret is handed over on a command line

use super::command_line::{Held, secrets};
use crate::compose::Command;
use crate::finding::Level;
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "secret-in-command",
    group: Group::Secrets,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a secret is handed over on a command line, by a variable that Compose replaces",
    why: "the line stands in `docker inspect`, in the list of processes of the host, and in the log of each health check that fails",
    fails: "services:\n  cache:\n    image: valkey/valkey:8.1.3\n    command: [valkey-server, --requirepass, '${CACHE_PASSWORD:?}']\n",
    passes: "services:\n  cache:\n    image: valkey/valkey:8.1.3\n    command: [valkey-server, /run/secrets/valkey.conf]\n",
    fine: "services:\n  cache:\n    image: valkey/valkey:8.1.3\n    command: [sh, -c, 'exec valkey-server --requirepass \"$$(cat /run/secrets/cache)\"']\n    healthcheck: { test: 'valkey-cli --password-file /run/secrets/cache ping' }\n",
    fix: "let the program read it from a secret file",
    sources: &["https://docs.docker.com/compose/how-tos/use-secrets/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for_each(plan, found, |found, line, index, held| {
        if held != Held::ByVariable {
            return;
        }
        let message = format!("`{}` hands a secret over in {}", line.service, line.what);
        let finding = found.value(rule, line.stack, line.service, line.at(index), message);
        finding.set_help("let the program read it from a file under `secrets:`");
    });
}

/// A command line of a service.
pub(super) struct Line<'a> {
    /// The stack.
    pub(super) stack: &'a Stack,
    /// The service.
    pub(super) service: &'a str,
    /// Where it stands in the sentence.
    pub(super) what: &'static str,
    path: Path,
}

impl Line<'_> {
    /// The path of one of its words.
    pub(super) fn at(&self, index: usize) -> Path {
        let list = self.stack.document.at_path(&self.path).is_some_and(|node| node.as_seq().is_some());
        if list { self.path.clone().index(index) } else { self.path.clone() }
    }
}

/// Calls `say` for each secret on a command line of a service.
pub(super) fn for_each(
    plan: &Plan,
    found: &mut Findings<'_>,
    mut say: impl FnMut(&mut Findings<'_>, &Line<'_>, usize, Held),
) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let path = service_path(name);
        let there = |command: &Option<Command>| command.as_ref().is_some_and(|command| !command.words.is_empty());
        let test = compose.healthcheck.as_ref().is_some_and(|check| !check.test.is_empty());
        let lines = [
            (there(&compose.command), "its command", path.clone().key("command")),
            (there(&compose.entrypoint), "its entry point", path.clone().key("entrypoint")),
            (test, "its health check", path.key("healthcheck").key("test")),
        ];
        for (_, what, path) in lines.into_iter().filter(|(there, ..)| *there) {
            let Some(node) = stack.document.at_path(&path) else { continue };
            let nodes = node.as_seq().unwrap_or(std::slice::from_ref(node));
            let words = nodes.iter().map(|node| node.template().or(node.as_str()).unwrap_or_default());
            let line = Line { stack, service: name, what, path };
            for (index, held) in secrets(words) {
                say(found, &line, index, held);
            }
        }
    }
}
