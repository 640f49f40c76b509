//! A document under construction: every value remembers the call that gave it.

use super::reference::Names;
use crate::source::Sources;
use bayplan_yaml::{Entry, Location, Map, Node, SourceId, Value, to_node};
use indexmap::IndexMap;
use serde::Serialize;
use std::collections::HashMap;

/// The call that gave a value.
pub(super) type Call = &'static core::panic::Location<'static>;

/// A value, and the call that gave it.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    kind: Kind,
    tag: Option<&'static str>,
    at: Call,
}

#[derive(Debug, Clone)]
enum Kind {
    Map(IndexMap<String, Draft>),
    Seq(Vec<Draft>),
    Leaf(Value),
}

impl Draft {
    /// An empty mapping.
    pub fn map(at: Call) -> Self {
        Self { kind: Kind::Map(IndexMap::new()), tag: None, at }
    }

    /// Anything that has a YAML form.
    pub fn of<T: Serialize + ?Sized>(value: &T, at: Call) -> Self {
        // What has no form in YAML (a map with keys that are no texts) is none of our types.
        let node = to_node(value, Location::default());
        Self::of_node(node.map_or(Value::Null, |node| node.value), at)
    }

    fn of_node(value: Value, at: Call) -> Self {
        let kind = match value {
            Value::Map(map) => {
                let entries =
                    map.iter().map(|(key, entry)| (key.to_string(), Self::of_node(entry.value.value.clone(), at)));
                Kind::Map(entries.collect())
            }
            Value::Seq(items) => Kind::Seq(items.into_iter().map(|item| Self::of_node(item.value, at)).collect()),
            leaf => Kind::Leaf(leaf),
        };
        Self { kind, tag: None, at }
    }

    /// With a tag, such as `!override`.
    pub fn tagged(mut self, tag: &'static str) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Whether this is a mapping or a list with nothing in it.
    pub fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Map(entries) => entries.is_empty(),
            Kind::Seq(items) => items.is_empty(),
            Kind::Leaf(_) => false,
        }
    }

    /// The value under `key`, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(entries) => entries.get(key),
            _ => None,
        }
    }

    /// Sets the value of a key; what was there before is gone.
    pub fn set(&mut self, key: &str, value: Self) {
        self.entries().insert(key.to_owned(), value);
    }

    /// The entries; what is no mapping becomes one.
    fn entries(&mut self) -> &mut IndexMap<String, Self> {
        if !matches!(self.kind, Kind::Map(_)) {
            self.kind = Kind::Map(IndexMap::new());
        }
        match &mut self.kind {
            Kind::Map(entries) => entries,
            Kind::Seq(_) | Kind::Leaf(_) => unreachable!("it was made a mapping"),
        }
    }

    /// The mapping under `key`, an empty one where there was none.
    pub fn below(&mut self, key: &str, at: Call) -> &mut Self {
        self.entries().entry(key.to_owned()).or_insert_with(|| Self::map(at))
    }

    /// Adds an item to the list under `key`.
    pub fn push(&mut self, key: &str, item: Self) {
        let at = item.at;
        let list = self.below(key, at);
        match &mut list.kind {
            Kind::Seq(items) => items.push(item),
            _ => list.kind = Kind::Seq(vec![item]),
        }
    }

    /// Sets every key of another mapping: mappings key by key, lists by adding, anything else anew.
    pub fn merge(&mut self, other: Self) {
        match (&mut self.kind, other.kind) {
            (Kind::Map(ours), Kind::Map(theirs)) => {
                for (key, value) in theirs {
                    match ours.get_mut(&key) {
                        Some(old) => old.merge(value),
                        None => drop(ours.insert(key, value)),
                    }
                }
            }
            (Kind::Seq(ours), Kind::Seq(theirs)) => ours.extend(theirs),
            (ours, theirs) => {
                *ours = theirs;
                self.tag = other.tag;
                self.at = other.at;
            }
        }
    }

    /// The tree, in which the names of handles are as `names` says, and every value points at its call.
    pub fn node(&self, names: &Names<'_>, calls: &mut Calls<'_>) -> Node {
        let at = Location { source: calls.source(self.at), ..Location::default() };
        let value = match &self.kind {
            Kind::Leaf(Value::String(text)) => Value::String(names.resolve(text, at, calls).into()),
            Kind::Leaf(leaf) => leaf.clone(),
            Kind::Seq(items) => Value::Seq(items.iter().map(|item| item.node(names, calls)).collect()),
            Kind::Map(entries) => {
                let mut map = Map::with_capacity(entries.len());
                for (key, value) in entries {
                    let node = value.node(names, calls);
                    map.insert(names.resolve(key, node.at, calls).into(), Entry { key_at: node.at, value: node });
                }
                Value::Map(map)
            }
        };
        let mut node = Node::new(value, at);
        if let Some(tag) = self.tag {
            node.extra = Some(Box::new(bayplan_yaml::node::Extra { tag: Some(tag.into()), ..Default::default() }));
        }
        node
    }
}

/// The calls met so far, as sources, and what was wrong at them.
pub(super) struct Calls<'a> {
    sources: &'a mut Sources,
    known: HashMap<(&'static str, u32, u32), SourceId>,
    /// Handles of other fleets: where, and what they name.
    pub strangers: Vec<(Location, String)>,
}

impl<'a> Calls<'a> {
    pub fn new(sources: &'a mut Sources) -> Self {
        Self { sources, known: HashMap::new(), strangers: Vec::new() }
    }

    fn source(&mut self, call: Call) -> SourceId {
        let key = (call.file(), call.line(), call.column());
        *self.known.entry(key).or_insert_with(|| self.sources.add_rust(call))
    }
}
