//! `unexposed-route`: a service has labels for a route, but Traefik looks at containers only that ask for it

use crate::finding::{Label, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unexposed-route",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a service has labels for a route, but not `traefik.enable=true`, which this Traefik asks for",
    why: "Traefik passes over the container: the name answers 404",
    fails: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: [--providers.docker.exposedbydefault=false]\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)']\n",
    passes: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: [--providers.docker.exposedbydefault=false]\n  web:\n    image: nginx:1.27.3\n    labels: [traefik.enable=true, 'traefik.http.routers.web.rule=Host(`a.example.org`)']\n",
    fine: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: [--providers.docker.exposedbydefault=false]\n  web:\n    image: nginx:1.27.3\n    labels: [traefik.enable=false, 'traefik.http.routers.web.rule=Host(`a.example.org`)']\n",
    fix: "add the label `traefik.enable=true`",
    sources: &["https://doc.traefik.io/traefik/reference/install-configuration/providers/docker/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for labelled in &plan.observed.labelled {
        let Some(router) = labelled.dynamic.routers.first() else { continue };
        if labelled.enable.is_some() || plan.observed.is_exposed(labelled) {
            continue;
        }
        let message = format!("`{}` has a route, but not the label that Traefik asks for", labelled.service);
        let path = labelled.path(router.protocol, "routers", &router.name.value, "rule");
        let setting =
            plan.observed.known_installs().find_map(|install| install.get("providers.docker.exposedbydefault"));
        let finding = found.word(rule, labelled, router.name.at, path, message);
        finding.set_help("add the label `traefik.enable=true`");
        let label = setting.map(|text| Label { at: text.at, message: "asked for here".to_owned() });
        finding.related.extend(label);
    }
}
