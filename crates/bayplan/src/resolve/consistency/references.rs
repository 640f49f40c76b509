//! Names of services, networks, volumes, secrets, configs and models that lead nowhere.

use super::{Check, Service};
use crate::finding::{Finding, Subject};
use crate::resolve::normalize::{Implied, implied};
use crate::resolve::visit::Way;
use bayplan_yaml::{Location, Node, Value};

impl Check<'_> {
    pub(super) fn references(&mut self, service: &Service<'_>) {
        let name = service.name;
        for (network, entry) in service.entries("networks") {
            if !self.has("networks", network) {
                let way = service.way.key("networks");
                let message = format!("service `{name}` refers to undefined network `{network}`");
                let help = self.meant(network, "networks", "a network");
                self.say("undefined-network", &way.key(network), entry.key_at, message, help);
            }
        }
        for (model, entry) in service.entries("models") {
            if !self.has("models", model) {
                let way = service.way.key("models");
                let message = format!("service `{name}` refers to undefined model `{model}`");
                let help = self.meant(model, "models", "a model");
                self.say("undefined-model", &way.key(model), entry.key_at, message, help);
            }
        }
        for (index, volume) in service.items("volumes") {
            let kind = volume.get("type").and_then(Node::as_str);
            let Some(source) = volume.get("source").filter(|_| kind == Some("volume")) else { continue };
            let Some(volume) = source.as_str().filter(|source| !source.is_empty()) else { continue };
            if !self.has("volumes", volume) {
                let way = service.way.key("volumes");
                let message = format!("service `{name}` refers to undefined volume `{volume}`");
                let help = self.meant(volume, "volumes", "a volume");
                self.say("undefined-volume", &way.index(index), source.at, message, help);
            }
        }
        self.grants(service, &["configs"], "config", "configs", "undefined-config");
        self.grants(service, &["secrets"], "secret", "secrets", "undefined-secret");
        self.grants(service, &["build", "secrets"], "build secret", "secrets", "undefined-secret");
        self.contexts(service);
        self.dependencies(service, false);
    }

    fn grants(&mut self, service: &Service<'_>, keys: &[&str], what: &str, section: &str, rule: &'static str) {
        let list = keys.iter().try_fold(service.node, |node, key| node.get(key));
        for grant in list.and_then(Node::as_seq).unwrap_or_default() {
            let source = grant.get("source");
            let Some(named) = source.map_or(Some(""), Node::as_str).filter(|_| grant.as_map().is_some()) else {
                continue;
            };
            if !self.has(section, named) {
                let mut path = service.way.path();
                path = keys.iter().fold(path, |path, key| path.key(*key));
                let at = source.map_or(grant.at, |source| source.at);
                let one = section.trim_end_matches('s');
                let (message, help) = match source {
                    Some(_) => (
                        format!("service `{}` refers to undefined {what} `{named}`", service.name),
                        self.meant(named, section, &format!("a {one}")),
                    ),
                    None => (
                        format!("service `{}` refers to a {what} without a name", service.name),
                        format!("add `source:` with the name of a {one}"),
                    ),
                };
                self.report.push(Finding::deny(rule, at, message).help(help).about(Subject::path(path)));
            }
        }
    }

    /// Other services whose image a build uses.
    fn contexts(&mut self, service: &Service<'_>) {
        let contexts = service.node.get("build").and_then(|build| build.get("additional_contexts"));
        for (context, entry) in contexts.and_then(Node::as_map).into_iter().flatten() {
            let Some(other) = entry.value.as_str().and_then(|text| text.strip_prefix("service:")) else { continue };
            let build = service.way.key("build");
            let contexts = build.key("additional_contexts");
            let way = contexts.key(context);
            let known = self.section("services").and_then(|map| map.get(other)).or(self.disabled.services.get(other));
            let (name, at) = (service.name, entry.value.at);
            match known {
                None => {
                    let message = format!(
                        "service `{name}` declares unknown service `{other}` as additional contexts `{context}`"
                    );
                    let help = self.meant(other, "services", "a service");
                    self.say("undefined-service", &way, at, message, help);
                }
                Some(known) if known.value.get("build").is_none_or(|build| build.value == Value::Null) => {
                    let message = format!(
                        "service `{name}` declares non-buildable service `{other}` as additional contexts `{context}`"
                    );
                    self.say("missing-key", &way, at, message, format!("give `{other}` a `build`, or name a folder"));
                }
                Some(_) => {}
            }
        }
    }

    pub(super) fn dependencies(&mut self, service: &Service<'_>, job: bool) {
        let implied = service.node.as_map().map(implied).unwrap_or_default();
        for Implied { service: depended, key: (key, index), at, .. } in &implied {
            let way = service.way.key(key);
            let way = index.map_or(way, |index| way.index(index));
            self.dependency(service, depended, &way, *at, true, job);
        }
        let way = service.way.key("depends_on");
        for (depended, entry) in service.entries("depends_on") {
            // What is implied was said where it is written.
            if implied.iter().any(|implied| implied.at == entry.key_at) {
                continue;
            }
            let required = entry.value.get("required").is_some_and(|required| required.value == Value::Bool(true));
            self.dependency(service, depended, &way.key(depended), entry.key_at, required, job);
        }
    }

    fn dependency(
        &mut self,
        service: &Service<'_>,
        depended: &str,
        way: &Way<'_>,
        at: Location,
        required: bool,
        job: bool,
    ) {
        let disabled = self.disabled.services.get(depended);
        if self.has("services", depended) || (job && self.has("jobs", depended)) || (disabled.is_some() && !required) {
            return;
        }
        let name = service.name;
        let (message, help) = match disabled {
            _ if !job && self.has("jobs", depended) => (
                format!("service `{name}` cannot depend on job `{depended}`"),
                "services can only depend on other services: remove it".to_owned(),
            ),
            Some(disabled) => self.not_enabled(service, depended, &disabled.value, job),
            None if job => (
                format!("job `{name}` depends on undefined service or job `{depended}`"),
                self.meant(depended, "services", "a service"),
            ),
            None => (
                format!("service `{name}` depends on undefined service `{depended}`"),
                self.meant(depended, "services", "a service"),
            ),
        };
        self.say("undefined-service", way, at, message, help);
    }

    /// A dependency that has no active profile.
    fn not_enabled(&self, service: &Service<'_>, depended: &str, disabled: &Node, job: bool) -> (String, String) {
        let kind = if job { "job" } else { "service" };
        let profiles: Vec<String> =
            super::super::profiles::profiles(disabled).map(|name| format!("`{name}`")).collect();
        let message = format!(
            "{kind} `{}` depends on undefined service `{depended}`: no profile of it is active ({})",
            service.name,
            profiles.join(", ")
        );
        (message, format!("activate a profile of `{depended}`, or say `required: false`"))
    }
}
