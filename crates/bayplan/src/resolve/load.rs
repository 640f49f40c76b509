//! `paths → one merged tree`: the files of a Compose project, as compose-go 2.16.2 loads them (`loader/loader.go`).
//!
//! For every document of every file: interpolation, typing of what was interpolated, [`include`](super::include),
//! [`extends`](super::extends), the merge over what came before. Each file is read and parsed once. A file that cannot be
//! read, or a broken one, is a finding; the rest of the project is there.

use super::canonical::{self, Unreadable};
use super::environment::resolve_environment;
use super::files::{self, FileError, Files};
use super::interpolate::{self, interpolate_node};
use super::merge::merge_project;
use super::paths::{self, Base};
use super::reset::Resets;
use super::scope::Scope;
use super::skip::Skip;
use super::{aliases, cast, defaults, unicity, validation, written};
use crate::compose::Project;
use crate::finding::{Finding, Level, Report, Subject};
use crate::record::{Form, Plain};
use crate::source::Sources;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Decoder, Limits, Location, Node, Path, Read, Segment, SourceId, Value};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// The files read so far, by path.
#[derive(Debug, Default)]
pub struct Cache {
    /// The path by which each file was reached first, by what it is known by.
    names: HashMap<String, String>,
    /// The folder that relative paths start from, once it was asked for.
    root: Option<String>,
    /// Each text; where there is none, whether what is wrong was said in the file itself.
    texts: HashMap<String, Result<SourceId, bool>>,
    /// What was read ahead, until it is asked for.
    ahead: HashMap<SourceId, Read>,
    documents: HashMap<String, Option<Arc<[Node]>>>,
}

impl Cache {
    /// The file at `path` holds this document: it is not looked for.
    pub fn give(&mut self, path: &str, document: Node) {
        self.documents.insert(path.to_owned(), Some(Arc::new([document])));
    }
}

/// Reads the files of projects, each once.
pub struct Loader<'a> {
    pub(super) files: &'a dyn Files,
    cache: &'a mut Cache,
    pub(super) sources: &'a mut Sources,
    pub(super) report: &'a mut Report,
    options: Options,
    pub(super) included: HashMap<String, (Node, Vec<Layer>)>,
    pub(super) includes: HashSet<String>,
    pub(super) bases: HashMap<String, Option<(Node, Resets)>>,
    pub(super) layers: Vec<Layer>,
    /// Each `extends` that leads nowhere, which was reported.
    pub(super) lost: HashSet<Location>,
    known: Known,
}

/// What is known about the variables that are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Every one.
    All,
    /// What this example of an environment file names.
    Example(&'static str),
    /// Nothing.
    Nothing,
}

/// What a loader does beside reading.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether variables are replaced.
    pub interpolate: bool,
    /// Whether short forms become long ones and defaults are filled in, as for `docker compose config`. Included files and
    /// extended bases always are, because their paths are seen from elsewhere.
    pub canonical: bool,
    /// Whether the trees that values come from are kept: see [`Loader::take_layers`].
    pub trace: bool,
    /// The environment, where the files are blueprints of a fleet.
    pub environment: Option<String>,
    /// What `~` stands for in paths; it stays where nobody says.
    pub home: Option<String>,
    /// What is left out.
    pub skip: Skip,
}

/// One tree that a project was made from, in the order of merging.
#[derive(Debug, Clone)]
pub struct Layer {
    /// What it is.
    pub kind: LayerKind,
    /// Where the tree stands in the project.
    pub root: Path,
    /// The tree, variables replaced.
    pub node: Node,
    /// The variables that it was read with.
    pub scope: Scope,
}

/// What a [`Layer`] is to the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayerKind {
    /// The `defaults` of a fleet.
    Defaults,
    /// An archetype of the catalog.
    Archetype(String),
    /// What a blueprint says for one environment.
    Environment(String),
    /// What the intents of a service stand for.
    Intents,
    /// A file that was named, or an override of it.
    File,
    /// A file that another includes.
    Include,
    /// A file that `env_file` names.
    EnvFile,
    /// A file that `label_file` names.
    LabelFile,
    /// A service that another extends.
    Extends {
        /// Its name.
        from: String,
        /// Where it says so.
        at: Location,
    },
}

