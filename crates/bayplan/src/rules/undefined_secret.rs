//! `undefined-secret`: a service uses a secret that is not declared

use super::{Findings, Rule, names};
use crate::finding::Level;
use crate::plan::Plan;
use crate::record::form::is_name;
use crate::record::nearest;
use bayplan_yaml::Path;

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
        for wanted in service.compose.secrets.iter().filter_map(|grant| grant.source.as_deref()) {
            if stack.project.secrets.contains_key(wanted)
                || found.is_refused(stack, &Path::root().key("secrets").key(wanted))
            {
                continue;
            }
            let known: Vec<&str> = stack.project.secrets.keys().map(String::as_str).collect();
            let help = match nearest(wanted, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None if is_name(wanted) => format!("declare it at the top: `secrets: {{ {wanted}: … }}`"),
                None => "a secret is named by letters, digits, `.`, `_` and `-`: give it such a name".to_owned(),
            };
            let message = format!("`{name}` uses the secret `{wanted}`, which is not declared");
            found.item(rule, stack, name, &["secrets"], |item| names(item, wanted), message).set_help(help);
        }
    }
}
