//! Scalars as Compose reads them: typed ones that may also stand in quotes, and texts made of typed ones.

use super::{Form, Plain, schema};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decode, Decoder, Node, Value};
use schemars::{Schema, SchemaGenerator, json_schema};

/// A typed scalar that Compose does not take from a text: a variable cannot stand here.
pub enum Strict {}

/// An integer from `LOW` to `HIGH`.
pub enum Between<const LOW: i64, const HIGH: i64> {}

/// A text that may be written as an integer.
pub enum Scalar {}

const BOOLEAN: &str = "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy]|[Yy][Ee][Ss]|[Oo][Nn]|[Nn]|[Nn][Oo]|[Oo][Ff][Ff])$";
const INTEGER: &str = "^[+-]?[0-9]+$";
const NUMBER: &str = "^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?$";

impl Form<bool> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<bool> {
        match &node.value {
            Value::Bool(value) => Some(*value),
            Value::String(text) => match text.to_lowercase().as_str() {
                "true" | "y" | "yes" | "on" => Some(true),
                "false" | "n" | "no" | "off" => Some(false),
                _ => not(node, text, "`true` or `false`", "write one of the two", decoder),
            },
            _ => decoder.wrong_type(node, "`true` or `false`"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::typed_or_text(&["boolean"], BOOLEAN)
    }
}

impl Form<bool> for Strict {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<bool> {
        match &node.value {
            Value::Bool(value) => Some(*value),
            Value::String(_) => strict(node, "`true` or `false`", decoder),
            _ => decoder.wrong_type(node, "`true` or `false`"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "boolean" })
    }
}

impl Form<i64> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<i64> {
        match &node.value {
            Value::String(text) => match text.parse() {
                Ok(value) => Some(value),
                Err(_) => not(node, text, "an integer", "write digits only", decoder),
            },
            _ => integer(node, decoder),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::typed_or_text(&["integer"], INTEGER)
    }
}

impl Form<i64> for Strict {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<i64> {
        match &node.value {
            Value::String(_) => strict(node, "an integer", decoder),
            _ => integer(node, decoder),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer" })
    }
}

impl<const LOW: i64, const HIGH: i64> Form<i64> for Between<LOW, HIGH> {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<i64> {
        let value = <Plain as Form<i64>>::read(node, decoder)?;
        if (LOW..=HIGH).contains(&value) {
            return Some(value);
        }
        let help = Some(format!("write a number from {LOW} to {HIGH}"));
        decoder.error(DecodeErrorKind::Value, node.at, format!("{value} is out of range"), help);
        None
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = schema::typed_or_text(&["integer"], INTEGER);
        schema.insert("minimum".to_owned(), LOW.into());
        schema.insert("maximum".to_owned(), HIGH.into());
        schema
    }
}

impl Form<f64> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<f64> {
        match &node.value {
            Value::Int(value) => Some(*value as f64),
            Value::Float(value) if value.is_finite() => Some(*value),
            Value::String(text) => match text.parse::<f64>() {
                Ok(value) if value.is_finite() => Some(value),
                _ => not(node, text, "a number", "write digits, with a dot before fractions, such as `0.5`", decoder),
            },
            _ => decoder.wrong_type(node, "a number"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::typed_or_text(&["number"], NUMBER)
    }
}

impl Form<String> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        match &node.value {
            Value::String(text) => Some(text.to_string()),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Timestamp(_) => {
                let help = Some("put it in quotes".to_owned());
                let message = format!("expected a string, found {}", node.kind());
                decoder.error(DecodeErrorKind::Type, node.at, message, help);
                None
            }
            _ => decoder.wrong_type(node, "a string"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::string()
    }
}

impl Form<String> for Scalar {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        match &node.value {
            Value::String(_) | Value::Int(_) => text_of(node),
            _ => decoder.wrong_type(node, "a string or an integer"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"] })
    }
}

/// The text that Compose makes of a scalar after YAML has typed it: `1.0` → `1`, `010` → `8`. Nothing for null and collections.
pub fn text_of(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) => Some(text.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(value) => Some(value.to_string()),
        Value::Float(value) => Some(go_float(*value)),
        Value::Timestamp(text) => Some(go_time(text)),
        Value::Null | Value::Seq(_) | Value::Map(_) => None,
    }
}

/// A number as Go's `%v` prints it: the shortest digits, with an exponent below 1e-4 and from 1e6 on.
pub fn go_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e6).contains(&magnitude) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    value.to_string()
}

/// A date or time as Go prints it (`2024-01-01` → `2024-01-01 00:00:00 +0000 UTC`); a text that is none stays as it is.
pub fn go_time(text: &str) -> String {
    go_time_parts(text).unwrap_or_else(|| text.to_owned())
}

fn go_time_parts(text: &str) -> Option<String> {
    let mut date = text.split(['T', 't', ' ']).next()?.split('-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let rest = text.split_once(['T', 't', ' ']).map_or("", |(_, rest)| rest.trim_start());
    let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at_checked(zone_at)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut clock = clock.split(':').map(|part| part.parse::<u32>().unwrap_or(0));
    let (hour, minute, second) = (clock.next()?, clock.next().unwrap_or(0), clock.next().unwrap_or(0));
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let zone: String = zone.chars().filter(|c| matches!(c, '+' | '-' | '0'..='9')).collect();
    let zone =
        if zone.trim_matches(['+', '-', '0']).is_empty() { "+0000 UTC".to_owned() } else { format!("{zone} {zone}") };
    Some(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{point}{fraction} {zone}"))
}

/// The node as JSON: what has no counterpart there becomes a text.
pub fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
            (Ok(value), _) => value.into(),
            (_, Ok(value)) => value.into(),
            _ => value.to_string().into(),
        },
        Value::Float(value) => serde_json::Number::from_f64(*value).map_or_else(|| go_float(*value).into(), Into::into),
        Value::Timestamp(text) | Value::String(text) => text.to_string().into(),
        Value::Seq(items) => items.iter().map(json).collect(),
        Value::Map(map) => map.iter().map(|(key, entry)| (key.to_string(), json(&entry.value))).collect(),
    }
}

