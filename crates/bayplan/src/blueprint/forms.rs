//! The short forms of intents: `needs: [db]`, `route: shop`, `metrics: 9102`, `backup: nightly`.

use super::intents::{Backup, Exemption, Logs, Need, Parameters, Route, Schedule, Scrape, Size, SizeRef};
use crate::record::{Form, Plain, schema};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};

/// A list of names, or a mapping from names to conditions.
pub enum NeedsForm {}
/// A host, a route, or a list of both.
pub enum RoutesForm {}
/// A port, a target, a list of both, or `false`.
pub enum MetricsForm {}
/// `true`, `false`, or a mapping.
pub enum LogsForm {}
/// A name, or a mapping.
pub enum SizeForm {}
/// A schedule, or a mapping.
pub enum BackupForm {}
/// A reason, or a mapping.
pub enum ExemptionForm {}
/// A day, `YYYY-MM-DD`.
pub enum Date {}

impl Form<Parameters> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Parameters> {
        match node.value {
            Value::Map(_) => Some(Parameters(node.clone())),
            _ => decoder.wrong_type(node, "a mapping of parameters"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

impl serde::Serialize for Parameters {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::record::scalar::json(&self.0).serialize(serializer)
    }
}

impl serde::Serialize for SizeRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            SizeRef::Named(name) => serializer.serialize_str(name),
            SizeRef::Given(size) => size.serialize(serializer),
        }
    }
}

impl Form<IndexMap<String, Need>> for NeedsForm {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, Need>> {
        match &node.value {
            Value::Seq(items) => {
                let mut needs = IndexMap::new();
                for (index, item) in items.iter().enumerate() {
                    decoder.in_index(index, |decoder| match item.as_str() {
                        None => drop(decoder.wrong_type::<()>(item, "the name of a service")),
                        Some(name) if needs.contains_key(name) => {
                            let help = Some("remove one of the two".to_owned());
                            decoder.error(DecodeErrorKind::Value, item.at, format!("`{name}` is needed twice"), help);
                        }
                        Some(name) => drop(needs.insert(name.to_owned(), Need::default())),
                    });
                }
                Some(needs)
            }
            Value::Map(map) => Some(
                map.iter()
                    .filter_map(|(name, entry)| {
                        let need = match entry.value.value {
                            Value::Null => Need::default(),
                            _ => decoder.in_key(name, |decoder| <Plain as Form<Need>>::read(&entry.value, decoder))?,
                        };
                        Some((name.to_string(), need))
                    })
                    .collect(),
            ),
            _ => decoder.wrong_type(node, "a list of services"),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let need = schema::or_null(<Plain as Form<Need>>::schema(generator));
        schema::either([schema::list(schema::string(), true), schema::values(need)])
    }
}

/// Reads one item, or a list of items.
fn one_or_more<T>(
    node: &Node,
    decoder: &mut Decoder,
    one: impl Fn(&Node, &mut Decoder) -> Option<T>,
) -> Option<Vec<T>> {
    match &node.value {
        Value::Seq(items) => Some(
            items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| decoder.in_index(index, |decoder| one(item, decoder)))
                .collect(),
        ),
        _ => one(node, decoder).map(|item| vec![item]),
    }
}

impl Form<Vec<Route>> for RoutesForm {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<Route>> {
        one_or_more(node, decoder, |node, decoder| match &node.value {
            Value::String(host) => Some(Route { host: host.to_string(), ..Route::default() }),
            Value::Map(_) => <Plain as Form<Route>>::read(node, decoder),
            _ => decoder.wrong_type(node, "a host name or a mapping with `host`"),
        })
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let route = <Plain as Form<Route>>::schema(generator);
        let one = schema::either([schema::string(), route]);
        schema::either([one.clone(), schema::list(one, false)])
    }
}

impl Form<Vec<Scrape>> for MetricsForm {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<Scrape>> {
        if node.value == Value::Bool(false) {
            return Some(Vec::new());
        }
        one_or_more(node, decoder, |node, decoder| match &node.value {
            Value::Map(_) => <Plain as Form<Scrape>>::read(node, decoder),
            Value::Int(_) => {
                let port = <crate::record::Between<1, 65535> as Form<i64>>::read(node, decoder)?;
                Some(Scrape { port, ..Scrape::default() })
            }
            _ => decoder.wrong_type(node, "a port, a mapping with `port`, or `false`"),
        })
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let scrape = <Plain as Form<Scrape>>::schema(generator);
        let one = schema::either([json_schema!({ "type": "integer", "minimum": 1, "maximum": 65535 }), scrape]);
        schema::either([json_schema!({ "const": false }), one.clone(), schema::list(one, false)])
    }
}

impl Form<Logs> for LogsForm {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Logs> {
        match node.value {
            Value::Bool(enabled) => Some(Logs { enabled: Some(enabled), ..Logs::default() }),
            Value::Map(_) => <Plain as Form<Logs>>::read(node, decoder),
            _ => decoder.wrong_type(node, "`true`, `false` or a mapping"),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::either([json_schema!({ "type": "boolean" }), <Plain as Form<Logs>>::schema(generator)])
    }
}

impl Form<SizeRef> for SizeForm {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<SizeRef> {
        match &node.value {
            Value::String(name) => Some(SizeRef::Named(name.to_string())),
            Value::Map(_) => <Plain as Form<Size>>::read(node, decoder).map(SizeRef::Given),
            _ => decoder.wrong_type(node, "the name of a size or a mapping"),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::either([schema::string(), <Plain as Form<Size>>::schema(generator)])
    }
}

impl Form<Backup> for BackupForm {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Backup> {
        match node.value {
            Value::Map(_) => <Plain as Form<Backup>>::read(node, decoder),
            _ => <Plain as Form<Schedule>>::read(node, decoder)
                .map(|schedule| Backup { schedule: Some(schedule), exempt: None }),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::either([<Plain as Form<Schedule>>::schema(generator), <Plain as Form<Backup>>::schema(generator)])
    }
}

impl Form<Exemption> for ExemptionForm {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Exemption> {
        let exemption = match &node.value {
            Value::String(reason) => Exemption { reason: reason.to_string(), until: None },
            Value::Map(_) => <Plain as Form<Exemption>>::read(node, decoder)?,
            _ => return decoder.wrong_type(node, "a reason or a mapping with `reason`"),
        };
        if exemption.reason.trim().is_empty() && node.get("reason").is_none_or(|reason| reason.as_str().is_some()) {
            let help = Some("say in a few words why the rule may be broken here".to_owned());
            decoder.error(DecodeErrorKind::Value, node.at, "an exemption needs a reason", help);
        }
        Some(exemption)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::either([schema::string(), <Plain as Form<Exemption>>::schema(generator)])
    }
}

impl Form<String> for Date {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        let text = match &node.value {
            Value::String(text) | Value::Timestamp(text) => text.to_string(),
            _ => return decoder.wrong_type(node, "a day as `YYYY-MM-DD`"),
        };
        if is_day(&text) {
            return Some(text);
        }
        let help = Some("write it as `2027-01-31`".to_owned());
        decoder.error(DecodeErrorKind::Value, node.at, format!("`{text}` is not a day"), help);
        None
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

/// Whether `text` is a day of the calendar, `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) || !text.chars().all(|c| c.is_ascii_digit() || c == '-') {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>()) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}
