//! `.env` → `[{path, required}]`.

use super::{entry, one_or_many, wrap};
use crate::finding::Report;
use crate::resolve::visit::Way;
use bayplan_yaml::{Node, Value};

pub(super) fn canonical(node: &mut Node, way: &Way<'_>, report: &mut Report) {
    one_or_many(node);
    let Value::Seq(items) = &mut node.value else {
        return report.extend(way.wrong_type(node, "a string or a list"));
    };
    for (index, item) in items.iter_mut().enumerate() {
        let at = item.at;
        if let Value::String(_) = item.value {
            wrap(item, "path");
        }
        match &mut item.value {
            Value::Map(map) => drop(map.entry("required".into()).or_insert_with(|| entry(at, Value::Bool(true)))),
            _ => report.extend(way.index(index).wrong_type(item, "a string or a mapping")),
        }
    }
}
