//! `Node → typed value + every error`: decoding that does not stop at its first error.
//!
//! A [`Decode`] implementation returns what it could make of a node and reports everything that is wrong to the
//! [`Decoder`]. The `record!` macro of the `bayplan` crate writes the struct, its decoder and the list of its keys from one definition.

use crate::{Location, Node, Path, Segment, Value};
use indexmap::IndexMap;

/// Something that can be read from a [`Node`].
pub trait Decode: Sized {
    /// Reads `node`. Reports what is wrong to `decoder`; `None` where nothing could be made of the node.
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self>;
}

/// One thing wrong with the shape of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// The exact place.
    pub at: Location,
    /// The place by name.
    pub path: Path,
    /// What is wrong, lower case, no full stop.
    pub message: String,
    /// The one thing to do.
    pub help: Option<String>,
    /// What kind of error it is.
    pub kind: DecodeErrorKind,
}

/// The kinds of [`DecodeError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeErrorKind {
    /// The value has the wrong type.
    Type,
    /// The mapping has a key that it cannot have.
    UnknownKey,
    /// A required key is missing.
    MissingKey,
    /// The value has the right type but is not a valid one.
    Value,
}

/// Collects the errors of one decoding and knows where it stands.
#[derive(Debug, Default)]
pub struct Decoder {
    errors: Vec<DecodeError>,
    path: Path,
}

impl Decoder {
    /// A decoder that stands at the root.
    pub fn new() -> Self {
        Self::default()
    }

    /// A decoder that stands at `path`.
    pub fn at(path: Path) -> Self {
        Self { errors: Vec::new(), path }
    }

    /// The errors so far, in the order found.
    pub fn finish(self) -> Vec<DecodeError> {
        self.errors
    }

    /// Where the decoder stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reports an error at `at`.
    pub fn error(&mut self, kind: DecodeErrorKind, at: Location, message: impl Into<String>, help: Option<String>) {
        let path = self.path.clone();
        self.errors.push(DecodeError { at, path, message: message.into(), help, kind });
    }

    /// Reports that `node` should have been `wanted` ("a string", "a list of ports") and returns `None`.
    pub fn wrong_type<T>(&mut self, node: &Node, wanted: &str) -> Option<T> {
        let found = node.kind();
        let help = shape_help(node, wanted).map(str::to_owned);
        self.error(DecodeErrorKind::Type, node.at, format!("expected {wanted}, found {found}"), help);
        None
    }

    /// Runs `inside` one key further down.
    pub fn in_key<T>(&mut self, key: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.path.0.push(Segment::Key(key.into()));
        let result = inside(self);
        self.path.0.pop();
        result
    }

    /// Runs `inside` one item further down.
    pub fn in_index<T>(&mut self, index: usize, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.path.0.push(Segment::Index(index));
        let result = inside(self);
        self.path.0.pop();
        result
    }
}

/// What to do about a value of the wrong shape.
fn shape_help(node: &Node, wanted: &str) -> Option<&'static str> {
    let takes = |shape: &str| wanted.contains(shape);
    Some(match (&node.value, takes("list"), takes("mapping")) {
        (Value::Null, ..) => "give it a value, or remove it",
        (Value::Seq(_), false, true) => "write `key: value` below it, without `-` and brackets",
        (Value::Seq(_), false, false) => "write one value, without `-` and brackets",
        (Value::Map(_), true, false) => "write a list: `[…]`, or a `-` before each item",
        (Value::Map(_), false, false) => "write one value, without keys",
        (Value::String(_), true, false) if takes("a string") => return None,
        (Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Timestamp(_), ..)
            if takes("a string") || takes("the name") || takes("the path") =>
        {
            "put it in quotes"
        }
        (_, true, _) if !takes("a string") => "put it in brackets: `[…]`",
        (_, false, true) if wanted == "a mapping" => "write `key: value` below it",
        _ => return None,
    })
}

impl Decode for String {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::String(text) => Some(text.to_string()),
            _ => decoder.wrong_type(node, "a string"),
        }
    }
}

impl Decode for bool {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        match node.value {
            Value::Bool(value) => Some(value),
            _ => decoder.wrong_type(node, "`true` or `false`"),
        }
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Seq(items) => Some(
                items
                    .iter()
                    .enumerate()
                    .filter_map(|(index, item)| decoder.in_index(index, |decoder| T::decode(item, decoder)))
                    .collect(),
            ),
            _ => decoder.wrong_type(node, "a list"),
        }
    }
}

impl<T: Decode> Decode for IndexMap<String, T> {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Map(entries) => Some(
                entries
                    .iter()
                    .filter_map(|(key, entry)| {
                        let value = decoder.in_key(key, |decoder| T::decode(&entry.value, decoder))?;
                        Some((key.to_string(), value))
                    })
                    .collect(),
            ),
            _ => decoder.wrong_type(node, "a mapping"),
        }
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        T::decode(node, decoder).map(Box::new)
    }
}
