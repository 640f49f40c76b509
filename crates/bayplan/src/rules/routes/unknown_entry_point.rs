//! `unknown-entry-point`: a router names an entry point that Traefik does not have

use crate::finding::{Label, Level};
use crate::plan::Plan;
use crate::record::nearest;
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-entry-point",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a router names an entry point that Traefik does not have",
    why: "Traefik drops the router: nothing listens for it",
    fails: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: ['--entrypoints.websecure.address=:443']\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.entrypoints=https]\n",
    passes: "services:\n  traefik:\n    image: traefik:3.7.1\n    command: ['--entryPoints.webSecure.address=:443']\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.entrypoints=websecure]\n",
    fine: "services:\n  traefik:\n    image: traefik:3.7.1\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.entrypoints=anything]\n",
    fix: "name an entry point that Traefik has, or add it to Traefik's settings",
    sources: &["https://github.com/traefik/traefik/issues/8338"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // Of several Traefiks, anybody's entry point may be meant; of one whose settings are not here, nobody knows any.
    if plan.observed.installs.is_empty() || plan.observed.installs.iter().any(|install| !install.is_known()) {
        return;
    }
    let known: BTreeSet<&str> = plan.observed.installs.iter().flat_map(|install| install.entry_points()).collect();
    for (by, router) in plan.observed.routers() {
        for name in router.entry_points.iter().flatten() {
            // Docker's reader of labels takes names as they are, but flags and their names are in lower case.
            if known.contains(name.value.to_ascii_lowercase().as_str()) {
                continue;
            }
            let names: Vec<&str> = known.iter().copied().filter(|name| *name != "traefik").collect();
            let message = format!(
                "the router `{}` names the entry point `{}`, which Traefik does not have",
                router.name.value, name.value
            );
            let help = match nearest(&name.value, &names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("Traefik has {}", crate::rules::told::listed(&names)),
            };
            let finding = found.told(rule, Told::router(by, router), "entrypoints", name.at, message);
            finding.set_help(help);
            let at = plan.observed.installs.iter().find_map(|install| {
                let mut all = install.settings.range("entrypoints.".to_owned()..);
                all.next().filter(|(key, _)| key.starts_with("entrypoints."))?.1.first()
            });
            let label = at.map(|text| Label { at: text.at, message: "its entry points".to_owned() });
            finding.related.extend(label);
        }
    }
}