/// Where the files of one load stand.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The folder that relative paths start from, as the reader opens it.
    pub directory: &'a str,
    /// The variables.
    pub scope: &'a Scope,
    /// The files that led here, by `include`.
    pub chain: &'a [String],
}

impl<'a> Loader<'a> {
    /// A loader of the files in `cache`, and of more.
    pub fn new(
        files: &'a dyn Files,
        cache: &'a mut Cache,
        sources: &'a mut Sources,
        report: &'a mut Report,
        options: Options,
    ) -> Self {
        Self {
            files,
            cache,
            sources,
            report,
            options,
            included: HashMap::new(),
            includes: HashSet::new(),
            bases: HashMap::new(),
            layers: Vec::new(),
            lost: HashSet::new(),
            known: Known::All,
        }
    }

    /// The merged tree of `files`, the first the main one and the others overrides of it; nothing where none could be
    /// read. Relative paths in it start from `directory`, where the options ask for canonical forms.
    pub fn load(&mut self, files: &[String], directory: &str, scope: &Scope) -> Option<Node> {
        let place = Place { directory, scope, chain: &[] };
        let mut node = self.model(files, place, false)?;
        if self.options.canonical && !self.options.skip.paths {
            self.resolve_paths(&mut node, directory);
        }
        Some(node)
    }

    /// The variables of the `.env` file in `folder`, where there is one, below those of `scope`.
    pub fn dot_env(&mut self, folder: &str, scope: &Scope) -> Scope {
        let path = files::join(folder, ".env");
        match self.files.read(&path) {
            Err(FileError::Missing | FileError::Folder) => scope.clone(),
            _ => match self.text(&path, Location::default(), "environment file") {
                Some(source) => scope.with_file(source, self.sources, self.report),
                None => scope.clone(),
            },
        }
    }

    /// As [`Loader::dot_env`], for whoever reads a repository and not a running system: `.env` is often kept out of it. Then
    /// the values of its example count, and without an example nobody knows what is set.
    pub fn dot_env_or_example(&mut self, folder: &str, scope: &Scope) -> Scope {
        const EXAMPLES: [&str; 8] = [
            ".env.example",
            ".env.sample",
            ".env.template",
            ".env.dist",
            ".env.default",
            "example.env",
            "sample.env",
            "env.example",
        ];
        self.known = Known::All;
        if !matches!(self.files.read(&files::join(folder, ".env")), Err(FileError::Missing | FileError::Folder)) {
            return self.dot_env(folder, scope);
        }
        let names = self.files.list(folder);
        for name in EXAMPLES.into_iter().filter(|example| names.iter().any(|name| name == example)) {
            let path = files::join(folder, name);
            if let Ok(source) = files::open(&path, "environment file", Location::default(), self.files, self.sources) {
                self.known = Known::Example(name);
                // Nobody runs an example: what is wrong with it is not said.
                return scope.with_file(source, self.sources, &mut Report::new());
            }
        }
        self.known = Known::Nothing;
        scope.clone()
    }

    /// Whether every service of a file has something to run: an image, a build, a provider, or a service that it extends.
    pub fn stands_alone(&mut self, path: &str) -> bool {
        let runs = |service: &Node| {
            ["image", "build", "extends", "provider", "use"].iter().any(|key| service.get(key).is_some())
        };
        self.documents(path, Location::default()).is_none_or(|documents| {
            let services = documents.iter().filter_map(|document| document.get("services")?.as_map());
            services.flat_map(|services| services.values()).all(|entry| runs(&entry.value))
        })
    }

    /// Every file that was read because another includes it.
    pub fn included_files(&self) -> HashSet<String> {
        self.includes.clone()
    }

    pub(super) fn interpolates(&self) -> bool {
        self.options.interpolate
    }

