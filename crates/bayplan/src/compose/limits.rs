//! Smaller settings of containers: `ulimits`, `blkio_config`, `extra_hosts`, `umask`, `credential_spec`.

use crate::record;
use crate::record::{Each, Extensions, Form, Plain, schema};
use crate::value::Bytes;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// A limit of the processes of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ulimit {
    /// The limit that holds; a process may raise it up to `hard`.
    pub soft: i64,
    /// The highest value `soft` can have.
    pub hard: i64,
}

impl Serialize for Ulimit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.soft == self.hard {
            return serializer.serialize_i64(self.soft);
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("soft", &self.soft)?;
        map.serialize_entry("hard", &self.hard)?;
        map.end()
    }
}

record! {
    /// Two limits of the processes of a container.
    pub struct SoftAndHard {
        /// The limit that holds; a process may raise it up to `hard`.
        soft [Required]: i64,
        /// The highest value `soft` can have.
        hard [Required]: i64,
        ..extensions: Extensions,
    }
}

/// One number for both limits, or a mapping.
pub enum UlimitForm {}

impl Form<Ulimit> for UlimitForm {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Ulimit> {
        match &node.value {
            Value::Map(_) => {
                let both = <Plain as Form<SoftAndHard>>::read(node, decoder)?;
                Some(Ulimit { soft: both.soft, hard: both.hard })
            }
            Value::Int(_) | Value::Float(_) | Value::String(_) => {
                let both = <Plain as Form<i64>>::read(node, decoder)?;
                Some(Ulimit { soft: both, hard: both })
            }
            _ => decoder.wrong_type(node, "an integer or a mapping"),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        schema::either([<Plain as Form<i64>>::schema(generator), <Plain as Form<SoftAndHard>>::schema(generator)])
    }
}

record! {
    /// How much of the speed of disks a container gets.
    pub struct BlkioConfig {
        /// The share of this container, from 10 to 1000.
        weight: Option<i64>,
        /// The share for single devices.
        weight_device: Vec<BlkioWeight> = Each,
        /// The most bytes a second that are read from a device.
        device_read_bps: Vec<BlkioLimit> = Each,
        /// The most reads a second from a device.
        device_read_iops: Vec<BlkioLimit> = Each,
        /// The most bytes a second that are written to a device.
        device_write_bps: Vec<BlkioLimit> = Each,
        /// The most writes a second to a device.
        device_write_iops: Vec<BlkioLimit> = Each,
    }
}

record! {
    /// A limit of the speed of one device.
    pub struct BlkioLimit {
        /// The device, such as `/dev/sda`.
        path: Option<String>,
        /// Bytes, or operations, a second.
        rate: Option<Bytes>,
    }
}

record! {
    /// The share of one device.
    pub struct BlkioWeight {
        /// The device, such as `/dev/sda`.
        path: Option<String>,
        /// The share of this container, from 10 to 1000.
        weight: Option<i64>,
    }
}

record! {
    /// The account of a Windows container.
    pub struct CredentialSpec {
        /// The config that holds it.
        config: Option<String>,
        /// The file that holds it.
        file: Option<String>,
        /// The value of the registry of the host that holds it.
        registry: Option<String>,
        ..extensions: Extensions,
    }
}

/// `host=address` or `host:address`, or a mapping of hosts to one address or a list.
pub enum HostList {}

impl Form<IndexMap<String, Vec<String>>> for HostList {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, Vec<String>>> {
        let mut hosts: IndexMap<String, Vec<String>> = IndexMap::new();
        match &node.value {
            Value::Map(map) => {
                for (host, entry) in map {
                    let read = decoder.in_key(host, |decoder| match &entry.value.value {
                        Value::Seq(_) => Each::<Plain>::read(&entry.value, decoder),
                        Value::String(text) => Some(vec![text.to_string()]),
                        _ => decoder.wrong_type(&entry.value, "an address or a list of addresses"),
                    });
                    decoder.in_key(host, |decoder| host_name(host, entry.key_at, decoder));
                    hosts.extend(read.map(|addresses: Vec<String>| (host.to_string(), addresses)));
                }
            }
            Value::Seq(items) => {
                for (index, item) in items.iter().enumerate() {
                    let pair = decoder.in_index(index, |decoder| pair(item, decoder));
                    if let Some((host, address)) = pair {
                        hosts.entry(host).or_default().extend(address.split(',').map(str::to_owned));
                    }
                }
            }
            _ => return decoder.wrong_type(node, "a mapping or a list of `host=address`"),
        }
        for address in hosts.values_mut().flatten() {
            if let Some(bare) = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                *address = bare.to_owned();
            }
        }
        Some(hosts)
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        let address = schema::string();
        let addresses = schema::either([address.clone(), schema::list(address, false)]);
        let mapping = json_schema!({
            "type": "object",
            "patternProperties": { "^[^:=]+$": addresses },
            "additionalProperties": false
        });
        schema::either([mapping, schema::list(schema::pattern("^[^:=]+[:=]"), false)])
    }
}

fn pair<'n>(item: &'n Node, decoder: &mut Decoder) -> Option<(String, &'n str)> {
    let Some(text) = item.as_str() else { return decoder.wrong_type(item, "a string `host=address`") };
    let Some((host, address)) = text.split_once('=').or_else(|| text.split_once(':')) else {
        let help = Some("write `host=address`".to_owned());
        decoder.error(DecodeErrorKind::Value, item.at, format!("`{text}` has no address"), help);
        return None;
    };
    host_name(host, item.at, decoder);
    Some((host.to_owned(), address))
}

fn host_name(host: &str, at: bayplan_yaml::Location, decoder: &mut Decoder) {
    if host.is_empty() || host.contains([':', '=']) {
        let help = Some("write `host=address`".to_owned());
        decoder.error(DecodeErrorKind::Value, at, format!("`{host}` is not the name of a host"), help);
    }
}

/// A number, or a text in Go's notation of numbers: `022` is octal.
pub enum Umask {}

impl Form<i64> for Umask {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<i64> {
        let value = match &node.value {
            Value::String(text) => match go_unsigned(text) {
                Some(value) => value,
                None => {
                    let help = Some("write octal digits, such as `0022`".to_owned());
                    decoder.error(DecodeErrorKind::Value, node.at, format!("`{text}` is not a file mode mask"), help);
                    return None;
                }
            },
            _ => <Plain as Form<i64>>::read(node, decoder)?,
        };
        if !(0..=i64::from(u32::MAX)).contains(&value) {
            let help = Some("write octal digits, such as `0022`".to_owned());
            decoder.error(DecodeErrorKind::Value, node.at, format!("{value} is not a file mode mask"), help);
            return None;
        }
        Some(value)
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema =
            schema::typed_or_text(&["integer"], "^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)$");
        schema.insert("minimum".to_owned(), 0.into());
        schema.insert("maximum".to_owned(), u32::MAX.into());
        schema
    }
}

/// Reads a number as Go's `ParseUint` with base 0 does, `_` apart.
fn go_unsigned(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.strip_prefix('0') {
        None | Some("") => (&*lower, 10),
        Some(rest) => match (rest.strip_prefix('x'), rest.strip_prefix('b'), rest.strip_prefix('o')) {
            (Some(digits), _, _) => (digits, 16),
            (_, Some(digits), _) => (digits, 2),
            (_, _, Some(digits)) => (digits, 8),
            _ => (rest, 8),
        },
    };
    if digits.starts_with(['+', '-']) { None } else { i64::from_str_radix(digits, radix).ok() }
}
