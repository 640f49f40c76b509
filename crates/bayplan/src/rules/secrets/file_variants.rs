//! `X_FILE` beside `X`: which images take the value of a variable from a file, and which do not.

use super::words::{is_named, variables};
use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::image_contents::{FromFile, of};
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use bayplan_yaml::Path;
use serde_json::json;

/// The image could read a file.
pub const UNUSED: Rule = Rule {
    name: "unused-file-variant",
    group: Group::Secrets,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "a secret is in a variable, though the image takes it from a file",
    why: "variables stand in `docker inspect`, are inherited by every program in the container, and end up in crash reports",
    fails: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD: '${DB_PASSWORD:?}' }\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD_FILE: /run/secrets/db }\n    secrets: [db]\nsecrets: { db: { environment: DB_PASSWORD } }\n",
    fine: "services:\n  web:\n    image: acme/postgres:17.5\n    environment: { POSTGRES_PASSWORD: '${DB_PASSWORD:?}' }\n",
    fix: "name the file of a secret in `X_FILE`",
    sources: &["compose-lint CL-0020", "https://hub.docker.com/_/postgres"],
    check: unused,
};

/// The image does not know the variable.
pub const UNREAD: Rule = Rule {
    name: "unread-file-variant",
    group: Group::Secrets,
    level: Level::Warn,
    profiles: &[],
    finds: "a variable names the file of a secret, but the image does not read it",
    why: "the service starts without a password, with the one that everybody knows, or not at all (RabbitMQ since 3.9)",
    fails: "services:\n  mq:\n    image: rabbitmq:4.1.1\n    environment: { RABBITMQ_DEFAULT_PASS_FILE: /run/secrets/mq }\n",
    passes: "services:\n  mq:\n    image: rabbitmq:4.1.1\n    environment: { RABBITMQ_DEFAULT_PASS: '${MQ_PASSWORD:?}' }\n",
    fine: "services:\n  cache:\n    image: redis:8.0.2\n    environment: { REDIS_PASSWORD_FILE: /run/secrets/cache }\n    command: [sh, -c, 'exec redis-server --requirepass \"$$(cat $$REDIS_PASSWORD_FILE)\"']\n",
    fix: "hand it over in a mounted configuration file, or read the file in the command",
    sources: &["https://www.rabbitmq.com/docs/configure", "https://github.com/keycloak/keycloak/issues/10816"],
    check: unread,
};

/// The image refuses both at once.
pub const BOTH: Rule = Rule {
    name: "conflicting-file-variant",
    group: Group::Secrets,
    level: Level::Deny,
    profiles: &[],
    finds: "both a variable and the one that names its file are set, which the image refuses",
    why: "its entry point ends with `both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set (but are exclusive)`",
    fails: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD: '${DB_PASSWORD:?}', POSTGRES_PASSWORD_FILE: /run/secrets/db }\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD_FILE: /run/secrets/db }\n",
    fine: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD: '', POSTGRES_PASSWORD_FILE: /run/secrets/db }\n",
    fix: "remove one of the two",
    sources: &["https://github.com/docker-library/postgres/blob/master/docker-entrypoint.sh (file_env)"],
    check: both,
};

/// The image takes the empty variable.
pub const ECLIPSED: Rule = Rule {
    name: "eclipsed-file-variant",
    group: Group::Secrets,
    level: Level::Warn,
    profiles: &[],
    finds: "a variable is set to nothing beside the one that names its file, and the image looks at the variable first",
    why: "the program runs with an empty password or key, or makes one of its own, and nobody looks into the file",
    fails: "services:\n  flows:\n    image: n8nio/n8n:1.113.0\n    environment: { N8N_ENCRYPTION_KEY: '', N8N_ENCRYPTION_KEY_FILE: /run/secrets/key }\n",
    passes: "services:\n  flows:\n    image: n8nio/n8n:1.113.0\n    environment: { N8N_ENCRYPTION_KEY_FILE: /run/secrets/key }\n",
    fine: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD: '', POSTGRES_PASSWORD_FILE: /run/secrets/db }\n",
    fix: "remove the empty variable",
    sources: &["https://docs.n8n.io/hosting/configuration/configuration-methods/", "seed inlock: n8n"],
    check: eclipsed,
};

