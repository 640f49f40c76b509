//! `deploy`: how many containers run, where, and what they may use.

use super::device::DeviceReservation;
use crate::record;
use crate::record::{Each, Extensions, Form, KeyValues, schema};
use crate::value::{Bytes, Duration};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decode, Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator};

record! {
    /// How many containers of a service run, where, and what they may use.
    pub struct Deploy {
        /// How many containers run.
        replicas: Option<i64>,
        /// What the containers may use.
        resources: Option<Resources>,
        /// When a container is started again.
        restart_policy: Option<RestartPolicy>,
        /// `replicated`, `global`, `replicated-job` or `global-job` (Swarm).
        mode: Option<String>,
        /// How other services reach this one: `vip` or `dnsrr` (Swarm).
        endpoint_mode: Option<String>,
        /// Labels of the service itself, not of its containers (Swarm).
        labels: IndexMap<String, String> = KeyValues,
        /// How containers are replaced by newer ones (Swarm).
        update_config: Option<UpdateConfig>,
        /// How containers are replaced when an update failed (Swarm).
        rollback_config: Option<UpdateConfig>,
        /// On which machines containers may run (Swarm).
        placement: Option<Placement>,
        ..extensions: Extensions,
    }
}

record! {
    /// What the containers of a service may use.
    pub struct Resources {
        /// What a container can have at most.
        limits: Option<Limits>,
        /// What is kept free for a container.
        reservations: Option<Reservations>,
        ..extensions: Extensions,
    }
}

record! {
    /// What a container can have at most.
    pub struct Limits {
        /// How many processors, such as `0.5`.
        cpus: Option<f64>,
        /// How much memory, such as `512M`.
        memory: Option<Bytes> = InQuotes,
        /// How many processes.
        pids: Option<i64>,
        ..extensions: Extensions,
    }
}

record! {
    /// What is kept free for a container.
    pub struct Reservations {
        /// How many processors, such as `0.25`.
        cpus: Option<f64>,
        /// How much memory, such as `128M`.
        memory: Option<Bytes> = InQuotes,
        /// Devices, such as graphics cards.
        devices: Vec<DeviceReservation> = Each,
        /// Resources that the machines of a Swarm declare.
        generic_resources: Vec<GenericResource> = Each,
        ..extensions: Extensions,
    }
}

record! {
    /// A resource that the machines of a Swarm declare.
    pub struct GenericResource {
        /// A resource that is counted.
        discrete_resource_spec: Option<DiscreteResource>,
        ..extensions: Extensions,
    }
}

record! {
    /// A resource that is counted.
    pub struct DiscreteResource {
        /// Its name, such as `GPU`.
        kind: Option<String>,
        /// How many.
        value: Option<i64>,
        ..extensions: Extensions,
    }
}

record! {
    /// When a container is started again.
    pub struct RestartPolicy {
        /// `none`, `on-failure` or `any`.
        condition: Option<String>,
        /// How long to wait before.
        delay: Option<Duration>,
        /// How often at most.
        max_attempts: Option<i64>,
        /// How long a container has to run to count as started.
        window: Option<Duration>,
        ..extensions: Extensions,
    }
}

crate::choice! {
    /// Which container comes first when one replaces another.
    pub enum UpdateOrder {
        /// The old one stops before the new one starts.
        StopFirst = "stop-first",
        /// The new one starts before the old one stops.
        StartFirst = "start-first",
    }
}

record! {
    /// How containers are replaced.
    pub struct UpdateConfig {
        /// How many at once; 0 is all.
        parallelism: Option<i64>,
        /// How long to wait between them.
        delay: Option<Duration>,
        /// What to do when it fails: `continue`, `rollback` or `pause`.
        failure_action: Option<String>,
        /// How long to watch a new container for failure.
        monitor: Option<Duration>,
        /// The part of containers that may fail.
        max_failure_ratio: Option<f64>,
        /// Which container comes first.
        order: Option<UpdateOrder>,
        ..extensions: Extensions,
    }
}

record! {
    /// On which machines of a Swarm containers may run.
    pub struct Placement {
        /// What a machine must match, such as `node.role==manager`.
        constraints: Vec<String> = Each,
        /// Over what containers are spread.
        preferences: Vec<Preference> = Each,
        /// How many containers one machine may have.
        max_replicas_per_node: Option<i64>,
        ..extensions: Extensions,
    }
}

record! {
    /// Over what containers are spread.
    pub struct Preference {
        /// The label of machines, such as `node.labels.zone`.
        spread: Option<String>,
        ..extensions: Extensions,
    }
}

/// A size with its unit: Compose takes no number here.
pub enum InQuotes {}

impl Form<Bytes> for InQuotes {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Bytes> {
        match &node.value {
            Value::String(_) => Bytes::decode(node, decoder),
            Value::Int(size) => {
                let help = Some(format!("write the unit, such as `{size}M`, or put a number of bytes in quotes"));
                decoder.error(DecodeErrorKind::Type, node.at, "expected a size with its unit, found an integer", help);
                None
            }
            _ => decoder.wrong_type(node, "a size with its unit"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::string()
    }
}
