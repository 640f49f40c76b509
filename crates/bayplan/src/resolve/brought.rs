//! `tree → tree with what files bring`, for those who ask where values come from: the variables and labels of `env_file` and
//! `label_file`, each a layer below what the services say themselves.

use super::environment::{Brought, EnvFiles, pairs};
use super::load::{Layer, LayerKind, Loader};
use super::scope::Scope;
use super::visit::{Way, visit};
use bayplan_yaml::{Node, Path, Segment, Value};

/// Lists of `KEY=value`, which are compared key by key.
const LISTED: [&str; 2] = ["environment", "labels"];

impl Loader<'_> {
    /// Puts the variables and labels of files into the services of `node`, and a layer for each file before those of
    /// `layers`. Relative paths start from `folder`.
    pub fn bring(&mut self, node: &mut Node, layers: &mut Vec<Layer>, folder: &str, scope: &Scope) {
        layers.iter_mut().for_each(|layer| paired(&mut layer.node, layer.root.0.len()));
        let mut whole = node.clone();
        self.canonical(&mut whole);
        self.resolve_paths(&mut whole, folder);
        let mut reader = EnvFiles::new(self.files, self.sources, self.report).tracing();
        reader.environment(&mut whole, &|name| scope.get(name).map(str::to_owned), true);
        reader.labels(&mut whole);
        let below = reader.take_brought().into_iter().map(|brought| {
            let Brought { service, key, by, node } = brought;
            let kind = if key == "labels" { LayerKind::LabelFile } else { LayerKind::EnvFile };
            let mut node = node;
            via(&mut node, by);
            Layer { kind, root: service.key(key), node, scope: Scope::default() }
        });
        layers.splice(0..0, below);
        paired(node, 0);
        visit(node, &["services", "*"], &Way::ROOT, &mut |service, way| {
            let Value::Map(service) = &mut service.value else { return };
            for key in LISTED {
                let Some(Value::Map(all)) = whole.at_path(&way.path().key(key)).map(|node| &node.value) else {
                    continue;
                };
                let at = whole.at_path(&way.path()).map_or_else(Default::default, |node| node.at);
                let empty = || super::canonical::entry(at, Value::Map(Default::default()));
                let there = service.entry(key.into()).or_insert_with(empty);
                let Value::Map(there) = &mut there.value.value else { continue };
                for (name, entry) in all {
                    there.entry(name.clone()).or_insert_with(|| entry.clone());
                }
            }
        });
    }
}

/// Makes mappings of the lists of a tree that stands `depth` keys below the root of the project.
fn paired(node: &mut Node, depth: usize) {
    let Some(above) = ["services", "*"].get(depth..) else { return };
    for key in LISTED {
        let pattern: Vec<&str> = above.iter().copied().chain([key]).collect();
        visit(node, &pattern, &Way::ROOT, &mut |list, _| pairs(list));
    }
}

/// Says of every value that the item at `by` brought it.
fn via(node: &mut Node, by: bayplan_yaml::Location) {
    let Value::Map(map) = &mut node.value else { return };
    for entry in map.values_mut() {
        entry.value.extra.get_or_insert_default().via = Some(by);
    }
}

/// The fields that the short form of an item stands for, by the last key of its list.
pub(super) fn is_short_form(path: &Path, field: &str) -> bool {
    let keys: Vec<&str> = path
        .0
        .iter()
        .filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            Segment::Index(_) => None,
        })
        .collect();
    let fields: &[&str] = match keys.as_slice() {
        ["services", _, "ports"] => &["name", "mode", "host_ip", "target", "published", "protocol", "app_protocol"],
        ["services", _, "volumes"] => &["type", "source", "target", "read_only", "bind", "volume", "tmpfs", "image"],
        ["services", _, "secrets" | "configs"] => &["source", "target", "uid", "gid", "mode"],
        ["services", _, "devices"] => &["source", "target", "permissions"],
        ["services", _, "env_file"] => &["path", "required", "format"],
        ["services", _, "build"] => &["context"],
        _ => &[],
    };
    fields.contains(&field)
}
