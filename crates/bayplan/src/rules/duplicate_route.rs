//! `duplicate-route`: two routes have the same host and path

use super::{Findings, Rule};
use crate::finding::Level;
use crate::plan::Plan;
use bayplan_yaml::Path;
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "duplicate-route",
    level: Level::Deny,
    finds: "two routes have the same host and path",
    why: "only one of them ever answers",
    fails: "",
    passes: "",
    fix: "give one of them another host or path",
    sources: &["https://github.com/traefik/traefik/issues/7738"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut seen: BTreeMap<(&str, &str, bool), (&crate::plan::Stack, &str)> = BTreeMap::new();
    for (stack, name, service) in plan.services() {
        for route in &service.routes {
            let path = route.path.as_deref().unwrap_or("/");
            let tcp = route.intent.protocol == Some(crate::blueprint::Protocol::Tcp);
            if let Some((other, first)) = seen.get(&(route.host.as_str(), path, tcp)) {
                let at = found.at(other, &Path::from_iter(["services", first, "route"]));
                let message =
                    format!("`{name}` has the route `{}{path}`, which `{first}` has too", route.host.as_str());
                let finding = found.service(rule, stack, name, &["route"], message);
                finding.set_help("give one of them another host or path");
                finding.related.push(crate::finding::Label { at, message: "the other route".to_owned() });
            } else {
                seen.insert((route.host.as_str(), path, tcp), (stack, name));
            }
        }
    }
}
