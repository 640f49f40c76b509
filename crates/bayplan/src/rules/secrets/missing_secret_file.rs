//! `missing-secret-file`: the file of a secret does not exist, or is none

use super::files::named;
use crate::finding::Level;
use crate::plan::Plan;
use crate::resolve::files::FileKind;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "missing-secret-file",
    group: Group::Secrets,
    level: Level::Allow,
    profiles: &[],
    finds: "the file of a secret does not exist, or is a folder",
    why: "Docker refuses to start the container; a folder is what it made once where the file was missing",
    fails: "services:\n  db:\n    image: postgres:17.5\n    secrets: [password]\nsecrets: { password: { file: ./password } }\n",
    passes: "# file: shop/compose.yaml\nservices:\n  db:\n    image: postgres:17.5\n    secrets: [password]\nsecrets: { password: { file: ./password } }\n# file: shop/password\nx\n",
    fine: "services:\n  db:\n    image: postgres:17.5\n    secrets: [password]\nsecrets: { password: { environment: DB_PASSWORD }, unused: { file: ./unused } }\n",
    fix: "write the file, on the machine that runs the service",
    sources: &["docker/compose, pkg/compose/create.go, buildContainerSecretMounts"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // Files of variables are read, and missed, with the compose files.
    for file in named(plan).filter(|file| file.service.is_none()) {
        let what = match found.files.stat(&file.file).map(|stat| stat.kind) {
            None => "does not exist",
            Some(FileKind::Folder) => "is a folder",
            Some(_) => continue,
        };
        let name = match file.path.0.get(1) {
            Some(bayplan_yaml::Segment::Key(name)) => name.to_string(),
            _ => continue,
        };
        let uses = |service: &crate::plan::Service| {
            let grants =
                service.compose.secrets.iter().chain(service.compose.build.iter().flat_map(|build| &build.secrets));
            grants.into_iter().any(|grant| grant.source.as_deref() == Some(name.as_str()))
        };
        if file.stack.services.values().any(uses) {
            let message = format!("the file `{}` of the secret `{name}` {what}", file.written);
            file.report(rule, found, message).set_help("write the file, on the machine that runs the service");
        }
    }
}
