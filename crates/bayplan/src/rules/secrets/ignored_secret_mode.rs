//! `ignored-secret-mode`: Compose ignores who a secret or config belongs to

use crate::compose::Grant;
use crate::finding::{Fix, Level};
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "ignored-secret-mode",
    group: Group::Secrets,
    level: Level::Warn,
    profiles: &[],
    finds: "`uid`, `gid` or `mode` stand at a secret or config that comes from a file, where Compose ignores them",
    why: "the file is mounted as it is on the host: a program without root's rights may not read it, or everybody may",
    fails: "services:\n  db:\n    image: postgres:17.5\n    secrets: [{ source: password, mode: 0400 }]\nsecrets: { password: { file: ./password } }\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    secrets: [password]\nsecrets: { password: { file: ./password } }\n",
    fine: "services:\n  db:\n    image: postgres:17.5\n    secrets: [{ source: password, mode: 0400, uid: '999' }]\nsecrets: { password: { environment: DB_PASSWORD } }\n",
    fix: "remove them, and set owner and mode of the file on the host",
    sources: &["https://github.com/docker/compose/issues/9648", "https://github.com/docker/compose/issues/12010"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (section, grants) in [("secrets", &service.compose.secrets), ("configs", &service.compose.configs)] {
            let ignored = |grant: &Grant| {
                (grant.uid.is_some() || grant.gid.is_some() || grant.mode.is_some()) && is_file(stack, section, grant)
            };
            if !grants.iter().any(ignored) {
                continue;
            }
            let list = service_path(name).key(section);
            let items = stack.document.at_path(&list).and_then(Node::as_seq).unwrap_or_default();
            for (index, item) in items.iter().enumerate() {
                let source = item.get("source").and_then(Node::as_str).unwrap_or_default();
                let of_file = grants.iter().any(|grant| grant.source.as_deref() == Some(source) && ignored(grant));
                for key in ["uid", "gid", "mode"].into_iter().filter(|key| of_file && item.get(key).is_some()) {
                    let path = list.clone().index(index).key(key);
                    let message = format!("Compose ignores the `{key}` of `{source}`, which comes from a file");
                    let finding = found.entry(rule, stack, name, path.clone(), message);
                    finding.set_help("remove it, and set owner and mode of the file on the host");
                    finding.set_fix(Fix::safe(format!("remove `{key}`")).delete(path));
                }
            }
        }
    }
}

/// Whether a secret or config is the file of the host, mounted.
fn is_file(stack: &Stack, section: &str, grant: &Grant) -> bool {
    let Some(source) = grant.source.as_deref() else { return false };
    match section {
        "secrets" => stack.project.secrets.get(source).is_some_and(|secret| secret.file.is_some()),
        _ => stack.project.configs.get(source).is_some_and(|config| config.file.is_some()),
    }
}
