//! `variables without a value, env_file, label_file → environment and labels` (compose-go 2.16.2, `loader/environment.go`
//! and `types/project.go`).
//!
//! The values of secrets and configs that come from the environment are taken by nobody here: they are never shown.

use super::dotenv;
use super::files::{self, FileError, FileKind, Files};
use super::normalize::take_from_environment;
use super::visit::{Way, visit, workloads};
use super::within::Pieces;
use crate::finding::{Finding, Report, Subject};
use crate::record::scalar::text_of;
use crate::source::Sources;
use crate::value::Invalid;
use bayplan_yaml::{Entry, Location, Map, Node, Path, Segment, SourceId, Span, Value};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Gives the variables without a value in lists of `document` the one that `lookup` knows.
pub fn resolve_environment(document: &mut Node, lookup: &dyn Fn(&str) -> Option<String>) {
    workloads(document, &mut |node, way| {
        visit(node, &["environment"], way, &mut |environment, _| {
            if let Value::Seq(_) = environment.value {
                take_from_environment(environment, lookup, true);
            }
        });
    });
}

/// Where values stand, by name.
type Places = HashMap<String, Location>;

/// Reads the files that services name with `env_file` and `label_file`, each once.
pub struct EnvFiles<'a> {
    files: &'a dyn Files,
    sources: &'a mut Sources,
    report: &'a mut Report,
    texts: HashMap<String, Result<(SourceId, Arc<str>), FileError>>,
    /// What each file brought, where that is kept.
    brought: Option<Vec<Brought>>,
    /// Whether a file that is not there is only worth a warning.
    may_be_missing: bool,
}

/// What one file brings to one service.
pub(super) struct Brought {
    /// The service.
    pub service: Path,
    /// Where to: `environment` or `labels`.
    pub key: &'static str,
    /// The item that names the file.
    pub by: Location,
    /// A mapping of the values.
    pub node: Node,
}

impl<'a> EnvFiles<'a> {
    /// A reader that has read nothing.
    pub fn new(files: &'a dyn Files, sources: &'a mut Sources, report: &'a mut Report) -> Self {
        Self { files, sources, report, texts: HashMap::new(), brought: None, may_be_missing: false }
    }

    /// Warns of files with variables that are not there: many a project keeps them out of version control, and a fresh copy
    /// of it lacks them.
    pub(super) fn of_a_copy(self) -> Self {
        Self { may_be_missing: true, ..self }
    }

    /// Keeps what each file brings.
    pub(super) fn tracing(self) -> Self {
        Self { brought: Some(Vec::new()), ..self }
    }

    /// What the files brought, those of later items behind those of earlier ones.
    pub(super) fn take_brought(&mut self) -> Vec<Brought> {
        self.brought.take().unwrap_or_default()
    }

    fn bring(
        &mut self,
        way: &Way<'_>,
        key: &'static str,
        by: Location,
        said: &IndexMap<String, String>,
        from: &Places,
    ) {
        let Some(brought) = &mut self.brought else { return };
        let entry = |at: Location, value: &String| Entry { key_at: at, value: Node::string(value.clone(), at) };
        let values =
            said.iter().filter_map(|(name, value)| Some((name.as_str().into(), entry(*from.get(name)?, value))));
        let mut service = way.path();
        // What runs before a service stands deeper.
        if !matches!(service.0.get(2), Some(Segment::Key(key)) if key == "env_file" || key == "label_file") {
            return;
        }
        service.0.truncate(2);
        brought.push(Brought { service, key, by, node: Node::new(Value::Map(values.collect()), by) });
    }

    /// Puts what `env_file` says below the `environment` of every service, and of what runs before it. `keep` says whether
    /// `env_file` stays.
    pub fn environment(&mut self, document: &mut Node, lookup: &dyn Fn(&str) -> Option<String>, keep: bool) {
        visit(document, &["services", "*"], &Way::ROOT, &mut |node, way| {
            self.environment_of(node, way, lookup, keep);
            visit(node, &["pre_start", "*"], way, &mut |node, way| self.environment_of(node, way, lookup, keep));
        });
    }

