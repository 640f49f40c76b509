//! `file → warnings`: what Compose drops or ignores without a word, said where it was written, before anything is merged.

use super::files::clean;
use crate::finding::{Finding, Fix, Label, Subject};
use crate::value::MountSpec;
use bayplan_yaml::{Location, Node, Path};
use indexmap::IndexMap;

/// Looks at the services of a file.
pub fn check(document: &Node) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(entry) = document.as_map().and_then(|map| map.get("version")) {
        let message = "Compose ignores `version`, and says so each time".to_owned();
        let path = Path::root().key("version");
        let fix = Fix::safe("remove `version`").delete(path.clone());
        found.push(warn("obsolete-key", path, entry.key_at, message).help("remove it").fix(fix));
    }
    for (name, entry) in document.get("services").and_then(Node::as_map).into_iter().flatten() {
        for key in ["environment", "labels", "annotations", "sysctls"] {
            repeated(name, &entry.value, key, &mut found);
            extensions(name, &entry.value, key, &mut found);
        }
        volumes(name, &entry.value, &mut found);
    }
    found
}

fn service_path(name: &str) -> Path {
    Path::from_iter(["services", name])
}

fn warn(rule: &'static str, path: Path, at: Location, message: String) -> Finding {
    Finding::warn(rule, at, message).about(Subject::path(path))
}

/// A name twice in a list of `NAME=value`: Compose keeps the last.
fn repeated(name: &str, service: &Node, key: &str, found: &mut Vec<Finding>) {
    let Some(items) = service.get(key).and_then(Node::as_seq) else { return };
    let mut seen: IndexMap<&str, &Node> = IndexMap::new();
    for (index, item) in items.iter().enumerate() {
        let Some(text) = item.as_str() else { continue };
        let variable = text.split('=').next().unwrap_or(text);
        let Some(first) = seen.insert(variable, item) else { continue };
        let message = format!("`{variable}` stands twice in the list: Compose takes the last");
        let path = service_path(name).key(key).index(index);
        let mut finding = warn("duplicate-key", path, item.at, message).help("remove one of the two");
        finding.related.push(Label { at: first.at, message: "first written here".to_owned() });
        found.push(finding);
    }
}

/// Names that begin with `x-`: Compose puts all of them together under the one name `#extensions` (compose-go,
/// `loader/loader.go`, `processExtensions`).
fn extensions(name: &str, service: &Node, key: &str, found: &mut Vec<Finding>) {
    let Some(map) = service.get(key).and_then(Node::as_map) else { return };
    for (variable, entry) in map.iter().filter(|(variable, _)| variable.starts_with("x-")) {
        let message = format!("Compose takes `{variable}` for an extension: `{name}` gets `#extensions` in its place");
        let path = service_path(name).key(key).key(&**variable);
        found.push(warn("mistaken-extension", path, entry.key_at, message).help("give it a name without `x-`"));
    }
}

/// Options of mounts that Compose does not know, and two mounts at one path, of which it takes the last.
fn volumes(name: &str, service: &Node, found: &mut Vec<Finding>) {
    let Some(items) = service.get("volumes").and_then(Node::as_seq) else { return };
    let mut targets: IndexMap<String, &Node> = IndexMap::new();
    for (index, item) in items.iter().enumerate() {
        let path = || service_path(name).key("volumes").index(index);
        let spec = item.as_str().and_then(|text| MountSpec::parse(text).ok());
        for option in spec.iter().flat_map(|spec| &spec.unknown_options) {
            let at = item
                .as_str()
                .and_then(|text| Some(text.rfind(option.as_str())?..text.rfind(option.as_str())? + option.len()));
            let at = at.map_or(item.at, |range| crate::value::locate(item, &range));
            let message = format!("Compose ignores the option `{option}` of this mount");
            let help = "remove it; there are `ro`, `rw`, `z`, `Z`, `nocopy` and the propagations, such as `rslave`";
            found.push(warn("ignored-option", path(), at, message).help(help));
        }
        let long = item.get("target").and_then(Node::as_str);
        let Some(target) = spec.map(|spec| spec.target).or_else(|| long.map(str::to_owned)) else { continue };
        let Some(first) = targets.insert(clean(&target), item) else { continue };
        let message = format!("two mounts of `{name}` stand at `{target}`: Compose takes the last");
        let mut finding = warn("duplicate-mount", path(), item.at, message).help("remove one of the two");
        finding.related.push(Label { at: first.at, message: "first mounted here".to_owned() });
        found.push(finding);
    }
}
