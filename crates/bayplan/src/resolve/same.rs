//! `two trees → whether they say the same`, wherever they were written and in whatever order their keys stand.

use bayplan_yaml::{Node, Value};
use std::fmt::Write;

/// Whether both values are deeply equal: types count (`1` is not `"1"`), places, quotes and key order do not.
pub fn same(a: &Node, b: &Node) -> bool {
    fingerprint(a) == fingerprint(b)
}

/// A text that two values share exactly when they are [`same`].
pub fn fingerprint(node: &Node) -> String {
    let mut text = String::new();
    write(node, &mut text);
    text
}

fn write(node: &Node, text: &mut String) {
    // Every string is written behind its length, so that no string can imitate the structure around it.
    let _ = match &node.value {
        Value::Null => write!(text, "~"),
        Value::Bool(value) => write!(text, "b{value};"),
        Value::Int(value) => write!(text, "i{value};"),
        Value::Float(value) => write!(text, "f{:x};", value.to_bits()),
        Value::Timestamp(value) => write!(text, "t{}:{value}", value.len()),
        Value::String(value) => write!(text, "s{}:{value}", value.len()),
        Value::Seq(items) => {
            let _ = write!(text, "[{}:", items.len());
            items.iter().for_each(|item| write(item, text));
            Ok(())
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let _ = write!(text, "{{{}:", entries.len());
            for (key, entry) in entries {
                let _ = write!(text, "{}:{key}", key.len());
                write(&entry.value, text);
            }
            Ok(())
        }
    };
}
