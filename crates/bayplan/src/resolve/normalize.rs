//! `long forms → what they imply`: networks, dependencies, names (compose-go 2.16.2, `loader/normalize.go`).
//!
//! What is added stands where the service or resource stands that it is added to.

use super::canonical::entry;
use super::files::clean;
use super::merge::merge_values;
use super::visit::{Way, visit, workloads};
use crate::compose::hook::InitContainer;
use crate::finding::Report;
use bayplan_yaml::node::Extra;
use bayplan_yaml::{Entry, Location, Map, Node, Path, Value};

/// Adds to `document` what it implies for the project `name`; `lookup` gives the value of a set variable.
pub fn normalize(document: &mut Node, name: &str, lookup: &dyn Fn(&str) -> Option<String>, report: &mut Report) {
    networks(document);
    workloads(document, &mut |node, _| {
        let at = node.at;
        let Value::Map(map) = &mut node.value else { return };
        workload(map, at, lookup, report);
    });
    names(document, name);
}

/// A container without networks is on `default`; `default` is there when a container is on it.
fn networks(document: &mut Node) {
    let mut used = false;
    workloads(document, &mut |node, _| {
        let at = node.at;
        let Value::Map(map) = &mut node.value else { return };
        if map.contains_key("provider") || map.contains_key("network_mode") {
            return;
        }
        let networks = map.entry("networks".into()).or_insert_with(|| entry(at, Value::Map(Map::default())));
        let Value::Map(networks) = &mut networks.value.value else { return };
        if networks.is_empty() {
            networks.insert("default".into(), entry(at, Value::Null));
        }
        used |= networks.contains_key("default");
    });
    let at = document.at;
    let Value::Map(map) = &mut document.value else { return };
    if used {
        let networks = map.entry("networks".into()).or_insert_with(|| entry(at, Value::Map(Map::default())));
        if let Value::Map(networks) = &mut networks.value.value {
            networks.entry("default".into()).or_insert_with(|| entry(at, Value::Null));
        }
    }
}

fn workload(map: &mut Map, at: Location, lookup: &dyn Fn(&str) -> Option<String>, report: &mut Report) {
    if let Some(policy) = map.get_mut("pull_policy").filter(|policy| policy.value.as_str() == Some("if_not_present")) {
        policy.value.value = Value::String("missing".into());
    }
    if let Some(Value::Map(build)) = map.get_mut("build").map(|build| &mut build.value.value) {
        let text = |text: &str| Value::String(text.into());
        let absent = |build: &Map, key: &str| build.get(key).is_none_or(|entry| entry.value.value == Value::Null);
        if absent(build, "context") {
            build.insert("context".into(), entry(at, text(".")));
        }
        if absent(build, "dockerfile") && absent(build, "dockerfile_inline") {
            build.insert("dockerfile".into(), entry(at, text("Dockerfile")));
        }
        if let Some(args) = build.get_mut("args") {
            take_from_environment(&mut args.value, lookup, false);
        }
    }
    if let Some(environment) = map.get_mut("environment") {
        take_from_environment(&mut environment.value, lookup, true);
    }
    for volume in map.get_mut("volumes").into_iter().flat_map(|volumes| match &mut volumes.value.value {
        Value::Seq(items) => items.as_mut_slice(),
        _ => &mut [],
    }) {
        visit(volume, &["target"], &Way::ROOT, &mut |target, _| {
            if let Some(cleaned) = target.as_str().map(clean) {
                target.value = Value::String(cleaned.into());
            }
        });
    }
    dependencies(map, at);
    inherit(map, report);
}

/// Gives the variables without a value the one that the environment has. One that it does not have stays or goes.
pub(super) fn take_from_environment(node: &mut Node, lookup: &dyn Fn(&str) -> Option<String>, keep: bool) {
    match &mut node.value {
        Value::Map(map) => map.retain(|key, entry| {
            if entry.value.value != Value::Null {
                return true;
            }
            let found = lookup(key);
            let known = found.is_some();
            if let Some(value) = found {
                entry.value.value = Value::String(value.into());
            }
            known || keep
        }),
        Value::Seq(items) => items.retain_mut(|item| {
            let Some(name) = item.as_str().filter(|text| !text.contains('=')) else { return true };
            let Some(value) = lookup(name) else { return keep };
            let (template, text) = (name.into(), format!("{name}={value}"));
            item.extra.get_or_insert_with(|| Box::new(Extra::default())).template.get_or_insert(template);
            item.value = Value::String(text.into());
            true
        }),
        _ => {}
    }
}

