//! JSON Schema (draft-07) of records: objects whose every property has a description.

use super::{Part, Slot};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

/// Accepts every text that something else may still stand for: `${TAG}`, `{{ db.port }}`.
pub const VARIABLE: &str = "\\$|\\{\\{";

/// The schema of a mapping under construction.
#[derive(Debug, Default)]
pub struct ObjectSchema {
    properties: Map<String, Value>,
    patterns: Map<String, Value>,
    required: Vec<Value>,
}

impl ObjectSchema {
    /// The schema of the record `P`, described by its doc comment.
    pub fn of<P: Part>(about: &[&str], generator: &mut SchemaGenerator) -> Schema {
        let mut object = Self::default();
        P::describe(generator, &mut object);
        object.finish(about)
    }

    /// Adds the property `key`, described by its doc comment.
    pub fn field<T: Slot<S>, S>(&mut self, key: &str, doc: &[&str], generator: &mut SchemaGenerator) {
        let schema = T::schema(generator);
        self.properties.insert(key.to_owned(), described(schema, doc).to_value());
        if T::REQUIRED {
            self.required.push(key.into());
        }
    }

    /// Adds the properties whose names match `pattern`.
    pub fn pattern(&mut self, pattern: &str, schema: Schema) {
        self.patterns.insert(pattern.to_owned(), schema.to_value());
    }

    fn finish(self, about: &[&str]) -> Schema {
        let mut schema = json!({ "type": "object", "description": text(about), "properties": self.properties });
        if !self.required.is_empty() {
            schema["required"] = self.required.into();
        }
        if !self.patterns.is_empty() {
            schema["patternProperties"] = self.patterns.into();
        }
        schema["additionalProperties"] = false.into();
        schema.try_into().unwrap_or_default()
    }
}

/// The sentence of a doc comment.
fn text(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The schema with the sentence of a doc comment on it.
fn described(schema: Schema, doc: &[&str]) -> Schema {
    let mut schema = match schema.as_object() {
        // draft-07 ignores what stands beside a reference
        Some(object) if object.contains_key("$ref") => json_schema!({ "allOf": [schema] }),
        _ => schema,
    };
    schema.insert("description".to_owned(), text(doc).into());
    schema
}

/// The whole JSON Schema (draft-07) of files that hold a `T`.
pub fn root<T: schemars::JsonSchema>(title: &str) -> Value {
    let mut schema = schemars::generate::SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}

/// A list.
pub fn list(items: Schema, unique: bool) -> Schema {
    if unique {
        json_schema!({ "type": "array", "items": items, "uniqueItems": true })
    } else {
        json_schema!({ "type": "array", "items": items })
    }
}

/// A mapping with any keys.
pub fn values(value: Schema) -> Schema {
    json_schema!({ "type": "object", "additionalProperties": value })
}

/// A mapping whose keys are names.
pub fn named(value: Schema) -> Schema {
    json_schema!({
        "type": "object",
        "patternProperties": { "^[a-zA-Z0-9._-]+$": value },
        "additionalProperties": false
    })
}

/// One of several forms.
pub fn either<const N: usize>(forms: [Schema; N]) -> Schema {
    json_schema!({ "anyOf": forms.to_vec() })
}

/// The form, or nothing.
pub fn or_null(form: Schema) -> Schema {
    either([form, json_schema!({ "type": "null" })])
}

/// A text.
pub fn string() -> Schema {
    json_schema!({ "type": "string" })
}

/// A text that matches `pattern`, or holds a variable.
pub fn pattern(pattern: &str) -> Schema {
    json_schema!({ "type": "string", "pattern": format!("{pattern}|{VARIABLE}") })
}

/// A value of one of the JSON types `types`, or a text that matches `pattern` or holds a variable.
pub fn typed_or_text(types: &[&str], pattern: &str) -> Schema {
    let types: Vec<&str> = types.iter().copied().chain(["string"]).collect();
    json_schema!({ "type": types, "pattern": format!("{pattern}|{VARIABLE}") })
}
