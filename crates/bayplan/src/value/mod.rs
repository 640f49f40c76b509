//! `text → validated value`: one type a file, each with Compose's own grammar.
//!
//! Every type that is written as one scalar has `parse`, `FromStr`, `Display` (its canonical text), `Serialize`,
//! `Deserialize`, [`Decode`](bayplan_yaml::Decode) over a node of the tree and a JSON Schema; the `scalar!` macro writes all but the first
//! and the third.

pub mod bytes;
pub mod compose_version;
pub mod duration;
pub mod host;
pub mod image;
pub mod mount;
pub mod name;
pub mod port;
pub mod regex;
pub mod url;

pub use bytes::Bytes;
pub use compose_version::ComposeVersion;
pub use duration::Duration;
pub use host::{HostName, HostPattern};
pub use image::{ImageRef, Pin};
pub use mount::{MountSpec, MountType};
pub use name::{ContainerName, EnvName, ProjectName, ResourceName, ServiceName};
pub use port::{PortRange, PortSpec, Protocol};
pub use regex::Regex;
pub use url::HttpUrl;

use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Location, Node, Span, Value};
use schemars::Schema;
use std::ops::Range;

/// Why a text is not a valid value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// What is wrong, lower case, no full stop, names in backticks.
    pub message: String,
    /// The one thing to do.
    pub help: Option<String>,
    /// The bytes of the text that are wrong; the whole text where no part stands out.
    pub range: Range<usize>,
}

impl Invalid {
    /// Says that the bytes `range` of a text are wrong.
    pub fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, range }
    }

    /// Says that the whole of `text` is wrong.
    pub fn whole(text: &str, message: impl Into<String>) -> Self {
        Self::new(0..text.len(), message)
    }

    /// Says that `part`, which stands at byte `start`, is wrong.
    pub fn part(start: usize, part: &str, message: impl Into<String>) -> Self {
        Self::new(start..start + part.len(), message)
    }

    /// Adds the one thing to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same error in a text in which this text begins at byte `start`.
    #[must_use]
    pub fn shifted(mut self, start: usize) -> Self {
        self.range = self.range.start + start..self.range.end + start;
        self
    }

    /// Reports this error about the text of `node`.
    pub fn report(self, node: &Node, decoder: &mut Decoder) {
        let at = locate(node, &self.range);
        decoder.error(DecodeErrorKind::Value, at, self.message, self.help);
    }
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Invalid {}

/// The place of the bytes `range` of the text of the scalar `node`: exact where the text stands in the source as it is
/// (plain, or quoted without escapes), else the whole scalar.
pub fn locate(node: &Node, range: &Range<usize>) -> Location {
    let Value::String(text) = &node.value else { return node.at };
    let text = node.template().unwrap_or(text);
    let span = node.at.span;
    let inset = match span.len().checked_sub(text.len()) {
        Some(0) if node.plain => 0,
        Some(2) if !node.plain => 1,
        _ => return node.at,
    };
    if range.start >= range.end || range.end > text.len() {
        return node.at;
    }
    let at = |offset: usize| u32::try_from(offset + inset).map_or(span.end, |offset| span.start + offset);
    Location { source: node.at.source, span: Span::new(at(range.start), at(range.end)) }
}

/// Which YAML scalars a type is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Strings only.
    Text,
    /// Strings and integers.
    Integer,
    /// Strings, integers and floating-point numbers.
    Number,
}

/// Reads a scalar `node` through `parse`; `wanted` names the type in messages ("an image reference").
pub fn decode_scalar<T>(
    node: &Node,
    decoder: &mut Decoder,
    wanted: &str,
    takes: Takes,
    parse: impl Fn(&str) -> Result<T, Invalid>,
) -> Option<T> {
    let number;
    let text = match (&node.value, takes) {
        (Value::String(text), _) => &**text,
        (Value::Int(value), Takes::Integer | Takes::Number) => {
            number = value.to_string();
            &number
        }
        (Value::Float(value), Takes::Number) => {
            number = value.to_string();
            &number
        }
        (Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Timestamp(_), _) => {
            let message = format!("expected {wanted}, found {}", node.kind());
            // Quotes alone do not make `10` a duration.
            let quoted = crate::record::scalar::text_of(node).map(|text| parse(&text));
            let help = match quoted {
                Some(Err(invalid)) => invalid.help,
                _ => matches!(takes, Takes::Text).then(|| "put it in quotes".to_owned()),
            };
            decoder.error(DecodeErrorKind::Type, node.at, message, help);
            return None;
        }
        _ => return decoder.wrong_type(node, wanted),
    };
    match parse(text) {
        Ok(value) => Some(value),
        Err(invalid) if node.template().is_some() => {
            let written = node.template().unwrap_or_default();
            let message = format!("{} (`{written}` gives `{text}`)", invalid.message);
            decoder.error(DecodeErrorKind::Value, node.at, message, invalid.help);
            None
        }
        Err(invalid) => {
            invalid.report(node, decoder);
            None
        }
    }
}