/// A service that another one refers to outside of `depends_on`, and so depends on.
pub(super) struct Implied {
    /// Its name.
    pub service: String,
    /// The key that says so, and the number of the item in a list.
    pub key: (&'static str, Option<usize>),
    /// Where it says so.
    pub at: Location,
    restart: bool,
}

/// Links, shared namespaces and shared volumes are dependencies.
pub(super) fn implied(map: &Map) -> Vec<Implied> {
    let mut implied = Vec::new();
    let texts = |key: &str| {
        let items = map.get(key).and_then(|entry| entry.value.as_seq()).unwrap_or_default();
        items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_str()?, item.at)))
    };
    for (index, link, at) in texts("links") {
        let parts: Vec<&str> = link.split(':').collect();
        let service = if let [service, _] = parts.as_slice() { service } else { link };
        implied.push(Implied { service: service.to_owned(), key: ("links", Some(index)), at, restart: true });
    }
    for key in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
        let node = map.get(key).map(|entry| &entry.value);
        if let Some((service, at)) = node.and_then(|node| Some((node.as_str()?.strip_prefix("service:")?, node.at))) {
            implied.push(Implied { service: service.to_owned(), key: (key, None), at, restart: true });
        }
    }
    for (index, from, at) in texts("volumes_from") {
        if !from.starts_with("container:") {
            let service = from.split(':').next().unwrap_or_default().to_owned();
            implied.push(Implied { service, key: ("volumes_from", Some(index)), at, restart: false });
        }
    }
    implied
}

fn dependencies(map: &mut Map, at: Location) {
    let implied = implied(map);
    if implied.is_empty() {
        return;
    }
    let depends_on = map.entry("depends_on".into()).or_insert_with(|| entry(at, Value::Map(Map::default())));
    let Value::Map(depends_on) = &mut depends_on.value.value else { return };
    for Implied { service, at, restart, .. } in implied {
        depends_on.entry(service.into()).or_insert_with(|| {
            let settings = [
                ("condition".into(), entry(at, Value::String("service_started".into()))),
                ("restart".into(), entry(at, Value::Bool(restart))),
                ("required".into(), entry(at, Value::Bool(true))),
            ];
            entry(at, Value::Map(Map::from_iter(settings)))
        });
    }
}

/// What runs before a service has the service's own keys below its own; its mounts it takes over when it runs.
fn inherit(map: &mut Map, report: &mut Report) {
    let Some(Value::Seq(hooks)) = map.get_mut("pre_start").map(|hooks| &mut hooks.value.value) else { return };
    let mut hooks = std::mem::take(hooks);
    let inherited = |key: &str| key != "volumes" && key != "per_replica" && InitContainer::KEYS.contains(&key);
    let base: Map =
        map.iter().filter(|(key, _)| inherited(key)).map(|(key, entry)| (key.clone(), entry.clone())).collect();
    for hook in &mut hooks {
        if let Value::Map(_) = hook.value {
            let at = hook.at;
            let over = std::mem::replace(hook, Node::new(Value::Null, at));
            let base = Node::new(Value::Map(base.clone()), at);
            let merged = merge_values(&Path::from_iter(["services", "hook"]), base, over);
            report.extend(merged.errors);
            *hook = merged.node;
        }
    }
    if let Some(entry) = map.get_mut("pre_start") {
        entry.value.value = Value::Seq(hooks);
    }
}

/// A resource without a name is named after the project and its key, an external one after its key.
fn names(document: &mut Node, project: &str) {
    for section in ["networks", "volumes", "configs", "secrets"] {
        visit(document, &[section, "*"], &Way::ROOT, &mut |node, way| {
            if node.value == Value::Null {
                node.value = Value::Map(Map::default());
            }
            let at = node.at;
            let (Value::Map(map), Some(key)) = (&mut node.value, way.name()) else { return };
            if map.get("name").is_none_or(|name| name.value.value == Value::Null) {
                let name =
                    if map.get("external").is_some_and(is_true) { key.to_owned() } else { format!("{project}_{key}") };
                map.insert("name".into(), entry(at, Value::String(name.into())));
            }
        });
    }
}

/// What Go's `strconv.ParseBool` reads as true.
fn is_true(external: &Entry) -> bool {
    match &external.value.value {
        Value::Bool(value) => *value,
        Value::Int(value) => *value == 1,
        Value::String(text) => matches!(&**text, "1" | "t" | "T" | "TRUE" | "true" | "True"),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
