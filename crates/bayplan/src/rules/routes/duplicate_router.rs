//! `duplicate-router`: two services define a router, service or middleware of one name, but not alike

use crate::finding::{Label, Level};
use crate::observe::traefik::known::By;
use crate::observe::traefik::labels::Labelled;
use crate::observe::traefik::{Dynamic, Protocol};
use crate::observe::written::Text;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "duplicate-router",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "two services define a router, service or middleware of one name for Traefik, but not alike",
    why: "Traefik drops both: neither name answers",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)']\n  api:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`b.example.org`)']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.middlewares.zip.compress=true]\n  api:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.api.rule=Host(`b.example.org`)', traefik.http.middlewares.zip.compress=true]\n",
    fine: "services:\n  one:\n    image: nginx:1.27.3\n    labels: &labels ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.service=web, traefik.http.services.web.loadbalancer.server.port=80]\n  two:\n    image: nginx:1.27.3\n    labels: *labels\n",
    fix: "give each a name of its own, such as that of its service",
    sources: &[
        "https://github.com/traefik/traefik/issues/7738",
        "https://github.com/traefik/traefik/issues/6290",
        "https://github.com/traefik/traefik/issues/10156",
    ],
    check,
};

/// What is defined under a name.
struct Thing<'a> {
    labelled: &'a Labelled,
    name: &'a Text,
    settings: BTreeMap<&'a str, &'a str>,
}

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // Two Traefiks see different containers.
    let installs = plan.observed.installs.len();
    let mut first: BTreeMap<(&'static str, Protocol, &str, Option<&str>, &str), Thing<'_>> = BTreeMap::new();
    for (by, dynamic) in plan.observed.dynamics() {
        let By::Labels(labelled) = by else { continue };
        if !plan.observed.is_exposed(labelled) {
            continue;
        }
        for (section, protocol, thing) in things(labelled, dynamic) {
            let scope = (installs > 1).then_some(labelled.stack.as_str());
            let host = plan.stacks.get(&labelled.stack).map_or("", |stack| stack.host.as_str());
            let key = (section, protocol, thing.name.value.as_str(), scope, host);
            let Some(other) = first.get(&key) else {
                first.insert(key, thing);
                continue;
            };
            // One file that two projects read says the same thing once.
            if other.name.at == thing.name.at || same(&other.settings, &thing.settings, section) {
                continue;
            }
            let what = section.trim_end_matches('s');
            let (name, service) = (&thing.name.value, &labelled.service);
            let whose = match other.labelled.stack == labelled.stack {
                true => format!("`{}`", other.labelled.service),
                false => format!("`{}` of the stack `{}`", other.labelled.service, other.labelled.stack),
            };
            let message =
                format!("`{service}` defines the {} {what} `{name}`, which {whose} defines otherwise", protocol.name());
            let (at, related) = (thing.name.at, other.name.at);
            let finding = found.word(rule, labelled, at, labelled.path(protocol, section, name, ""), message);
            finding.set_help("give one of them another name");
            finding.related.push(Label { at: related, message: "the other one".to_owned() });
        }
    }
}

fn things<'a>(labelled: &'a Labelled, dynamic: &'a Dynamic) -> Vec<(&'static str, Protocol, Thing<'a>)> {
    fn pairs(settings: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
        settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }
    let mut all = Vec::new();
    for router in &dynamic.routers {
        let mut settings = pairs(&router.settings);
        // A router that names no service leads to that of its container.
        let default = dynamic.services.iter().find(|service| service.protocol == router.protocol);
        let default = default.map_or(labelled.service.as_str(), |service| service.name.value.as_str());
        settings.entry("service").or_insert(default);
        all.push(("routers", router.protocol, Thing { labelled, name: &router.name, settings }));
    }
    for service in &dynamic.services {
        let thing = Thing { labelled, name: &service.name, settings: pairs(&service.settings) };
        all.push(("services", service.protocol, thing));
    }
    for middleware in &dynamic.middlewares {
        let thing = Thing { labelled, name: &middleware.name, settings: pairs(&middleware.settings) };
        all.push(("middlewares", middleware.protocol, thing));
    }
    all
}

/// Whether two definitions are one to Traefik. Services are merged but for their servers: they share the load.
fn same(a: &BTreeMap<&str, &str>, b: &BTreeMap<&str, &str>, section: &str) -> bool {
    let counts = |(key, _): &(&&str, &&str)| section != "services" || !key.starts_with("loadbalancer.server.");
    a.iter().filter(counts).eq(b.iter().filter(counts))
}
