//! `unknown-certificate-resolver`: a router names a resolver of certificates that Traefik does not have

use crate::finding::Level;
use crate::plan::Plan;
use crate::record::nearest;
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-certificate-resolver",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a router names a resolver of certificates that Traefik does not have",
    why: "Traefik answers with its own certificate, which browsers refuse",
    fails: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: [--certificatesresolvers.le.acme.tlschallenge=true]\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.tls.certresolver=letsencrypt]\n",
    passes: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: [--certificatesResolvers.le.acme.tlschallenge=true]\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.tls.certresolver=le]\n",
    fine: "services:\n  traefik:\n    image: traefik:3.7.1\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.tls.certresolver=anything]\n",
    fix: "name a resolver that Traefik has, or add it to Traefik's settings",
    sources: &["https://github.com/traefik/traefik/issues/6789"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    if plan.observed.installs.is_empty() || plan.observed.installs.iter().any(|install| !install.is_known()) {
        return;
    }
    let known: BTreeSet<&str> =
        plan.observed.installs.iter().flat_map(|install| install.names("certificatesresolvers")).collect();
    for (by, router) in plan.observed.routers() {
        let Some(name) = router.tls.as_ref().and_then(|tls| tls.resolver.as_ref()) else { continue };
        if known.contains(name.value.to_ascii_lowercase().as_str()) {
            continue;
        }
        let message = format!(
            "the router `{}` names the certificate resolver `{}`, which Traefik does not have",
            router.name.value, name.value
        );
        let names: Vec<&str> = known.iter().copied().collect();
        let help = match (nearest(&name.value, &names), names.as_slice()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, []) => format!("add `--certificatesresolvers.{}.acme.…` to Traefik", name.value),
            (None, names) => format!("Traefik has {}", crate::rules::told::listed(names)),
        };
        found.told(rule, Told::router(by, router), "tls.certresolver", name.at, message).set_help(help);
    }
}
