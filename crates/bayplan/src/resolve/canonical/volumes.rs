//! `"./data:/var/lib/data:ro"` → `{type, source, target, read_only, bind, volume}`.

use super::{Canonical, Unreadable, entry};
use crate::resolve::files::clean;
use crate::resolve::visit::Way;
use crate::resolve::within::Pieces;
use crate::value::MountSpec;
use crate::value::mount::MountType;
use bayplan_yaml::{Entry, Map, Node, Value};

impl Canonical<'_> {
    pub(super) fn volume(&mut self, node: &mut Node, way: &Way<'_>) {
        let text = match &node.value {
            Value::Map(_) => return,
            Value::String(text) => text,
            _ => return self.report.extend(way.wrong_type(node, "a string or a mapping")),
        };
        match MountSpec::parse(text) {
            Ok(mount) => node.value = Value::Map(long(text, &mount, node)),
            Err(_) if self.unreadable == Unreadable::Keep => {}
            Err(invalid) => {
                let mut decoder = way.decoder();
                invalid.report(node, &mut decoder);
                self.report.extend(decoder.finish());
            }
        }
    }
}

fn long(text: &str, mount: &MountSpec, node: &Node) -> Map {
    let string = |text: &str| Value::String(text.into());
    // The source comes first, the target behind it.
    let target_at = mount.source.as_ref().map_or(0, |source| source.len() + 1);
    let target_at = target_at..target_at + mount.target.len();
    let pieces = Pieces::of(node, &[':']);
    let part = |range, value| Entry { key_at: node.at, value: pieces.node(range, value) };
    let mut map = Map::default();
    let kind = mount.kind();
    map.insert("type".into(), entry(node.at, string(kind.as_str())));
    if let Some(source) = &mount.source {
        map.insert("source".into(), part(0..source.len(), string(source)));
    }
    map.insert("target".into(), part(target_at, string(&clean(&mount.target))));
    if mount.read_only {
        map.insert("read_only".into(), entry(node.at, Value::Bool(true)));
    }
    let mut bind = Map::default();
    if let Some(label) = &mount.selinux {
        bind.insert("selinux".into(), entry(node.at, string(label)));
    }
    if let Some(propagation) = &mount.propagation {
        bind.insert("propagation".into(), entry(node.at, string(propagation)));
    }
    let mut volume = Map::default();
    if mount.nocopy {
        volume.insert("nocopy".into(), entry(node.at, Value::Bool(true)));
    }
    if kind == MountType::Bind {
        bind.insert("create_host_path".into(), entry(node.at, Value::Bool(true)));
    }
    if !bind.is_empty() {
        map.insert("bind".into(), entry(node.at, Value::Map(bind)));
    }
    // A text of one or two bytes is a path, whose volume has no settings (`format/volume.go`).
    if !volume.is_empty() || (kind == MountType::Volume && text.len() > 2) {
        map.insert("volume".into(), entry(node.at, Value::Map(volume)));
    }
    map
}
