//! `undefined-service`: a service refers to one that does not exist

use super::{Findings, Rule, names, service_path};
use crate::compose::Service;
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
        let optional =
            |target: &str| service.compose.depends_on.get(target).is_some_and(|to| to.required == Some(false));
        let named = references(&service.compose);
        for (path, target) in named.into_iter().filter(|(path, target)| path[0] != "depends_on" || !optional(target)) {
            if stack.services.contains_key(target) || found.is_refused(stack, &service_path(target)) {
                continue;
            }
            let known: Vec<&str> = stack.services.keys().map(String::as_str).collect();
            let help = match nearest(target, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a service of the same project".to_owned(),
            };
            let message = format!("`{name}` refers to the service `{target}`, which does not exist");
            let whole = path.iter().fold(service_path(name), |path, key| path.key(*key));
            let finding = match path.as_slice() {
                ["depends_on", _] => found.entry(rule, stack, name, whole, message),
                _ => found.item_at(rule, stack, name, whole, |item| names(item, target), message),
            };
            finding.set_help(help);
        }
    }
}

/// The services of the same project that `service` refers to outside of `needs`, each with the keys where it does.
pub(super) fn references(service: &Service) -> Vec<(Vec<&str>, &str)> {
    let mut named: Vec<(Vec<&str>, &str)> =
        service.depends_on.keys().map(|target| (vec!["depends_on", target.as_str()], target.as_str())).collect();
    for (key, mode) in [("network_mode", &service.network_mode), ("ipc", &service.ipc), ("pid", &service.pid)] {
        let target = mode.as_ref().and_then(|mode| mode.strip_prefix("service:"));
        named.extend(target.map(|target| (vec![key], target)));
    }
    named.extend(service.links.iter().map(|link| (vec!["links"], link.split(':').next().unwrap_or(link))));
    let from = service.volumes_from.iter().filter(|from| !from.starts_with("container:"));
    named.extend(from.map(|from| (vec!["volumes_from"], from.split(':').next().unwrap_or(from))));
    named
}
