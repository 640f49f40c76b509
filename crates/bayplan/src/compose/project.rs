//! A whole Compose file.

use super::job::Job;
use super::model::Model;
use super::network::Network;
use super::service::Service;
use super::short::{Short, ShortOr};
use super::storage::{Config, Secret, Volume};
use crate::record;
use crate::record::{Each, Extensions, Form, Named, OneOrMany, Plain, schema};
use crate::value::ProjectName;
use bayplan_yaml::{Decoder, Node};
use indexmap::IndexMap;
use schemars::{Schema, SchemaGenerator};

record! {
    /// A Compose file.
    pub struct Project {
        /// The name of the project: lower-case letters, digits, `-` and `_`; others are dropped.
        name: Option<ProjectName> = Normalized,
        /// A version; Compose ignores it.
        version: Option<String>,
        /// Other Compose files that belong to the project.
        include: Vec<Include> = Each<ShortOr>,
        /// What runs, by name.
        services: IndexMap<String, Service> = Named,
        /// What runs to its end, by hand or on a schedule, by name.
        jobs: IndexMap<String, Job> = Named,
        /// The networks, by name; `default` is there unless it is not used.
        networks: IndexMap<String, Network> = Named<Plain, true>,
        /// The volumes, by name.
        volumes: IndexMap<String, Volume> = Named<Plain, true>,
        /// The secrets, by name.
        secrets: IndexMap<String, Secret> = Named,
        /// The configs, by name.
        configs: IndexMap<String, Config> = Named,
        /// The language models, by name.
        models: IndexMap<String, Model> = Named,
        ..extensions: Extensions,
    }
}

record! {
    /// Another Compose file that belongs to the project.
    pub struct Include {
        /// The file; of several, later ones override earlier ones.
        path: Vec<String> = OneOrMany,
        /// Files with variables for it.
        env_file: Vec<String> = OneOrMany,
        /// The folder that its relative paths start from.
        project_directory: Option<String>,
    }
}

impl Short for Include {
    fn from_text(text: &str, _: &Node, _: &mut Decoder) -> Option<Self> {
        Some(Self { path: vec![text.to_owned()], ..Self::default() })
    }
}

/// A project name as Compose takes it from a file: what cannot stand in one is dropped without a word.
pub enum Normalized {}

impl Form<ProjectName> for Normalized {
    fn read(node: &Node, decoder: &mut Decoder) -> Option<ProjectName> {
        let text = <Plain as Form<String>>::read(node, decoder)?;
        match ProjectName::normalize(&text) {
            Some(name) => Some(name),
            None => <Plain as Form<ProjectName>>::read(node, decoder),
        }
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        schema::string()
    }
}
