//! `undefined-network`: a service uses a network that is not declared

use super::{Findings, Rule};
use crate::finding::Level;
use crate::plan::Plan;
use crate::record::nearest;

/// The rule.
pub const RULE: Rule = Rule {
    name: "undefined-network",
    level: Level::Deny,
    finds: "a service uses a network that is not declared",
    why: "Compose refuses to start the project",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [back]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [back]\nnetworks:\n  back: {}\n",
    fix: "declare it under `networks` at the top of the file",
    sources: &["compose-go 2.16.2 loader/validate.go"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let keys = service.compose.networks.keys().filter(|key| *key != "default");
        let used: Vec<(Vec<&str>, &str)> = keys.map(|key| (vec!["networks", key.as_str()], key.as_str())).collect();
        for (path, wanted) in used {
            if stack.project.networks.contains_key(wanted) {
                continue;
            }
            let known: Vec<&str> = stack.project.networks.keys().map(String::as_str).collect();
            let help = match nearest(wanted, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declare it at the top: `networks: {{ {wanted}: … }}`"),
            };
            let message = format!("`{name}` uses the network `{wanted}`, which is not declared");
            found.service(rule, stack, name, &path, message).set_help(help);
        }
    }
}
