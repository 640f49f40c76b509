//! `plaintext-secret`: a password, key or token stands in the file

use super::{Findings, Rule};
use crate::finding::Level;
use crate::plan::Plan;
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "plaintext-secret",
    level: Level::Deny,
    finds: "a password, key or token stands in the file",
    why: "whoever reads the repository, or `docker inspect`, has it",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { DB_PASSWORD: hunter2 }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { DB_PASSWORD_FILE: /run/secrets/db, TOKEN_TTL: '60', DB_PASSWORD: '${DB_PASSWORD:?}' }\n",
    fix: "put it in a secret file and name the file, or take it from a variable without a default",
    sources: &["OWASP Docker rule 12", "compose-lint CL-0020 and CL-0021"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (key, value) in &service.compose.environment {
            let Some(value) = value else { continue };
            let path = Path::from_iter(["services", name, "environment", key.as_str()]);
            let template = found.template(stack, &path);
            if !is_secret(key, value, template.as_deref()) {
                continue;
            }
            let at = found.at(stack, &path);
            let message = format!("`{name}` has the secret `{key}` in plain text");
            let finding = found.service(rule, stack, name, &["environment", key], message);
            finding
                .set_help(format!("put it in a file under `secrets:` and set `{key}_FILE`, or write `${{{key}:?}}`"));
            finding.sensitive.push(at);
        }
    }
}

/// Whether `key: value` shows a secret. `template` is the text before interpolation.
fn is_secret(key: &str, value: &str, template: Option<&str>) -> bool {
    if let Some(template) = template {
        // A variable without a default is no plain text; a default is.
        let Some(default) = template.split_once(":-").or_else(|| template.split_once('-')).map(|(_, rest)| rest) else {
            return false;
        };
        let default = default.trim_end_matches('}');
        return is_named(key) && is_literal(default);
    }
    in_url(value) || is_named(key) && is_literal(value)
}

/// Whether the name of a variable says that its value is secret.
fn is_named(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    const WORDS: &[&str] = &[
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "SECRET",
        "TOKEN",
        "APIKEY",
        "API_KEY",
        "PRIVATE_KEY",
        "SECRET_KEY",
        "ENCRYPTION_KEY",
        "ACCESS_KEY",
        "CREDENTIALS",
    ];
    const OTHERWISE: &[&str] = &[
        "_FILE",
        "_PATH",
        "_DIR",
        "_URL",
        "_TTL",
        "_EXPIRY",
        "_LENGTH",
        "_NAME",
        "_ID",
        "_ALGORITHM",
        "_HEADER",
        "_TYPE",
        "_ENABLED",
        "_POLICY",
        "_CMD",
    ];
    let parts: Vec<&str> = key.split('_').collect();
    let named = parts
        .iter()
        .any(|part| matches!(*part, "PASSWORD" | "PASSWD" | "PASSPHRASE" | "SECRET" | "TOKEN" | "APIKEY" | "PWD"))
        || WORDS.iter().any(|word| key.ends_with(word));
    named && !OTHERWISE.iter().any(|end| key.ends_with(end))
}

/// Whether a value is a text that could be a secret: no flag, number word, path or reference.
fn is_literal(value: &str) -> bool {
    let value = value.trim();
    !(value.is_empty()
        || value.starts_with(['/', '$', '<'])
        || matches!(
            value.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "none" | "null" | "0" | "1"
        ))
}

/// Whether a URL holds a password: `scheme://user:password@host`.
fn in_url(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('$'))
}
