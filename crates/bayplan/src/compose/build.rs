//! `build`: how an image is made from a Dockerfile.

use super::grant::Grant;
use super::limits::{HostList, Ulimit, UlimitForm};
use super::short::{Short, ShortOr};
use crate::record;
use crate::record::{Distinct, Each, Extensions, Form, KeyValues, OneOrMany, PairsOnly, Plain, Values, schema};
use crate::value::Bytes;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};

record! {
    /// How an image is made from a Dockerfile.
    pub struct Build {
        /// The folder or Git address whose files the build sees.
        context: Option<String>,
        /// The Dockerfile, relative to the context.
        dockerfile: Option<String>,
        /// The text of the Dockerfile, in place of a file.
        dockerfile_inline: Option<String>,
        /// The stage of the Dockerfile to stop at.
        target: Option<String>,
        /// Values for the `ARG`s of the Dockerfile; one without a value is taken from the shell.
        args: IndexMap<String, Option<String>> = KeyValues,
        /// Further names for the image.
        tags: Vec<String> = Distinct,
        /// Labels that the image gets.
        labels: IndexMap<String, String> = KeyValues,
        /// The platforms to build for, such as `linux/amd64`.
        platforms: Vec<String> = Each,
        /// Further folders and images that the Dockerfile can name, by name.
        additional_contexts: IndexMap<String, String> = PairsOnly,
        /// Secrets that the build can read.
        secrets: Vec<Grant> = Each<ShortOr>,
        /// SSH agents or keys that the build can use, by name; `default` is the agent of the shell.
        ssh: IndexMap<String, Option<String>> = Ssh,
        /// Where cached layers are taken from.
        cache_from: Vec<String> = Each,
        /// Where cached layers are written to.
        cache_to: Vec<String> = Each,
        /// Whether to build every layer anew.
        no_cache: Option<bool>,
        /// Stages to build anew.
        no_cache_filter: Vec<String> = OneOrMany,
        /// Whether to fetch newer base images.
        pull: Option<bool>,
        /// The network that `RUN` uses.
        network: Option<String>,
        /// Names and addresses to add to `/etc/hosts` while building.
        extra_hosts: IndexMap<String, Vec<String>> = HostList,
        /// Rights that the build gets, such as `security.insecure`.
        entitlements: Vec<String> = Each,
        /// Whether the build runs with all rights.
        privileged: Option<bool>,
        /// How Windows containers are kept apart.
        isolation: Option<String>,
        /// The size of `/dev/shm` while building.
        shm_size: Option<Bytes>,
        /// Limits of the processes of the build.
        ulimits: IndexMap<String, Ulimit> = Values<UlimitForm>,
        /// Whether, or how, to attach a record of how the image was made.
        provenance: Option<String> = TextOrBoolean,
        /// Whether, or how, to attach a list of what the image holds.
        sbom: Option<String> = TextOrBoolean,
        ..extensions: Extensions,
    }
}

impl Short for Build {
    fn from_text(text: &str, _: &Node, _: &mut Decoder) -> Option<Self> {
        Some(Self { context: Some(text.to_owned()), ..Self::default() })
    }
}

/// A text, or `true` or `false` as a text.
pub enum TextOrBoolean {}

impl Form<String> for TextOrBoolean {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        match &node.value {
            Value::String(text) => Some(text.to_string()),
            Value::Bool(value) => Some(value.to_string()),
            _ => decoder.wrong_type(node, "a string, `true` or `false`"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "boolean"] })
    }
}

/// `default` and `name=path`, or a mapping.
pub enum Ssh {}

impl Form<IndexMap<String, Option<String>>> for Ssh {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, Option<String>>> {
        let Value::Seq(items) = &node.value else { return KeyValues::read(node, decoder) };
        for (index, item) in items.iter().enumerate() {
            if let Some(text) = item.as_str().filter(|text| *text != "default" && !text.contains('=')) {
                let help = Some("write `name=path`; only `default` stands alone".to_owned());
                let message = format!("`{text}` names no key or agent");
                decoder.in_index(index, |decoder| decoder.error(DecodeErrorKind::Value, item.at, message, help));
            }
        }
        <Plain as Form<Vec<String>>>::read(node, decoder)?;
        KeyValues::read(node, &mut Decoder::new())
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        let value = json_schema!({ "type": ["string", "number", "boolean", "null"] });
        schema::either([schema::values(value), schema::list(schema::pattern("^default$|="), false)])
    }
}
