//! `compose files → the project that Docker Compose makes of them`: the phases behind loading, in the order of compose-go
//! 2.16.2 (`loader/loader.go`, `LoadWithContext`).

use super::bind::{Encoding, bind};
use super::consistency::check_consistency;
use super::environment::EnvFiles;
use super::interpolate::interpolate;
use super::load::Loader;
use super::normalize::normalize;
use super::profiles::{Disabled, with_profiles};
use super::scope::{Layer, Scope, Supplier};
use super::selection::select;
use crate::finding::{Finding, Level, Subject};
use crate::value::ProjectName;
use bayplan_yaml::{Location, Node, Path, Value};
use indexmap::IndexMap;

/// What decides about a project beside its files and variables.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The name that the user gave; it wins over all others.
    pub name: Option<String>,
    /// The name of the folder, for a project that no one named.
    pub folder: String,
    /// The active profiles, `*` for all; without any, those of `COMPOSE_PROFILES`.
    pub profiles: Vec<String>,
    /// The services that are wanted, with those they depend on; all without any.
    pub services: Vec<String>,
    /// Whether services keep `env_file` beside the variables that it brings.
    pub keep_env_files: bool,
}

/// A project in its long form, with all that it implies.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// What is enabled.
    pub node: Node,
    /// What is not.
    pub disabled: Disabled,
    /// The variables that it was read with.
    pub scope: Scope,
}

impl Project {
    /// The project as Docker Compose prints it.
    pub fn print(self, encoding: Encoding) -> Node {
        bind(self.node, &self.name, encoding)
    }
}

impl Loader<'_> {
    /// The project of `files`; nothing where there is nothing to resolve. What is wrong is in the report, and then the
    /// project is what could be made of the rest. The loader has to be told to make canonical forms.
    pub fn project(
        &mut self,
        files: &[String],
        directory: &str,
        scope: &Scope,
        settings: &Settings,
    ) -> Option<Project> {
        let name = self.name(files, scope, scope, settings);
        let (mut node, scope) = self.merged(files, directory, scope, &name)?;
        let lookup = |name: &str| scope.get(name).map(str::to_owned);
        let skip = self.skip();
        if !skip.normalization {
            normalize(&mut node, &name, &lookup, self.report);
        }
        let active = match scope.get("COMPOSE_PROFILES") {
            Some(listed) if settings.profiles.is_empty() => {
                listed.split(',').map(|name| name.trim().to_owned()).collect()
            }
            _ => settings.profiles.clone(),
        };
        let mut disabled = with_profiles(&mut node, &active);
        if !skip.consistency {
            check_consistency(&mut node, &disabled, self.report);
        }
        select(&mut node, &mut disabled, &active, &settings.services, self.report);
        let mut reader = EnvFiles::new(self.files, self.sources, self.report);
        if !skip.environment {
            reader.environment(&mut node, &lookup, settings.keep_env_files);
        }
        reader.labels(&mut node);
        Some(Project { name, node, disabled, scope })
    }

    /// The tree of `files` with what it implies, before it becomes a project. As in compose-go, no variable is known but
    /// the name of the project: it is for `docker compose config --no-interpolate`.
    pub fn tree(&mut self, files: &[String], directory: &str, scope: &Scope, settings: &Settings) -> Option<Node> {
        let name = self.name(files, scope, &Scope::default(), settings);
        let (mut node, scope) = self.merged(files, directory, &Scope::default(), &name)?;
        if self.skip().normalization {
            return Some(node);
        }
        normalize(&mut node, &name, &|name| scope.get(name).map(str::to_owned), self.report);
        let at = node.at;
        if let Value::Map(map) = &mut node.value {
            map.insert("name".into(), super::canonical::entry(at, Value::String(name.into())));
        }
        Some(node)
    }

    /// The merged tree of the project `name`, and its variables.
    fn merged(&mut self, files: &[String], directory: &str, scope: &Scope, name: &str) -> Option<(Node, Scope)> {
        let values = IndexMap::from([("COMPOSE_PROJECT_NAME".to_owned(), name.to_owned())]);
        let scope = scope.above(Layer { supplier: Supplier::Project, values, places: Default::default() });
        let mut node = self.load(files, directory, &scope)?;
        // Nobody can set a variable any more.
        for finding in self.report.findings.iter_mut().filter(|f| f.rule == "unset-variable" && f.level == Level::Allow)
        {
            (finding.rule, finding.level) = ("invalid-template", Level::Deny);
        }
        let at = node.at;
        let Value::Map(map) = &mut node.value else { return None };
        map.shift_remove("version");
        if map.is_empty() {
            let finding = Finding::deny("empty-file", at, "the project holds nothing");
            self.report.push(finding.help("write `services:`").about(Subject::path(Path::root())));
        }
        Some((node, scope))
    }

    /// The name of the project: what the user says, `COMPOSE_PROJECT_NAME` of `scope`, the last `name` of the files with the
    /// variables that are `known`, or the folder's.
    fn name(&mut self, files: &[String], scope: &Scope, known: &Scope, settings: &Settings) -> String {
        let variable = scope.get("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty());
        if let Some(name) = settings.name.as_deref().or(variable) {
            if let Err(invalid) = ProjectName::parse(name) {
                let finding = Finding::deny("invalid-value", Location::default(), invalid.message);
                self.report.push(finding.maybe_help(invalid.help));
            }
            return name.to_owned();
        }
        let mut written: Option<Node> = None;
        for file in files {
            let documents = self.documents(file, Location::default());
            let mut names =
                documents.iter().flat_map(|documents| documents.iter()).filter_map(|document| document.get("name"));
            written = names.rfind(|name| name.as_str().is_some_and(|name| !name.is_empty())).cloned().or(written);
        }
        let Some(node) = written else {
            return match ProjectName::normalize(&settings.folder) {
                Some(name) => name.to_string(),
                None => self.nameless(Location::default(), &settings.folder),
            };
        };
        let text = node.as_str().unwrap_or_default();
        let text = match self.interpolates() {
            true => interpolate(text, &|name| known.get(name).map(str::to_owned)).value,
            false => text.to_owned(),
        };
        match ProjectName::normalize(&text) {
            Some(_) if self.skip().normalization => text,
            Some(name) => name.to_string(),
            None => self.nameless(node.at, &text),
        }
    }

    fn nameless(&mut self, at: Location, text: &str) -> String {
        let message = format!("nothing of `{text}` can stand in the name of a project");
        let help = "use lower-case letters and digits, `-` and `_`";
        self.report.push(
            Finding::deny("invalid-value", at, message).help(help).about(Subject::path(Path::root().key("name"))),
        );
        String::new()
    }
}
