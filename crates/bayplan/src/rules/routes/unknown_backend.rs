//! `unknown-backend`: a router names a service that nobody defines for Traefik

use crate::finding::Level;
use crate::observe::traefik::known::Lookup;
use crate::plan::Plan;
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-backend",
    group: Group::Routes,
    level: Level::Warn,
    profiles: &[],
    finds: "a router names a service that nobody defines for Traefik",
    why: "Traefik drops the router: the name answers 404",
    fails: "services:\n  traefik:\n    image: traefik:3.7.1\n  web:\n    image: nginx:1.27.3\n    labels:\n      - traefik.http.routers.web.rule=Host(`a.example.org`)\n      - traefik.http.routers.web.service=wbe\n      - traefik.http.services.web.loadbalancer.server.port=80\n",
    passes: "services:\n  traefik:\n    image: traefik:3.7.1\n  web:\n    image: nginx:1.27.3\n    labels:\n      - traefik.http.routers.web.rule=Host(`a.example.org`)\n      - traefik.http.routers.web.service=web\n      - traefik.http.services.web.loadbalancer.server.port=80\n      - traefik.http.routers.api.rule=Host(`b.example.org`)\n      - traefik.http.routers.api.service=api@internal\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.service=elsewhere]\n",
    fix: "name a service of `traefik.http.services`, or leave the name out where the container has one",
    sources: &["https://github.com/traefik/traefik/issues/8338"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let known = plan.observed.known();
    for (by, router) in plan.observed.routers() {
        let told = Told::router(by, router);
        if let Some(labelled) = by.labels() {
            let own: Vec<&str> = labelled
                .dynamic
                .services
                .iter()
                .filter(|service| service.protocol == router.protocol)
                .map(|service| service.name.value.as_str())
                .collect();
            if router.service.is_none() && own.len() > 1 {
                let message = format!(
                    "the router `{}` leads nowhere: `{}` has {} services for Traefik, and it names none",
                    told.name,
                    labelled.service,
                    own.len()
                );
                let help = format!("add the label `traefik.{}.routers.{}.service`", router.protocol.key(), told.name);
                found.told(rule, told, "service", router.name.at, message).set_help(help);
            }
        }
        let Some(service) = &router.service else { continue };
        let Lookup::Missing { near, is_sure } = known.service(router.protocol, by, &service.value, plan) else {
            continue;
        };
        if !is_sure && near.is_none() {
            continue;
        }
        let message =
            format!("the router `{}` names the service `{}`, which nothing here defines", told.name, service.value);
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "define it, or name one that is defined".to_owned(),
        };
        found.told(rule, told, "service", service.at, message).set_help(help);
    }
}
