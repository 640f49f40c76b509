//! `readable-secret`: every user of the machine can read a file with secrets

use super::files::named;
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};
use std::collections::HashMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "readable-secret",
    group: Group::Secrets,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "every user of the machine can read a file with secrets",
    why: "any program that somebody breaks into on the host can read them",
    fails: "\
# file: compose.yaml
services: { db: { image: 'postgres:17.5', secrets: [key] } }
secrets: { key: { file: key } }
# file: key (mode 0644)
correct-horse-battery
",
    passes: "\
# file: compose.yaml
services: { db: { image: 'postgres:17.5', secrets: [key] } }
secrets: { key: { file: key } }
# file: key (mode 0640)
correct-horse-battery
",
    fine: "\
# file: compose.yaml
services: { db: { image: 'postgres:17.5', env_file: db.env } }
# file: db.env (mode 0644)
POSTGRES_USER=shop
",
    fix: "`chmod o-rwx`, and give the file to the user of the container",
    sources: &["CIS Docker Benchmark 3", "docksec"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut known = HashMap::new();
    for file in named(plan) {
        let mode = found.files.stat(&file.file).and_then(|stat| stat.mode).unwrap_or(0);
        if mode & 0o004 == 0 || !file.holds_secret(&mut known, found) {
            continue;
        }
        let message = format!("every user of the machine can read `{}`, which holds secrets", file.written);
        file.report(rule, found, message).set_help(format!("run `chmod o-rwx {}`", file.written));
    }
}
