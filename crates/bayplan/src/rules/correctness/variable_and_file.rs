//! `variable-and-file`: a service gets a value both in a variable and in a file

use crate::finding::{Fix, Label, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "variable-and-file",
    group: Group::Correctness,
    level: Level::Warn,
    profiles: &[],
    finds: "a service gets a value both in a variable and in a file: `NAME` and `NAME_FILE`",
    why: "the official images end with an error (\"both are set, but are exclusive\"); others take one of the two",
    fails: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD: '${PASSWORD:-}', POSTGRES_PASSWORD_FILE: /run/secrets/db }\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD_FILE: /run/secrets/db }\n",
    fine: "services:\n  app:\n    image: example/app:1.2.3\n    environment: { LOG: info, LOG_FILE: /var/log/app.log }\n",
    fix: "remove one of the two",
    sources: &["docker-library/postgres: file_env", "seed hy-head: n8n"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let environment = &service.compose.environment;
        for (file, path) in environment {
            let Some(variable) = file.strip_suffix("_FILE").filter(|name| !name.is_empty()) else { continue };
            // A file that is no secret may be anything, such as that of the log.
            let is_secret = path.as_deref().is_some_and(|path| path.starts_with("/run/secrets/"));
            if !is_secret || !environment.contains_key(variable) {
                continue;
            }
            let own = service_path(name).key("environment");
            let label = Label { at: found.at(stack, &own.key(file.as_str())), message: "the file".to_owned() };
            let message = format!("`{name}` has both `{variable}` and `{file}`");
            let finding = found.service(rule, stack, name, &["environment", variable], message);
            finding.set_help(format!("remove `{variable}`"));
            finding.related.push(label);
            finding.sensitive.push(finding.at);
            finding.set_fix(Fix::unsafe_(format!("remove `{variable}`")).delete(own.key(variable)));
        }
    }
}
