//! `environment → variables`: the committed environment files, then the settings of the environment.

use super::dotenv;
use super::scope::{Layer, Scope, Supplier};
use crate::blueprint::Environment;
use crate::finding::{Finding, Report, Subject};
use crate::source::Sources;
use bayplan_yaml::{Location, Node, Path, SourceId, Span};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::ops::Range;

/// The variables of `environment`, and by layer. Never from the shell: the same commit gives the same output everywhere.
pub fn variables(
    name: &str,
    environment: &Environment,
    settings: Option<&Node>,
    files: &[(String, SourceId)],
    sources: &Sources,
    report: &mut Report,
) -> (IndexMap<String, String>, Scope) {
    let mut variables: IndexMap<String, String> = IndexMap::new();
    let mut scope = Scope::default();
    for (index, file) in environment.env_files.iter().enumerate() {
        let wanted = file.strip_prefix("./").unwrap_or(file);
        let Some((_, source)) = files.iter().find(|(name, _)| name == wanted) else {
            let path = Path::root().key("environments").key(name).key("env_files").index(index);
            let at = settings.and_then(|node| node.at_path(&path)).map_or_else(Location::default, |node| node.at);
            report.push(
                Finding::deny(
                    "missing-file",
                    at,
                    format!("there is no environment file `{file}` in the fleet's folder"),
                )
                .help("create it there, or remove it from `env_files`")
                .about(Subject::path(path)),
            );
            continue;
        };
        let Some(text) = sources.file(*source).map(|file| file.text.clone()) else { continue };
        let place =
            |range: &Range<usize>| Location { source: *source, span: Span::new(range.start as u32, range.end as u32) };
        let mut values = IndexMap::new();
        let read = dotenv::parse_into(&text, &|name| variables.get(name).cloned(), &mut values);
        for error in read.errors {
            let at = place(&error.range);
            report.push(Finding::deny("invalid-env-file", at, error.message).maybe_help(error.help).redact(at));
        }
        let places = read.places.iter().map(|(name, range)| (name.clone(), place(range))).collect();
        scope = scope.above(Layer { supplier: Supplier::File(*source), values: values.clone(), places });
        variables.extend(values);
    }
    variables.extend(environment.variables.clone());
    let values: IndexMap<String, String> = environment.variables.clone().into_iter().collect();
    (variables, scope.above(Layer { supplier: Supplier::Environment, values, places: HashMap::new() }))
}
