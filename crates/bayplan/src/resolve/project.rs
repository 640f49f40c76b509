//! `compose files → the project that Docker Compose makes of them`: the phases behind loading, in the order of compose-go
//! 2.16.2 (`loader/loader.go`, `LoadWithContext`).

use super::bind::{Encoding, bind};
use super::canonical::{self, Unreadable};
use super::consistency::{check_consistency, check_dependencies};
use super::defaults::set_defaults;
use super::environment::EnvFiles;
use super::files::is_absolute;
use super::interpolate::interpolate;
use super::load::Loader;
use super::normalize::normalize;
use super::paths::{Base, resolve_paths};
use super::profiles::{Disabled, with_profiles};
use super::scope::{Layer, Scope, Supplier};
use super::selection::select;
use super::unicity::enforce;
use super::validation::validate;
use super::visit::{Way, visit};
use crate::finding::{Finding, Level, Report, Subject};
use crate::value::ProjectName;
use bayplan_yaml::{Location, Map, Node, Path, Span, Value};
use indexmap::IndexMap;
use std::collections::HashSet;

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

/// Says what Docker Compose refuses about the merged tree of a project as a whole, whichever profiles are active; but for
/// circles of dependencies. What was `refused`, by section and name, is there.
pub fn check(mut node: Node, refused: &dyn Fn(&str, &str) -> bool, report: &mut Report) {
    canonical::canonical(&mut node, Unreadable::Keep, report);
    enforce(&mut node);
    set_defaults(&mut node, report);
    validate(&mut node, report);
    resolve_paths(&mut node, Base { folder: ".", home: None }, report);
    normalize(&mut node, "", &|_| None, report);
    check_consistency(&mut node, &Disabled::default(), refused, report);
}

impl Loader<'_> {
    /// Says what is wrong with the files that the services of a merged tree name with `env_file` and `label_file`. Files
    /// outside of the project belong to the machine, and paths with a variable that nobody set to whoever starts it.
    pub fn check_files(&mut self, node: &Node, directory: &str, scope: &Scope) {
        let mut files = Node::new(Value::Map(Map::default()), node.at);
        let (Some(services), Value::Map(map)) = (node.get("services").and_then(Node::as_map), &mut files.value) else {
            return;
        };
        let keys = ["env_file", "label_file", "pre_start"];
        let named = |node: &Node| -> Map {
            let entries = node.as_map().into_iter().flatten().filter(|(key, _)| keys.contains(&&***key));
            entries.map(|(key, entry)| (key.clone(), entry.clone())).collect()
        };
        let services: Map = services
            .iter()
            .map(|(name, entry)| (name.clone(), canonical::entry(entry.value.at, Value::Map(named(&entry.value)))))
            .filter(|(_, entry)| entry.value.as_map().is_some_and(|map| !map.is_empty()))
            .collect();
        if services.is_empty() {
            return;
        }
        map.insert("services".into(), canonical::entry(node.at, Value::Map(services)));
        canonical::canonical(&mut files, Unreadable::Keep, &mut Report::new());
        let unset: HashSet<Location> =
            self.report.findings.iter().filter(|f| f.rule == "unset-variable").map(|f| f.at).collect();
        let ours = |path: &Node| {
            let text = path.as_str().unwrap_or_default();
            let known = !unset.iter().any(|at| {
                at.source == path.at.source && at.span.start >= path.at.span.start && at.span.end <= path.at.span.end
            });
            known && !is_absolute(text) && !text.starts_with('~')
        };
        for pattern in [["services", "*", "env_file"].as_slice(), &["services", "*", "pre_start", "*", "env_file"]] {
            visit(&mut files, pattern, &Way::ROOT, &mut |list, _| {
                if let Value::Seq(items) = &mut list.value {
                    items.retain(|item| item.get("path").is_some_and(ours));
                }
            });
        }
        for pattern in [["services", "*", "label_file"].as_slice(), &["services", "*", "pre_start", "*", "label_file"]]
        {
            visit(&mut files, pattern, &Way::ROOT, &mut |list, _| {
                if let Value::Seq(items) = &mut list.value {
                    items.retain(ours);
                }
            });
        }
        self.resolve_paths(&mut files, directory);
        let mut reader = EnvFiles::new(self.files, self.sources, self.report).of_a_copy();
        reader.environment(&mut files, &|name| scope.get(name).map(str::to_owned), true);
        reader.labels(&mut files);
    }

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
            check_consistency(&mut node, &disabled, &|_, _| false, self.report);
            check_dependencies(&node, self.report);
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
            map.insert("name".into(), canonical::entry(at, Value::String(name.into())));
        }
        Some(node)
    }

    /// Variables with the one that holds the name of the project.
    pub fn with_name(&mut self, files: &[String], scope: &Scope, settings: &Settings) -> Scope {
        let name = self.name(files, scope, scope, settings);
        let values = IndexMap::from([("COMPOSE_PROJECT_NAME".to_owned(), name)]);
        scope.above(Layer { supplier: Supplier::Project, values, places: Default::default() })
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
                None => {
                    let documents = files.first().and_then(|main| self.documents(main, Location::default()));
                    let at = documents.and_then(|documents| documents.first().map(|document| document.at));
                    let at = at.unwrap_or_default();
                    let start = Location { span: Span::new(at.span.start, at.span.start), ..at };
                    self.nameless(start, &settings.folder)
                }
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
        let help = "write `name:` at the top, of lower-case letters and digits, `-` and `_`";
        self.report.push(
            Finding::deny("invalid-value", at, message).help(help).about(Subject::path(Path::root().key("name"))),
        );
        String::new()
    }
}
