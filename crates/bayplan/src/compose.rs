//! The Compose Specification as plain structs: what `docker compose` 5 (compose-go 2.16.2) knows, key by key.
//!
//! Short and long forms are read into one typed form, which is written as the long form. A project is read with
//! [`Project::decode`](bayplan_yaml::Decode::decode); [`schema`] is its JSON Schema.

pub mod build;
pub mod command;
pub mod container;
pub mod depends;
pub mod deploy;
pub mod develop;
pub mod device;
pub mod grant;
pub mod healthcheck;
pub mod hook;
pub mod job;
pub mod limits;
pub mod logging;
pub mod model;
pub mod mount;
pub mod network;
pub mod port;
pub mod project;
pub mod service;
pub mod short;
pub mod since;
pub mod storage;
pub mod words;
mod workload;

pub use build::Build;
pub use command::Command;
pub use depends::{Condition, Dependency};
pub use deploy::{Deploy, Limits, Reservations, Resources};
pub use develop::Develop;
pub use device::{Device, DeviceCount, DeviceReservation, Gpu};
pub use grant::{FileMode, Grant};
pub use healthcheck::Healthcheck;
pub use hook::{Hook, InitContainer};
pub use job::{Job, Schedule, Triggers};
pub use limits::{BlkioConfig, Ulimit};
pub use logging::Logging;
pub use model::{Model, ModelGrant};
pub use mount::VolumeMount;
pub use network::{Attachment, Ipam, IpamPool, Network};
pub use port::Port;
pub use project::{Include, Project};
pub use service::{EnvFile, Extends, Provider, Service};
pub use storage::{Config, External, Secret, Volume};

/// The JSON Schema (draft-07) of a Compose file.
pub fn schema() -> serde_json::Value {
    crate::record::schema::root::<Project>("Compose file")
}

#[cfg(test)]
mod tests;
