//! `duplicate-route`: two routes have the same host and path

use super::{Findings, Rule, route_path};
use crate::blueprint::Protocol;
use crate::finding::{Label, Level};
use crate::plan::{Plan, Route, Stack};
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
    let mut by_host: BTreeMap<&str, Vec<(&Stack, &str, &Route)>> = BTreeMap::new();
    for (stack, name, service) in plan.services() {
        for route in &service.routes {
            let host = route.host.as_str();
            let earlier = by_host.entry(host).or_default();
            if let Some((other, first, taken)) = earlier.iter().find(|(.., other)| collide(route, other)) {
                let at = found.at(other, &route_path(other, first, taken));
                let path = route.path.as_deref().unwrap_or("/");
                let what = if is_tcp(route) { format!("TCP route `{host}`") } else { format!("route `{host}{path}`") };
                let whose = if other.name == stack.name {
                    format!("`{first}`")
                } else {
                    format!("`{first}` of the stack `{}`", other.name)
                };
                let message = if (&other.name, *first) == (&stack.name, name) {
                    format!("`{name}` has the {what} twice")
                } else if is_tcp(route) != is_tcp(taken) {
                    format!(
                        "`{name}` has the {what}, but {whose} has that host by {}",
                        if is_tcp(taken) { "TCP" } else { "HTTPS" }
                    )
                } else {
                    format!("`{name}` has the {what}, which {whose} has too")
                };
                let finding = found.value(rule, stack, name, route_path(stack, name, route), message);
                finding.set_help("give one of them another host or path");
                finding.related.push(Label { at, message: "the other route".to_owned() });
            } else {
                earlier.push((stack, name, route));
            }
        }
    }
}

/// Whether only one of two routes of one host would ever answer. TCP is told apart by the host alone, and is asked before
/// HTTPS.
fn collide(a: &Route, b: &Route) -> bool {
    match (is_tcp(a), is_tcp(b)) {
        (true, true) => true,
        (false, false) => a.path.as_deref().unwrap_or("/") == b.path.as_deref().unwrap_or("/"),
        (true, false) => b.tls,
        (false, true) => a.tls,
    }
}

fn is_tcp(route: &Route) -> bool {
    route.intent.protocol == Some(Protocol::Tcp)
}
