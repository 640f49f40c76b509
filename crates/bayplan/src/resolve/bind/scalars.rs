//! How single fields are written.

use super::Encoding;
use super::shapes::Kind;
use crate::compose::words;
use crate::record::scalar::text_of;
use crate::resolve::cast::single;
use crate::resolve::environment::pairs;
use crate::value::{Bytes, Duration};
use bayplan_yaml::{Entry, Location, Map, Node, Text, Value};

/// The value of a field that is no mapping of fields; nothing where it is left out.
pub(super) fn value(mut node: Node, kind: &Kind, encoding: Encoding) -> Option<Node> {
    let value = match kind {
        Kind::Text => text(&node).filter(|text| !text.is_empty()).map(string),
        Kind::AnyText => text(&node).map(string),
        Kind::Flag => flag(&node).filter(|flag| *flag).map(Value::Bool),
        Kind::MaybeFlag | Kind::AnyFlag => flag(&node).map(Value::Bool),
        Kind::OptOut => flag(&node).filter(|flag| !flag).map(Value::Bool),
        Kind::Integer => integer(&node).filter(|number| *number != 0).map(Value::Int),
        Kind::MaybeInteger | Kind::AnyInteger => integer(&node).map(Value::Int),
        Kind::Single => number(&node).map(single).filter(|number| *number != 0.0).map(decimal),
        Kind::Bytes => Some(bytes(&node)).filter(|bytes| *bytes != 0).map(|bytes| string(bytes.to_string())),
        Kind::AnyBytes => Some(string(bytes(&node).to_string())),
        Kind::Duration => duration(&node).filter(|duration| duration.0 != 0).map(|d| string(d.to_string())),
        Kind::MaybeDuration => duration(&node).map(|duration| string(duration.to_string())),
        Kind::Count => count(&node).filter(|count| *count != 0).map(Value::Int),
        Kind::Mode => mode(&node).map(|mode| string(format!("0{mode:o}"))),
        Kind::Texts => some_items(own_texts(node.value, node.at)),
        Kind::Command => command(&node).map(Value::Seq),
        Kind::Test => match text(&node) {
            Some(text) if node.as_str().is_some() => {
                Some(Value::Seq(vec![Node::string("CMD-SHELL", node.at), Node::string(text, node.at)]))
            }
            _ => some_items(texts(&node)),
        },
        Kind::Pairs | Kind::MaybePairs => {
            pairs(&mut node);
            let Value::Map(mut map) = node.value else { return None };
            for entry in map.values_mut() {
                let text = match (&entry.value.value, kind) {
                    (Value::String(_), _) | (Value::Null, Kind::MaybePairs) => continue,
                    _ => text_of(&entry.value).unwrap_or_default(),
                };
                entry.value.value = string(text);
            }
            map.sort_unstable_keys();
            (!map.is_empty()).then_some(Value::Map(map))
        }
        Kind::Repeated => map_of(&node, |node| some_items(texts(node))),
        Kind::Hosts => some_items(hosts(&node)),
        Kind::Ssh => map_of(&node, |node| Some(text_of(node).map_or(Value::Null, string))).map(|map| ssh(map, node.at)),
        Kind::Ulimits => map_of(&node, |node| ulimit(node, encoding)),
        Kind::Struct(_) | Kind::Pointer(_) | Kind::List(_) | Kind::Named(_) | Kind::NamedOrNull(_) => None,
    }?;
    Some(Node { value, at: node.at, plain: node.plain, extra: node.extra })
}

fn string(text: impl Into<Text>) -> Value {
    Value::String(text.into())
}

/// A text; a whole number is one too.
fn text(node: &Node) -> Option<String> {
    match node.value {
        Value::String(_) | Value::Int(_) => text_of(node),
        _ => None,
    }
}

