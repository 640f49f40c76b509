//! `undefined-secret`: a service uses a secret that is not declared

use super::{Findings, Rule};
use crate::finding::Level;
use crate::plan::Plan;
use crate::record::nearest;

/// The rule.
pub const RULE: Rule = Rule {
    name: "undefined-secret",
    level: Level::Deny,
    finds: "a service uses a secret that is not declared",
    why: "Compose refuses to start the project",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    secrets: [key]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    secrets: [key]\nsecrets:\n  key: { file: ./key }\n",
    fix: "declare it under `secrets` at the top of the file",
    sources: &["compose-go 2.16.2 loader/validate.go"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let grants = service.compose.secrets.iter();
        let used: Vec<(Vec<&str>, &str)> =
            grants.filter_map(|grant| Some((vec!["secrets"], grant.source.as_deref()?))).collect();
        for (path, wanted) in used {
            if stack.project.secrets.contains_key(wanted) {
                continue;
            }
            let known: Vec<&str> = stack.project.secrets.keys().map(String::as_str).collect();
            let help = match nearest(wanted, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declare it at the top: `secrets: {{ {wanted}: … }}`"),
            };
            let message = format!("`{name}` uses the secret `{wanted}`, which is not declared");
            found.service(rule, stack, name, &path, message).set_help(help);
        }
    }
}
