//! `project → the part of it that is wanted` (compose-go 2.16.2, `types/project.go`).

use super::profiles::{Disabled, profiles, with_profiles};
use super::visit::{Way, visit};
use crate::finding::{Finding, Report, Subject};
use crate::record::nearest;
use bayplan_yaml::{Location, Map, Node, Path, Value};
use indexmap::IndexMap;
use std::collections::HashSet;

/// Leaves of the services of `node` those that are named and those they depend on; all where none is named. A named service
/// activates its profiles.
pub fn select(node: &mut Node, disabled: &mut Disabled, active: &[String], names: &[String], report: &mut Report) {
    if names.is_empty() {
        return;
    }
    let off = names.iter().filter_map(|name| disabled.services.get(name.as_str()));
    let more: Vec<String> = off.flat_map(|entry| profiles(&entry.value).map(str::to_owned)).collect();
    if !more.is_empty() {
        for (section, off) in [("services", &mut disabled.services), ("jobs", &mut disabled.jobs)] {
            let off = std::mem::take(off);
            visit(node, &[section], &Way::ROOT, &mut |section, _| {
                if let Value::Map(map) = &mut section.value {
                    map.extend(off.clone());
                }
            });
        }
        let active: Vec<String> = active.iter().cloned().chain(more).collect();
        *disabled = with_profiles(node, &active);
    }
    let Some(services) = node.get("services").and_then(Node::as_map) else { return };
    let mut wanted: HashSet<String> = HashSet::new();
    let mut next: Vec<String> = names.to_vec();
    missing(services, names.iter().map(String::as_str), report);
    while let Some(name) = next.pop() {
        let Some(service) = services.get(name.as_str()) else { continue };
        if wanted.insert(name) {
            let depended = service.value.get("depends_on").and_then(Node::as_map);
            next.extend(depended.into_iter().flat_map(|map| map.keys()).map(|key| key.to_string()));
        }
    }
    visit(node, &["services"], &Way::ROOT, &mut |section, _| {
        let Value::Map(map) = &mut section.value else { return };
        let (kept, dropped): (Map, Map) = std::mem::take(map).into_iter().partition(|(key, _)| wanted.contains(&**key));
        *map = kept;
        disabled.services.extend(dropped);
    });
    visit(node, &["services", "*", "depends_on"], &Way::ROOT, &mut |depends_on, _| {
        if let Value::Map(map) = &mut depends_on.value {
            map.retain(|key, _| wanted.contains(&**key));
        }
    });
}

/// Leaves of the services of `node` those that are named, without what they depend on; all where none is named.
pub fn only(node: &mut Node, names: &[&str], report: &mut Report) {
    if names.is_empty() {
        return;
    }
    visit(node, &["services"], &Way::ROOT, &mut |section, _| {
        let Value::Map(services) = &mut section.value else { return };
        missing(services, names.iter().copied(), report);
        services.retain(|name, _| names.contains(&&**name));
    });
}

/// Says which names are those of no service.
fn missing<'a>(services: &Map, names: impl Iterator<Item = &'a str>, report: &mut Report) {
    for name in names.filter(|name| !services.contains_key(*name)) {
        let known: Vec<&str> = services.keys().map(|key| &**key).collect();
        let help = match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`bayplan config --services` lists those that there are".to_owned(),
        };
        let finding = Finding::deny("undefined-service", Location::default(), format!("no such service: `{name}`"));
        report.push(finding.help(help).about(Subject::path(Path::from_iter(["services", name]))));
    }
}

/// Takes out of `node` the resources that no service of it uses, as `docker compose config` does.
pub fn without_unnecessary_resources(node: &mut Node) {
    let mut used: [HashSet<String>; 5] = Default::default();
    visit(node, &["services", "*"], &Way::ROOT, &mut |service, _| {
        let keys = |key: &str| {
            service.get(key).and_then(Node::as_map).into_iter().flat_map(|map| map.keys()).map(|key| key.to_string())
        };
        let sources = |node: Option<&Node>| -> Vec<String> {
            let items = node.and_then(Node::as_seq).unwrap_or_default().iter();
            items.filter_map(|item| item.get("source")?.as_str().map(str::to_owned)).collect()
        };
        let [networks, volumes, secrets, configs, models] = &mut used;
        networks.extend(keys("networks"));
        models.extend(keys("models"));
        secrets.extend(sources(service.get("secrets")));
        secrets.extend(sources(service.get("build").and_then(|build| build.get("secrets"))));
        configs.extend(sources(service.get("configs")));
        for mount in service.get("volumes").and_then(Node::as_seq).unwrap_or_default() {
            if mount.get("type").and_then(Node::as_str) == Some("volume") {
                volumes.extend(mount.get("source").and_then(Node::as_str).map(str::to_owned));
            }
        }
    });
    for (section, used) in ["networks", "volumes", "secrets", "configs", "models"].into_iter().zip(used) {
        visit(node, &[section], &Way::ROOT, &mut |section, _| {
            if let Value::Map(map) = &mut section.value {
                map.retain(|key, _| used.contains(&**key));
            }
        });
    }
}