/// The JSON Schema of a type that is written as one scalar.
pub fn scalar_schema(takes: Takes, description: &str, examples: &[&str]) -> Schema {
    let kind = match takes {
        Takes::Text => serde_json::json!("string"),
        Takes::Integer => serde_json::json!(["string", "integer"]),
        Takes::Number => serde_json::json!(["string", "number"]),
    };
    schemars::json_schema!({ "type": kind, "description": description, "examples": examples })
}

/// Reads any scalar of a serde format through `parse`.
pub fn deserialize_scalar<'de, T, D: serde::Deserializer<'de>>(
    deserializer: D,
    wanted: &'static str,
    takes: Takes,
    parse: fn(&str) -> Result<T, Invalid>,
) -> Result<T, D::Error> {
    struct Visitor<T>(&'static str, Takes, fn(&str) -> Result<T, Invalid>);
    impl<T> Visitor<T> {
        fn number<E: serde::de::Error>(
            self,
            least: Takes,
            text: &str,
            found: serde::de::Unexpected<'_>,
        ) -> Result<T, E> {
            let taken = self.1 == Takes::Number || self.1 == least;
            if taken { (self.2)(text).map_err(E::custom) } else { Err(E::invalid_type(found, &self)) }
        }
    }
    impl<T> serde::de::Visitor<'_> for Visitor<T> {
        type Value = T;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            (self.2)(text).map_err(E::custom)
        }
        fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<T, E> {
            self.number(Takes::Integer, &value.to_string(), serde::de::Unexpected::Signed(value))
        }
        fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<T, E> {
            self.number(Takes::Integer, &value.to_string(), serde::de::Unexpected::Unsigned(value))
        }
        fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<T, E> {
            self.number(Takes::Number, &value.to_string(), serde::de::Unexpected::Float(value))
        }
    }
    deserializer.deserialize_any(Visitor(wanted, takes, parse))
}

/// Gives a type with `parse` and `Display` all that a value written as one scalar has.
macro_rules! scalar {
    ($name:ident, $wanted:literal, $takes:ident, $description:literal, $examples:expr) => {
        impl std::str::FromStr for $name {
            type Err = $crate::value::Invalid;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::value::deserialize_scalar(deserializer, $wanted, $crate::value::Takes::$takes, Self::parse)
            }
        }
        impl bayplan_yaml::Decode for $name {
            fn decode(node: &bayplan_yaml::Node, decoder: &mut bayplan_yaml::Decoder) -> Option<Self> {
                $crate::value::decode_scalar(node, decoder, $wanted, $crate::value::Takes::$takes, Self::parse)
            }
        }
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::value::scalar_schema($crate::value::Takes::$takes, $description, &$examples)
            }
        }
    };
}
use scalar;

/// Asserts that every text of `cases` parses and prints as the text beside it.
#[cfg(test)]
fn accepts<T: std::str::FromStr<Err = Invalid> + std::fmt::Display>(cases: &[(&str, &str)]) {
    for (text, printed) in cases {
        match text.parse::<T>() {
            Ok(value) => {
                assert_eq!(value.to_string(), *printed, "printing `{text}`");
                let again = value.to_string().parse::<T>();
                assert_eq!(again.map(|value| value.to_string()).as_deref(), Ok(*printed), "reading `{printed}` again");
            }
            Err(invalid) => panic!("`{text}` was refused: {invalid}"),
        }
    }
}

/// Asserts that every text of `cases` is refused with the message beside it, and that the bytes named are those beside it.
#[cfg(test)]
fn refuses<T: std::str::FromStr<Err = Invalid> + std::fmt::Display>(cases: &[(&str, &str, &str)]) {
    for (text, wrong, message) in cases {
        match text.parse::<T>() {
            Ok(value) => panic!("`{text}` was accepted as `{value}`"),
            Err(invalid) => {
                assert_eq!(invalid.message, *message, "refusing `{text}`");
                assert_eq!(text.get(invalid.range), Some(*wrong), "place in `{text}`");
            }
        }
    }
}
