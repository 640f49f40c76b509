//! The composed tree: aliases followed, merge keys applied, scalars typed, every value with its place.

pub use crate::map::{Entry, Map};
use crate::{Location, Path, Segment};

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it was written: for a scalar its token with quotes, for a collection from its first to its last entry.
    pub at: Location,
    /// Whether a scalar was written without quotes (such scalars are typed by their look).
    pub plain: bool,
    /// What few nodes have.
    pub extra: Option<Box<Extra>>,
}

/// What few nodes have: kept out of [`Node`] to keep it small.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extra {
    /// The tag as written, such as `!reset`.
    pub tag: Option<Text>,
    /// The text before interpolation, where it differs from the value (`${TAG}`).
    pub template: Option<Text>,
    /// Whether the variables of the template are replaced already: it is not read again.
    pub interpolated: bool,
    /// Where the alias (`*name`) or merge key (`<<`) stands that brought the node here.
    pub via: Option<Location>,
    /// What merge keys (`<<`) bring under the same key, and what this value hides, the strongest first.
    pub hidden: Vec<Node>,
}

/// A YAML value, typed as go-yaml v4 (Docker Compose's reader) types it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer that fits `i128` and go-yaml's `int`, `int64` or `uint64`.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// A date or time; the text is as written.
    Timestamp(Text),
    /// A string.
    String(Text),
    /// A sequence.
    Seq(Vec<Node>),
    /// A mapping with string keys, in the order written.
    Map(Map),
}

/// A text that is cheap to copy: short ones need no memory of their own, long ones share it.
pub type Text = smol_str::SmolStr;

impl Node {
    /// A node that stands at `at`.
    pub fn new(value: Value, at: Location) -> Self {
        Self { value, at, plain: false, extra: None }
    }

    /// A string node that stands at `at`.
    pub fn string(text: impl Into<Text>, at: Location) -> Self {
        Self::new(Value::String(text.into()), at)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items of a sequence.
    pub fn as_seq(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The value under `key`, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key).map(|entry| &entry.value)
    }

    /// The node at `path`, or nothing.
    pub fn at_path(&self, path: &Path) -> Option<&Node> {
        path.0.iter().try_fold(self, |node, segment| match segment {
            Segment::Key(key) => node.get(key),
            Segment::Index(index) => node.as_seq()?.get(*index),
        })
    }

    /// Whether `is` holds of this node or one below it.
    pub fn any(&self, is: &dyn Fn(&Node) -> bool) -> bool {
        is(self)
            || match &self.value {
                Value::Map(map) => map.values().any(|entry| entry.value.any(is)),
                Value::Seq(items) => items.iter().any(|item| item.any(is)),
                _ => false,
            }
    }

    /// The text before interpolation, where it differs from the value.
    pub fn template(&self) -> Option<&str> {
        self.extra.as_ref()?.template.as_deref()
    }

    /// The tag as written.
    pub fn tag(&self) -> Option<&str> {
        self.extra.as_ref()?.tag.as_deref()
    }

    /// What kind of value this is, as an error message names it: `a string`, `a mapping` …
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Timestamp(_) => "a date",
            Value::String(_) => "a string",
            Value::Seq(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}
