//! `archetypes → the catalog page`: every archetype with its parameters in Markdown.

use super::{Archetype, CATALOG, Makes, Metrics};
use schemars::generate::SchemaSettings;
use serde_json::Value;
use std::fmt::Write;

/// The catalog page.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Catalog\n\nWritten by `bayplan schema --write`. `use: NAME:TAG` makes a service of an archetype; its parameters stand \
         below `with`. Below `members`, a service of those that make several is changed: `members: { ui: { size: small } }`.\n\n",
    );
    for archetype in CATALOG {
        let _ = writeln!(out, "- [`{0}`](#{0}): {1}", archetype.name, archetype.summary);
    }
    for archetype in CATALOG {
        entry(archetype, &mut out);
    }
    out
}

fn entry(archetype: &Archetype, out: &mut String) {
    let Archetype { name, summary, image, versions, .. } = archetype;
    let versions: Vec<String> = versions.iter().map(|version| format!("`{version}`")).collect();
    let several = if matches!(archetype.makes, Makes::Services(_)) { " It makes several services." } else { "" };
    let metrics = match archetype.metrics {
        Metrics::Own(port, path) => format!(" `metrics: true`: port {port}, `{path}`."),
        Metrics::Beside(_) => " `metrics: true`: an exporter beside it.".to_owned(),
        Metrics::Members => " `metrics: true`: of its members.".to_owned(),
        Metrics::None => String::new(),
    };
    let _ = writeln!(out, "\n## {name}\n\n{}.{several}{metrics}\n", capital(summary));
    let _ = writeln!(out, "Image `{image}`, checked for {}.\n", versions.join(", "));
    let mut generator = SchemaSettings::draft07().into_generator();
    let parameters = (archetype.schema)(&mut generator).to_value();
    let definition = parameters["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
    let definition = definition.and_then(|name| generator.definitions().get(name)).cloned().unwrap_or(parameters);
    let required: Vec<&str> =
        definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = definition["properties"].as_object();
    if properties.is_none_or(serde_json::Map::is_empty) {
        out.push_str("No parameters.\n");
    } else {
        out.push_str("| parameter | says |\n|---|---|\n");
        for (key, schema) in properties.into_iter().flatten() {
            let about = schema["description"].as_str().unwrap_or_default().replace('|', "\\|");
            let needed = if required.contains(&key.as_str()) { " (required)" } else { "" };
            let _ = writeln!(out, "| `{key}`{needed} | {about} |");
        }
    }
    for source in archetype.sources {
        let _ = write!(out, "\nSource: {source}");
    }
    out.push('\n');
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