    /// Puts what `label_file` says below the `labels` of every service, and of what runs before it.
    pub fn labels(&mut self, document: &mut Node) {
        visit(document, &["services", "*"], &Way::ROOT, &mut |node, way| {
            self.labels_of(node, way);
            visit(node, &["pre_start", "*"], way, &mut |node, way| self.labels_of(node, way));
        });
    }

    fn environment_of(&mut self, node: &mut Node, way: &Way<'_>, lookup: &dyn Fn(&str) -> Option<String>, keep: bool) {
        let at = node.at;
        let Value::Map(map) = &mut node.value else { return };
        if let Some(environment) = map.get_mut("environment") {
            pairs(&mut environment.value);
            take_from_environment(&mut environment.value, lookup, true);
        }
        let files = if keep { map.get("env_file").cloned() } else { map.shift_remove("env_file") };
        let Some(Value::Seq(files)) = files.map(|files| files.value.value) else { return };
        let explicit = |name: &str| map.get("environment")?.value.get(name).and_then(text_of);
        let mut variables: IndexMap<String, String> = IndexMap::new();
        let known = map.get("environment").and_then(|entry| entry.value.as_map());
        for (name, entry) in known.into_iter().flatten() {
            variables.extend(text_of(&entry.value).map(|value| (name.to_string(), value)));
        }
        let mut from: HashMap<String, Location> = HashMap::new();
        let lookup = |name: &str| lookup(name).or_else(|| explicit(name));
        for (index, file) in files.iter().enumerate() {
            let way = way.key("env_file");
            self.variables(file, &way.index(index), &lookup, &mut variables, &mut from);
        }
        below(map, "environment", at, variables, &from);
    }

    /// Reads one file with variables; `from` says where those that it brings stand.
    fn variables(
        &mut self,
        file: &Node,
        way: &Way<'_>,
        lookup: &dyn Fn(&str) -> Option<String>,
        variables: &mut IndexMap<String, String>,
        from: &mut HashMap<String, Location>,
    ) {
        let Some(path) = file.get("path") else { return };
        let required = file.get("required").is_none_or(|required| required.value != Value::Bool(false));
        let Some((source, text)) = self.text(path, way, required, "environment file") else { return };
        let mut found = IndexMap::new();
        let read = match file.get("format").map(|format| (format, format.as_str().unwrap_or_default())) {
            None | Some((_, "")) => {
                found.clone_from(variables);
                dotenv::parse_into(&text, lookup, &mut found)
            }
            Some((_, "raw")) => raw(&text, lookup, &mut found),
            Some((format, name)) => {
                let message = format!("`{name}` is not a format of environment files");
                let help = Some("use `raw`, or remove `format`".to_owned());
                return self.report.push(way.key("format").invalid(format.at, message, help));
            }
        };
        let places = read.places.into_iter().map(|(name, range)| (name, place(source, &range))).collect();
        self.bring(way, "environment", path.at, &found, &places);
        from.extend(places);
        variables.extend(found);
        self.errors(source, read.errors);
    }

    fn labels_of(&mut self, node: &mut Node, way: &Way<'_>) {
        let at = node.at;
        let Value::Map(map) = &mut node.value else { return };
        let Some(Value::Seq(files)) = map.get("label_file").map(|files| files.value.value.clone()) else { return };
        if let Some(labels) = map.get_mut("labels") {
            pairs(&mut labels.value);
        }
        let mut labels: IndexMap<String, String> = IndexMap::new();
        let mut from = HashMap::new();
        for (index, path) in files.iter().enumerate() {
            let way = way.key("label_file");
            let Some((source, text)) = self.text(path, &way.index(index), true, "label file") else { continue };
            let mut found = IndexMap::new();
            let read = dotenv::parse_into(&text, &|name| labels.get(name).cloned(), &mut found);
            let places = read.places.into_iter().map(|(name, range)| (name, place(source, &range))).collect();
            self.bring(&way, "labels", path.at, &found, &places);
            from.extend(places);
            self.errors(source, read.errors);
            labels.extend(found);
        }
        below(map, "labels", at, labels, &from);
    }

