//! `secrets` and `configs` of a service: which files a container gets to see.

use super::short::Short;
use crate::record;
use crate::record::{Extensions, Form, Plain, schema};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use schemars::{Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

record! {
    /// A secret or config that a container gets to see as a file.
    pub struct Grant {
        /// The name of the secret or config at the top level.
        source: Option<String>,
        /// The name of the file below `/run/secrets`, or its path.
        target: Option<String>,
        /// The number of the user that owns the file.
        uid: Option<String>,
        /// The number of the group that owns the file.
        gid: Option<String>,
        /// Who may read the file, such as `0440`.
        mode: Option<FileMode>,
        ..extensions: Extensions,
    }
}

impl Grant {
    /// A grant of the secret or config `source` under its own name.
    pub fn of(source: impl Into<String>) -> Self {
        Self { source: Some(source.into()), ..Self::default() }
    }
}

impl Short for Grant {
    fn from_text(text: &str, _: &Node, _: &mut Decoder) -> Option<Self> {
        Some(Self::of(text))
    }
}

/// The permission bits of a file, written in octal: `0440`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileMode(pub u32);

impl Serialize for FileMode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("0{:o}", self.0))
    }
}

impl Form<FileMode> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<FileMode> {
        let (mode, text) = match &node.value {
            Value::String(text) => (u32::from_str_radix(text, 8).ok(), text.to_string()),
            Value::Int(value) => (u32::try_from(*value).ok(), value.to_string()),
            _ => return decoder.wrong_type(node, "the octal permissions of a file"),
        };
        if mode.is_none() {
            let help = Some("write octal digits, such as `0440`".to_owned());
            decoder.error(DecodeErrorKind::Value, node.at, format!("`{text}` are not permissions of a file"), help);
        }
        mode.map(FileMode)
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::typed_or_text(&["integer"], "^[0-7]+$")
    }
}
