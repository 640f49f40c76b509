//! `raw-password-file`: a file that is to hold a JSON object holds a password

use crate::finding::Level;
use crate::plan::{Plan, Service, Stack};
use crate::resolve::files::join;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "raw-password-file",
    group: Group::Secrets,
    level: Level::Warn,
    profiles: &[],
    finds: "`redis_exporter` gets a file with a password where it wants a JSON object from addresses to passwords",
    why: "it ends with `Error loading redis passwords from file`: there are no metrics",
    fails: "\
services:
  cache:
    image: valkey/valkey:8.1.3
    command: [sh, -c, 'exec valkey-server --requirepass \"$$(cat /run/secrets/cache)\"']
    secrets: [cache]
  exporter:
    image: oliver006/redis_exporter:v1.74.0
    command: ['-redis.addr=redis://cache:6379', '-redis.password-file=/run/secrets/cache']
    secrets: [cache]
secrets: { cache: { environment: CACHE_PASSWORD } }
",
    passes: "\
services:
  cache:
    image: valkey/valkey:8.1.3
    command: [sh, -c, 'exec valkey-server --requirepass \"$$(cat /run/secrets/cache)\"']
    secrets: [cache]
  exporter:
    image: oliver006/redis_exporter:v1.74.0
    command: ['-redis.addr=redis://cache:6379', '-redis.password-file=/run/secrets/passwords']
    secrets: [passwords]
secrets: { cache: { environment: CACHE_PASSWORD }, passwords: { environment: PASSWORDS_JSON } }
",
    fine: "\
# file: compose.yaml
services:
  exporter:
    image: oliver006/redis_exporter:v1.74.0
    environment: { REDIS_PASSWORD_FILE: /run/secrets/passwords }
    secrets: [passwords]
secrets: { passwords: { file: passwords.json } }
# file: passwords.json
{ \"redis://cache:6379\": \"correct-horse-battery\" }
",
    fix: "give it a secret of its own with `{ \"redis://HOST:6379\": \"PASSWORD\" }`, or the password in `REDIS_PASSWORD`",
    sources: &["https://github.com/oliver006/redis_exporter#command-line-flags", "seed hy-seed: valkey exporters"],
    check,
};

const FLAGS: [&str; 2] = ["-redis.password-file", "--redis.password-file"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let image = service.compose.image.as_ref();
        if !image.is_some_and(|image| image.short_name() == "redis_exporter") {
            continue;
        }
        let Some((path, file)) = named(name, service) else { continue };
        let Some(secret) = granted(service, file) else { continue };
        let Some(why) = why(stack, name, secret, found) else { continue };
        let message = format!("`{name}` wants a JSON object in `{file}`, but {why}");
        let finding = found.value(rule, stack, name, path, message);
        finding.set_help("give it a secret of its own with `{ \"redis://HOST:6379\": \"PASSWORD\" }`");
    }
}

/// The file of passwords, and where it is named.
fn named<'a>(name: &str, service: &'a Service) -> Option<(Path, &'a str)> {
    let command = service.compose.command.as_ref();
    let mut words = command.iter().flat_map(|command| &command.words).enumerate();
    while let Some((index, word)) = words.next() {
        let (flag, value) = word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
        if !FLAGS.contains(&flag) {
            continue;
        }
        let list = service_path(name).key("command");
        let path = if command.is_some_and(|command| command.text.is_some()) { list } else { list.index(index) };
        return Some((path, value.or_else(|| words.next().map(|(_, word)| word.as_str()))?));
    }
    let file = service.compose.environment.get("REDIS_PASSWORD_FILE")?.as_deref()?;
    Some((service_path(name).key("environment").key("REDIS_PASSWORD_FILE"), file))
}

/// The secret that is seen at a path.
fn granted<'a>(service: &'a Service, file: &str) -> Option<&'a str> {
    let below = file.strip_prefix("/run/secrets/").unwrap_or(file);
    let is = |grant: &&crate::compose::Grant| {
        let target = grant.target.as_deref().or(grant.source.as_deref());
        target == Some(below) || target == Some(file)
    };
    service.compose.secrets.iter().find(is)?.source.as_deref()
}

/// Why the secret is no JSON object, where that can be told.
fn why(stack: &Stack, name: &str, secret: &str, found: &Findings<'_>) -> Option<String> {
    let file = stack.project.secrets.get(secret).and_then(|secret| secret.file.as_deref());
    let text = file.and_then(|file| found.files.read(&join(&stack.directory, file)).ok());
    if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
        return (!text.trim_start().starts_with('{')).then(|| format!("the secret `{secret}` holds something else"));
    }
    // Whoever else has it takes it for the password itself.
    let has = |service: &Service| service.compose.secrets.iter().any(|grant| grant.source.as_deref() == Some(secret));
    let is_exporter =
        |service: &Service| service.compose.image.as_ref().is_some_and(|image| image.short_name() == "redis_exporter");
    let (other, _) =
        stack.services.iter().find(|(other, service)| *other != name && has(service) && !is_exporter(service))?;
    Some(format!("the secret `{secret}` is the password of `{other}`, too"))
}
