//! `undefined-volume`: a service uses a volume that is not declared

use super::{Findings, Rule, names};
use crate::finding::Level;
use crate::plan::Plan;
use crate::record::form::is_name;
use crate::record::nearest;
use crate::value::MountType;
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "undefined-volume",
    level: Level::Deny,
    finds: "a service uses a volume that is not declared",
    why: "Compose refuses to start the project",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['data:/data']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['data:/data']\nvolumes:\n  data: {}\n",
    fix: "declare it under `volumes` at the top of the file",
    sources: &["compose-go 2.16.2 loader/validate.go"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let mounts = service.compose.volumes.iter().filter(|mount| mount.kind == MountType::Volume);
        for wanted in mounts.filter_map(|mount| mount.source.as_deref()).filter(|name| !name.is_empty()) {
            if stack.project.volumes.contains_key(wanted)
                || found.is_refused(stack, &Path::root().key("volumes").key(wanted))
            {
                continue;
            }
            let known: Vec<&str> = stack.project.volumes.keys().map(String::as_str).collect();
            let help = match nearest(wanted, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None if is_name(wanted) => format!("declare it at the top: `volumes: {{ {wanted}: }}`"),
                None => format!(
                    "for a folder of the host write `./{wanted}`; a volume is named by letters, digits, `.`, `_` and `-`"
                ),
            };
            let message = format!("`{name}` uses the volume `{wanted}`, which is not declared");
            found.item(rule, stack, name, &["volumes"], |item| names(item, wanted), message).set_help(help);
        }
    }
}
