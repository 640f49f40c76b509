//! `shadowed-route`: a route never answers, or only by chance, because another takes its requests

use super::duplicate_route::is_duplicate;
use crate::finding::{Label, Level};
use crate::observe::traefik::overlap::Asked;
use crate::plan::Plan;
use crate::plan::overlap::Owned;
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Rule, route_path};
use std::cmp::Ordering;

/// The rule.
pub const RULE: Rule = Rule {
    name: "shadowed-route",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a route never answers, or only by chance, because another takes its requests",
    why: "requests reach another service than the one they are meant for",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.priority=100]\n  api:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.api.rule=Host(`a.example.org`) && PathPrefix(`/api`)']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.priority=1]\n  api:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.api.rule=Host(`a.example.org`) && PathPrefix(`/api`)']\n",
    fine: "\
services:
  web:
    image: nginx:1.27.3
    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.priority=100]
  api:
    image: nginx:1.27.3
    labels: ['traefik.http.routers.api.rule=Host(`a.example.org`) && PathPrefix(`/api`)', traefik.http.routers.api.priority=101]
",
    fix: "leave `priority` out, so that the more specific route is asked first, or give the wider one a lower number",
    sources: &["https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/routing/rules-and-priority/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for [first, second] in plan.observed.overlaps(plan) {
        router(rule, &first, &second, found);
    }
    for [first, second] in plan.overlaps() {
        if is_duplicate(first, second) {
            continue;
        }
        let Some((hidden, by, message, help)) = judge(first, second) else { continue };
        let at = found.at(by.stack, &route_path(by.stack, by.service, by.route));
        let finding = found.value(
            rule,
            hidden.stack,
            hidden.service,
            route_path(hidden.stack, hidden.service, hidden.route),
            message,
        );
        finding.set_help(help);
        finding.related.push(Label { at, message: "the other route".to_owned() });
    }
}

/// The route that does not answer as it should, the other one, and what to say.
fn judge<'a>(a: Owned<'a>, b: Owned<'a>) -> Option<(Owned<'a>, Owned<'a>, String, &'static str)> {
    if a.route.is_tcp() != b.route.is_tcp() {
        let (tcp, http) = if a.route.is_tcp() { (a, b) } else { (b, a) };
        if !http.route.host.wildcard {
            return None;
        }
        let message = format!(
            "the TCP route {} never answers: the HTTP route {} of {} has TLS, and those are asked first",
            named(tcp),
            named(http),
            http.whose(tcp.stack)
        );
        return Some((tcp, http, message, "give it a name that the wildcard does not take"));
    }
    let (narrow, wide) = if a.route.covers(b.route) { (b, a) } else { (a, b) };
    let covers = wide.route.covers(narrow.route);
    let (high, low) = (wide.route.priority(), narrow.route.priority());
    let by_chance = || {
        let message = format!(
            "the routes {} and {} of {} overlap and have the same priority, {low}: which one answers is left to chance",
            named(narrow),
            named(wide),
            wide.whose(narrow.stack)
        );
        Some((narrow, wide, message, "give one of them a higher `priority`, or leave it out"))
    };
    match high.cmp(&low) {
        Ordering::Equal => by_chance(),
        Ordering::Greater if covers => {
            let message = format!(
                "the route {} never answers: {} of {} takes all of its requests first, with priority {high} over {low}",
                named(narrow),
                named(wide),
                wide.whose(narrow.stack)
            );
            Some((narrow, wide, message, "leave `priority` out, or give the wider route a lower one"))
        }
        _ => None,
    }
}

fn named(owned: Owned<'_>) -> String {
    format!("`{}{}`", owned.route.host, owned.route.prefix())
}

/// Routers that labels and files define.
fn router(rule: &Rule, a: &Asked<'_>, b: &Asked<'_>, found: &mut Findings<'_>) {
    let (narrow, wide) = if a.covers(b) { (b, a) } else { (a, b) };
    let alike = a.requests == b.requests;
    // Of two that are alike, the one with the lower priority never answers; with equal ones they are duplicates.
    let (narrow, wide) = if alike && narrow.priority > wide.priority { (wide, narrow) } else { (narrow, wide) };
    if !wide.covers(narrow) || narrow.priority > wide.priority || alike && narrow.priority == wide.priority {
        return;
    }
    let (hidden, by, priority) = (&narrow.router.name.value, &wide.router.name.value, wide.priority);
    let whose = Told::of(wide).whose(Told::of(narrow));
    let message = match narrow.priority == priority {
        true => format!(
            "the routers `{hidden}` and `{by}` of {whose} overlap and have the same priority, {priority}: which one answers is left to chance"
        ),
        false => format!(
            "the router `{hidden}` never answers: `{by}` of {whose} takes all of its requests first, with priority {priority} over {}",
            narrow.priority
        ),
    };
    let at = narrow.router.rule.as_ref().map_or(narrow.router.name.at, |rule| rule.text.at);
    let related = wide.router.rule.as_ref().map_or(wide.router.name.at, |rule| rule.text.at);
    let finding = found.told(rule, Told::of(narrow), "rule", at, message);
    finding.set_help("give the router for fewer requests a higher `priority`");
    finding.related.push(Label { at: related, message: "the other rule".to_owned() });
}
