//! `unprotected-route`: an application without a login of its own has a route that asks for none

use crate::finding::Level;
use crate::observe::traefik::known::{By, Known};
use crate::observe::traefik::{Protocol, Router};
use crate::plan::Plan;
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unprotected-route",
    group: Group::Routes,
    level: Level::Warn,
    profiles: &[],
    finds: "an application without a login of its own, such as a dashboard, has a route that asks for none",
    why: "whoever knows the name can use it",
    fails: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: [--api.dashboard=true]\n    labels: ['traefik.http.routers.api.rule=Host(`traefik.example.org`)', traefik.http.routers.api.service=api@internal]\n",
    passes: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: [--api.dashboard=true]\n    labels: ['traefik.http.routers.api.rule=Host(`traefik.example.org`)', traefik.http.routers.api.service=api@internal, traefik.http.routers.api.middlewares=sso@file]\n",
    fine: "services:\n  dozzle:\n    image: amir20/dozzle:v8.13.1\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`) && ClientIP(`10.0.0.0/8`)']\n",
    fix: "add a middleware that asks who it is, or which address: `basicAuth`, `forwardAuth`, `ipAllowList`",
    sources: &["https://doc.traefik.io/traefik/reference/install-configuration/api-dashboard/"],
    check,
};

/// The images, by the last part of their names, that let everybody do everything.
const OPEN: &[&str] = &[
    "alertmanager",
    "cadvisor",
    "dozzle",
    "glances",
    "kafka-ui",
    "kafdrop",
    "mailhog",
    "mailpit",
    "mongo-express",
    "netdata",
    "prometheus",
    "pushgateway",
    "redis-commander",
    "smtp4dev",
];

/// The kinds of middlewares that let only some pass; plugins may.
const GUARDS: &[&str] =
    &["basicauth", "digestauth", "forwardauth", "ipallowlist", "ipwhitelist", "passtlsclientcert", "plugin"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let known = plan.observed.known();
    for (by, router) in plan.observed.routers().filter(|(_, router)| router.protocol == Protocol::Http) {
        let service = router.service.as_ref().map(|service| service.value.as_str());
        let image = by.labels().and_then(|labelled| plan.service(&labelled.stack, &labelled.service));
        let image = image.and_then(|service| service.compose.image.as_ref()).map(|image| image.short_name());
        let what = match service {
            Some("api@internal" | "dashboard@internal" | "rest@internal") => "Traefik's own interface".to_owned(),
            Some(other) if other.contains('@') => continue,
            _ => match image.filter(|image| OPEN.contains(image)) {
                Some(image) => format!("`{image}`"),
                None => continue,
            },
        };
        let exposed = by.labels().is_none_or(|labelled| plan.observed.is_exposed(labelled));
        if !exposed || is_guarded(router, by, &known, plan) {
            continue;
        }
        let message = format!("the router `{}` opens {what} to everybody", router.name.value);
        let at = router.rule.as_ref().map_or(router.name.at, |rule| rule.text.at);
        found
            .told(rule, Told::router(by, router), "rule", at, message)
            .set_help("add a middleware such as `basicAuth`, `forwardAuth` or `ipAllowList`");
    }
}

/// Whether some middleware may ask who it is: one that guards, or one that nobody here knows.
fn is_guarded(router: &Router, by: By<'_>, known: &Known<'_>, plan: &Plan) -> bool {
    let of_entry_points = plan.observed.installs.iter().any(|install| {
        install.settings.keys().any(|key| key.starts_with("entrypoints.") && key.ends_with(".http.middlewares"))
    });
    let by_rule = router
        .rule
        .as_ref()
        .and_then(|rule| rule.expr.as_ref().ok())
        .is_some_and(|expr| expr.matchers().iter().any(|matcher| matcher.name.eq_ignore_ascii_case("clientip")));
    let mutual = router.tls.as_ref().is_some_and(|tls| tls.options.is_some());
    let mut rest: Vec<&str> = router.middlewares.iter().map(|name| name.value.as_str()).collect();
    let mut looked = 0;
    while let Some(name) = rest.pop() {
        looked += 1;
        match known.find(router.protocol, by, name) {
            Some(middleware) if middleware.kind.value == "chain" && looked < 100 => {
                rest.extend(middleware.chain.iter().map(|name| name.value.as_str()));
            }
            Some(middleware) if !GUARDS.contains(&middleware.kind.value.to_ascii_lowercase().as_str()) => {}
            _ => return true,
        }
    }
    of_entry_points || by_rule || mutual
}
