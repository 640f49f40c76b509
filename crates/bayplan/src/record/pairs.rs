//! Pairs: a mapping, or a list of `key=value`.

use super::scalar::text_of;
use super::{Form, schema};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};

/// A mapping of scalars, or a list of `key=value`. Read into texts, a key without a value has the empty one; read into
/// optional texts, it has none (in `environment`, it is taken from the shell).
pub enum KeyValues {}

/// Like [`KeyValues`], but every item of the list needs a `=`.
pub enum PairsOnly {}

/// A mapping of texts and numbers to texts; with `NULL`, a key without a value has the empty text.
pub enum Options<const NULL: bool = false> {}

impl Form<IndexMap<String, Option<String>>> for KeyValues {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, Option<String>>> {
        pairs(node, decoder, |text, node, decoder| {
            let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value.to_owned())));
            if key.ends_with(char::is_whitespace) {
                let help = Some("remove the space before `=`".to_owned());
                let message = format!("the name of the variable `{}` ends with a space", key.trim_end());
                decoder.error(DecodeErrorKind::Value, node.at, message, help);
            }
            Some((key.to_owned(), value))
        })
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        pairs_schema(schema::string())
    }
}

impl Form<IndexMap<String, String>> for KeyValues {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, String>> {
        let read = pairs(node, decoder, |text, _, _| {
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            Some((key.to_owned(), Some(value.to_owned())))
        })?;
        Some(read.into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect())
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        pairs_schema(schema::string())
    }
}

impl Form<IndexMap<String, String>> for PairsOnly {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, String>> {
        let read = pairs(node, decoder, |text, node, decoder| match text.split_once('=') {
            Some((key, value)) => Some((key.to_owned(), Some(value.to_owned()))),
            None => {
                let help = Some("write `name=value`".to_owned());
                decoder.error(DecodeErrorKind::Value, node.at, format!("`{text}` has no `=`"), help);
                None
            }
        })?;
        Some(read.into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect())
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        pairs_schema(schema::pattern("="))
    }
}

impl<const NULL: bool> Form<IndexMap<String, String>> for Options<NULL> {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, String>> {
        let Value::Map(map) = &node.value else { return decoder.wrong_type(node, "a mapping") };
        let read = map.iter().filter_map(|(key, entry)| {
            let node = &entry.value;
            let value = decoder.in_key(key, |decoder| match &node.value {
                Value::Null if NULL => Some(String::new()),
                Value::String(_) | Value::Int(_) | Value::Float(_) | Value::Timestamp(_) => text_of(node),
                _ => decoder.wrong_type(node, "a string or a number"),
            })?;
            Some((key.to_string(), value))
        });
        Some(read.collect())
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        let types: &[&str] = if NULL { &["string", "number", "null"] } else { &["string", "number"] };
        schema::values(json_schema!({ "type": types }))
    }
}

type Pair = (String, Option<String>);

/// Reads a mapping of scalars, or a list whose items `split` takes apart. A later item wins over an earlier one.
fn pairs(
    node: &Node,
    decoder: &mut Decoder,
    split: fn(&str, &Node, &mut Decoder) -> Option<Pair>,
) -> Option<IndexMap<String, Option<String>>> {
    let mut read = IndexMap::new();
    match &node.value {
        Value::Map(map) => {
            for (key, entry) in map {
                decoder.in_key(key, |decoder| match (&entry.value.value, text_of(&entry.value)) {
                    (_, Some(text)) => drop(read.insert(key.to_string(), Some(text))),
                    (Value::Null, _) => drop(read.insert(key.to_string(), None)),
                    _ => decoder.wrong_type(&entry.value, "a string, a number or a boolean").unwrap_or_default(),
                });
            }
        }
        Value::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                let pair = decoder.in_index(index, |decoder| match item.as_str() {
                    Some(text) => split(text, item, decoder),
                    None => decoder.wrong_type(item, "a string `name=value`"),
                });
                if let Some((key, value)) = pair {
                    read.insert(key, value);
                }
            }
        }
        _ => return decoder.wrong_type(node, "a mapping or a list of `name=value`"),
    }
    Some(read)
}

fn pairs_schema(item: Schema) -> Schema {
    let scalar = json_schema!({ "type": ["string", "number", "boolean", "null"] });
    schema::either([schema::values(scalar), schema::list(item, false)])
}
