//! `[db, cache]` → a mapping; every dependency says its condition and whether it is required.

use super::entry;
use crate::finding::Report;
use crate::resolve::visit::Way;
use bayplan_yaml::{Location, Map, Node, Value};

pub(super) fn canonical(node: &mut Node, way: &Way<'_>, report: &mut Report) {
    match &mut node.value {
        Value::Map(map) => {
            for (key, dependency) in map.iter_mut() {
                match &mut dependency.value.value {
                    Value::Map(settings) => complete(settings, dependency.value.at),
                    _ => report.extend(way.key(key).wrong_type(&dependency.value, "a mapping")),
                }
            }
        }
        Value::Seq(items) => {
            let mut map = Map::default();
            for (index, item) in items.iter().enumerate() {
                let Some(name) = item.as_str() else {
                    report.extend(way.index(index).wrong_type(item, "a string"));
                    continue;
                };
                let mut settings = Map::default();
                complete(&mut settings, item.at);
                map.insert(name.into(), entry(item.at, Value::Map(settings)));
            }
            node.value = Value::Map(map);
        }
        _ => report.extend(way.wrong_type(node, "a list of names or a mapping")),
    }
}

fn complete(settings: &mut Map, at: Location) {
    settings.entry("condition".into()).or_insert_with(|| entry(at, Value::String("service_started".into())));
    settings.entry("required".into()).or_insert_with(|| entry(at, Value::Bool(true)));
}
