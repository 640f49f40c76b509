//! `layers of variables → a variable's value, and who supplies it`.

use super::dotenv;
use crate::finding::{Finding, Report};
use crate::source::Sources;
use bayplan_yaml::{Location, SourceId, Span};
use indexmap::IndexMap;
use std::sync::Arc;

/// Variables in layers: the first layer that has a name supplies its value.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    layers: Vec<Arc<Layer>>,
}

/// Variables of one supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Where they come from.
    pub supplier: Supplier,
    /// The values.
    pub values: IndexMap<String, String>,
}

/// Who supplies variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supplier {
    /// The environment of the process.
    Shell,
    /// An environment file.
    File(SourceId),
    /// The committed variables of an environment of a fleet.
    Environment,
    /// Compose itself: `COMPOSE_PROJECT_NAME`.
    Project,
}

impl Scope {
    /// The variables of one layer.
    pub fn of(supplier: Supplier, values: IndexMap<String, String>) -> Self {
        Self { layers: vec![Arc::new(Layer { supplier, values })] }
    }

    /// The value of a set variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.layers.iter().find_map(|layer| layer.values.get(name)).map(String::as_str)
    }

    /// Every layer that has `name`, the one that supplies it first.
    pub fn suppliers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (Supplier, &'a str)> {
        self.layers.iter().filter_map(move |layer| Some((layer.supplier, layer.values.get(name)?.as_str())))
    }

    /// All layers, the strongest first.
    pub fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.layers.iter().map(|layer| &**layer)
    }

    /// With a layer below all others.
    #[must_use]
    pub fn below(&self, layer: Layer) -> Self {
        let mut layers = self.layers.clone();
        layers.push(Arc::new(layer));
        Self { layers }
    }

    /// With a layer above all others.
    #[must_use]
    pub fn above(&self, layer: Layer) -> Self {
        let mut layers = vec![Arc::new(layer)];
        layers.extend(self.layers.iter().cloned());
        Self { layers }
    }

    /// With the variables of an environment file below all others. Earlier variables are visible to the file's own.
    #[must_use]
    pub fn with_file(&self, file: SourceId, sources: &Sources, report: &mut Report) -> Self {
        let Some(text) = sources.file(file).map(|file| file.text.clone()) else { return self.clone() };
        let (values, errors) = dotenv::parse(&text, &|name| self.get(name).map(str::to_owned));
        for error in errors {
            let span = Span::new(error.range.start as u32, error.range.end as u32);
            let at = Location { source: file, span };
            report.push(Finding::deny("invalid-env-file", at, error.message).maybe_help(error.help).redact(at));
        }
        self.below(Layer { supplier: Supplier::File(file), values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_layer_supplies_and_files_see_those_above() {
        let mut sources = Sources::new();
        let file = sources.add_file(".env", "A=file\nB=${A}-b\nC=c\n");
        let shell = Scope::of(Supplier::Shell, IndexMap::from([("A".to_owned(), "shell".to_owned())]));
        let scope = shell.with_file(file, &sources, &mut Report::new());
        assert_eq!((scope.get("A"), scope.get("B"), scope.get("X")), (Some("shell"), Some("shell-b"), None));
        let suppliers: Vec<_> = scope.suppliers("A").collect();
        assert_eq!(suppliers, [(Supplier::Shell, "shell"), (Supplier::File(file), "file")]);
    }
}