fn unused(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some((known, _)) = of(&service.compose) else { continue };
        for key in service.compose.environment.keys().filter(|key| is_named(key)) {
            let Some(variant) = known.files.variant(key) else { continue };
            let section = service_path(name).key("environment");
            let path = section.clone().key(key.as_str());
            // What stands in the file as text is said elsewhere.
            let Some(template) = found.template(stack, &path) else { continue };
            let variables = variables(&template);
            let [variable] = variables.as_slice() else { continue };
            if variable.default.is_some_and(|default| !default.is_empty()) {
                continue;
            }
            let message = format!("`{name}` gets the secret `{key}` in a variable, though its image can read a file");
            let finding = found.value(rule, stack, name, path.clone(), message);
            finding.set_help(format!("set `{variant}` to the file of a secret"));
            let taken = stack.project.secrets.contains_key(&key.to_ascii_lowercase());
            let mapping = stack.document.at_path(&section).is_some_and(|node| node.as_map().is_some());
            if template == variable.text && !taken && mapping {
                let secret = key.to_ascii_lowercase();
                let fix = Fix::unsafe_(format!("hand `{}` over as a file", variable.name))
                    .delete(path)
                    .set(section.key(variant), format!("/run/secrets/{secret}"))
                    .append(service_path(name).key("secrets"), secret.as_str())
                    .set(Path::from_iter(["secrets", &secret]), json!({ "environment": variable.name }));
                finding.set_fix(fix);
            }
        }
    }
}

fn unread(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        // Who writes what runs may read the file there; flags are for the program of the image.
        let words = || compose.command.iter().flat_map(|command| &command.words);
        let own = compose.entrypoint.is_some()
            || words().count() > 1 && words().next().is_some_and(|word| !word.starts_with('-'));
        let Some((known, _)) = of(compose).filter(|_| !own) else { continue };
        for key in compose.environment.keys() {
            let Some(plain) = key.strip_suffix("_FILE").filter(|plain| is_named(plain) || plain.ends_with("_PASS"))
            else {
                continue;
            };
            // The programs of Postgres take it from `PGPASSWORD` or `PGPASSFILE` only, whatever the entry point does.
            let of_client = key == "PGPASSWORD_FILE" && matches!(known.files, FromFile::Only(_));
            if known.files != FromFile::Never && !of_client || words().any(|word| word.contains(key.as_str())) {
                continue;
            }
            // These are settings of Java, read by Keycloak itself.
            if key.contains("TRUST_STORE") || key.contains("KEY_STORE") {
                continue;
            }
            let path = service_path(name).key("environment").key(key.as_str());
            let message = format!("the image of `{name}` does not read `{key}`: it knows no files for `{plain}`");
            let finding = found.entry(rule, stack, name, path, message);
            finding.set_help("mount a configuration file with it, or read the file in the command");
        }
    }
}

fn eclipsed(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let environment = &service.compose.environment;
        let Some((known, _)) = of(&service.compose) else { continue };
        if !matches!(known.files, FromFile::Suffix(_) | FromFile::Double(_)) {
            continue;
        }
        let is_set = |key: &str| environment.get(key).and_then(Option::as_deref).is_some_and(|value| !value.is_empty());
        for (key, _) in environment.iter().filter(|(_, value)| value.as_deref() == Some("")) {
            let Some(variant) = known.files.variant(key).filter(|variant| is_set(variant)) else { continue };
            let path = service_path(name).key("environment").key(key.as_str());
            // What a variable holds elsewhere is not known.
            if found.template(stack, &path).is_some_and(|template| !variables(&template).is_empty()) {
                continue;
            }
            let message = format!("`{name}` sets `{key}` to nothing, which its image takes in place of `{variant}`");
            let finding = found.entry(rule, stack, name, path.clone(), message);
            finding.set_help(format!("remove `{key}`"));
            finding.set_fix(Fix::unsafe_(format!("remove `{key}`")).delete(path));
        }
    }
}

fn both(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let environment = &service.compose.environment;
        let Some((known, _)) = of(&service.compose) else { continue };
        if !matches!(known.files, FromFile::Only(_)) || service.compose.entrypoint.is_some() {
            continue;
        }
        let set = |key: &str| {
            let value = environment.get(key).and_then(Option::as_ref);
            // A variable that must be set is not empty, though nothing is known of it here.
            let required = || {
                let path = service_path(name).key("environment").key(key);
                found.template(stack, &path).is_some_and(|template| template.contains(":?"))
            };
            value.is_some_and(|value| !value.is_empty() || required())
        };
        let pair = |key: &String| {
            let variant = known.files.variant(key).filter(|variant| environment.contains_key(variant))?;
            (set(key) && set(&variant)).then(|| (key.clone(), variant))
        };
        let pairs: Vec<(String, String)> = environment.keys().filter_map(pair).collect();
        for (key, variant) in pairs {
            let path = service_path(name).key("environment").key(key.as_str());
            let message = format!("`{name}` sets both `{key}` and `{variant}`: its image refuses to start");
            let finding = found.entry(rule, stack, name, path.clone(), message);
            finding.set_help(format!("remove `{key}`"));
            finding.set_fix(Fix::unsafe_(format!("remove `{key}`")).delete(path));
        }
    }
}
