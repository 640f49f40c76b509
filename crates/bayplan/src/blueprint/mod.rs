//! What people write: blueprints (Compose plus intents) and `fleet.yaml`.

pub mod fleet;
pub mod forms;
pub mod intents;
pub mod scalars;

pub use fleet::{Acme, Certificate, Certificates, Defaults, Environment, Fleet, Host, TlsSetting};
pub use intents::{
    Auth, Backup, Blueprint, Condition, Exemption, Intents, Logs, Need, Parameters, Protocol, Reserve, Route, Schedule,
    Scheme, Scrape, Service, Size, SizeRef,
};

/// The JSON Schemas (draft-07) for editors: name and text.
pub fn schemas() -> Vec<(&'static str, String)> {
    vec![
        ("blueprint", schema::<Blueprint>("A bayplan blueprint")),
        ("fleet", schema::<Fleet>("The settings of a bayplan fleet")),
    ]
}

fn schema<T: schemars::JsonSchema>(title: &str) -> String {
    let schema = schemars::generate::SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    let mut schema = schema.to_value();
    schema["title"] = title.into();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
