//! `ignored-deploy-label`: a label for Traefik stands where its Docker provider does not look

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "ignored-deploy-label",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a label for Traefik stands below `deploy`, where only Swarm reads it",
    why: "without Swarm the labels are on no container: the service has no route",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    deploy:\n      labels:\n        - traefik.http.routers.web.rule=Host(`a.example.org`)\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    labels:\n      - traefik.http.routers.web.rule=Host(`a.example.org`)\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    deploy:\n      mode: global\n      labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)']\n",
    fix: "move the labels from `deploy.labels` to `labels`",
    sources: &["https://github.com/traefik/traefik/issues/2611"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    if plan.observed.installs.iter().any(|install| install.is_swarm()) {
        return;
    }
    for labelled in &plan.observed.labelled {
        let Some(first) = labelled.labels.iter().find(|label| label.in_deploy) else { continue };
        let deploy =
            plan.service(&labelled.stack, &labelled.service).and_then(|service| service.compose.deploy.as_ref());
        // What only Swarm does anything with says that the file is for Swarm.
        let swarm = deploy.is_some_and(|deploy| {
            deploy.mode.is_some()
                || deploy.placement.is_some()
                || deploy.update_config.is_some()
                || deploy.endpoint_mode.is_some()
        });
        let is_there = |key: &str| labelled.labels.iter().any(|label| !label.in_deploy && label.is(key));
        if swarm || labelled.labels.iter().all(|label| !label.in_deploy || is_there(&label.key.value)) {
            continue;
        }
        let name = &labelled.service;
        let message = format!("the labels for Traefik below `deploy` are on no container of `{name}` without Swarm");
        let finding = found.word(rule, labelled, first.key.at, first.path.clone(), message);
        finding.set_help("move them from `deploy.labels` to `labels`");
        let moved: Vec<_> = labelled.labels.iter().filter(|label| label.in_deploy).collect();
        if moved.iter().all(|label| !label.of_variables && !is_there(&label.key.value)) {
            let mut fix = Fix::unsafe_("move them to `labels`");
            for label in moved {
                let path = service_path(name).key("labels").key(label.key.value.as_str());
                fix = fix.set(path, label.value.value.as_str()).delete(label.path_by_key());
            }
            finding.set_fix(fix);
        }
        if !labelled.dynamic.is_empty() {
            finding.level = Level::Warn;
        }
    }
}
