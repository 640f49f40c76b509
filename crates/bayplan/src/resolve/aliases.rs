//! `x-develop, x-initialSync → develop, initial_sync`: the names that attributes had before the Compose Specification took
//! them over (compose-go 2.16.2, `loader/aliases.go`).

use super::merge::merge_at;
use super::visit::{Way, visit};
use crate::finding::Report;
use bayplan_yaml::{Node, Value};

/// Gives attributes their name of today, outermost first. Where both names are there, the value under the old one is the
/// base of the other.
pub fn promote(document: &mut Node, report: &mut Report) {
    let aliases: [(&[&str], &str, &str); 2] = [
        (&["services", "*"], "x-develop", "develop"),
        (&["services", "*", "develop", "watch", "[]"], "x-initialSync", "initial_sync"),
    ];
    for (parent, old, new) in aliases {
        visit(document, parent, &Way::ROOT, &mut |node, way| {
            let Value::Map(map) = &mut node.value else { return };
            // A mapping that is not changed stays shared with the trees that it is a copy of.
            if !map.contains_key(old) {
                return;
            }
            let Some(mut extension) = map.shift_remove(old) else { return };
            let attribute = map.shift_remove(new).filter(|attribute| attribute.value.value != Value::Null);
            if let Some(attribute) = attribute {
                let merged = merge_at(&way.path().key(new), extension.value, attribute.value);
                report.extend(merged.errors);
                extension.value = merged.node;
                extension.key_at = attribute.key_at;
            }
            map.insert(new.into(), extension);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{json, node};
    use super::*;

    #[test]
    fn old_names_become_new_ones_and_new_ones_win() {
        let mut tree = node(
            &serde_json::json!({ "services": {
                "a": { "x-develop": { "watch": [{ "path": ".", "x-initialSync": true }] } },
                "b": { "x-develop": { "watch": [{ "path": "x" }], "x-y": 1 }, "develop": { "watch": [{ "path": "y" }] } },
                "c": { "x-develop": { "watch": [] }, "develop": null },
                "d": { "develop": { "watch": [{ "x-initialSync": true, "initial_sync": false }] } }
            }, "x-develop": {} }),
            1,
        );
        let mut report = Report::new();
        promote(&mut tree, &mut report);
        assert_eq!(report.findings, []);
        assert_eq!(
            json(&tree),
            serde_json::json!({ "services": {
                "a": { "develop": { "watch": [{ "path": ".", "initial_sync": true }] } },
                "b": { "develop": { "watch": [{ "path": "x" }, { "path": "y" }], "x-y": 1 } },
                "c": { "develop": { "watch": [] } },
                "d": { "develop": { "watch": [{ "initial_sync": false }] } }
            }, "x-develop": {} })
        );
    }
}
