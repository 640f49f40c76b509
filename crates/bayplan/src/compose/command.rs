//! `command`, `entrypoint`: a list of words, or a text that is split into words.

use super::words;
use crate::record::{Form, Plain, schema};
use bayplan_yaml::{Decoder, Node, Value};
use schemars::{Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// A command line. It is always written as a list; no shell runs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Command {
    /// The words; none at all clears what the image sets.
    pub words: Vec<String>,
    /// The text that the words were split from, where it was written as one.
    pub text: Option<String>,
}

impl<W: Into<String>> FromIterator<W> for Command {
    fn from_iter<I: IntoIterator<Item = W>>(words: I) -> Self {
        Self { words: words.into_iter().map(Into::into).collect(), text: None }
    }
}

impl Serialize for Command {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.words.serialize(serializer)
    }
}

impl Form<Command> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Command> {
        match &node.value {
            Value::String(text) => match words::split(text) {
                Ok(read) => Some(Command { words: read.words, text: Some(text.to_string()) }),
                Err(invalid) => {
                    invalid.report(node, decoder);
                    None
                }
            },
            Value::Seq(_) => {
                let words = <Plain as Form<Vec<String>>>::read(node, decoder)?;
                Some(Command { words, text: None })
            }
            _ => decoder.wrong_type(node, "a string or a list of strings"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::either([schema::string(), schema::list(schema::string(), false)])
    }
}