    /// The text of the file that `path` names; nothing where there is none, which is reported unless it may be missing.
    fn text(&mut self, path: &Node, way: &Way<'_>, required: bool, what: &str) -> Option<(SourceId, Arc<str>)> {
        let name = path.as_str()?;
        if !self.texts.contains_key(name) {
            let shown = files::shown(&self.files.root().unwrap_or_default(), name);
            let read = self.files.read(name).map(|text| (self.sources.add_file(shown, text.clone()), text));
            self.texts.insert(name.to_owned(), read);
        }
        match self.texts.get(name)? {
            Ok((source, text)) => Some((*source, text.clone())),
            Err(FileError::Missing) if !required => None,
            Err(error) => {
                let (rule, help) = match (error, what) {
                    (FileError::Missing, "environment file") if self.may_be_missing => {
                        let root = self.files.root().unwrap_or_default();
                        let shown = files::shown(&root, name);
                        let message = format!("the {what} `{shown}` {error}: Compose starts nothing without it");
                        // An example beside it says that it is kept out of the repository on purpose.
                        if has_example(name, self.files) {
                            return None;
                        }
                        let help = match elsewhere(name, self.sources.text(path.at), self.files) {
                            Some(way) => {
                                format!("paths start from the folder of the file that has them: write `{way}`")
                            }
                            None => {
                                "write the file, or an example of it (`NAME.example`), or say `required: false`".into()
                            }
                        };
                        let finding = Finding::warn("missing-env-file", path.at, message).help(help);
                        let path = way.path();
                        let service = match path.0.as_slice() {
                            [_, Segment::Key(service), ..] => Some(service.clone()),
                            _ => None,
                        };
                        self.report.push(finding.about(Subject { service, ..Subject::path(path) }));
                        return None;
                    }
                    (FileError::Missing, "environment file") => {
                        ("missing-file", "write the file, or say `required: false`".to_owned())
                    }
                    (FileError::Missing, _) => ("missing-file", "write the file, or remove it here".to_owned()),
                    _ => ("unreadable-file", "name a file of `NAME=value` lines".to_owned()),
                };
                let shown = files::shown(&self.files.root().unwrap_or_default(), name);
                if let FileError::NotText { .. } = error {
                    let opened = files::open(&shown, what, path.at, self.files, self.sources);
                    self.report.findings.extend(opened.err().map(|finding| *finding));
                    return None;
                }
                let message = format!("the {what} `{shown}` {error}");
                let finding = Finding::deny(rule, path.at, message).help(help);
                self.report.push(finding.about(Subject::path(way.path())));
                None
            }
        }
    }

    fn errors(&mut self, source: SourceId, errors: Vec<Invalid>) {
        for error in errors {
            let at = place(source, &error.range);
            let finding = Finding::deny("invalid-env-file", at, error.message).maybe_help(error.help).redact(at);
            self.report.push(finding);
        }
    }
}

/// The way to a file that lies where whoever includes this one would look for it: in a folder above.
fn elsewhere(name: &str, written: &str, files: &dyn Files) -> Option<String> {
    let written = written.trim_matches(['"', '\'']).trim_start_matches("./");
    let folder = name.strip_suffix(written)?.trim_end_matches('/');
    let above = folder.match_indices('/').rev().map(|(at, _)| &folder[..at]);
    let mut above = above.chain(Some(".").filter(|_| !folder.is_empty() && !files::is_absolute(folder)));
    let there = |above: &str| files.stat(&files::join(above, written)).is_some_and(|stat| stat.kind == FileKind::File);
    let above = above.find(|above| there(above))?;
    Some(files::relative(&files::clean(folder), &files::join(above, written)))
}

