//! `fleet.yaml`: what is said once for all stacks of a folder.

use super::intents::Size;
use crate::emit::traefik::Middleware;
use crate::emit::traefik::middleware::Middlewares;
use crate::record;
use crate::record::{Between, Extensions, Form, Plain, schema};
use crate::rules::RuleSettings;
use crate::value::{Bytes, ComposeVersion};
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};

record! {
    /// The settings of a fleet: a folder of blueprints that share domain, hosts and environments.
    pub struct Fleet {
        /// The name of the fleet; that of its folder where it is left out.
        name: Option<String>,
        /// The oldest version of Docker Compose that reads the output, as `5.5` or `5.5.1`: keys that it does not know are errors.
        compose: Option<ComposeVersion>,
        /// The machines, by name. Where there are none, all stacks run on one machine. Networks end at a machine: services that
        /// talk to each other, the gateway and Prometheus among them, run on the same one.
        hosts: IndexMap<String, Host>,
        /// The environments, by name. Where there are none, there is one: `default`.
        environments: IndexMap<String, Environment>,
        /// What every service starts from: keys of a Compose service. A service's own keys win.
        defaults: Option<Defaults>,
        /// CPU and memory sizes by name, beside `tiny`, `small`, `medium` and `large`.
        sizes: IndexMap<String, Size>,
        /// Traefik middlewares by name, as Traefik's file provider takes them. `$` has no meaning of its own here.
        middlewares: IndexMap<String, Middleware> = Middlewares,
        /// Where the collector sends traces: the URL of an OTLP/HTTP receiver.
        traces: Option<String>,
        ..policy: RuleSettings,
        ..extensions: Extensions,
    }
}

record! {
    /// A machine.
    pub struct Host {
        /// CPU cores.
        cpus: Option<f64>,
        /// Memory, such as `24G`.
        memory: Option<Bytes>,
        /// How many networks Docker's address pools hold on this machine; 30 with Docker's own defaults.
        networks: Option<i64> = Between<1, 65536>,
        /// The stacks that run here; every stack that no other host names where it is left out.
        stacks: Vec<String>,
    }
}

record! {
    /// An environment: one output folder.
    pub struct Environment {
        /// The domain of routed names.
        domain: Option<String>,
        /// The address that routed names resolve to, by host.
        ingress: IndexMap<String, String>,
        /// How the gateway ends TLS: `none`, `{ resolver, email }` for ACME, or `{ certificates }`.
        tls: Option<TlsSetting>,
        /// Committed files with variables that are no secrets, relative to the fleet; later ones win.
        env_files: Vec<String>,
        /// Variables that are no secrets; they win over `env_files`.
        variables: IndexMap<String, String> = crate::record::KeyValues,
    }
}

/// How the gateway ends TLS.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum TlsSetting {
    /// It does not.
    #[default]
    None,
    /// By ACME.
    Acme(Acme),
    /// With certificate files.
    Files(Certificates),
}

record! {
    /// Certificates by ACME.
    pub struct Acme {
        /// The name of the resolver.
        resolver [Required]: String,
        /// The mail address of the account.
        email [Required]: String,
    }
}

record! {
    /// Certificate files.
    pub struct Certificates {
        /// Pairs of certificate and key, as the gateway's container sees them.
        certificates [Required]: Vec<Certificate>,
    }
}

record! {
    /// A certificate and its key.
    pub struct Certificate {
        /// The certificate chain, PEM.
        cert [Required]: String,
        /// The private key, PEM.
        key [Required]: String,
    }
}

/// Keys of a Compose service, kept as written: they are merged under every service.
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults(pub Node);

impl Form<Defaults> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<Defaults> {
        <Plain as Form<crate::compose::Service>>::read(node, decoder).map(|_| Defaults(node.clone()))
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        <Plain as Form<crate::compose::Service>>::schema(generator)
    }
}

impl serde::Serialize for Defaults {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        record::scalar::json(&self.0).serialize(serializer)
    }
}

impl Form<TlsSetting> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<TlsSetting> {
        match &node.value {
            Value::String(text) if &**text == "none" => Some(TlsSetting::None),
            Value::Map(map) if map.contains_key("certificates") => {
                <Plain as Form<Certificates>>::read(node, decoder).map(TlsSetting::Files)
            }
            Value::Map(_) => <Plain as Form<Acme>>::read(node, decoder).map(TlsSetting::Acme),
            _ => decoder.wrong_type(node, "`none`, `{ resolver, email }` or `{ certificates }`"),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let acme = <Plain as Form<Acme>>::schema(generator);
        let files = <Plain as Form<Certificates>>::schema(generator);
        schema::either([json_schema!({ "const": "none" }), acme, files])
    }
}

impl serde::Serialize for TlsSetting {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            TlsSetting::None => serializer.serialize_str("none"),
            TlsSetting::Acme(acme) => acme.serialize(serializer),
            TlsSetting::Files(files) => files.serialize(serializer),
        }
    }
}

/// A mapping of anything, kept as JSON.
pub enum Anything {}

impl Form<IndexMap<String, serde_json::Value>> for Anything {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<IndexMap<String, serde_json::Value>> {
        match &node.value {
            Value::Map(map) => {
                Some(map.iter().map(|(key, entry)| (key.to_string(), record::scalar::json(&entry.value))).collect())
            }
            _ => decoder.wrong_type(node, "a mapping"),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

/// The level of a rule by its word.
pub enum LevelForm {}

impl Form<crate::finding::Level> for LevelForm {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<crate::finding::Level> {
        use crate::finding::Level;
        let at = record::choice::read(node, &["deny", "warn", "allow"], decoder)?;
        [Level::Deny, Level::Warn, Level::Allow].get(at).copied()
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": ["deny", "warn", "allow"] })
    }
}
