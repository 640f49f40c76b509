//! `use` + `with` → services: one archetype a file (or a family in one), one line in the list below.
//!
//! An archetype knows an image: what it needs to run read-only and without privileges, the health check that works in
//! it, how it takes secrets, the port that it opens, and what others may ask of it (`{{ db.host }}`).
//!
//! # How to add one
//!
//! **An archetype** is a `record!` of its parameters, an `impl` [`Parameters`] that makes an [`Expansion`] of them, and a constant
//! [`Archetype`]. Copy `etcd.rs`; `redisinsight` is the smallest. Facts first: read the image's Dockerfile and entry point for the versions
//! that go into [`Archetype::versions`], and write into `sources` where they stand.
//! - `service` holds Compose's keys with values after interpolation, and intents: `size` (the default one), `allow` (leave to break a
//!   rule of `production`, with the reason). A person's own keys win. Name what must be written to (`volumes`, `tmpfs`), the `user`
//!   or the capabilities, a health check with programs that the image has, `expose`.
//! - Secrets: the program's own way to read a file first (`_FILE`, a setting); else [`archetype::with_variables`] where there is a shell. Never
//!   as an argument. Others get the file by [`Output::SecretFile`], which grants it to who asks; take `password_file` from them.
//! - Configuration files: [`Instance::config`] gives file and mount; put the first into `files`. Print values by the grammar of the format.
//! - Several parameters that do not fit together: [`Say::wrong`], which stands at the parameter. One that is wrong alone has a form of
//!   its own (`values.rs`).
//! - `metrics: true`: say in [`Archetype::metrics`] where the program serves them, or which exporter stands beside it.
//!
//! **A composite** makes several services in its place: an `impl` [`Composite`] that yields [`Member`]s, each of which `use`s an
//! archetype that makes one service. It is a step from blueprint to blueprint, done before any expression is evaluated. Copy
//! `etcd.rs` (`EtcdCluster`) or `kafka.rs`. Say of each member what it is: [`Member::entry`], [`Member::web`], [`Member::data`],
//! [`Member::job`], [`Member::needs`]; see [`composite`]. Peer lists are made of [`Asked::members`], so that they agree.
//!
//! Then: one line in [`CATALOG`], `cargo xtask schema --write schema`, right and wrong parameters in `tests/cases/catalog/`, and the archetype
//! in `tests/tests/catalog/everything.yaml`, whose output Docker Compose must accept.

mod alertmanager;
mod alloy;
pub mod archetype;
pub mod archetypes;
pub mod composite;
mod couchdb;
mod etcd;
mod exporters;
mod grafana;
mod influxdb;
mod kafka;
mod kafka_broker;
mod kafka_tools;
mod loki;
mod milvus;
mod minio;
mod mongodb;
mod mysql;
mod n8n;
mod neo4j;
mod opensearch;
pub mod page;
mod postgres;
mod postgres_ha;
mod prometheus;
mod qdrant;
mod rabbitmq;
mod redis;
mod redisinsight;
mod smtp4dev;
mod socket_proxy;
mod superset;
mod tempo;
mod traefik;
mod valkey;
mod valkey_cluster;
mod values;
mod watchers;

pub use archetype::{Archetype, ConfigFile, Expansion, Instance, Makes, Metrics, Output, secret_path};
pub(crate) use archetype::{Parameters, Say, expand, schema};
pub use composite::{Asked, Group, Member};
pub(crate) use composite::{Composite, compose};

use crate::value::{ImageRef, Invalid};
use archetype::image;

/// The port on which the gateway serves metrics and health.
pub const GATEWAY_METRICS_PORT: u16 = traefik::METRICS_PORT;

/// The port on which an `alertmanager` takes alerts.
pub const ALERTS_PORT: u16 = alertmanager::PORT;

/// Every archetype, by name.
pub const CATALOG: &[Archetype] = &[
    alertmanager::ARCHETYPE,
    alloy::ARCHETYPE,
    watchers::BLACKBOX,
    watchers::CADVISOR,
    couchdb::ARCHETYPE,
    couchdb::NODE,
    couchdb::SETUP,
    opensearch::EXPORTER,
    etcd::ARCHETYPE,
    etcd::CLUSTER,
    grafana::ARCHETYPE,
    influxdb::ARCHETYPE,
    kafka::ARCHETYPE,
    kafka_broker::ARCHETYPE,
    kafka_tools::CONNECT,
    exporters::KAFKA,
    kafka_tools::REST,
    kafka_tools::TOPICS,
    kafka_tools::UI,
    loki::ARCHETYPE,
    milvus::ARCHETYPE,
    milvus::SERVER,
    minio::ARCHETYPE,
    minio::NODE,
    minio::SETUP,
    mongodb::ARCHETYPE,
    mongodb::NODE,
    mongodb::SETUP,
    mysql::ARCHETYPE,
    n8n::ARCHETYPE,
    neo4j::ARCHETYPE,
    watchers::NODE,
    opensearch::ARCHETYPE,
    opensearch::DASHBOARDS,
    opensearch::NODE,
    postgres_ha::PATRONI,
    postgres::ARCHETYPE,
    exporters::POSTGRES,
    postgres_ha::ARCHETYPE,
    postgres_ha::ROUTER,
    postgres_ha::SETUP,
    prometheus::ARCHETYPE,
    watchers::PUSHGATEWAY,
    qdrant::ARCHETYPE,
    rabbitmq::ARCHETYPE,
    redis::ARCHETYPE,
    exporters::REDIS,
    redisinsight::ARCHETYPE,
    kafka_tools::REGISTRY,
    smtp4dev::ARCHETYPE,
    socket_proxy::ARCHETYPE,
    superset::ARCHETYPE,
    tempo::ARCHETYPE,
    traefik::ARCHETYPE,
    valkey::ARCHETYPE,
    valkey_cluster::ARCHETYPE,
    valkey_cluster::NODE,
    valkey_cluster::SETUP,
];

/// The archetype of this name.
pub fn find(name: &str) -> Option<&'static Archetype> {
    CATALOG.iter().find(|archetype| archetype.name == name)
}

/// The archetype and the tag in the value of `use:`.
///
/// # Errors
/// Where the name is not in the catalog, with the nearest name as help.
pub fn parse_use(text: &str) -> Result<(&'static Archetype, &str), Invalid> {
    let (name, tag) = match text.find([':', '@']) {
        Some(at) if text.as_bytes()[at] == b':' => (&text[..at], &text[at + 1..]),
        Some(at) => (&text[..at], &text[at..]),
        None => (text, ""),
    };
    if name.is_empty() {
        return Err(Invalid::whole(text, "the archetype is empty").help("name an archetype, such as `postgres:17.5`"));
    }
    let Some(archetype) = find(name) else {
        let nearest = CATALOG
            .iter()
            .map(|archetype| (strsim::damerau_levenshtein(archetype.name, name), archetype.name))
            .min()
            .filter(|(distance, _)| *distance <= 2 + name.len() / 4);
        return Err(Invalid {
            message: format!("there is no archetype `{name}` in the catalog"),
            help: Some(match nearest {
                Some((_, nearest)) => format!("did you mean `{nearest}`?"),
                None => "`bayplan schema catalog` shows what there is; any other service names its `image` itself"
                    .to_owned(),
            }),
            range: 0..name.len(),
        });
    };
    if let Err(mut invalid) = image(archetype.image, tag).parse::<ImageRef>() {
        invalid.range = (name.len() + 1).min(text.len())..text.len();
        return Err(invalid);
    }
    Ok((archetype, tag))
}
