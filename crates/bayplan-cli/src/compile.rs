//! `texts → findings and trees`: where the command line meets the library.

use crate::discover::Fleet;
use bayplan::emit::Tree;
use bayplan::finding::Report;
use bayplan::source::Sources;
use bayplan_yaml::SourceId;

/// Everything that one run gathers.
#[derive(Debug, Default)]
pub struct Run {
    /// The texts read.
    pub sources: Sources,
    /// What is wrong with them.
    pub report: Report,
    /// What would be written.
    pub outputs: Vec<Output>,
}

/// The files of one environment of one fleet.
#[derive(Debug)]
pub struct Output {
    /// The name of the fleet.
    pub fleet: String,
    /// The name of the environment.
    pub environment: String,
    /// The files.
    pub tree: Tree,
}

/// What the command line asks of the library.
pub trait Compiler {
    /// Compiles a fleet for all its environments, or for the one named.
    fn fleet(&self, fleet: &Fleet, environment: Option<&str>, run: &mut Run);
    /// Checks a compose file that belongs to no fleet.
    fn compose(&self, file: SourceId, run: &mut Run);
    /// The rules: name, and what `explain` prints.
    fn rules(&self) -> Vec<(&'static str, String)>;
    /// The JSON Schemas: name and text.
    fn schemas(&self) -> Vec<(&'static str, String)>;
}

/// The library itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Library;

impl Compiler for Library {
    fn fleet(&self, fleet: &Fleet, _environment: Option<&str>, run: &mut Run) {
        for file in fleet.settings.iter().chain(fleet.blueprints.iter().map(|(_, file)| file)) {
            self.compose(*file, run);
        }
    }

    fn compose(&self, file: SourceId, run: &mut Run) {
        let Some(text) = run.sources.file(file).map(|file| file.text.clone()) else { return };
        run.report.extend(bayplan_yaml::read(&text, file, &bayplan_yaml::Limits::default()).errors);
    }

    fn rules(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn schemas(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
