//! `undefined-service`: a service refers to one that does not exist

use super::{Findings, Rule};
use crate::finding::Level;
use crate::plan::Plan;
use crate::record::nearest;

/// The rule.
pub const RULE: Rule = Rule {
    name: "undefined-service",
    level: Level::Deny,
    finds: "a service refers to one that does not exist",
    why: "Compose refuses to start the project",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db]\n  db:\n    image: nginx:1.27.3\n",
    fix: "name a service of the same project",
    sources: &["compose-go 2.16.2 loader/validate.go"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let mut named: Vec<(Vec<&str>, &str)> = Vec::new();
        for (target, dependency) in &service.compose.depends_on {
            if dependency.required != Some(false) {
                named.push((vec!["depends_on", target], target));
            }
        }
        for (key, mode) in [
            ("network_mode", &service.compose.network_mode),
            ("ipc", &service.compose.ipc),
            ("pid", &service.compose.pid),
        ] {
            named
                .extend(mode.as_ref().and_then(|mode| mode.strip_prefix("service:")).map(|target| (vec![key], target)));
        }
        for link in &service.compose.links {
            named.push((vec!["links"], link.split(':').next().unwrap_or(link)));
        }
        for from in service.compose.volumes_from.iter().filter(|from| !from.starts_with("container:")) {
            named.push((vec!["volumes_from"], from.split(':').next().unwrap_or(from)));
        }
        for (path, target) in named {
            if stack.services.contains_key(target) {
                continue;
            }
            let known: Vec<&str> = stack.services.keys().map(String::as_str).collect();
            let help = match nearest(target, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a service of the same project".to_owned(),
            };
            let message = format!("`{name}` refers to the service `{target}`, which does not exist");
            found.service(rule, stack, name, &path, message).set_help(help);
        }
    }
}
