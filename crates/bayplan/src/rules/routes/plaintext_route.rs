//! `plaintext-route`: a host is routed without TLS by a Traefik that has it

use crate::finding::Level;
use crate::observe::traefik::Protocol;
use crate::observe::traefik::requests::Requests;
use crate::plan::Plan;
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Profile, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "plaintext-route",
    group: Group::Routes,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn)],
    finds: "a host is routed by plain HTTP only, by a Traefik that gets certificates for others",
    why: "passwords and cookies cross the network in the clear",
    fails: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: ['--entrypoints.web.address=:80', '--entrypoints.websecure.address=:443', --certificatesresolvers.le.acme.tlschallenge=true]\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.entrypoints=web]\n",
    passes: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: ['--entrypoints.web.address=:80', '--entrypoints.websecure.address=:443', --certificatesresolvers.le.acme.tlschallenge=true]\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.entrypoints=websecure, traefik.http.routers.web.tls.certresolver=le]\n",
    fine: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: ['--entrypoints.web.address=:80', '--entrypoints.web.http.redirections.entrypoint.to=websecure', '--entrypoints.websecure.address=:443', --certificatesresolvers.le.acme.tlschallenge=true]\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.entrypoints=web]\n",
    fix: "route it at the entry point with TLS, and redirect the other one there",
    sources: &["https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let [install] = plan.observed.installs.as_slice() else { return };
    if install.names("certificatesresolvers").is_empty() {
        return;
    }
    let exposed = plan
        .observed
        .routers()
        .filter(|(by, _)| by.labels().is_none_or(|labelled| plan.observed.is_exposed(labelled)))
        .filter(|(_, router)| router.protocol == Protocol::Http);
    let routers: Vec<_> = exposed
        .filter_map(|(by, router)| Some((by, router, Requests::of(router.rule.as_ref()?)?)))
        .map(|(by, router, requests)| {
            let points: BTreeSet<String> = match &router.entry_points {
                Some(names) => names.iter().map(|name| name.value.to_ascii_lowercase()).collect(),
                None => install.default_entry_points().into_iter().map(str::to_owned).collect(),
            };
            let tls = router.tls.is_some() || points.iter().any(|point| install.ends_tls(point));
            (by, router, requests, points, tls)
        })
        .collect();
    // A host that is routed with TLS by another router is mostly redirected by this one.
    let secure: BTreeSet<String> = routers
        .iter()
        .filter(|(.., tls)| *tls)
        .flat_map(|(_, _, requests, ..)| requests.iter().filter_map(|one| Some(one.host.as_ref()?.to_string())))
        .collect();
    for (by, router, requests, points, tls) in &routers {
        let elsewhere =
            requests.iter().all(|one| one.host.as_ref().is_none_or(|host| secure.contains(&host.to_string())));
        let redirected = points.iter().all(|point| install.redirects(point));
        let known = points.iter().all(|point| install.entry_points().contains(point.as_str()));
        if *tls || elsewhere || redirected || !known || !router.middlewares.is_empty() {
            continue;
        }
        let message = format!("the router `{}` takes plain HTTP only", router.name.value);
        let at = router.rule.as_ref().map_or(router.name.at, |rule| rule.text.at);
        let key = format!("traefik.http.routers.{}.tls.certresolver", router.name.value);
        found
            .told(rule, Told::router(*by, router), "rule", at, message)
            .set_help(format!("give it an entry point with TLS, and `{key}`"));
    }
}
