//! `"/dev/ttyUSB0:/dev/tty:rw"` → `{source, target, permissions}`.

use super::{Canonical, Unreadable, entry};
use crate::resolve::visit::Way;
use crate::resolve::within::Pieces;
use bayplan_yaml::{Entry, Map, Node, Value};
use std::ops::Range;

impl Canonical<'_> {
    pub(super) fn device(&mut self, node: &mut Node, way: &Way<'_>) {
        let text = match &node.value {
            Value::Map(_) => return,
            Value::String(text) => text,
            _ => return self.report.extend(way.wrong_type(node, "a string or a mapping")),
        };
        let pieces = Pieces::of(node, &[':']);
        let mut at = 0;
        let mut parts = text.split(':').map(|part| {
            let start = at;
            at += part.len() + 1;
            start..start + part.len()
        });
        let (source, target, permissions, more) = (parts.next(), parts.next(), parts.next(), parts.next());
        if more.is_some() && self.unreadable == Unreadable::Report {
            let help = "write `source`, `target` and `permissions` as a mapping".to_owned();
            let message = format!("`{text}` has too many colons for a device");
            return self.report.push(way.invalid(node.at, message, Some(help)));
        }
        // With too many parts and nobody to tell, compose-go takes none of them.
        let taken = |range: Option<Range<usize>>| range.filter(|_| more.is_none());
        let source = taken(source).unwrap_or(0..0);
        let target = taken(target).filter(|target| !target.is_empty()).unwrap_or(source.clone());
        let part = |range: Range<usize>| {
            let value = Value::String(text[range.clone()].into());
            Entry { key_at: node.at, value: pieces.node(range, value) }
        };
        let permissions = match taken(permissions) {
            Some(range) => part(range),
            None => entry(node.at, Value::String("rwm".into())),
        };
        let map =
            [("source".into(), part(source)), ("target".into(), part(target)), ("permissions".into(), permissions)];
        node.value = Value::Map(Map::from_iter(map));
    }
}
