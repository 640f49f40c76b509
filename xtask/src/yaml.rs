//! A YAML file → JSON values, which is all that the checks of generated files need.

use bayplan_yaml::{Limits, LineIndex, Node, SourceId, Value, read};
use serde_json::{Map, Number, Value as Json};
use std::fs;
use std::path::Path;

/// The first document of the file at `path`; an empty file is null.
pub fn load(path: &Path) -> Result<Json, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let result = read(&text, SourceId(0), &Limits::default());
    match result.errors.first() {
        Some(error) => {
            let at = LineIndex::new(&text).position(&text, error.at.span.start);
            Err(format!("{}:{}:{}: {}", path.display(), at.line, at.column, error.message))
        }
        None => Ok(result.first().map_or(Json::Null, json)),
    }
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Number::from_i128(*value).map_or(Json::Null, Json::Number),
        Value::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
        Value::Timestamp(text) | Value::String(text) => Json::String(text.to_string()),
        Value::Seq(items) => Json::Array(items.iter().map(json).collect()),
        Value::Map(map) => {
            let mut object = Map::new();
            for (key, entry) in map {
                object.insert(key.to_string(), json(&entry.value));
            }
            Json::Object(object)
        }
    }
}