    pub(super) fn skip(&self) -> Skip {
        self.options.skip
    }

    /// The trees that the project was made from, in the order of merging; empty unless the options ask for them.
    pub fn take_layers(&mut self) -> Vec<Layer> {
        std::mem::take(&mut self.layers)
    }

    pub(super) fn trace(&mut self, kind: LayerKind, root: Path, node: &Node, scope: &Scope) {
        if self.options.trace {
            self.layers.push(Layer { kind, root, node: node.clone(), scope: scope.clone() });
        }
    }

    /// The merged tree of files, their paths not yet resolved.
    pub(super) fn model(&mut self, files: &[String], place: Place<'_>, included: bool) -> Option<Node> {
        let canonical = included || self.options.canonical;
        let mut model: Option<Node> = None;
        for path in files {
            let path = &self.named(path);
            let Some(documents) = self.documents(path, Location::default()) else { continue };
            for document in documents.iter() {
                let Some((mut node, resets)) = self.prepared(document, place.scope) else { continue };
                self.include(&mut node, path, place, &resets);
                if let Some(model) = &mut model {
                    resets.apply(model);
                }
                self.extends(&mut node, path, place, &resets);
                self.trace(
                    if included { LayerKind::Include } else { LayerKind::File },
                    Path::root(),
                    &node,
                    place.scope,
                );
                let mut merged = match model.take() {
                    Some(mut model) => {
                        // Both forms of `external` merge as one.
                        canonical::externals(&mut model, self.report);
                        canonical::externals(&mut node, self.report);
                        let merged = merge_project(model, node);
                        self.report.extend(merged.errors);
                        merged.node
                    }
                    None => {
                        unicity::enforce(&mut node);
                        node
                    }
                };
                if self.options.canonical && !self.options.skip.validation {
                    self.shapes(&merged);
                }
                if canonical {
                    self.canonical(&mut merged);
                }
                model = Some(merged);
            }
        }
        let mut model = model?;
        if canonical {
            defaults::set_defaults(&mut model, self.report);
            if !self.options.skip.validation {
                validation::validate(&mut model, self.report);
            }
        }
        if self.options.canonical {
            resolve_environment(&mut model, &|name| place.scope.get(name).map(str::to_owned));
        }
        Some(model)
    }

    /// Says which values have the wrong shape, before long forms hide it.
    fn shapes(&mut self, node: &Node) {
        let mut decoder = Decoder::new();
        let _: Option<Project> = <Plain as Form<Project>>::read(node, &mut decoder);
        // A variable that was not replaced may become any value.
        let interpolate = self.options.interpolate;
        for error in decoder.finish().into_iter().filter(|error| interpolate || error.kind != DecodeErrorKind::Value) {
            let keys: Vec<&str> = keys(&error.path).collect();
            let level = match (error.kind, keys.as_slice()) {
                // Docker Compose takes any text here; only the Docker Engine refuses a wrong one.
                (DecodeErrorKind::Value, [.., "image"] | [.., "ports", "published" | "protocol"]) => Level::Warn,
                // The check of consistency says it, of services that are enabled.
                (DecodeErrorKind::Value, [.., "healthcheck", "test"]) => continue,
                _ => Level::Deny,
            };
            self.report.push(Finding { level, ..Finding::from(error) });
        }
    }

    pub(super) fn canonical(&mut self, node: &mut Node) {
        let final_text = self.options.interpolate && self.options.environment.is_none();
        let unreadable = if final_text { Unreadable::Report } else { Unreadable::Keep };
        canonical::canonical(node, unreadable, self.report);
        unicity::enforce(node);
    }

    pub(super) fn resolve_paths(&mut self, node: &mut Node, folder: &str) {
        let home = self.options.home.clone();
        paths::resolve_paths(node, Base { folder, home: home.as_deref() }, self.report);
    }

