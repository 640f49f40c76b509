//! JSON ↔ trees, for tests.

use bayplan_yaml::{Entry, Location, Node, SourceId, Span, Value};

/// The tree of a JSON value; every node stands in source `source`.
pub fn node(json: &serde_json::Value, source: u32) -> Node {
    let at = Location { source: SourceId(source), span: Span::default() };
    let value = match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(number.into()),
            None => Value::Float(number.as_f64().unwrap()),
        },
        serde_json::Value::String(text) => Value::String(text.as_str().into()),
        serde_json::Value::Array(items) => Value::Seq(items.iter().map(|item| node(item, source)).collect()),
        serde_json::Value::Object(map) => Value::Map(
            map.iter()
                .map(|(key, value)| (key.as_str().into(), Entry { key_at: at, value: node(value, source) }))
                .collect(),
        ),
    };
    Node::new(value, at)
}

/// The JSON value of a tree.
pub fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => i64::try_from(*value).unwrap().into(),
        Value::Float(value) => (*value).into(),
        Value::Timestamp(text) | Value::String(text) => text.to_string().into(),
        Value::Seq(items) => items.iter().map(json).collect(),
        Value::Map(map) => map.iter().map(|(key, entry)| (key.to_string(), json(&entry.value))).collect(),
    }
}
