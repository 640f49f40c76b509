//! `tree and pattern → the values that it names, each with the way to it`.
//!
//! Patterns are those of compose-go (`tree/path.go`): a key, `*` for any key or item, `[]` for any item of a list.

use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{DecodeError, Decoder, Location, Node, Path, Segment, Value};

/// The way from the root of a document to a value. It costs nothing until somebody asks for its path.
#[derive(Debug, Clone, Copy, Default)]
pub struct Way<'a> {
    above: Option<&'a Way<'a>>,
    step: Option<Step<'a>>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl Way<'_> {
    /// The way to the root.
    pub const ROOT: Way<'static> = Way { above: None, step: None };

    /// One key further.
    pub fn key<'b>(&'b self, key: &'b str) -> Way<'b> {
        Way { above: Some(self), step: Some(Step::Key(key)) }
    }

    /// One item further.
    pub fn index(&self, index: usize) -> Way<'_> {
        Way { above: Some(self), step: Some(Step::Index(index)) }
    }

    /// The last key; nothing at the root and at an item.
    pub fn name(&self) -> Option<&str> {
        match self.step {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// The way as a path.
    pub fn path(&self) -> Path {
        let mut segments = Vec::new();
        let mut way = Some(self);
        while let Some(Way { above, step }) = way {
            segments.extend(step.map(|step| match step {
                Step::Key(key) => Segment::Key(key.into()),
                Step::Index(index) => Segment::Index(index),
            }));
            way = *above;
        }
        segments.reverse();
        Path(segments)
    }

    /// A decoder that stands here.
    pub fn decoder(&self) -> Decoder {
        Decoder::at(self.path())
    }

    /// Says that a value here is wrong.
    pub fn invalid(&self, at: Location, message: impl Into<String>, help: Option<String>) -> DecodeError {
        DecodeError { at, path: self.path(), message: message.into(), help, kind: DecodeErrorKind::Value }
    }

    /// Says that `node`, which stands here, should have been `wanted`.
    pub fn wrong_type(&self, node: &Node, wanted: &str) -> Vec<DecodeError> {
        let mut decoder = self.decoder();
        let _: Option<()> = decoder.wrong_type(node, wanted);
        decoder.finish()
    }
}

/// Calls `f` with every value that `pattern` names below `node`, which stands at the end of `way`.
pub fn visit(node: &mut Node, pattern: &[&str], way: &Way<'_>, f: &mut dyn FnMut(&mut Node, &Way<'_>)) {
    let [first, rest @ ..] = pattern else { return f(node, way) };
    // What the pattern does not lead into stays shared with the trees that it is a copy of.
    if !leads_below(node, pattern) {
        return;
    }
    match &mut node.value {
        Value::Map(map) if *first == "*" => {
            for (key, entry) in map.iter_mut() {
                visit(&mut entry.value, rest, &way.key(key), f);
            }
        }
        Value::Map(map) => {
            if let Some(entry) = map.get_mut(*first) {
                visit(&mut entry.value, rest, &way.key(first), f);
            }
        }
        Value::Seq(items) if matches!(*first, "*" | "[]") => {
            for (index, item) in items.iter_mut().enumerate() {
                visit(item, rest, &way.index(index), f);
            }
        }
        _ => {}
    }
}

/// Whether `pattern` names something below `node`.
fn leads_below(node: &Node, pattern: &[&str]) -> bool {
    let [first, rest @ ..] = pattern else { return true };
    match &node.value {
        Value::Map(map) if *first == "*" => map.values().any(|entry| leads_below(&entry.value, rest)),
        Value::Map(map) => map.get(*first).is_some_and(|entry| leads_below(&entry.value, rest)),
        Value::Seq(items) if matches!(*first, "*" | "[]") => items.iter().any(|item| leads_below(item, rest)),
        _ => false,
    }
}

/// Calls `f` with every service and job of `document`.
pub fn workloads(document: &mut Node, f: &mut dyn FnMut(&mut Node, &Way<'_>)) {
    for section in ["services", "jobs"] {
        visit(document, &[section, "*"], &Way::ROOT, f);
    }
}

/// Calls `f` with everything in `document` that describes a container: services, jobs, and what runs before a service.
pub fn containers(document: &mut Node, f: &mut dyn FnMut(&mut Node, &Way<'_>)) {
    workloads(document, f);
    visit(document, &["services", "*", "pre_start", "*"], &Way::ROOT, f);
}

#[cfg(test)]
mod tests {
    use super::super::testing::node;
    use super::*;

    #[test]
    fn patterns_name_keys_and_items() {
        let mut tree = node(&serde_json::json!({ "a": { "x": [1, { "y": 2 }], "b.c": { "x": { "k": 3 } } } }), 1);
        let mut found = |pattern: &[&str]| {
            let mut paths = Vec::new();
            visit(&mut tree, pattern, &Way::ROOT, &mut |_, way| paths.push(way.path().to_string()));
            paths
        };
        assert_eq!(found(&["a", "*"]), ["a.x", "a[\"b.c\"]"]);
        assert_eq!(found(&["a", "*", "x", "*"]), ["a[\"b.c\"].x.k"]);
        assert_eq!(found(&["a", "x", "[]"]), ["a.x[0]", "a.x[1]"]);
        assert_eq!(found(&["a", "x", "*", "y"]), ["a.x[1].y"]);
        assert_eq!(found(&["a", "[]"]), [] as [&str; 0]);
    }
}
