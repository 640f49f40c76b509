//! `retired-image`: nobody makes new versions of an image any more

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "retired-image",
    group: Group::Reproducibility,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "nobody makes new versions of an image any more, or its name is one of old",
    why: "holes that are found from now on stay open; one day the image is gone, and the stack cannot be set up again",
    fails: "services:\n  logs:\n    image: grafana/promtail:3.5.0\n",
    passes: "services:\n  logs:\n    image: grafana/alloy:v1.12.1\n",
    fine: "services:\n  logs:\n    image: registry.example.org/grafana/promtail:3.5.0\n  cache:\n    image: bitnamilegacy/redis:8.0.3\n  own:\n    image: mailhog/mailhog:v1.0.1\n    build: ./mailhog\n",
    fix: "take what the help names",
    sources: &[
        "https://grafana.com/docs/loki/latest/send-data/promtail/",
        "https://github.com/bitnami/charts/issues/35164",
        "https://github.com/mother-of-all-self-hosting/mash-playbook/issues/2537",
    ],
    check,
};

/// Repositories on Docker Hub, a folder of it where it ends with `/`: since when, and what there is in its place.
const RETIRED: &[(&str, &str, &str)] = &[
    ("bitnami/", "is without versions since August 2025", "an image of the program's own makers"),
    (
        "containrrr/watchtower",
        "is without new versions since 2023",
        "`nickfedor/watchtower`, or renewals by pull requests",
    ),
    ("grafana/agent", "is retired since November 2025", "`grafana/alloy`"),
    ("grafana/promtail", "is retired since March 2026", "`grafana/alloy`"),
    ("jwilder/nginx-proxy", "has another name", "`nginxproxy/nginx-proxy`"),
    ("linuxserver/letsencrypt", "is retired since 2020", "`linuxserver/swag`"),
    ("mailhog/mailhog", "is without new versions since 2020", "`axllent/mailpit`"),
    ("minio/minio", "is without new versions since October 2025", "a build of your own, or another object store"),
    ("portainer/portainer", "is retired since 2022", "`portainer/portainer-ce`"),
    ("v2tec/watchtower", "is retired since 2019", "renewals by pull requests"),
];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        let Some(image) = container.image else { continue };
        // What is built here is somebody's own.
        if container.service.is_some_and(|service| service.compose.build.is_some()) || image.registry() != "docker.io" {
            continue;
        }
        let repository = image.repository();
        let is = |name: &str| match name.strip_suffix('/') {
            Some(folder) => repository.split('/').next() == Some(folder),
            None => repository == name,
        };
        let Some((_, since, instead)) = RETIRED.iter().find(|(name, ..)| is(name)) else { continue };
        let message = format!("the image `{repository}` of {} {since}", container.called());
        let finding = found.value(rule, container.stack, container.name, container.path().key("image"), message);
        finding.set_help(format!("take {instead}"));
    }
}
