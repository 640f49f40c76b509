//! `volumes`, `secrets` and `configs` at the top level.

use crate::record;
use crate::record::{Extensions, Form, KeyValues, Options, Plain, schema};
use bayplan_yaml::{Decoder, Node, Value};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

record! {
    /// A volume: files that outlive containers.
    pub struct Volume {
        /// Its name for Docker; without one, the project's name and the key.
        name: Option<String>,
        /// Whether it already exists and Compose must not make it.
        external: Option<External>,
        /// The driver, such as `local`.
        driver: Option<String>,
        /// Settings of the driver.
        driver_opts: IndexMap<String, String> = Options,
        /// Labels of the volume.
        labels: IndexMap<String, String> = KeyValues,
        ..extensions: Extensions,
    }
}

record! {
    /// A secret: a file with something that nobody else may see.
    pub struct Secret {
        /// Its name for Docker; without one, the project's name and the key.
        name: Option<String>,
        /// The file that holds it.
        file: Option<String>,
        /// The environment variable that holds it.
        environment: Option<String>,
        /// Whether it already exists and Compose must not make it.
        external: Option<External>,
        /// Labels of the secret.
        labels: IndexMap<String, String> = KeyValues,
        /// The driver that keeps it (Swarm).
        driver: Option<String>,
        /// Settings of the driver.
        driver_opts: IndexMap<String, String> = Options,
        /// The driver that fills in its text as a template (Swarm).
        template_driver: Option<String>,
        ..extensions: Extensions,
    }
}

record! {
    /// A config: a file that containers read.
    pub struct Config {
        /// Its name for Docker; without one, the project's name and the key.
        name: Option<String>,
        /// The file that holds it.
        file: Option<String>,
        /// Its text.
        content: Option<String>,
        /// The environment variable that holds its text.
        environment: Option<String>,
        /// Whether it already exists and Compose must not make it.
        external: Option<External>,
        /// Labels of the config.
        labels: IndexMap<String, String> = KeyValues,
        /// The driver that fills in its text as a template (Swarm).
        template_driver: Option<String>,
        ..extensions: Extensions,
    }
}

/// Whether something already exists, outside of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum External {
    /// `true` or `false`.
    Flag(bool),
    /// `external: { name: … }`, the old way to say `true` and the name.
    Named(Option<String>),
}

impl External {
    /// Whether it exists outside of the project.
    pub fn is_external(&self) -> bool {
        *self != Self::Flag(false)
    }

    /// The name that the old form gives.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Flag(_) => None,
            Self::Named(name) => name.as_deref(),
        }
    }
}

impl Serialize for External {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Named(name) => {
                let mut map = serializer.serialize_map(None)?;
                if let Some(name) = name {
                    map.serialize_entry("name", name)?;
                }
                map.end()
            }
        }
    }
}

record! {
    /// The old way to name something outside of the project.
    pub struct ExternalName {
        /// Its name for Docker: today, `name` beside `external: true`.
        name: Option<String>,
        ..extensions: Extensions,
    }
}

impl Form<External> for Plain {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<External> {
        match &node.value {
            Value::Map(_) => {
                let named = <Plain as Form<ExternalName>>::read(node, decoder)?;
                Some(External::Named(named.name))
            }
            _ => <Plain as Form<bool>>::read(node, decoder).map(External::Flag),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let flag = <Plain as Form<bool>>::schema(generator);
        let mut named = <Plain as Form<ExternalName>>::schema(generator);
        if named.as_object().is_some_and(|object| object.contains_key("$ref")) {
            named = json_schema!({ "allOf": [named] });
        }
        schema::either([flag, named])
    }
}
