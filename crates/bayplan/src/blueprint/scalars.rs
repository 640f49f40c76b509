//! Numbers and texts of intents that have to make sense: more than nothing, a duration of Prometheus, an expression of RE2.

use crate::record::{Form, Plain, schema};
use crate::value::{Bytes, Regex};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use schemars::{Schema, SchemaGenerator};

/// CPU cores: at least 0.01.
pub enum Cores {}
/// Memory: at least 6 MiB, which Docker asks for.
pub enum Memory {}
/// A length of time as Prometheus writes it: `30s`, `1h30m`.
pub enum PrometheusTime {}
/// A regular expression, as text.
pub enum ValidRegex {}

fn wrong(node: &Node, message: String, help: &str, decoder: &mut Decoder) {
    decoder.error(DecodeErrorKind::Value, node.at, message, Some(help.to_owned()));
}

impl Form<f64> for Cores {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<f64> {
        let cores = <Plain as Form<f64>>::read(node, decoder)?;
        if cores < 0.01 {
            wrong(node, format!("{cores} processors are too few"), "write a number from 0.01", decoder);
            return None;
        }
        Some(cores)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        <Plain as Form<f64>>::schema(generator)
    }
}

impl Form<Bytes> for Memory {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Bytes> {
        let memory = <Plain as Form<Bytes>>::read(node, decoder)?;
        if memory.0 < 6 << 20 {
            let message = format!("{} bytes are too little memory: Docker wants at least 6 MiB", memory.0);
            wrong(node, message, "write a number and a unit, such as `64M`", decoder);
            return None;
        }
        Some(memory)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        <Plain as Form<Bytes>>::schema(generator)
    }
}

impl Form<String> for PrometheusTime {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        if let Value::Int(number) = node.value {
            let help = Some(format!("add a unit, such as `{number}s`"));
            decoder.error(DecodeErrorKind::Type, node.at, "expected a duration, found an integer", help);
            return None;
        }
        let text = <Plain as Form<String>>::read(node, decoder)?;
        if is_prometheus_time(&text) {
            return Some(text);
        }
        let message = format!("`{}` is no duration of Prometheus", text.escape_debug());
        wrong(node, message, "write numbers with units, larger ones first, such as `30s` or `1m30s`", decoder);
        None
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::string()
    }
}

/// Whether `text` is a duration that Prometheus takes for an interval: not 0, each unit once, larger ones first.
fn is_prometheus_time(text: &str) -> bool {
    const UNITS: [&str; 7] = ["y", "w", "d", "h", "m", "s", "ms"];
    let (mut rest, mut next, mut some) = (text, 0, false);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let unit = &after[..after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len())];
        let Some(at) = UNITS.iter().position(|known| *known == unit) else { return false };
        if number.is_empty() || number.len() > 9 || at < next {
            return false;
        }
        next = at + 1;
        some |= number.bytes().any(|digit| digit != b'0');
        rest = &after[unit.len()..];
    }
    some
}

impl Form<String> for ValidRegex {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        let text = <Plain as Form<String>>::read(node, decoder)?;
        match Regex::parse(&text) {
            Ok(_) => Some(text),
            Err(invalid) => {
                invalid.report(node, decoder);
                None
            }
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_prometheus() {
        for text in ["30s", "1m", "1h30m", "1d2h3m4s5ms", "500ms", "1y2w", "01s", "0h1s"] {
            assert!(is_prometheus_time(text), "{text}");
        }
        for text in
            ["", "0", "0s", "30", "1.5h", "30s1m", "1s1s", "-1s", "1 s", "1h30", "s", "1us", "1µs", "9999999999s"]
        {
            assert!(!is_prometheus_time(text), "{text}");
        }
    }
}
