//! How Traefik's values are written: durations, address ranges, statuses, regular expressions.

use crate::record::{Form, Options, Plain, Scalar, Strict, schema};
use crate::value::{self, Duration};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};
use std::net::IpAddr;

/// A duration of Go (`1m30s`), or a number of seconds.
pub enum GoDuration {}

/// Headers: texts, or numbers that stand for texts.
pub type HeaderValues = Options;

/// An address, or a range of addresses such as `10.0.0.0/8`.
pub enum Cidr {}

/// A status, or a range of them: `500`, `500-599`.
pub enum Status {}

/// A regular expression of Go (RE2).
pub enum Regex {}

/// A whole URL of HTTP.
pub enum Url {}

/// A text that is not empty.
pub enum Filled {}

/// An integer that is `LOW` or more.
pub enum AtLeast<const LOW: i64> {}

/// A list that is not empty, its items in the form `F`.
pub struct NotEmpty<F = Plain>(std::marker::PhantomData<F>);

impl Form<Duration> for GoDuration {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Duration> {
        let seconds = match &node.value {
            Value::Int(seconds) => u32::try_from(*seconds).ok(),
            Value::String(text) => text.parse::<u32>().ok(),
            _ => return decoder.wrong_type(node, "a duration, such as `10s`"),
        };
        if let Some(seconds) = seconds {
            return Some(Duration::from_secs(seconds));
        }
        match Duration::parse(node.as_str().unwrap_or("-")) {
            Ok(duration) => Some(duration),
            Err(invalid) => {
                invalid.report(node, decoder);
                None
            }
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"] })
    }
}

impl Form<String> for Cidr {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        let text = <Plain as Form<String>>::read(node, decoder)?;
        if is_cidr(&text) {
            return Some(text);
        }
        let help = "write an address or a range, such as `192.168.0.0/16`";
        value_error(node, format!("`{text}` is no address and no range of addresses"), help, decoder)
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::string()
    }
}

fn is_cidr(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| {
        bits.bytes().all(|digit| digit.is_ascii_digit()) && bits.parse::<u8>().is_ok_and(|bits| bits <= most)
    })
}

impl Form<String> for Status {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        let text = <Scalar as Form<String>>::read(node, decoder)?;
        let code = |text: &str| text.parse::<u16>().ok().filter(|code| (100..600).contains(code));
        let right = match text.split_once('-') {
            Some((low, high)) => code(low).zip(code(high)).is_some_and(|(low, high)| low <= high),
            None => code(&text).is_some(),
        };
        if right {
            return Some(text);
        }
        let help = "write a status or a range, such as `500` or `500-599`";
        value_error(node, format!("`{text}` is no status of HTTP"), help, decoder)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        <Scalar as Form<String>>::schema(generator)
    }
}

impl Form<String> for Filled {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        let text = <Plain as Form<String>>::read(node, decoder)?;
        if !text.is_empty() {
            return Some(text);
        }
        value_error(node, "the text is empty".to_owned(), "write what is meant, or remove the key", decoder)
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::string()
    }
}

impl<T, F: Form<T>> Form<Vec<T>> for NotEmpty<F> {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<T>> {
        let items = <crate::record::Each<F> as Form<Vec<T>>>::read(node, decoder)?;
        if node.as_seq().is_some_and(<[Node]>::is_empty) {
            return value_error(node, "the list is empty".to_owned(), "name at least one", decoder);
        }
        Some(items)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        <crate::record::Each<F> as Form<Vec<T>>>::schema(generator)
    }
}

impl<const LOW: i64> Form<i64> for AtLeast<LOW> {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<i64> {
        let number = <Plain as Form<i64>>::read(node, decoder)?;
        if number >= LOW {
            return Some(number);
        }
        value_error(node, format!("{number} is out of range"), &format!("write {LOW} or more"), decoder)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        <Plain as Form<i64>>::schema(generator)
    }
}

impl Form<String> for Regex {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        let text = <Filled as Form<String>>::read(node, decoder)?;
        checked(node, text, value::Regex::parse, decoder)
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::string()
    }
}

impl Form<String> for Url {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        let text = <Plain as Form<String>>::read(node, decoder)?;
        checked(node, text, value::HttpUrl::parse, decoder)
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::string()
    }
}

/// The text, where `parse` takes it.
fn checked<T>(
    node: &Node,
    text: String,
    parse: fn(&str) -> Result<T, value::Invalid>,
    decoder: &mut Decoder,
) -> Option<String> {
    match parse(&text) {
        Ok(_) => Some(text),
        Err(invalid) => {
            invalid.report(node, decoder);
            None
        }
    }
}

fn value_error<T>(node: &Node, message: String, help: &str, decoder: &mut Decoder) -> Option<T> {
    decoder.error(DecodeErrorKind::Value, node.at, message, Some(help.to_owned()));
    None
}

/// A mapping from statuses to the statuses that clients see instead.
pub enum StatusRewrites {}

impl Form<IndexMap<String, i64>> for StatusRewrites {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, i64>> {
        let Value::Map(map) = &node.value else { return decoder.wrong_type(node, "a mapping") };
        let read = map.iter().filter_map(|(key, entry)| {
            let code = decoder.in_key(key, |decoder| {
                Status::read(&Node::string(&**key, entry.key_at), decoder)?;
                <Strict as Form<i64>>::read(&entry.value, decoder)
            })?;
            Some((key.to_string(), code))
        });
        Some(read.collect())
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::values(json_schema!({ "type": "integer" }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_ranges() {
        for text in ["10.0.0.0/8", "127.0.0.1", "::1", "fd00::/8", "0.0.0.0/0"] {
            assert!(is_cidr(text), "{text}");
        }
        for text in
            ["", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "fd00::/129", "localhost", "1.2.3.4/8/8"]
        {
            assert!(!is_cidr(text), "{text}");
        }
    }
}
