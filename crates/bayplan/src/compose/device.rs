//! `devices`, `gpus` and reserved devices.

use super::short::Short;
use crate::record;
use crate::record::{Each, Extensions, Form, KeyValues, Plain, Unique, schema};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

record! {
    /// A device of the host that a container sees.
    pub struct Device {
        /// The device on the host, or a CDI name such as `vendor.com/class=name`.
        source [Required]: String,
        /// Where the container sees it.
        target: Option<String>,
        /// What the container may do with it: `r` read, `w` write, `m` create.
        permissions: Option<String>,
        ..extensions: Extensions,
    }
}

impl Short for Device {
    fn from_text(text: &str, node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let mut parts = text.split(':');
        let source = parts.next().unwrap_or_default().to_owned();
        let target = parts.next().filter(|part| !part.is_empty()).unwrap_or(&source).to_owned();
        let permissions = parts.next().unwrap_or("rwm").to_owned();
        if parts.next().is_some() {
            let help = Some("write `source:target:permissions`, or a mapping".to_owned());
            decoder.error(DecodeErrorKind::Value, node.at, format!("`{text}` has more than three parts"), help);
            return None;
        }
        Some(Self { source, target: Some(target), permissions: Some(permissions), extensions: Extensions::default() })
    }
}

record! {
    /// Graphics cards for a container.
    pub struct Gpu {
        /// What the card must be able to do, such as `compute`.
        capabilities: Vec<String> = Unique,
        /// The driver, such as `nvidia`.
        driver: Option<String>,
        /// How many, or `all`; all unless `device_ids` says which.
        count: Option<DeviceCount>,
        /// Which ones.
        device_ids: Vec<String> = Unique,
        /// Settings of the driver.
        options: IndexMap<String, String> = KeyValues,
        ..extensions: Extensions,
    }
}

record! {
    /// Devices that are kept free for a container.
    pub struct DeviceReservation {
        /// What the device must be able to do, such as `gpu`.
        capabilities [Required]: Vec<String> = Unique,
        /// The driver, such as `nvidia`.
        driver: Option<String>,
        /// How many, or `all`; all unless `device_ids` says which.
        count: Option<DeviceCount>,
        /// Which ones.
        device_ids: Vec<String> = Unique,
        /// Settings of the driver.
        options: IndexMap<String, String> = KeyValues,
        ..extensions: Extensions,
    }
}

/// How many devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceCount {
    /// Every device there is.
    All,
    /// So many.
    Some(i64),
}

impl Serialize for DeviceCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Some(count) => serializer.serialize_i64(*count),
        }
    }
}

impl Form<DeviceCount> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<DeviceCount> {
        match &node.value {
            Value::String(text) if text.eq_ignore_ascii_case("all") => Some(DeviceCount::All),
            Value::Int(_) | Value::String(_) | Value::Float(_) => {
                <Plain as Form<i64>>::read(node, decoder).map(DeviceCount::Some)
            }
            _ => decoder.wrong_type(node, "a number or `all`"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::typed_or_text(&["integer"], "^([+-]?[0-9]+|[Aa][Ll][Ll])$")
    }
}

/// `all`, or a list of requests.
pub enum Gpus {}

impl Form<Vec<Gpu>> for Gpus {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<Gpu>> {
        match &node.value {
            Value::String(text) if &**text == "all" => {
                Some(vec![Gpu { count: Some(DeviceCount::All), ..Gpu::default() }])
            }
            Value::String(text) => {
                let help = Some("write `all`, or a list of mappings".to_owned());
                decoder.error(
                    DecodeErrorKind::Value,
                    node.at,
                    format!("expected `all` or a list, found `{text}`"),
                    help,
                );
                None
            }
            Value::Seq(_) => Each::<Plain>::read(node, decoder),
            _ => decoder.wrong_type(node, "`all` or a list"),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let list = <Each<Plain> as Form<Vec<Gpu>>>::schema(generator);
        schema::either([json_schema!({ "const": "all" }), schema::pattern("^all$"), list])
    }
}
