//! The short forms of intents: `needs: [db]`, `route: shop`, `metrics: 9102`, `backup: nightly`.

use super::intents::{
    Backup, Exemption, Logs, Members, Need, Parameters, Protocol, Route, Schedule, Scrape, Size, SizeRef,
};
use crate::record::{Form, Plain, form, schema};
use crate::value::HttpUrl;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};

/// A list of names, or a mapping from names to conditions.
pub enum NeedsForm {}
/// A host, a route, or a list of both.
pub enum RoutesForm {}
/// `true`, a port, a target, a list of both, or `false`.
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

impl Form<Members> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Members> {
        let Value::Map(map) = &node.value else {
            return decoder.wrong_type(node, "a mapping from members to their keys");
        };
        for (name, entry) in map {
            let _ = decoder.in_key(name, |decoder| <Plain as Form<super::Service>>::read(&entry.value, decoder));
        }
        Some(Members(node.clone()))
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::values(generator.subschema_for::<super::Service>())
    }
}

impl serde::Serialize for Members {
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
        if node.as_seq().is_some_and(<[Node]>::is_empty) {
            let help = Some("write a host name, or remove `route`".to_owned());
            decoder.error(DecodeErrorKind::Value, node.at, "the list of routes is empty", help);
        }
        one_or_more(node, decoder, |node, decoder| match &node.value {
            Value::String(host) => Some(Route { host: host.to_string(), ..Route::default() }),
            Value::Map(_) => {
                let route = <Plain as Form<Route>>::read(node, decoder)?;
                check_auth(node, &route, decoder);
                check_tcp(node, &route, decoder);
                Some(route)
            }
            _ => decoder.wrong_type(node, "a host name or a mapping with `host`"),
        })
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let route = <Plain as Form<Route>>::schema(generator);
        let one = schema::either([schema::string(), route]);
        schema::either([one.clone(), schema::list(one, false)])
    }
}

/// Says, at the value of `key` of a mapping, what is wrong with it.
fn wrong(node: &Node, key: &str, message: impl Into<String>, help: &str, decoder: &mut Decoder) {
    let at = node.get(key).map_or(node.at, |value| value.at);
    decoder.in_key(key, |decoder| decoder.error(DecodeErrorKind::Value, at, message, Some(help.to_owned())));
}

fn check_auth(node: &Node, route: &Route, decoder: &mut Decoder) {
    let (Some(auth), Some(written)) = (&route.auth, node.get("auth")) else { return };
    // What could not be read was there all the same.
    match (written.get("basic"), written.get("forward")) {
        (None, None) => {
            let help = "add `basic:` with a secret, or `forward:` with a URL";
            wrong(
                node,
                "auth",
                "`auth` says neither `basic` nor `forward`: it would let everybody pass",
                help,
                decoder,
            );
        }
        (Some(_), Some(_)) => {
            wrong(node, "auth", "`auth` has both `basic` and `forward`", "remove one of the two", decoder)
        }
        _ => {}
    }
    decoder.in_key("auth", |decoder| {
        if let Some(secret) = auth.basic.as_ref().filter(|secret| !form::is_name(secret)) {
            let message = format!("`{}` is no name of a secret", secret.escape_debug());
            let help = "name a secret: letters, digits, `.`, `_` and `-`";
            wrong(written, "basic", message, help, decoder);
        }
        if let (Some(address), Some(at)) = (&auth.forward, written.get("forward"))
            && let Err(invalid) = HttpUrl::parse(address)
        {
            decoder.in_key("forward", |decoder| invalid.report(at, decoder));
        }
    });
}

/// A TCP stream has a server name and nothing else.
fn check_tcp(node: &Node, route: &Route, decoder: &mut Decoder) {
    if route.protocol != Some(Protocol::Tcp) {
        return;
    }
    for key in ["path", "auth", "sticky"].iter().filter(|key| node.get(key).is_some()) {
        let message = format!("a route with `protocol: tcp` takes no `{key}`: it is told apart by its host alone");
        wrong(node, key, message, "remove it, or route by `protocol: http`", decoder);
    }
}

/// Says what is wrong with a path prefix of a URL.
pub fn check_path(node: &Node, path: &str, decoder: &mut Decoder) {
    let message = format!("`{}` is no path of a URL", path.escape_debug());
    if !path.starts_with('/') {
        wrong(node, "path", message, "begin it with `/`", decoder);
    } else if path.chars().any(|c| c.is_control() || c.is_whitespace()) {
        wrong(node, "path", message, "write spaces as `%20`", decoder);
    }
}

