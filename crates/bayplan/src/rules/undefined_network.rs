//! `undefined-network`: a service uses a network that is not declared

use super::{Findings, Rule, service_path};
use crate::finding::Level;
use crate::plan::Plan;
use crate::record::form::is_name;
use crate::record::nearest;
use bayplan_yaml::Path;

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
        for wanted in service.compose.networks.keys().filter(|key| *key != "default") {
            if stack.project.networks.contains_key(wanted)
                || found.is_refused(stack, &Path::root().key("networks").key(wanted))
            {
                continue;
            }
            let known: Vec<&str> = stack.project.networks.keys().map(String::as_str).collect();
            let help = match nearest(wanted, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None if is_name(wanted) => format!("declare it at the top: `networks: {{ {wanted}: }}`"),
                None => "a network is named by letters, digits, `.`, `_` and `-`: give it such a name".to_owned(),
            };
            let message = format!("`{name}` uses the network `{wanted}`, which is not declared");
            let path = service_path(name).key("networks").key(wanted);
            found.entry(rule, stack, name, path, message).set_help(help);
        }
    }
}
