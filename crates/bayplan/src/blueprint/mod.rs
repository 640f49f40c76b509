//! What people write: blueprints (Compose plus intents) and `fleet.yaml`.

pub mod fleet;
pub mod forms;
pub mod intents;
pub mod scalars;

pub use fleet::{Acme, Certificate, Certificates, Defaults, Environment, Fleet, Host, TlsSetting};
pub use intents::{
    Auth, Backup, Blueprint, Condition, Exemption, Intents, Logs, Members, Need, Parameters, Protocol, Reserve, Route,
    Schedule, Scheme, Scrape, Service, Size, SizeRef,
};

use crate::catalog::CATALOG;
use crate::repository::Repository;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

/// The JSON Schemas (draft-07) for editors: name and text.
pub fn schemas() -> Vec<(&'static str, String)> {
    vec![
        ("blueprint", text(with_parameters(), "A bayplan blueprint")),
        ("fleet", text(generator().into_root_schema_for::<Fleet>(), "The settings of a bayplan fleet")),
        ("bayplan", text(generator().into_root_schema_for::<Repository>(), "The settings of a repository")),
    ]
}

fn generator() -> SchemaGenerator {
    schemars::generate::SchemaSettings::draft07().into_generator()
}

/// The schema of blueprints, in which `use` decides what stands below `with`: a branch for each archetype of the catalog.
fn with_parameters() -> Schema {
    let mut generator = generator();
    let branches: Vec<Value> = CATALOG
        .iter()
        .map(|archetype| {
            let parameters = (archetype.schema)(&mut generator).to_value();
            let reference = parameters["$ref"].as_str().unwrap_or_default();
            let definition = generator.definitions().get(reference.rsplit('/').next().unwrap_or_default());
            let required = definition.is_some_and(|definition| definition.get("required").is_some());
            let is = json!({ "required": ["use"], "properties": { "use": { "pattern": format!("^{}([:@]|$)", archetype.name) } } });
            let mut then = json!({ "properties": { "with": parameters } });
            if required {
                then["required"] = json!(["with"]);
            }
            json!({ "if": is, "then": then })
        })
        .collect();
    let mut schema = generator.into_root_schema_for::<Blueprint>();
    let definitions = schema.get_mut("definitions").and_then(Value::as_object_mut);
    for definition in definitions.into_iter().flat_map(|definitions| definitions.values_mut()) {
        if definition.pointer("/properties/use").is_some() {
            definition["allOf"] = branches.clone().into();
        }
    }
    schema
}

fn text(schema: Schema, title: &str) -> String {
    let mut schema = schema.to_value();
    schema["title"] = title.into();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