    /// A document with its variables replaced and its tags taken out.
    pub(super) fn prepared(&mut self, document: &Node, scope: &Scope) -> Option<(Node, Resets)> {
        let mut node = document.clone();
        if !matches!(node.value, Value::Map(_)) {
            let mut decoder = Decoder::new();
            let what = if self.options.environment.is_some() { "a blueprint" } else { "a compose file" };
            let _: Option<()> = decoder.wrong_type(&node, &format!("{what}: a mapping with `services`"));
            self.report.extend(decoder.finish());
            return None;
        }
        // The tags of what differs in an environment are for the rest of the blueprint, and are taken when it is merged.
        let environments = match &mut node.value {
            Value::Map(map) if self.options.environment.is_some() => map.shift_remove("environments"),
            _ => None,
        };
        let resets = Resets::take(&mut node);
        if let (Value::Map(map), Some(entry)) = (&mut node.value, environments) {
            map.insert("environments".into(), entry);
        }
        if self.options.interpolate {
            let mut found = interpolate::Found { opaque: self.known != Known::All, ..interpolate::Found::default() };
            interpolate_node(&mut node, &|name| scope.get(name).map(str::to_owned), &mut found);
            for (at, error) in found.errors {
                self.report.push(Finding::deny("invalid-template", at, error.message).maybe_help(error.help));
            }
            // Compose says it where nobody sets them. Only where the value is needed before that is it an error.
            for (at, required) in found.required {
                let rule = if self.known == Known::All { "unset-variable" } else { "required-variable" };
                let finding = Finding::new(rule, Level::Allow, at, required.message);
                self.report.push(finding.maybe_help(required.help));
            }
            for hashes in found.hashes {
                let Some(first) = hashes.first() else { continue };
                let message = "`$` begins a variable in what looks like a password hash: Compose replaces it";
                let mut finding = Finding::warn("unescaped-hash", *first, message).help("write `$$` for each `$`");
                finding.sensitive = hashes;
                self.report.push(finding);
            }
            for unset in found.unset {
                let (name, default) = (&unset.name, format!("give it a default: `${{{}:-…}}`", unset.name));
                let (message, help) = match &self.options.environment {
                    Some(environment) => (
                        format!("the variable `{name}` has no value in the environment `{environment}`"),
                        format!("set it in a file of `env_files`, or {default}"),
                    ),
                    None => (format!("the variable `{name}` has no value"), format!("set it in `.env`, or {default}")),
                };
                let finding = match &self.known {
                    Known::All => Finding::warn("unset-variable", unset.at, message).help(help),
                    Known::Nothing => Finding::warn("undocumented-variable", unset.at, message)
                        .help(format!("say in `.env.example` that it is wanted, or {default}")),
                    // What every shell sets, no example has to name.
                    Known::Example(_) if ["HOME", "HOSTNAME", "LOGNAME", "PWD", "USER"].contains(&name.as_str()) => {
                        Finding::new("required-variable", Level::Allow, unset.at, message)
                    }
                    Known::Example(example) => {
                        let message = format!("`{example}` does not name the variable `{name}`");
                        Finding::warn("stale-env-example", unset.at, message)
                            .help(format!("add it there, or {default}"))
                    }
                };
                self.report.push(finding);
            }
            // In a blueprint, an expression may stand where a number is wanted.
            if self.options.environment.is_none() {
                cast::cast(&mut node, self.report);
            }
        }
        self.report.extend(written::check(&node));
        aliases::promote(&mut node, self.report);
        Some((node, resets))
    }

    /// What is known about the variables, as the environment file that was read last says.
    pub(crate) fn known(&self) -> Known {
        self.known
    }

    /// Takes back what was [known](Self::known) of another project.
    pub(crate) fn set_known(&mut self, known: Known) {
        self.known = known;
    }

