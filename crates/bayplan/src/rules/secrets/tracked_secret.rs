//! `tracked-secret`: a file with secrets is under version control

use super::files::{has_secret, is_encrypted, named};
use crate::finding::{Finding, Level, Subject};
use crate::plan::Plan;
use crate::resolve::files::join;
use crate::rules::{Findings, Group, Profile, Rule};
use bayplan_yaml::{Location, Path, Span};
use std::collections::{BTreeSet, HashMap};

/// The rule.
pub const RULE: Rule = Rule {
    name: "tracked-secret",
    group: Group::Secrets,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a file with secrets is under version control, and not encrypted",
    why: "whoever has, or ever had, a copy of the repository has them; removing the file does not remove it from the history",
    fails: "\
# file: compose.yaml
services: { db: { image: 'postgres:17.5', env_file: db.env } }
# file: db.env (tracked)
POSTGRES_PASSWORD=correct-horse-battery
",
    passes: "\
# file: compose.yaml (tracked)
services: { db: { image: 'postgres:17.5', env_file: db.env } }
# file: db.env
POSTGRES_PASSWORD=correct-horse-battery
",
    fine: "\
# file: compose.yaml (tracked)
services: { db: { image: 'postgres:17.5', env_file: db.env, secrets: [key] } }
secrets: { key: { file: key.age } }
# file: db.env (tracked)
POSTGRES_USER=shop
POSTGRES_PASSWORD=ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]
# file: key.age (tracked)
-----BEGIN AGE ENCRYPTED FILE-----
",
    fix: "change the secrets, take the file out with `git rm --cached`, name it in `.gitignore`, or encrypt it (SOPS, age)",
    sources: &["CWE-540", "docksec", "compose-lint #665"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut known = HashMap::new();
    for file in named(plan) {
        if found.files.is_tracked(&file.file) != Some(true) || !file.holds_secret(&mut known, found) {
            continue;
        }
        let message = format!("`{}` holds secrets, and is under version control", file.written);
        file.report(rule, found, message).set_help(help(file.written));
    }
    dot_env(rule, plan, found);
}

/// `.env` beside the compose file, which nothing names.
fn dot_env(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let folders: BTreeSet<&str> = plan.stacks.values().map(|stack| stack.directory.as_str()).collect();
    for folder in folders {
        let path = join(folder, ".env");
        if found.files.is_tracked(&path) != Some(true) {
            continue;
        }
        let Ok(text) = found.files.read(&path) else { continue };
        if is_encrypted(&text) {
            continue;
        }
        // Its variables were read: the line is known.
        let source = found.sources.files().find(|(_, file)| *file.text == *text && path.ends_with(".env"));
        let Some((source, _)) = source else { continue };
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end().len();
            if has_secret(line) {
                let key = line.split('=').next().unwrap_or_default().trim().trim_start_matches("export ");
                let message = format!("`.env` holds the secret `{key}`, and is under version control");
                let at = Location { source, span: Span::new(start as u32, end as u32) };
                let subject = Subject::path(Path::root().key(path.as_str()).key(key));
                let finding = Finding::new(rule.name, rule.level, at, message).redact(at).about(subject);
                found.push(finding).set_help(help(".env"));
            }
            start += line.len();
        }
    }
}

fn help(file: &str) -> String {
    format!("change them, take `{file}` out with `git rm --cached`, and name it in `.gitignore`; or encrypt it")
}
