//! `plaintext-secret`: a password, key or token stands in the file

use super::command_line::Held;
use super::secret_in_command::for_each;
use super::words::{entries, in_url, is_literal, is_named};
use crate::emit::traefik::Middleware;
use crate::finding::{Finding, Level, Subject};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use bayplan_yaml::{Node, Path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "plaintext-secret",
    group: Group::Secrets,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a password, key or token stands in the file",
    why: "whoever reads the repository, or `docker inspect`, has it",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { DB_PASSWORD: hunter2 }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { DB_PASSWORD_FILE: /run/secrets/db, TOKEN_TTL: '60', DB_PASSWORD: '${DB_PASSWORD:?}' }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { PASSWORD_POLICY: strong, DATABASE_URL: 'postgres://shop:${DB_PASSWORD:?}@db/shop', RESET_PASSWORD: 'true' }\n    command: [serve, --password-file, /run/secrets/db]\n",
    fix: "put it in a secret file and name the file, or take it from a variable without a default",
    sources: &["OWASP Docker rule 12", "compose-lint CL-0020 and CL-0021"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for entry in entries(&service.compose) {
            let (section, key, value) = (entry.section, entry.key, entry.value);
            let called = entry.called();
            if !is_named(called) && !in_url(value) {
                continue;
            }
            let keys = &entry.keys();
            let path = keys.iter().fold(service_path(name), |path, key| path.key(*key));
            let template = found.template(stack, &path);
            if !is_secret(called, value, template.as_deref()) {
                continue;
            }
            let what = match section {
                "environment" => format!("the secret `{key}`"),
                "labels" => format!("a secret in the label `{key}`"),
                _ => format!("the secret `{key}` for its build"),
            };
            let help = match section {
                "environment" => {
                    format!("put it in a file under `secrets:` and set `{key}_FILE`, or write `${{{key}:?}}`")
                }
                "labels" => "put it in a file under `secrets:`: everybody can read labels".to_owned(),
                _ => "use `build.secrets`: arguments of a build stay in the image".to_owned(),
            };
            let finding = found.service(rule, stack, name, keys, format!("`{name}` has {what} in plain text"));
            finding.set_help(help);
            let at = finding.at;
            finding.sensitive.push(at);
        }
    }
    for_each(plan, found, |found, line, index, held| {
        if held == Held::Plainly {
            let message = format!("`{}` has a secret in plain text in {}", line.service, line.what);
            let finding = found.value(rule, line.stack, line.service, line.at(index), message);
            finding.set_help("let the program read it from a file under `secrets:`");
            let at = finding.at;
            finding.sensitive.push(at);
        }
    });
    committed(rule, plan, found);
    middlewares(rule, plan, found);
}

/// Variables that the environment commits beside the blueprints.
fn committed(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (key, _) in plan.variables.iter().filter(|(key, value)| is_secret(key, value, None)) {
        let section = Path::from_iter(["environments", plan.environment.as_str()]);
        let find = |path: &Path| plan.settings.as_ref().and_then(|node| node.at_path(path));
        let variables = find(&section.key("variables"));
        let item = variables.and_then(Node::as_seq).and_then(|items| {
            items.iter().find(|item| item.as_str().is_some_and(|text| text.split('=').next() == Some(key)))
        });
        let written = variables.and_then(|node| node.get(key)).or(item).or_else(|| find(&section.key("env_files")));
        let at = written.map_or_else(Default::default, |node| node.at);
        let message = format!("the environment `{}` has the secret `{key}` in plain text", plan.environment);
        let finding = Finding::new(rule.name, rule.level, at, message).redact(at);
        let help = "remove it here: put it in a file under `secrets:`, or give it to Compose when it starts";
        found.push(finding.about(Subject::path(section.key("variables").key(key)))).set_help(help);
    }
}

/// Secrets in middlewares, which would stand in a generated file.
fn middlewares(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (name, middleware) in &plan.fleet.middlewares {
        let file = "name a file in `usersFile`, or give the route `auth: { basic: SECRET }`";
        let secrets: Vec<(Vec<&str>, &str)> = match middleware {
            Middleware::BasicAuth(auth) if !auth.users.is_empty() => vec![(vec!["users"], file)],
            Middleware::DigestAuth(auth) if !auth.users.is_empty() => {
                vec![(vec!["users"], "name a file in `usersFile`")]
            }
            Middleware::RateLimit(limit) if limit.redis.as_ref().is_some_and(|redis| redis.password.is_some()) => {
                vec![(vec!["redis", "password"], "use a Redis without a password, on a network of its own")]
            }
            Middleware::Headers(headers) => headers
                .custom_request_headers
                .iter()
                .filter(|(key, value)| is_header(key) && !value.is_empty())
                .map(|(key, _)| {
                    (vec!["customRequestHeaders", key.as_str()], "let the service add it itself, from a secret file")
                })
                .collect(),
            _ => continue,
        };
        for (keys, help) in secrets {
            let keys = ["middlewares", name, middleware.kind()].into_iter().chain(keys);
            let path = Path::from_iter(keys);
            let at = plan
                .settings
                .as_ref()
                .and_then(|node| node.at_path(&path))
                .map_or_else(Default::default, |node| node.at);
            let message = format!("the middleware `{name}` has a secret in plain text");
            let finding = Finding::new(rule.name, rule.level, at, message).redact(at);
            found.push(finding.help(help).about(Subject::path(path)));
        }
    }
}

/// Whether the value of a header is secret.
fn is_header(name: &str) -> bool {
    name.eq_ignore_ascii_case("authorization")
        || name.eq_ignore_ascii_case("cookie")
        || is_named(&name.replace('-', "_"))
}

/// Whether `key: value` shows a secret. `template` is the text before interpolation: a variable is no plain text, and its
/// default is said elsewhere.
fn is_secret(key: &str, value: &str, template: Option<&str>) -> bool {
    match template {
        Some(template) => in_url(template),
        None => in_url(value) || is_named(key) && is_literal(value),
    }
}
