//! `services`: what runs.

use super::deploy::Deploy;
use super::develop::Develop;
use super::hook::{Hook, InitContainer};
use super::short::{Short, ShortOr};
use super::workload::with_workload;
use crate::record;
use crate::record::{Distinct, Each, Extensions, Form, Plain, Unique, Values, schema};
use crate::value::ContainerName;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};

with_workload! {
    /// A service: one or more containers of the same kind.
    pub struct Service {
        /// A fixed name for the container; there can be only one then.
        container_name: Option<ContainerName>,
        /// When Docker starts a container again: `no`, `always`, `unless-stopped` or `on-failure[:times]`.
        restart: Option<String> = Restart,
        /// How many containers run, where, and what they may use.
        deploy [OrNull]: Option<Box<Deploy>>,
        /// How many containers run.
        scale: Option<i64>,
        /// The profiles it belongs to; it is there when one of them is active.
        profiles: Vec<String> = Distinct,
        /// Containers that run to their end before those of the service start.
        pre_start: Vec<InitContainer> = Each,
        /// Commands that run in a container after it started.
        post_start: Vec<Hook> = Each,
        /// Commands that run in a container before it stops.
        pre_stop: Vec<Hook> = Each,
        /// Whether `docker compose up` shows its output.
        attach: Option<bool>,
        /// What `docker compose watch` does when files change.
        develop [OrNull]: Option<Box<Develop>>,
        /// A program that provides the service in place of containers.
        provider: Option<Box<Provider>>,
        /// The service whose keys this one takes over.
        extends: Option<Extends> = ShortOr,
        /// Services that it reaches under another name: `service[:alias]`.
        links: Vec<String> = Distinct,
        /// Containers outside of the project that it reaches: `container[:alias]`.
        external_links: Vec<String> = Unique,
    }
}

record! {
    /// A file with environment variables.
    pub struct EnvFile {
        /// The file.
        path [Required]: String,
        /// Whether it is an error that the file is not there; it is unless this is `false`.
        required: Option<bool>,
        /// How it is read: `raw` takes values as they are.
        format: Option<String>,
    }
}

impl Short for EnvFile {
    fn from_text(text: &str, _: &Node, _: &mut Decoder) -> Option<Self> {
        Some(Self { path: text.to_owned(), ..Self::default() })
    }
}

record! {
    /// A program that provides a service.
    pub struct Provider {
        /// The program: `docker-NAME` or `NAME` on the path.
        kind ("type") [Required]: String,
        /// Its settings; each can be there more than once.
        options: IndexMap<String, Vec<String>> = Values<Repeated>,
        ..extensions: Extensions,
    }
}

record! {
    /// The service whose keys another one takes over.
    pub struct Extends {
        /// Its name.
        service [Required]: String,
        /// The file it stands in; this one without a file.
        file: Option<String>,
    }
}

impl Short for Extends {
    fn from_text(text: &str, _: &Node, _: &mut Decoder) -> Option<Self> {
        Some(Self { service: text.to_owned(), file: None })
    }
}

/// When Docker starts a container again.
pub enum Restart {}

impl Form<String> for Restart {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        if let Value::Bool(false) = node.value {
            let help = Some("write `\"no\"`, in quotes".to_owned());
            decoder.error(DecodeErrorKind::Type, node.at, "expected a string, found a boolean", help);
            return None;
        }
        let text = <Plain as Form<String>>::read(node, decoder)?;
        let times = |rest: &str| rest.parse::<u32>().is_ok();
        let fits = matches!(text.as_str(), "" | "no" | "always" | "unless-stopped" | "on-failure")
            || text.strip_prefix("on-failure:").is_some_and(times);
        if !fits {
            let help = Some("write `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:3`".to_owned());
            decoder.error(DecodeErrorKind::Value, node.at, format!("`{text}` is not a restart policy"), help);
        }
        Some(text)
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::pattern("^(|no|always|unless-stopped|on-failure(:[0-9]+)?)$")
    }
}

/// A scalar, or a list of scalars, as texts.
pub enum Repeated {}

impl Form<Vec<String>> for Repeated {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<String>> {
        let one = |node: &Node, decoder: &mut Decoder| match &node.value {
            Value::Null | Value::Seq(_) | Value::Map(_) | Value::Timestamp(_) => {
                decoder.wrong_type(node, "a string, a number or a boolean")
            }
            _ => record::scalar::text_of(node),
        };
        match &node.value {
            Value::Seq(items) => Some(
                items
                    .iter()
                    .enumerate()
                    .filter_map(|(index, item)| decoder.in_index(index, |decoder| one(item, decoder)))
                    .collect(),
            ),
            _ => one(node, decoder).map(|text| vec![text]),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        let scalar = json_schema!({ "type": ["string", "number", "boolean"] });
        schema::either([scalar.clone(), schema::list(scalar, false)])
    }
}