/// Whether an example lies beside a file with variables: `.env.example` for `.env`.
fn has_example(path: &str, files: &dyn Files) -> bool {
    const ENDS: [&str; 5] = [".example", ".sample", ".template", ".dist", ".tmpl"];
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let beside = |other: String| if folder.is_empty() { other } else { format!("{folder}/{other}") };
    // `web.env` has `web.env.example` or `web.example.env`, and `.env` has `example.env` too.
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let behind = ENDS.iter().map(|word| format!("{name}{word}"));
    let between = ENDS.iter().map(|word| format!("{stem}{word}.{end}").trim_start_matches('.').to_owned());
    let before = ENDS.iter().map(|word| format!("{}{name}", &word[1..]));
    let mut candidates = behind.chain(between).chain(before).map(beside);
    candidates.any(|candidate| files.stat(&candidate).is_some_and(|stat| stat.kind == files::FileKind::File))
}

fn place(source: SourceId, range: &Range<usize>) -> Location {
    Location { source, span: Span::new(range.start as u32, range.end as u32) }
}

/// A file as `docker run --env-file` reads it: values are taken as they are.
fn raw(text: &str, lookup: &dyn Fn(&str) -> Option<String>, variables: &mut IndexMap<String, String>) -> dotenv::Read {
    let dotenv::Read { mut places, mut errors } = dotenv::Read::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        let trimmed = content.trim_start_matches('\u{feff}').trim_start();
        let start = at + content.len() - trimmed.len();
        at += line.len();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let (name, value) = trimmed.split_once('=').map_or((trimmed, None), |(name, value)| (name, Some(value)));
        if name.is_empty() || name.contains([' ', '\t']) {
            let message = match name {
                "" => "the name of the variable is missing".to_owned(),
                _ => format!("`{name}` is no name of a variable"),
            };
            errors.push(Invalid::part(start, trimmed, message).help("write `NAME=value`"));
            continue;
        }
        let end = start + trimmed.len();
        let from = value.map_or(start, |value| end - value.len());
        if let Some(value) = value.map(str::to_owned).or_else(|| lookup(name)) {
            places.insert(name.to_owned(), from..end);
            variables.insert(name.to_owned(), value);
        }
    }
    dotenv::Read { places, errors }
}

/// A list of `KEY=value` as a mapping; a later item wins.
pub(super) fn pairs(node: &mut Node) {
    let Value::Seq(items) = &node.value else { return };
    let mut map = Map::default();
    for item in items {
        let Some(text) = text_of(item) else { continue };
        let (name, value) = match (item.as_str(), text.split_once('=')) {
            (Some(_), Some((name, value))) => {
                let pieces = Pieces::of(item, &['=']);
                let node = pieces.node(name.len() + 1..text.len(), Value::String(value.into()));
                (name.to_owned(), Entry { key_at: pieces.part(&(0..name.len())).0, value: node })
            }
            _ => (text, Entry { key_at: item.at, value: Node::new(Value::Null, item.at) }),
        };
        map.insert(name.into(), value);
    }
    node.value = Value::Map(map);
}

/// Adds to the mapping `key` of `map` what it does not say itself.
fn below(map: &mut Map, key: &str, at: Location, values: IndexMap<String, String>, from: &HashMap<String, Location>) {
    if values.is_empty() {
        return;
    }
    let empty = || Entry { key_at: at, value: Node::new(Value::Map(Map::default()), at) };
    let entry = map.entry(key.into()).or_insert_with(empty);
    let Value::Map(there) = &mut entry.value.value else { return };
    for (name, value) in values {
        let at = from.get(&name).copied().unwrap_or(at);
        let value = Node::string(value, at);
        there.entry(name.into()).or_insert(Entry { key_at: at, value });
    }
}

#[cfg(test)]
mod tests;
