//! `external: {name: …}` → `external: true` and `name`.

use crate::finding::{Finding, Report, Subject};
use crate::resolve::same::same;
use crate::resolve::visit::Way;
use bayplan_yaml::{Entry, Node, Value};

pub(super) fn canonical(node: &mut Node, way: &Way<'_>, report: &mut Report) {
    let map = match &mut node.value {
        Value::Null => return,
        Value::Map(map) => map,
        _ => return report.extend(way.wrong_type(node, "a mapping")),
    };
    let Some(external) = map.get_mut("external") else { return };
    let Value::Map(named) = &mut external.value.value else { return };
    let name = named.shift_remove("name");
    external.value.value = Value::Bool(true);
    let Some(name) = name else { return };
    let path = way.path().key("external").key("name");
    match map.get("name") {
        Some(Entry { value, .. }) if !same(value, &name.value) => {
            let message = "the names in `name` and in `external.name` differ";
            let finding = Finding::deny("conflicting-keys", name.value.at, message).related(value.at, "the other name");
            report.push(finding.help("remove `external.name` and write `external: true`").about(Subject::path(path)));
        }
        Some(_) => {}
        None => drop(map.insert("name".into(), name)),
    }
}
