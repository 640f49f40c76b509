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
    /// Compiles a fleet for all its environments, or for the one named. `back` leads from the folder of a stack's compose
    /// file to the fleet's folder.
    fn fleet(&self, fleet: &Fleet, back: &str, environment: Option<&str>, run: &mut Run);
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
    fn fleet(&self, fleet: &Fleet, back: &str, environment: Option<&str>, run: &mut Run) {
        let texts = bayplan::compile::FleetTexts {
            name: &fleet.name,
            settings: fleet.settings,
            blueprints: &fleet.blueprints,
            env_files: &fleet.environments,
            back,
        };
        for compiled in bayplan::compile::fleet(&texts, environment, &mut run.sources, &mut run.report) {
            if let Some(tree) = compiled.tree {
                run.outputs.push(Output { fleet: compiled.fleet, environment: compiled.environment, tree });
            }
        }
    }

    fn compose(&self, file: SourceId, run: &mut Run) {
        bayplan::compile::compose_file(file, &mut run.sources, &mut run.report);
    }

    fn rules(&self) -> Vec<(&'static str, String)> {
        bayplan::rules::RULES.iter().map(|rule| (rule.name, rule.explain())).collect()
    }

    fn schemas(&self) -> Vec<(&'static str, String)> {
        bayplan::blueprint::schemas()
    }
}
