//! `duplicate-route`: two routes have the same host and path

use crate::finding::{Label, Level};
use crate::plan::Plan;
use crate::plan::overlap::Owned;
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Rule, route_path};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "duplicate-route",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "two routes have the same host and path",
    why: "only one of them ever answers",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)']\n  api:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.api.rule=Host(`a.example.org`)']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)']\n  api:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.api.rule=Host(`a.example.org`) && PathPrefix(`/api`)']\n",
    fine: "\
services:
  web:
    image: nginx:1.27.3
    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.entrypoints=web]
  api:
    image: nginx:1.27.3
    labels: ['traefik.http.routers.api.rule=Host(`a.example.org`)', traefik.http.routers.api.entrypoints=websecure]
",
    fix: "give one of them another host or path",
    sources: &["https://github.com/traefik/traefik/issues/7738"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    routers(rule, plan, found);
    let mut told: BTreeSet<(&str, bool)> = BTreeSet::new();
    for [first, second] in plan.overlaps() {
        // Of three alike, each is told about the first one only.
        let mixed = first.route.is_tcp() != second.route.is_tcp();
        if !is_duplicate(first, second) || !told.insert((&second.route.name, mixed)) {
            continue;
        }
        // Of TCP and HTTPS, it is TCP that never answers.
        let (it, other) = if mixed && first.route.is_tcp() { (first, second) } else { (second, first) };
        let (name, host, whose) = (it.service, &it.route.host, other.whose(it.stack));
        let what = match it.route.is_tcp() {
            true => format!("TCP route `{host}`"),
            false => format!("route `{host}{}`", it.route.path.as_deref().unwrap_or("/")),
        };
        let message = if mixed {
            format!("`{name}` has the {what}, but {whose} has that host by HTTPS, which is asked first")
        } else if (&other.stack.name, other.service) == (&it.stack.name, name) {
            format!("`{name}` has the {what} twice")
        } else {
            format!("`{name}` has the {what}, which {whose} has too")
        };
        let at = found.at(other.stack, &route_path(other.stack, other.service, other.route));
        let finding = found.value(rule, it.stack, name, route_path(it.stack, name, it.route), message);
        finding.set_help(if it.route.is_tcp() {
            "give one of them another host"
        } else {
            "give one of them another host or path"
        });
        finding.related.push(Label { at, message: "the other route".to_owned() });
    }
}

/// Whether two routes are for the same requests.
pub(in crate::rules) fn is_duplicate(a: Owned<'_>, b: Owned<'_>) -> bool {
    a.route.host == b.route.host && (a.route.is_tcp() != b.route.is_tcp() || a.route.prefix() == b.route.prefix())
}

/// Routers that labels and files define.
fn routers(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut told = BTreeSet::new();
    for [first, second] in plan.observed.overlaps(plan) {
        if first.requests != second.requests || first.priority != second.priority {
            continue;
        }
        let Some(text) = second.router.rule.as_ref() else { continue };
        // Of three alike, each is told about the first one only.
        if !told.insert((text.text.at, second.router.name.at)) {
            continue;
        }
        let (name, whose) = (&first.router.name.value, Told::of(&first).whose(Told::of(&second)));
        let message =
            format!("the router `{}` takes the same requests as `{name}` of {whose}", second.router.name.value);
        let finding = found.told(rule, Told::of(&second), "rule", text.text.at, message);
        finding.set_help("give one of them another host or path");
        let at = first.router.rule.as_ref().map_or(first.router.name.at, |rule| rule.text.at);
        finding.related.push(Label { at, message: "the other rule".to_owned() });
    }
}
