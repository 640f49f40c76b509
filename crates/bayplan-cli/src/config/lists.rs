//! What `bayplan config` lists in place of the project, and how it is written.

use crate::Failure;
use crate::args::{ConfigArgs, ConfigList, Format};
use crate::run::line;
use bayplan::record::scalar::json;
use bayplan::resolve::extract::Variable;
use bayplan::resolve::profiles::profiles;
use bayplan::resolve::project::Project;
use bayplan::resolve::selection::images;
use bayplan_yaml::{Entry, Location, Map, Node, Printer, Value};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

impl ConfigList {
    /// Whether nothing is listed, but the whole project printed.
    pub(super) fn whole(&self) -> bool {
        let Self { services, images, volumes, networks, profiles, models, variables, environment, hash } = self;
        let named = hash.as_deref().is_some_and(|names| !names.is_empty());
        !(*services || *images || *volumes || *networks || *profiles || *models || *variables || *environment || named)
    }
}

/// The keys of a section, sorted.
pub(super) fn keys(node: &Node, section: &str) -> Vec<String> {
    let map = node.get(section).and_then(Node::as_map);
    let keys: BTreeSet<String> = map.into_iter().flat_map(|map| map.keys()).map(|key| key.to_string()).collect();
    keys.into_iter().collect()
}

/// The names that the arguments ask for.
pub(super) fn names(args: &ConfigArgs, project: &Project) -> Vec<String> {
    let sorted = |names: BTreeSet<String>| names.into_iter().collect();
    match &args.list {
        list if list.services => keys(&project.node, "services"),
        list if list.volumes => keys(&project.node, "volumes"),
        list if list.networks => keys(&project.node, "networks"),
        list if list.models => {
            let models = project.node.get("models").and_then(Node::as_map).into_iter().flat_map(|map| map.values());
            let names = models.filter_map(|entry| entry.value.get("model")?.as_str());
            let mut names: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
            names.sort();
            names
        }
        list if list.images => {
            let old = project.scope.get("COMPOSE_COMPATIBILITY").unwrap_or_default().to_lowercase();
            let old = args.compatibility || matches!(&*old, "true" | "y" | "yes" | "1" | "on");
            images(&project.node, &project.name, if old { "_" } else { "-" })
        }
        list if list.environment => {
            let layers = project.scope.layers();
            let names: BTreeSet<&str> = layers.flat_map(|layer| layer.values.keys().map(String::as_str)).collect();
            let value = |name: &&str| format!("{name}={}", project.scope.get(name).unwrap_or_default());
            sorted(names.iter().map(value).collect())
        }
        _ => {
            let enabled = project.node.get("services").and_then(Node::as_map).into_iter().flat_map(|map| map.values());
            let all = enabled.chain(project.disabled.services.values());
            sorted(all.flat_map(|entry| profiles(&entry.value)).map(str::to_owned).collect())
        }
    }
}

/// Names, one a line, or as one list for programs.
pub(super) fn lines(names: Vec<String>, format: Format) -> String {
    let mut out = String::new();
    match format {
        Format::Json => line(&mut out, &json!(names).to_string()),
        _ => names.iter().for_each(|name| line(&mut out, name)),
    }
    out
}

/// Variables as `docker compose config --variables` prints them: a table, or what they are under the names of Go.
pub(super) fn variables(variables: &BTreeMap<String, Variable>, format: Format) -> Result<String, Failure> {
    match format {
        Format::Json => {
            let object: serde_json::Map<String, serde_json::Value> = variables
                .iter()
                .map(|(name, variable)| {
                    let Variable { default, alternative, required } = variable;
                    let value = json!({
                        "Name": name, "DefaultValue": default, "PresenceValue": alternative, "Required": required
                    });
                    (name.clone(), value)
                })
                .collect();
            Ok(serde_json::Value::Object(object).to_string() + "\n")
        }
        Format::Yaml => {
            let entry = |value| Entry { key_at: Location::default(), value: Node::new(value, Location::default()) };
            let text = |text: &str| entry(Value::String(text.into()));
            let fields = |name: &str, variable: &Variable| {
                Map::from_iter([
                    ("name".into(), text(name)),
                    ("defaultvalue".into(), text(&variable.default)),
                    ("presencevalue".into(), text(&variable.alternative)),
                    ("required".into(), entry(Value::Bool(variable.required))),
                ])
            };
            let all = variables.iter();
            let all = all.map(|(name, variable)| (name.as_str().into(), entry(Value::Map(fields(name, variable)))));
            encoded(Node::new(Value::Map(all.collect()), Location::default()), format)
        }
        _ => Ok(table(variables)),
    }
}

fn table(variables: &BTreeMap<String, Variable>) -> String {
    let mut out = String::new();
    let head = ["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"].map(str::to_owned);
    let rows = variables.iter().map(|(name, variable)| {
        [name.clone(), variable.required.to_string(), variable.default.clone(), variable.alternative.clone()]
    });
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count() + 3).max().unwrap_or(0).max(20);
    let widths = [width(0), width(1), width(2)];
    for [name, required, default, alternative] in &rows {
        let [a, b, c] = widths;
        line(&mut out, &format!("{name:a$}{required:b$}{default:c$}{alternative}"));
    }
    out
}

/// A document in the format that is asked for.
pub(super) fn encoded(mut node: Node, format: Format) -> Result<String, Failure> {
    values_only(&mut node);
    if format == Format::Json {
        return match serde_json::to_string_pretty(&json(&node)) {
            Ok(text) => Ok(text + "\n"),
            Err(error) => Err(Failure::new(format!("cannot print the project: {error}"))),
        };
    }
    Printer::default().print(&node).map_err(|error| Failure::new(format!("cannot print `{}`: {error}", error.path)))
}

/// The values alone: what they were before variables were replaced is not printed.
fn values_only(node: &mut Node) {
    node.extra = None;
    match &mut node.value {
        Value::Map(map) => map.values_mut().for_each(|entry| values_only(&mut entry.value)),
        Value::Seq(items) => items.iter_mut().for_each(values_only),
        _ => {}
    }
}
