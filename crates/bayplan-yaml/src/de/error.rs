//! `serde's complaint → what is wrong, where, and what to do`.

use crate::{Location, Node, Path, Segment};
use serde::de::{self, Expected, Unexpected};
use std::fmt;

/// Why a node is not the value that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeError {
    /// The exact place: the key for a key that is not known, the value otherwise.
    pub at: Location,
    /// The place by name.
    pub path: Path,
    /// What is wrong, lower case, no full stop.
    pub message: String,
    /// The one thing to do.
    pub help: Option<String>,
}

impl fmt::Display for DeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DeError {}

/// An error on its way up: it learns its place from the first node that it passes, and its path from all of them.
#[derive(Debug)]
pub(super) struct Failed(Box<Unplaced>);

#[derive(Debug)]
struct Unplaced {
    at: Option<Location>,
    /// From the inside out.
    path: Vec<Segment>,
    message: String,
    help: Option<String>,
    /// The key that is not known.
    key: Option<String>,
}

impl Failed {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Unplaced { at: None, path: Vec::new(), message: message.into(), help: None, key: None }))
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    pub(super) fn in_node(mut self, node: &Node) -> Self {
        if self.0.at.is_none() {
            let entry = self.0.key.as_ref().and_then(|key| node.as_map()?.get(key.as_str()));
            self.0.at = Some(entry.map_or(node.at, |entry| entry.key_at));
            if let (Some(_), Some(key)) = (entry, self.0.key.take()) {
                self.0.path.push(Segment::Key(key.into()));
            }
        }
        self
    }

    pub(super) fn in_key(mut self, at: Location) -> Self {
        self.0.at.get_or_insert(at);
        self
    }

    pub(super) fn below(mut self, segment: Segment) -> Self {
        self.0.path.push(segment);
        self
    }

    pub(super) fn finish(self) -> DeError {
        let Unplaced { at, mut path, message, help, .. } = *self.0;
        path.reverse();
        DeError { at: at.unwrap_or_default(), path: Path(path), message, help }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Failed {}

impl de::Error for Failed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        if message.starts_with("data did not match any variant of untagged enum ") {
            return Self::new("the value has none of the forms that it can have here");
        }
        // How serde reports it beside a flattened struct.
        match message.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
            Some((field, _)) => Self::unknown_field(field, &[]),
            None => Self::new(message),
        }
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Bool(_) => "a boolean",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
            Unexpected::Float(_) => "a number",
            Unexpected::Char(_) | Unexpected::Str(_) => "a string",
            Unexpected::Unit | Unexpected::Option => "nothing",
            Unexpected::Seq => "a list",
            Unexpected::Map => "a mapping",
            other => return Self::new(format!("expected {}, found {other}", plainly(wanted))),
        };
        Self::new(format!("expected {}, found {found}", plainly(wanted)))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Bool(value) => value.to_string(),
            Unexpected::Unsigned(value) => value.to_string(),
            Unexpected::Signed(value) => value.to_string(),
            Unexpected::Float(value) => value.to_string(),
            Unexpected::Char(value) => value.to_string(),
            Unexpected::Str(value) => value.to_owned(),
            other => return Self::new(format!("expected {}, found {other}", plainly(wanted))),
        };
        Self::new(format!("expected {}, found `{found}`", plainly(wanted)))
    }

    fn invalid_length(length: usize, wanted: &dyn Expected) -> Self {
        Self::new(format!("expected {}, found {length} entries", plainly(wanted)))
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        Self::new(format!("`{variant}` is not one of the values that can stand here")).help(one_of("write", known))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let mut failed = Self::new(format!("unknown key `{field}`")).help(one_of("the keys here are", known));
        failed.0.key = Some(field.to_owned());
        failed
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("the key `{field}` is missing")).help(format!("add `{field}`"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        let mut failed = Self::new(format!("the key `{field}` stands here twice")).help("remove one of the two");
        failed.0.key = Some(field.to_owned());
        failed
    }
}

/// What serde expects, without the names of Rust types.
fn plainly(wanted: &dyn Expected) -> String {
    let wanted = wanted.to_string();
    let is = |prefixes: &[&str]| prefixes.iter().any(|prefix| wanted.starts_with(prefix));
    if is(&["struct ", "internally tagged enum ", "adjacently tagged enum "]) || wanted == "a map" {
        "a mapping".to_owned()
    } else if is(&["tuple struct ", "a tuple ", "a sequence", "an array "]) {
        "a list".to_owned()
    } else if is(&["enum ", "variant "]) {
        "the name of a variant, or a mapping of one to its value".to_owned()
    } else {
        match wanted.as_str() {
            "i8" | "i16" | "i32" | "i64" | "i128" => "an integer".to_owned(),
            "u8" => "an integer from 0 to 255".to_owned(),
            "u16" => "an integer from 0 to 65535".to_owned(),
            "u32" | "u64" | "u128" | "usize" => "a positive integer".to_owned(),
            "f32" | "f64" => "a number".to_owned(),
            "a boolean" => "`true` or `false`".to_owned(),
            "unit" => "nothing".to_owned(),
            _ => wanted,
        }
    }
}

fn one_of(lead: &str, known: &[&str]) -> String {
    match known {
        [] => "remove it".to_owned(),
        [one] => format!("{lead} `{one}`"),
        [first @ .., last] => format!("{lead} `{}` or `{last}`", first.join("`, `")),
    }
}
