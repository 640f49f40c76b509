//! `broken-route-rule`: Traefik cannot read the rule of a router

use crate::finding::Level;
use crate::observe::traefik::Protocol;
use crate::plan::Plan;
use crate::record::nearest;
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "broken-route-rule",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "Traefik cannot read the rule of a router",
    why: "Traefik drops the router: the name answers 404",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=host(\"a.example.org\") && !(PATH(`/x`) || ClientIP(`10.0.0.0/8`))']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=${RULE:-}', 'traefik.tcp.routers.db.rule=HostSNI(`*`)']\n",
    fix: "write it as Traefik reads it: ``Host(`a.example.org`) && PathPrefix(`/x`)``",
    sources: &["https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/"],
    check,
};

/// The matchers of HTTP, in versions 2 and 3.
pub(in crate::rules) const HTTP: &[&str] = &[
    "ClientIP",
    "Header",
    "HeaderRegexp",
    "Headers",
    "HeadersRegexp",
    "Host",
    "HostHeader",
    "HostRegexp",
    "Method",
    "Path",
    "PathPrefix",
    "PathRegexp",
    "Query",
    "QueryRegexp",
];

/// The matchers of TCP.
const TCP: &[&str] = &["ALPN", "ClientIP", "HostSNI", "HostSNIRegexp"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (by, router) in plan.observed.routers() {
        let Some(text) = &router.rule else { continue };
        let told = Told::router(by, router);
        let expr = match &text.expr {
            Ok(expr) => expr,
            // What a variable would bring is not known.
            Err(_) if text.of_variables && text.text.value.trim().is_empty() => continue,
            Err(broken) => {
                let message = format!("the rule of the router `{}` is broken: {}", told.name, broken.message);
                let help = "write it as ``Host(`a.example.org`) && PathPrefix(`/x`)``";
                found.told(rule, told, "rule", text.broken_at, message).set_help(help);
                continue;
            }
        };
        let known = match router.protocol {
            Protocol::Http => HTTP,
            Protocol::Tcp => TCP,
            Protocol::Udp => continue,
        };
        for (matcher, at) in expr.matchers().into_iter().zip(&text.matchers) {
            if !known.iter().any(|known| known.eq_ignore_ascii_case(&matcher.name)) {
                let kind = router.protocol.name();
                let message = format!("there is no {kind} matcher `{}`", matcher.name);
                let help = match nearest(&matcher.name, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the matchers are {}", crate::rules::told::listed(known)),
                };
                found.told(rule, told, "rule", at.name, message).set_help(help);
            } else if matcher.arguments.is_empty() {
                let message = format!("`{}` has no argument", matcher.name);
                found.told(rule, told, "rule", at.name, message).set_help("name what it is to match, in backticks");
            }
        }
    }
}
