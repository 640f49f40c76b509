//! `undefined-config`: a service uses a config that is not declared

use super::{Findings, Rule, names};
use crate::finding::Level;
use crate::plan::Plan;
use crate::record::form::is_name;
use crate::record::nearest;
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "undefined-config",
    level: Level::Deny,
    finds: "a service uses a config that is not declared",
    why: "Compose refuses to start the project",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    configs: [site]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    configs: [site]\nconfigs:\n  site: { file: ./site }\n",
    fix: "declare it under `configs` at the top of the file",
    sources: &["compose-go 2.16.2 loader/validate.go"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for wanted in service.compose.configs.iter().filter_map(|grant| grant.source.as_deref()) {
            if stack.project.configs.contains_key(wanted)
                || found.is_refused(stack, &Path::root().key("configs").key(wanted))
            {
                continue;
            }
            let known: Vec<&str> = stack.project.configs.keys().map(String::as_str).collect();
            let help = match nearest(wanted, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None if is_name(wanted) => format!("declare it at the top: `configs: {{ {wanted}: … }}`"),
                None => "a config is named by letters, digits, `.`, `_` and `-`: give it such a name".to_owned(),
            };
            let message = format!("`{name}` uses the config `{wanted}`, which is not declared");
            found.item(rule, stack, name, &["configs"], |item| names(item, wanted), message).set_help(help);
        }
    }
}
