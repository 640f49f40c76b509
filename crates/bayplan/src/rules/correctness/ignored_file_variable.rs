//! `ignored-file-variable`: an image does not read a variable that names a file

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use crate::value::ImageRef;

/// The rule.
pub const RULE: Rule = Rule {
    name: "ignored-file-variable",
    group: Group::Correctness,
    level: Level::Warn,
    profiles: &[],
    finds: "a variable `…_FILE` that the image does not read",
    why: "not every image follows the habit of the official ones: it starts without the password, or not at all",
    fails: "services:\n  keycloak:\n    image: quay.io/keycloak/keycloak:26.3\n    command: start\n    environment: { KC_DB_PASSWORD_FILE: /run/secrets/db }\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    environment: { POSTGRES_PASSWORD_FILE: /run/secrets/db }\n",
    fine: "services:\n  keycloak:\n    image: quay.io/keycloak/keycloak:26.3\n    entrypoint: [/bin/sh, -c, 'export KC_DB_PASSWORD=$$(cat $$KC_DB_PASSWORD_FILE); exec kc.sh start']\n    environment: { KC_DB_PASSWORD_FILE: /run/secrets/db }\n",
    fix: "read the file in the command, or use what the image offers",
    sources: &["https://github.com/keycloak/keycloak/issues/10816", "docker-library/rabbitmq 3.9"],
    check,
};

/// The last part of the name of an image, the repository where only one is meant, and how the variables begin that it does
/// not read.
const IGNORED: &[(&str, &str, &[&str])] = &[
    ("keycloak", "keycloak/keycloak", &["KC_", "KEYCLOAK_"]),
    ("sonarqube", "library/sonarqube", &["SONAR_JDBC_"]),
    ("rabbitmq", "library/rabbitmq", &["RABBITMQ_DEFAULT_"]),
    ("cassandra", "library/cassandra", &["CASSANDRA_PASSWORD"]),
    ("gotrue", "", &["GOTRUE_"]),
    ("postgrest", "", &["PGRST_"]),
];
/// Variables that no client reads.
const NEVER: &[&str] = &["PGPASSWORD_FILE", "MYSQL_PWD_FILE", "REDISCLI_AUTH_FILE"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let Some(image) = &compose.image else { continue };
        // What runs first may read the file.
        let words = [&compose.entrypoint, &compose.command].into_iter().flatten().flat_map(|command| &command.words);
        let text: Vec<&str> = words.map(String::as_str).collect();
        for key in compose.environment.keys().filter(|key| key.ends_with("_FILE")) {
            let is_never = NEVER.contains(&key.as_str());
            if !is_never && !is_ignored(image, key) || compose.build.is_some() {
                continue;
            }
            if compose.entrypoint.is_some() || text.iter().any(|word| word.contains(key.as_str())) {
                continue;
            }
            let message = match is_never {
                true => format!("no client reads `{key}`: the file is ignored"),
                false => format!("the image `{}` does not read `{key}`: the file is ignored", image.short_name()),
            };
            let finding = found.service(rule, stack, name, &["environment", key], message);
            let plain = key.trim_end_matches("_FILE");
            finding.set_help(format!("set `{plain}` from the file in the command, before the program starts"));
        }
    }
}

fn is_ignored(image: &ImageRef, key: &str) -> bool {
    let of = |(short, repository, starts): &(&str, &str, &[&str])| {
        *short == image.short_name()
            && (repository.is_empty() || *repository == image.repository())
            && starts.iter().any(|start| key.starts_with(start))
    };
    IGNORED.iter().any(of)
}
