//! `default-credential`: a password, key or token has a default that everybody can read

use super::words::{entries, is_literal, is_named, variables};
use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "default-credential",
    group: Group::Secrets,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a password, key or token has a default that everybody can read",
    why: "where nobody sets the variable, the service runs with a password that stands in the repository, and says nothing",
    fails: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD: '${DB_PASSWORD:-changeme}' }\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD: '${DB_PASSWORD:?}' }\n",
    fine: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD: '${DB_PASSWORD:-${OLD_PASSWORD:?}}', POSTGRES_USER: '${DB_USER:-shop}', TOKEN_TTL: '${TOKEN_TTL:-60}', API_TOKEN: '${API_TOKEN:-}' }\n",
    fix: "write `${NAME:?}`: Compose then refuses to start without it",
    sources: &["https://docs.docker.com/reference/compose-file/interpolation/", "CWE-1392"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for entry in entries(&service.compose) {
            let (key, value) = (entry.key, entry.value);
            let called = entry.called();
            let named = is_named(called);
            // A URL may hold one in its middle.
            if !named && !value.contains('@') {
                continue;
            }
            let keys = &entry.keys();
            let path = keys.iter().fold(service_path(name), |path, key| path.key(*key));
            let Some(template) = found.template(stack, &path) else { continue };
            let secret = variables(&template)
                .into_iter()
                .find(|it| (named || is_named(it.name)) && it.default.is_some_and(is_literal));
            let Some(secret) = secret else { continue };
            let required = format!("${{{}:?}}", secret.name);
            let message = format!("`{name}` has a default for the secret `{}`", if named { key } else { secret.name });
            let written = secret.text.to_owned();
            let finding = found.service(rule, stack, name, keys, message);
            finding.set_help(format!("write `{required}`: Compose then refuses to start without it"));
            let at = finding.at;
            finding.sensitive.push(at);
            let text = found.text(at);
            if text.matches(written.as_str()).count() == 1 {
                let fix =
                    Fix::unsafe_(format!("require `{}`", secret.name)).respell(at, text.replace(&written, &required));
                if let Some(finding) = found.found.last_mut() {
                    finding.set_fix(fix);
                }
            }
        }
    }
}
