//! `healthcheck`: how Docker finds out whether a container works.

use crate::record;
use crate::record::{Each, Extensions, Form, Plain, schema};
use crate::value::Duration;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use schemars::{Schema, SchemaGenerator, json_schema};

record! {
    /// How Docker finds out whether a container works.
    pub struct Healthcheck {
        /// The command, which begins with `CMD`, `CMD-SHELL` or `NONE`; a text is run by the shell of the image.
        test: Vec<String> = Test,
        /// How long to wait between two checks.
        interval: Option<Duration>,
        /// How long a check may take.
        timeout: Option<Duration>,
        /// How many checks must fail in a row.
        retries: Option<i64>,
        /// How long a failing check does not count after the start.
        start_period: Option<Duration>,
        /// How long to wait between two checks during that time.
        start_interval: Option<Duration>,
        /// Whether to ignore the health check of the image.
        disable: Option<bool>,
        ..extensions: Extensions,
    }
}

impl Healthcheck {
    /// Whether containers have no health check, whatever their image says.
    pub fn is_off(&self) -> bool {
        self.disable == Some(true) || self.test.first().is_some_and(|word| word == "NONE")
    }
}

const KINDS: [&str; 3] = ["CMD", "CMD-SHELL", "NONE"];

/// A text for the shell, or a list whose first word says what the others are.
pub enum Test {}

impl Form<Vec<String>> for Test {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<String>> {
        match &node.value {
            Value::String(text) => Some(vec!["CMD-SHELL".to_owned(), text.to_string()]),
            Value::Seq(items) => {
                let words: Vec<String> = Each::<Plain>::read(node, decoder)?;
                let first = items.first().and_then(Node::as_str);
                if let (Some(item), Some(word)) = (items.first(), first.filter(|word| !KINDS.contains(word))) {
                    let help = Some("begin the list with `CMD` or `CMD-SHELL`".to_owned());
                    let message = format!("the test begins with `{word}`, not with `CMD`, `CMD-SHELL` or `NONE`");
                    decoder.in_index(0, |decoder| decoder.error(DecodeErrorKind::Value, item.at, message, help));
                }
                Some(words)
            }
            _ => decoder.wrong_type(node, "a string or a list of strings"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        let list = json_schema!({
            "type": "array",
            "items": [schema::pattern("^(CMD|CMD-SHELL|NONE)$")],
            "additionalItems": schema::string()
        });
        schema::either([schema::string(), list])
    }
}
