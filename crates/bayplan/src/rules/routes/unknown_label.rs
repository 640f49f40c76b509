//! `unknown-label`: a label for Traefik has a key that Traefik does not have

use crate::finding::{Fix, Level};
use crate::observe::traefik::keys;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Span;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-label",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a label for Traefik has a key that Traefik does not have",
    why: "Traefik drops everything that the labels of the container say, and says so in its log only",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    labels:\n      - traefik.http.routers.web.rule=Host(`a.example.org`)\n      - traefik.http.services.web.server.port=80\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    labels:\n      - Traefik.HTTP.routers.web.rule=Host(`a.example.org`)\n      - traefik.http.services.web.loadbalancer.server.port=80\n      - traefik.constraint-label=public\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', 'traefik.http.routers.web.tls.domains[0].main=a.example.org', traefik.http.middlewares.waf.plugin.anything.it.likes=1, traefik.my-own-constraint=yes]\n",
    fix: "correct the key",
    sources: &["https://github.com/traefik/traefik/issues/8013", "https://github.com/traefik/traefik/issues/9840"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // A word of a constraint is a label of somebody's own.
    let constraints: Vec<&str> = plan
        .observed
        .installs
        .iter()
        .filter_map(|install| install.get("providers.docker.constraints"))
        .map(|text| text.value.as_str())
        .collect();
    for labelled in &plan.observed.labelled {
        let mut old = false;
        for label in &labelled.labels {
            let key = &label.key;
            let Some(unknown) = keys::unknown(&key.value) else { continue };
            // Of Traefik 1, one label tells it all.
            if unknown.of_version_1 && std::mem::replace(&mut old, true) {
                continue;
            }
            if constraints.iter().any(|constraint| constraint.contains(key.value.as_str())) {
                continue;
            }
            let mut at = key.at;
            if at.span.len() == key.value.len() {
                let start = at.span.start;
                at.span = Span::new(start + unknown.at.start as u32, start + unknown.at.end as u32);
            }
            let name = &labelled.service;
            let part = &key.value[unknown.at.clone()];
            let message = match &unknown {
                it if it.of_version_1 => {
                    format!("`{name}` has the label `{}` of Traefik 1, which later versions pass over", key.value)
                }
                it if it.is_short => {
                    format!("the label `{}` ends too early: Traefik drops all labels of `{name}`", key.value)
                }
                it if it.refuses => {
                    format!("Traefik has no label with `{part}` here, and drops all labels of `{name}`")
                }
                _ => format!("Traefik has no label `{}`, and passes over it", key.value),
            };
            let help = match &unknown.near {
                Some(near) => format!("did you mean `{near}`?"),
                None if unknown.of_version_1 => {
                    "write routers and services: `traefik.http.routers.NAME.rule`".to_owned()
                }
                None if unknown.is_short => "name what is set, such as `….rule`".to_owned(),
                None => "remove it, or name a key that Traefik has".to_owned(),
            };
            let finding = found.word(rule, labelled, at, label.path.clone(), message);
            if !unknown.refuses {
                finding.level = Level::Warn;
            }
            finding.set_help(help);
            if let Some(near) = &unknown.near {
                let name = format!("{}{near}{}", &key.value[..unknown.at.start], &key.value[unknown.at.end..]);
                finding.set_fix(Fix::unsafe_(format!("write `{name}`")).rename(label.path_by_key(), name));
            }
        }
    }
}
