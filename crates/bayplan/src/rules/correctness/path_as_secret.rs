//! `path-as-secret`: the path of a secret is taken for the secret

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "path-as-secret",
    group: Group::Correctness,
    level: Level::Warn,
    profiles: &[],
    finds: "a variable for a password or token holds the path of a file",
    why: "the program takes the path itself for the password: whoever reads the compose file knows it",
    fails: "services:\n  grafana:\n    image: grafana/grafana:12.1.0\n    environment: { GF_SECURITY_ADMIN_PASSWORD: /run/secrets/admin }\n",
    passes: "services:\n  grafana:\n    image: grafana/grafana:12.1.0\n    environment: { GF_SECURITY_ADMIN_PASSWORD__FILE: /run/secrets/admin }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { PASSWORD_FILE: /run/secrets/a, SECRET_PATH: /run/secrets, TOKEN: 'file:///run/secrets/b' }\n",
    fix: "use the variable of the image that takes a file",
    sources: &["seed hy-head: grafana"],
    check,
};

const WORDS: &[&str] = &["PASSWORD", "PASSWD", "PASS", "TOKEN", "SECRET", "SECRET_KEY", "API_KEY", "APIKEY"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (key, value) in &service.compose.environment {
            let is_path = value.as_deref().is_some_and(|value| value.starts_with("/run/secrets/"));
            let upper = || key.to_ascii_uppercase();
            let ends =
                |key: &str, word: &str| key == word || key.strip_suffix(word).is_some_and(|rest| rest.ends_with('_'));
            if !is_path || !WORDS.iter().any(|word| ends(&upper(), word)) {
                continue;
            }
            // A program of one's own may read it.
            if service.compose.build.is_some() || service.compose.entrypoint.is_some() {
                continue;
            }
            let message = format!("`{key}` of `{name}` is a path, not what the file holds");
            let finding = found.service(rule, stack, name, &["environment", key], message);
            finding.set_help("use the variable of the image that takes a file");
        }
    }
}