    /// Reads the values of files that will be asked for, all at once: that can be shared.
    pub(crate) fn read_ahead<'p>(&mut self, paths: impl Iterator<Item = &'p String>) {
        let mut sources: Vec<SourceId> = Vec::new();
        for path in paths {
            let path = self.named(path);
            if self.cache.texts.contains_key(&path) {
                continue;
            }
            // What is wrong with it is said when it is asked for.
            if let Ok(source) = files::open(&path, "compose file", Location::default(), self.files, self.sources) {
                self.cache.texts.insert(path, Ok(source));
                sources.push(source);
            }
        }
        let texts: Vec<_> =
            sources.iter().filter_map(|source| Some((*source, &*self.sources.file(*source)?.text))).collect();
        if texts.iter().map(|(_, text)| text.len()).sum::<usize>() < SHARED {
            return;
        }
        let read: Vec<OnceLock<Read>> = texts.iter().map(|_| OnceLock::new()).collect();
        self.files.share(texts.len(), &|index| {
            let (source, text) = texts[index];
            drop(read[index].set(values(text, source)));
        });
        let read = read.into_iter().filter_map(OnceLock::into_inner);
        self.cache.ahead = texts.into_iter().map(|(source, _)| source).zip(read).collect();
    }

    /// The one path of a file, however it is reached.
    pub(super) fn named(&mut self, path: &str) -> String {
        let root = self.cache.root.get_or_insert_with(|| self.files.root().unwrap_or_default());
        let first = || files::shown(root, path);
        self.cache.names.entry(files::join(root, path)).or_insert_with(first).clone()
    }

    /// The documents of a file; nothing where it cannot be read or is broken, which is reported at `by`, the place that
    /// names it, or in the file itself.
    pub(super) fn documents(&mut self, path: &str, by: Location) -> Option<Arc<[Node]>> {
        let path = &*self.named(path);
        if let Some(known) = self.cache.documents.get(path).cloned() {
            if known.is_none() && by != Location::default() {
                self.text(path, by, "compose file");
            }
            return known;
        }
        let read = self.text(path, by, "compose file").and_then(|source| {
            let text = &self.sources.file(source)?.text;
            let ahead = self.cache.ahead.remove(&source);
            let read = ahead.unwrap_or_else(|| values(text, source));
            // What follows from a broken text is not said.
            let broken = read.errors.iter().any(|error| error.kind != bayplan_yaml::ErrorKind::DuplicateKey);
            let silent = read.errors.is_empty();
            self.report.extend(read.errors);
            let nodes: Arc<[Node]> = read.nodes.into_iter().flatten().collect();
            if nodes.is_empty() && silent {
                let at = Location { source, ..Location::default() };
                let level = if self.options.environment.is_some() { Level::Warn } else { Level::Deny };
                self.report.push(
                    Finding::new("empty-file", level, at, "the file holds nothing")
                        .help("write `services:`, or remove the file")
                        .about(Subject::path(Path::root())),
                );
            }
            (!broken && !nodes.is_empty()).then_some(nodes)
        });
        self.cache.documents.insert(path.to_owned(), read.clone());
        read
    }

    /// The text of a file, registered once; nothing where it cannot be read, which is reported at `by`. `what` it is to be:
    /// "compose file".
    pub(super) fn text(&mut self, path: &str, by: Location, what: &str) -> Option<SourceId> {
        let path = &*self.named(path);
        match self.cache.texts.get(path) {
            Some(Ok(source)) => return Some(*source),
            Some(Err(true)) => return None,
            // What is wrong is said wherever the file is named.
            Some(Err(false)) | None => {}
        }
        let opened = files::open(path, what, by, self.files, self.sources);
        let opened = opened.map_err(|finding| {
            let inside = finding.at != by;
            self.report.push(*finding);
            inside
        });
        self.cache.texts.insert(path.to_owned(), opened);
        opened.ok()
    }
}

/// To share the work of reading fewer bytes than this costs more than the work.
const SHARED: usize = 32 << 10;

/// What a text says, without how it is written.
fn values(text: &str, source: SourceId) -> Read {
    Read { documents: Vec::new(), ..bayplan_yaml::read(text, source, &Limits::default()) }
}

/// The keys of a path, without the numbers of items.
fn keys(path: &Path) -> impl Iterator<Item = &str> {
    path.0.iter().filter_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    })
}

#[cfg(test)]
mod tests;
