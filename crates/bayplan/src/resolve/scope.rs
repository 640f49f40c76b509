//! `layers of variables → a variable's value, and who supplies it`.

use super::dotenv;
use crate::finding::{Finding, Report};
use crate::source::Sources;
use bayplan_yaml::{Location, SourceId, Span};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::ops::Range;
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
    /// Where they stand, in the file that supplies them.
    pub places: HashMap<String, Location>,
}

/// A value that a layer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplied {
    /// Who has it.
    pub by: Supplier,
    /// The value.
    pub value: String,
    /// Where it stands, where that is known.
    pub at: Option<Location>,
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
        Self { layers: vec![Arc::new(Layer { supplier, values, places: HashMap::new() })] }
    }

    /// The value of a set variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.layers.iter().find_map(|layer| layer.values.get(name)).map(String::as_str)
    }

    /// Every layer that has `name`, the one that supplies it first.
    pub fn suppliers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Supplied> + 'a {
        self.layers.iter().filter_map(move |layer| {
            let value = layer.values.get(name)?.clone();
            Some(Supplied { by: layer.supplier, value, at: layer.places.get(name).copied() })
        })
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

    /// Without the variables whose names `keep` does not want.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&str) -> bool) -> Self {
        let layers = self.layers.iter().map(|layer| {
            let mut layer = Layer::clone(layer);
            layer.values.retain(|name, _| keep(name));
            Arc::new(layer)
        });
        Self { layers: layers.collect() }
    }

    /// With the variables of an environment file below all others.
    #[must_use]
    pub fn with_file(&self, file: SourceId, sources: &Sources, report: &mut Report) -> Self {
        self.with_files(&[file], sources, report)
    }

    /// With the variables of environment files below all others, a later file above an earlier one. The text of a file sees
    /// what is above all files first, then what stands before it.
    #[must_use]
    pub fn with_files(&self, files: &[SourceId], sources: &Sources, report: &mut Report) -> Self {
        let mut known = IndexMap::new();
        let mut layers = Vec::new();
        for file in files {
            let Some(text) = sources.file(*file).map(|file| file.text.clone()) else { continue };
            let read = dotenv::parse_into(&text, &|name| self.get(name).map(str::to_owned), &mut known);
            let place = |range: &Range<usize>| Location {
                source: *file,
                span: Span::new(range.start as u32, range.end as u32),
            };
            for error in read.errors {
                let at = place(&error.range);
                report.push(Finding::deny("invalid-env-file", at, error.message).maybe_help(error.help).redact(at));
            }
            let said = known.iter().filter(|(name, _)| read.places.contains_key(*name));
            let values = said.map(|(name, value)| (name.clone(), value.clone())).collect();
            let places = read.places.iter().map(|(name, range)| (name.clone(), place(range))).collect();
            layers.push(Layer { supplier: Supplier::File(*file), values, places });
        }
        layers.into_iter().rev().fold(self.clone(), |scope, layer| scope.below(layer))
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
        let at = Location { source: file, span: Span::new(2, 6) };
        let of = |by, value: &str, at| Supplied { by, value: value.to_owned(), at };
        assert_eq!(suppliers, [of(Supplier::Shell, "shell", None), of(Supplier::File(file), "file", Some(at))]);
    }

    #[test]
    fn later_files_win_over_earlier_ones_and_see_them() {
        let mut sources = Sources::new();
        let first = sources.add_file("a.env", "A=1\nB=1\nS=1\n");
        let second = sources.add_file("b.env", "B=2\nC=${A}${B}${S}\n");
        let shell = Scope::of(Supplier::Shell, IndexMap::from([("S".to_owned(), "shell".to_owned())]));
        let scope = shell.with_files(&[first, second], &sources, &mut Report::new());
        let values = ["A", "B", "C", "S"].map(|name| scope.get(name));
        assert_eq!(values, [Some("1"), Some("2"), Some("12shell"), Some("shell")]);
        assert_eq!(
            scope.suppliers("B").map(|supplied| supplied.by).collect::<Vec<_>>(),
            [Supplier::File(second), Supplier::File(first)]
        );
    }
}
