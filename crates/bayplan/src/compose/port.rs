//! `ports`: where ports of containers are published.

use crate::record;
use crate::record::{Extensions, Form, Plain, Scalar, schema};
use crate::value::Invalid;
use crate::value::port::{PortRange, PortSpec, Protocol};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decode, Decoder, Node, Value};
use schemars::{Schema, SchemaGenerator, json_schema};
use std::net::IpAddr;

record! {
    /// A port of a container, and where it is published.
    pub struct Port {
        /// The port of the container.
        target [Required]: u16 = PortNumber,
        /// The port of the host, or a range to pick one from; without one, Docker picks any.
        published: Option<PortRange>,
        /// The address of the host; all of them without one.
        host_ip: Option<IpAddr> = Address,
        /// The protocol; `tcp` without one.
        protocol: Option<Protocol>,
        /// The protocol above it, such as `http`.
        app_protocol: Option<String>,
        /// `ingress` (balanced over a Swarm), or `host`.
        mode: Option<String>,
        /// A name for people.
        name: Option<String>,
        ..extensions: Extensions,
    }
}

impl From<&PortSpec> for Port {
    fn from(spec: &PortSpec) -> Self {
        Self {
            target: spec.target.first,
            published: spec.published,
            host_ip: spec.host_ip,
            protocol: Some(spec.protocol),
            ..Self::default()
        }
    }
}

/// A list of ports: numbers, texts that may stand for several, and mappings. A repeated one counts once.
pub enum Ports {}

impl Ports {
    /// Reads one item: a range stands for several ports.
    pub fn item(item: &Node, decoder: &mut Decoder) -> Vec<Port> {
        match &item.value {
            // Without a target, which is an error, it is no port.
            Value::Map(_) => {
                <Plain as Form<Port>>::read(item, decoder).into_iter().filter(|port| port.target != 0).collect()
            }
            Value::String(_) | Value::Int(_) => match PortSpec::decode(item, decoder) {
                Some(spec) => spec.expand().iter().map(Port::from).collect(),
                None => Vec::new(),
            },
            _ => decoder.wrong_type(item, "a port, a string such as `8080:80`, or a mapping").unwrap_or_default(),
        }
    }
}

impl Form<Vec<Port>> for Ports {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Vec<Port>> {
        let Value::Seq(items) = &node.value else { return decoder.wrong_type(node, "a list of ports") };
        let mut ports: Vec<Port> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            for port in decoder.in_index(index, |decoder| Self::item(item, decoder)) {
                if !ports.contains(&port) {
                    ports.push(port);
                }
            }
        }
        Some(ports)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let mapping = <Plain as Form<Port>>::schema(generator);
        let short = json_schema!({ "type": ["string", "integer"] });
        schema::list(schema::either([short, mapping]), false)
    }
}

/// `port[-end][/protocol]`, as a text or a number.
pub enum Exposed {}

impl Form<String> for Exposed {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<String> {
        let text = <Scalar as Form<String>>::read(node, decoder)?;
        let ports = text.split('/').next().unwrap_or(&text);
        let invalid = match PortRange::parse(ports) {
            Ok(range) if range.first > 0 => return Some(text),
            Ok(_) => Invalid::part(0, ports, "nothing can listen on port 0").help("write a number from 1 to 65535"),
            Err(invalid) => invalid,
        };
        invalid.report(node, decoder);
        None
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        <Scalar as Form<String>>::schema(generator)
    }
}

/// A port number.
pub enum PortNumber {}

impl Form<u16> for PortNumber {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<u16> {
        let value = <Plain as Form<i64>>::read(node, decoder)?;
        let port = u16::try_from(value).ok().filter(|port| *port != 0);
        if port.is_none() {
            let help = Some("write a number from 1 to 65535".to_owned());
            decoder.error(DecodeErrorKind::Value, node.at, format!("{value} is not a port"), help);
        }
        port
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = <Plain as Form<i64>>::schema(generator);
        schema.insert("minimum".to_owned(), 1.into());
        schema.insert("maximum".to_owned(), u16::MAX.into());
        schema
    }
}

/// An IPv4 or IPv6 address.
pub enum Address {}

impl Form<IpAddr> for Address {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IpAddr> {
        let text = <Plain as Form<String>>::read(node, decoder)?;
        let address = text.parse().ok();
        if address.is_none() {
            let help = Some("write an address such as `127.0.0.1` or `::1`".to_owned());
            decoder.error(DecodeErrorKind::Value, node.at, format!("`{text}` is not an IP address"), help);
        }
        address
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::string()
    }
}
