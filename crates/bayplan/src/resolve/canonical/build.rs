//! `build`: the context alone becomes a mapping; its own short forms become long ones.

use super::{Canonical, Unreadable, entry};
use crate::record::scalar::text_of;
use crate::resolve::visit::{Way, visit};
use crate::resolve::within::Pieces;
use bayplan_yaml::{Entry, Map, Node, Value};

impl Canonical<'_> {
    pub(super) fn build(&mut self, node: &mut Node, way: &Way<'_>) {
        self.short(node, way, "context");
        let Value::Map(map) = &mut node.value else { return };
        for (key, entry) in map.iter_mut() {
            let (node, way) = (&mut entry.value, way.key(key));
            match &**key {
                "secrets" => visit(node, &["*"], &way, &mut |node, way| self.short(node, way, "source")),
                "provenance" | "sbom" => {
                    if let Some(text) = text_of(node) {
                        node.value = Value::String(text.into());
                    }
                }
                "additional_contexts" => self.pairs(node, &way, |_| false),
                "ssh" => self.pairs(node, &way, |name| name == "default"),
                "ulimits" => visit(node, &["*"], &way, &mut |node, way| self.ulimit(node, way)),
                _ => {}
            }
        }
    }

    /// A list of `name=value` becomes a mapping; `alone` says which names need no value.
    fn pairs(&mut self, node: &mut Node, way: &Way<'_>, alone: fn(&str) -> bool) {
        let items = match &node.value {
            Value::Map(_) => return,
            Value::Seq(items) => items,
            _ => return self.report.extend(way.wrong_type(node, "a list or a mapping")),
        };
        let mut map = Map::default();
        let mut unreadable = false;
        for (index, item) in items.iter().enumerate() {
            let way = way.index(index);
            let Some(text) = item.as_str() else {
                self.report.extend(way.wrong_type(item, "a string `name=value`"));
                continue;
            };
            match text.split_once('=') {
                Some((name, value)) => {
                    let pieces = Pieces::of(item, &['=']);
                    let key_at = pieces.part(&(0..name.len())).0;
                    let value = pieces.node(name.len() + 1..text.len(), Value::String(value.into()));
                    map.insert(name.into(), Entry { key_at, value });
                }
                None if alone(text) => drop(map.insert(text.into(), entry(item.at, Value::Null))),
                None if self.unreadable == Unreadable::Keep => unreadable = true,
                None => {
                    let (message, help) = if alone("default") {
                        (format!("`{text}` names no key or agent"), "write `name=path`; only `default` stands alone")
                    } else {
                        (format!("`{text}` has no `=`"), "write `name=value`")
                    };
                    self.report.push(way.invalid(item.at, message, Some(help.to_owned())));
                }
            }
        }
        if !unreadable {
            node.value = Value::Map(map);
        }
    }
}