/// Says which services have one container name: Docker can make only one of them.
pub fn check_container_names(node: &Node, report: &mut Report) {
    let mut names: IndexMap<&str, (&str, Location)> = IndexMap::new();
    for (service, entry) in node.get("services").and_then(Node::as_map).into_iter().flatten() {
        let Some(container) = entry.value.get("container_name") else { continue };
        let Some(name) = container.as_str().filter(|name| !name.is_empty()) else { continue };
        if let Some((other, at)) = names.get(name) {
            let message = format!("container name `{name}` is already in use by service `{other}`");
            let path = Path::from_iter(["services", service, "container_name"]);
            let finding = Finding::deny("duplicate-name", container.at, message).help("give it another name, or none");
            report.push(finding.related(*at, "first here").about(Subject::path(path)));
        } else {
            names.insert(name, (service, container.at));
        }
    }
}

/// The image that each service runs, and that runs before it, in the order of services; what is built without a name has that
/// of the project and the service.
pub fn images(node: &Node, project: &str, separator: &str) -> Vec<String> {
    let mut images = Vec::new();
    for (name, entry) in node.get("services").and_then(Node::as_map).into_iter().flatten() {
        let image =
            |node: &Node| node.get("image").and_then(Node::as_str).filter(|image| !image.is_empty()).map(str::to_owned);
        let own = image(&entry.value).unwrap_or_else(|| format!("{project}{separator}{name}"));
        let hooks = entry.value.get("pre_start").and_then(Node::as_seq).unwrap_or_default();
        let hooks: Vec<String> = hooks.iter().filter_map(image).filter(|image| *image != own).collect();
        images.push(own);
        images.extend(hooks);
    }
    images
}

#[cfg(test)]
mod tests {
    use super::super::testing::{json, node};
    use super::*;
    use serde_json::json;

    fn selected(names: &[&str]) -> (serde_json::Value, Vec<String>) {
        let mut tree = node(
            &json!({ "services": {
                "web": { "depends_on": { "db": {} }, "networks": { "n": null } }, "db": {}, "other": { "depends_on": { "db": {} } },
                "debug": { "profiles": ["d"] }, "trace": { "profiles": ["d"] }
            }, "networks": { "n": {}, "m": {} } }),
            1,
        );
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut report = Report::new();
        let mut disabled = with_profiles(&mut tree, &[]);
        select(&mut tree, &mut disabled, &[], &names, &mut report);
        without_unnecessary_resources(&mut tree);
        let services = json(&tree)["services"].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
        let networks = json(&tree)["networks"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        (json!([services, networks]), report.findings.into_iter().map(|finding| finding.message).collect())
    }

    #[test]
    fn wanted_services_bring_what_they_need() {
        assert_eq!(selected(&["web"]), (json!(["web db", ["n"]]), vec![]));
        assert_eq!(selected(&["debug"]), (json!(["debug", []]), vec![]));
        assert_eq!(selected(&[]), (json!(["web db other", ["n"]]), vec![]));
        assert_eq!(selected(&["wib"]).1, ["no such service: `wib`"]);
    }

    #[test]
    fn images_have_names_and_container_names_are_unique() {
        let tree = node(
            &json!({ "services": {
                "a": { "build": {}, "pre_start": [{ "image": "x" }, { "image": "p-a" }], "container_name": "c" },
                "b": { "image": "i", "container_name": "c" }
            } }),
            1,
        );
        assert_eq!(images(&tree, "p", "-"), ["p-a", "x", "i"]);
        let mut report = Report::new();
        check_container_names(&tree, &mut report);
        let said: Vec<_> = report.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(said, ["container name `c` is already in use by service `a`"]);
    }
}
