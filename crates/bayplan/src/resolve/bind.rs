//! `normalized project → what Docker Compose prints of it`: every value in the one spelling and place that compose-go
//! 2.16.2 gives it when it writes its types (`types/project.go`, `MarshalJSON` and `MarshalYAML`).
//!
//! Values of the wrong shape are left out: the reader has said what is wrong with them.

mod scalars;
mod shapes;

use bayplan_yaml::{Entry, Location, Map, Node, Text, Value};
use shapes::{Kind, Shape};

/// The two ways in which compose-go writes a project. They differ in what they leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Keys that begin with `x-` are at the top only; `models` is not there; a command that is not set is `null`.
    Json,
    /// With extensions and `models`; what is not set is not there.
    Yaml,
}

/// The project as Docker Compose prints it, its keys in the order in which Docker Compose prints them.
pub fn bind(document: Node, name: &str, encoding: Encoding) -> Node {
    let at = document.at;
    let Value::Map(mut from) = document.value else { return document };
    let mut map = Map::default();
    map.insert("name".into(), entry(at, Value::String(name.into())));
    let bind = Bind { encoding };
    for (section, shape) in &shapes::SECTIONS {
        let Some(found) = from.swap_remove(*section) else { continue };
        if *section == "models" && encoding == Encoding::Json {
            continue;
        }
        let known = matches!(*section, "jobs" | "models");
        let mut node = found.value;
        if let (true, Value::Map(map)) = (known, &mut node.value) {
            map.retain(|key, _| !key.starts_with("x-"));
        }
        if let Some(node) = bind.named(node, shape, false) {
            map.insert((*section).into(), Entry { key_at: found.key_at, value: node });
        }
    }
    if !map.contains_key("services") {
        map.shift_insert(1, "services".into(), entry(at, Value::Map(Map::default())));
    }
    extensions(from, &mut map);
    Node { value: Value::Map(map), at, plain: false, extra: document.extra }
}

struct Bind {
    encoding: Encoding,
}

impl Bind {
    /// A mapping as a struct; nothing where it is none.
    fn shape(&self, node: Node, shape: &Shape) -> Option<Node> {
        let Value::Map(from) = node.value else { return None };
        type Found = Option<(Text, Entry)>;
        let mut fields: Vec<(usize, Found)> = Vec::with_capacity(from.len() + shape.any().len());
        let mut others = Map::default();
        for (name, entry) in from {
            match shape.number(&name) {
                Some(number) => fields.push((number, Some((name, entry)))),
                None => drop(others.insert(name, entry)),
            }
        }
        fields.extend(shape.any().iter().map(|number| (*number, None)));
        // Behind one that is set, the same field that is not set says nothing.
        fields.sort_by_key(|(number, _)| *number);
        fields.dedup_by_key(|(number, _)| *number);
        let mut map = Map::with_capacity(fields.len());
        for (number, found) in fields {
            let (name, kind) = &shape.fields[number];
            let (name, key_at, value) = match found {
                Some((name, found)) => {
                    let value = self.value(found.value, kind);
                    // What opts out is left out where it does not.
                    let fallback = || self.unset(kind, node.at).filter(|_| !matches!(kind, Kind::OptOut));
                    (name, found.key_at, value.or_else(fallback))
                }
                None => ((*name).into(), node.at, self.unset(kind, node.at)),
            };
            if let Some(value) = value {
                let name = if shape.capitals && self.encoding == Encoding::Json { capital(&name) } else { name };
                map.insert(name, Entry { key_at, value });
            }
        }
        if shape.extensions && self.encoding == Encoding::Yaml {
            extensions(others, &mut map);
        }
        Some(Node { value: Value::Map(map), at: node.at, plain: false, extra: node.extra })
    }

    /// The value of a field; nothing where it is left out.
    fn value(&self, node: Node, kind: &Kind) -> Option<Node> {
        if node.value == Value::Null {
            return None;
        }
        match kind {
            Kind::Struct(shape) => {
                let node = self.shape(node, shape)?;
                (self.encoding == Encoding::Json || node.as_map().is_some_and(|map| !map.is_empty())).then_some(node)
            }
            Kind::Pointer(shape) => self.shape(node, shape),
            Kind::List(shape) => {
                let Value::Seq(items) = node.value else { return None };
                let items: Vec<Node> = items.into_iter().filter_map(|item| self.shape(item, shape)).collect();
                let value = Value::Seq(items);
                (value != Value::Seq(Vec::new())).then_some(Node {
                    value,
                    at: node.at,
                    plain: false,
                    extra: node.extra,
                })
            }
            Kind::Named(shape) => self.named(node, shape, false),
            Kind::NamedOrNull(shape) => self.named(node, shape, true),
            _ => scalars::value(node, kind, self.encoding),
        }
    }

    /// What is written of a field that is not there.
    fn unset(&self, kind: &Kind, at: Location) -> Option<Node> {
        let value = match (kind, self.encoding) {
            (Kind::Command, Encoding::Json) => Value::Null,
            (Kind::Struct(shape), Encoding::Json) => {
                return self.shape(Node::new(Value::Map(Map::default()), at), shape);
            }
            (Kind::OptOut | Kind::AnyFlag, _) => Value::Bool(false),
            (Kind::AnyText, _) => Value::String("".into()),
            (Kind::AnyInteger, _) => Value::Int(0),
            (Kind::AnyBytes, _) => Value::String("0".into()),
            _ => return None,
        };
        Some(Node::new(value, at))
    }

    /// A mapping of names, sorted; nothing where it is empty. With `null`, a name may have no value.
    fn named(&self, node: Node, shape: &Shape, null: bool) -> Option<Node> {
        let Value::Map(from) = node.value else { return None };
        let mut map = Map::with_capacity(from.len());
        for (name, entry) in from {
            let value = match entry.value.value {
                Value::Null if null => entry.value,
                Value::Null => Node { value: Value::Map(Map::default()), ..entry.value },
                _ => match self.shape(entry.value, shape) {
                    Some(value) => value,
                    None => continue,
                },
            };
            map.insert(name, Entry { key_at: entry.key_at, value });
        }
        map.sort_unstable_keys();
        (!map.is_empty()).then_some(Node { value: Value::Map(map), at: node.at, plain: false, extra: node.extra })
    }
}

/// Sorts the keys of every mapping.
pub fn sort(node: &mut Node) {
    match &mut node.value {
        Value::Map(map) => {
            map.sort_unstable_keys();
            map.values_mut().for_each(|entry| sort(&mut entry.value));
        }
        Value::Seq(items) => items.iter_mut().for_each(sort),
        _ => {}
    }
}

/// Moves what begins with `x-` over, sorted.
fn extensions(from: Map, map: &mut Map) {
    let mut extensions: Vec<_> = from.into_iter().filter(|(key, _)| key.starts_with("x-")).collect();
    extensions.iter_mut().for_each(|(_, entry)| sort(&mut entry.value));
    extensions.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    map.extend(extensions);
}

fn entry(at: Location, value: Value) -> Entry {
    Entry { key_at: at, value: Node::new(value, at) }
}

/// A name as Go writes it where nobody gave it another.
fn capital(name: &str) -> Text {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>().into()
}

#[cfg(test)]
mod tests;