fn flag(node: &Node) -> Option<bool> {
    match &node.value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.to_lowercase().as_str() {
            "true" | "y" | "yes" | "on" => Some(true),
            "false" | "n" | "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn integer(node: &Node) -> Option<i128> {
    match &node.value {
        Value::Int(number) => Some(*number),
        Value::Float(number) => Some(*number as i128),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A whole number is written as one.
fn decimal(number: f64) -> Value {
    let whole = number as i128;
    if whole as f64 == number { Value::Int(whole) } else { Value::Float(number) }
}

fn bytes(node: &Node) -> i64 {
    text(node).and_then(|text| Bytes::parse(&text).ok()).map_or(0, |bytes| bytes.0)
}

fn duration(node: &Node) -> Option<Duration> {
    text_of(node).and_then(|text| Duration::parse(&text).ok())
}

fn count(node: &Node) -> Option<i128> {
    match &node.value {
        Value::String(text) if text.eq_ignore_ascii_case("all") => Some(-1),
        _ => integer(node),
    }
}

fn mode(node: &Node) -> Option<i64> {
    match &node.value {
        Value::String(text) => i64::from_str_radix(text, 8).ok(),
        Value::Int(mode) => i64::try_from(*mode).ok(),
        _ => None,
    }
}

/// As [`texts`], of a value that is not needed any more.
fn own_texts(value: Value, at: Location) -> Vec<Node> {
    let items = match value {
        Value::Seq(items) => items,
        one => vec![Node::new(one, at)],
    };
    let text = |item: Node| match item.value {
        Value::String(_) => Some(item),
        _ => Some(Node { value: string(text_of(&item)?), ..item }),
    };
    items.into_iter().filter_map(text).collect()
}

/// One text or a list, as a list.
fn texts(node: &Node) -> Vec<Node> {
    let items = node.as_seq().unwrap_or_else(|| std::slice::from_ref(node));
    items.iter().filter_map(|item| Some(Node { value: string(text_of(item)?), ..item.clone() })).collect()
}

fn some_items(items: Vec<Node>) -> Option<Value> {
    (!items.is_empty()).then_some(Value::Seq(items))
}

fn command(node: &Node) -> Option<Vec<Node>> {
    match &node.value {
        Value::String(text) => {
            let words = words::split(text).ok()?.words;
            Some(words.into_iter().map(|word| Node::string(word, node.at)).collect())
        }
        Value::Seq(_) => Some(texts(node)),
        _ => None,
    }
}

/// A mapping of names, sorted, without those that have no value; nothing where it is empty.
fn map_of(node: &Node, mut value: impl FnMut(&Node) -> Option<Value>) -> Option<Value> {
    let entries = node.as_map()?.iter().filter_map(|(key, entry)| {
        let value = value(&entry.value)?;
        let node = Node { value, at: entry.value.at, plain: false, extra: entry.value.extra.clone() };
        Some((key.clone(), Entry { key_at: entry.key_at, value: node }))
    });
    let mut map: Map = entries.collect();
    map.sort_unstable_keys();
    (!map.is_empty()).then_some(Value::Map(map))
}

/// `host=address` for each address, sorted.
fn hosts(node: &Node) -> Vec<Node> {
    let mut found: Vec<(String, Location)> = Vec::new();
    let mut add = |host: &str, address: &str, at: Location| {
        let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let bare = bare.filter(|_| address.len() > 2).unwrap_or(address);
        found.push((format!("{host}={bare}"), at));
    };
    match &node.value {
        Value::Map(map) => {
            for (host, entry) in map {
                match &entry.value.value {
                    Value::Null => add(host, "", entry.value.at),
                    _ => texts(&entry.value).iter().for_each(|address| {
                        add(host, address.as_str().unwrap_or_default(), address.at);
                    }),
                }
            }
        }
        _ => {
            for item in texts(node) {
                let text = item.as_str().unwrap_or_default();
                if let Some((host, addresses)) = text.split_once('=').or_else(|| text.split_once(':')) {
                    addresses.split(',').for_each(|address| add(host, address, item.at));
                }
            }
        }
    }
    found.sort();
    found.into_iter().map(|(text, at)| Node::string(text, at)).collect()
}

/// `name` or `name: path`, as compose-go writes them.
fn ssh(map: Value, at: Location) -> Value {
    let Value::Map(map) = map else { return map };
    let keys = map.into_iter().map(|(name, entry)| match entry.value.as_str().filter(|path| !path.is_empty()) {
        Some(path) => Node::string(format!("{name}: {path}"), entry.value.at),
        None => Node::string(name, at),
    });
    Value::Seq(keys.collect())
}

fn ulimit(node: &Node, encoding: Encoding) -> Option<Value> {
    let (single, soft, hard) = match &node.value {
        Value::Map(_) => {
            let of = |key: &str| node.get(key).and_then(integer).unwrap_or(0);
            (0, of("soft"), of("hard"))
        }
        _ => (integer(node)?, 0, 0),
    };
    if single != 0 {
        return Some(Value::Int(single));
    }
    let entry = |value| Entry { key_at: node.at, value: Node::new(Value::Int(value), node.at) };
    let parts =
        [("soft", soft), ("hard", hard)].into_iter().filter(|(_, value)| *value != 0 || encoding == Encoding::Yaml);
    Some(Value::Map(parts.map(|(key, value)| (key.into(), entry(value))).collect()))
}