impl Form<Vec<Scrape>> for MetricsForm {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<Scrape>> {
        // What `true` stands for is settled with the archetype.
        if matches!(node.value, Value::Bool(_)) {
            return Some(Vec::new());
        }
        one_or_more(node, decoder, |node, decoder| match &node.value {
            Value::Map(_) => {
                let scrape = <Plain as Form<Scrape>>::read(node, decoder)?;
                if let Some(path) = &scrape.path {
                    check_path(node, path, decoder);
                }
                check_labels(node, &scrape.labels, "target", TARGET_LABELS, decoder);
                (scrape.port != 0).then_some(scrape)
            }
            Value::String(text) if node.template().is_none() && text.parse::<i64>().is_err() => {
                decoder.wrong_type(node, "`true`, `false`, a port or a mapping with `port`")
            }
            Value::Int(_) | Value::String(_) => {
                let port = <crate::record::Between<1, 65535> as Form<i64>>::read(node, decoder)?;
                Some(Scrape { port, ..Scrape::default() })
            }
            _ => decoder.wrong_type(node, "`true`, `false`, a port or a mapping with `port`"),
        })
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let scrape = <Plain as Form<Scrape>>::schema(generator);
        let port = <crate::record::Between<1, 65535> as Form<i64>>::schema(generator);
        let one = schema::either([port, scrape]);
        schema::either([json_schema!({ "type": "boolean" }), one.clone(), schema::list(one, false)])
    }
}

impl Form<Logs> for LogsForm {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Logs> {
        match node.value {
            Value::Bool(enabled) => Some(Logs { enabled: Some(enabled), ..Logs::default() }),
            Value::Map(_) => {
                let logs = <Plain as Form<Logs>>::read(node, decoder)?;
                check_labels(node, &logs.labels, "line", OWN_LABELS, decoder);
                Some(logs)
            }
            _ => decoder.wrong_type(node, "`true`, `false` or a mapping"),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::either([json_schema!({ "type": "boolean" }), <Plain as Form<Logs>>::schema(generator)])
    }
}

/// Labels that every line has of itself.
const OWN_LABELS: &[&str] = &["container", "environment", "service", "stack"];

/// The labels that every scrape target has: ours, and Prometheus' own.
const TARGET_LABELS: &[&str] = &["stack", "service", "job", "instance"];

fn check_labels(node: &Node, labels: &IndexMap<String, String>, thing: &str, own: &[&str], decoder: &mut Decoder) {
    let Some(written) = node.get("labels").and_then(Node::as_map) else { return };
    for name in labels.keys() {
        let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
        let valid = name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit());
        let (message, help) = if own.contains(&name.as_str()) {
            (format!("every {thing} has the label `{name}` already"), "choose another name")
        } else if valid && !name.starts_with("__") {
            continue;
        } else {
            let message = format!("`{}` is no name of a label", name.escape_debug());
            (message, "use letters, digits and `_`, beginning with a letter")
        };
        let at = written.get(name.as_str()).map_or(node.at, |entry| entry.key_at);
        decoder.in_key("labels", |decoder| {
            decoder.in_key(name, |decoder| decoder.error(DecodeErrorKind::Value, at, message, Some(help.to_owned())));
        });
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
            Value::Map(_) => {
                let backup = <Plain as Form<Backup>>::read(node, decoder)?;
                match (node.get("schedule"), node.get("exempt")) {
                    (None, None) => {
                        let help = Some("add `schedule:`, or `exempt:` with the reason".to_owned());
                        let message = "`backup` says neither `schedule` nor `exempt`";
                        decoder.error(DecodeErrorKind::Value, node.at, message, help);
                    }
                    (Some(_), Some(_)) => {
                        let message = "`backup` has both `schedule` and `exempt`";
                        wrong(node, "exempt", message, "remove one of the two", decoder);
                    }
                    _ => {}
                }
                if backup.exempt.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
                    wrong(
                        node,
                        "exempt",
                        "`exempt` needs a reason",
                        "say in a few words why there is no backup",
                        decoder,
                    );
                }
                Some(backup)
            }
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
        // A reason that is missing, or no text, was reported.
        let written = if node.as_map().is_some() { node.get("reason") } else { Some(node) };
        if let Some(reason) = written.filter(|node| node.as_str().is_some_and(|text| text.trim().is_empty())) {
            let help = Some("say in a few words why the rule may be broken here".to_owned());
            decoder.error(DecodeErrorKind::Value, reason.at, "an exemption needs a reason", help);
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
            _ => {
                let help = Some("write it as `2027-01-31`".to_owned());
                decoder.error(DecodeErrorKind::Type, node.at, format!("expected a day, found {}", node.kind()), help);
                return None;
            }
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
pub(crate) fn is_day(text: &str) -> bool {
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