/// Value types bring their own reader and schema.
macro_rules! values {
    ($($name:ty),*) => {$(
        impl Form<$name> for Plain {
            fn read(node: &Node, decoder: &mut Decoder) -> Option<$name> {
                <$name as Decode>::decode(node, decoder)
            }
            fn schema(generator: &mut SchemaGenerator) -> Schema {
                generator.subschema_for::<$name>()
            }
        }
    )*};
}
values!(
    crate::value::Bytes,
    crate::value::ContainerName,
    crate::value::Duration,
    crate::value::HostName,
    crate::value::ImageRef,
    crate::value::ProjectName,
    crate::value::port::PortRange,
    crate::value::port::Protocol
);

fn integer(node: &Node, decoder: &mut Decoder) -> Option<i64> {
    match node.value {
        Value::Int(value) => match i64::try_from(value) {
            Ok(value) => Some(value),
            Err(_) => {
                decoder.error(DecodeErrorKind::Value, node.at, format!("{value} is out of range"), None);
                None
            }
        },
        Value::Float(value) if value.fract() == 0.0 && value.abs() < 9e18 => Some(value as i64),
        _ => decoder.wrong_type(node, "an integer"),
    }
}

/// Reports that the text of `node` is not `wanted`.
fn not<T>(node: &Node, text: &str, wanted: &str, help: &str, decoder: &mut Decoder) -> Option<T> {
    let given = node.template().map(|template| format!(" (`{template}` gives that)")).unwrap_or_default();
    let message = format!("expected {wanted}, found `{text}`{given}");
    decoder.error(DecodeErrorKind::Value, node.at, message, Some(help.to_owned()));
    None
}

/// Reports a text where Compose converts none.
fn strict<T>(node: &Node, wanted: &str, decoder: &mut Decoder) -> Option<T> {
    let help = match node.template() {
        Some(_) => "Compose puts no variable here: write the value",
        None => "remove the quotes",
    };
    decoder.error(DecodeErrorKind::Type, node.at, format!("expected {wanted}, found a string"), Some(help.to_owned()));
    None
}
