//! `texts → findings and merged models`: everything that a change may touch, read as `lint` reads it.

use crate::blueprint::Host;
use crate::compile::{self, ComposeProject, FleetTexts};
use crate::finding::{Finding, Report};
use crate::resolve::files::{FileError, Files, Stat, join};
use crate::rules::Policy;
use crate::source::Sources;
use bayplan_yaml::{Limits, Location, Node, SourceId, Value};
use indexmap::IndexMap;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// What is looked at.
pub struct Workspace<'a> {
    /// The Compose projects that belong to no fleet.
    pub projects: Vec<ComposeProject>,
    /// What is said about rules, to them.
    pub policy: Policy,
    /// The machines that they run on, by name.
    pub hosts: IndexMap<String, Host>,
    /// The fleets.
    pub fleets: Vec<FleetFiles>,
    /// What can be opened. Each file is opened once.
    pub files: Remembered<'a>,
    /// The sources that the policies stand in.
    pub sources: Sources,
    /// The day, as `YYYY-MM-DD`.
    pub today: Option<String>,
    /// Why a file may not be edited, where it may not.
    pub locked: &'a dyn Fn(&str) -> Option<String>,
}

/// The files of a fleet, by name.
pub struct FleetFiles {
    /// The name of its folder.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// `fleet.yaml`, where there is one that can be read.
    pub settings: Option<String>,
    /// The file names of the blueprints.
    pub blueprints: Vec<String>,
    /// The environment files: file name and path.
    pub env_files: Vec<(String, String)>,
    /// The way from the folder of a stack's compose file to the fleet's folder.
    pub back: String,
    /// What is said about rules beside `fleet.yaml`.
    pub policy: Policy,
}

/// Texts that stand in place of files, by the one path of each.
pub(super) type Texts = BTreeMap<String, Arc<str>>;

/// What was read.
#[derive(Clone)]
pub(super) struct View {
    pub sources: Sources,
    pub report: Report,
    pub stacks: Vec<Merged>,
}

/// One stack in one environment.
#[derive(Clone)]
pub(super) struct Merged {
    pub name: String,
    /// The environment, of a fleet.
    pub environment: Option<String>,
    /// What is read together.
    pub folder: String,
    /// Its own files, the main one first.
    pub files: Vec<String>,
    pub document: Node,
    /// The files that its values stand in, once somebody asked.
    reads: OnceCell<BTreeSet<String>>,
}

impl Merged {
    /// The files that its values stand in, and its own.
    pub fn reads(&self, sources: &Sources) -> &BTreeSet<String> {
        self.reads.get_or_init(|| {
            let mut found = HashSet::new();
            sources_of(&self.document, &mut found);
            let names = found.into_iter().filter_map(|source| Some(sources.file(source)?.name.clone()));
            names.chain(self.files.iter().cloned()).collect()
        })
    }

    /// The stack's name, and its environment.
    pub fn key(&self) -> (&str, Option<&str>, &str) {
        (&self.name, self.environment.as_deref(), &self.folder)
    }
}

impl Workspace<'_> {
    /// Reads everything, or the projects of some folders only, with `texts` in place of files.
    pub(super) fn read(&self, texts: &Texts, only: Option<&BTreeSet<String>>) -> View {
        let files = Overlay { under: &self.files, texts };
        let (mut sources, mut report, mut stacks) = (self.sources.clone(), Report::new(), Vec::new());
        let wanted = |folder: &str| only.is_none_or(|only| only.contains(folder));
        for fleet in self.fleets.iter().filter(|fleet| wanted(&fleet.folder)) {
            let mut open = |path: &str| Some(sources.add_file(path, files.read(path).ok()?));
            let settings = fleet.settings.as_deref().and_then(&mut open);
            let env_files: Vec<_> =
                fleet.env_files.iter().filter_map(|(name, path)| Some((name.clone(), open(path)?))).collect();
            let today = self.today.as_deref();
            let texts = FleetTexts {
                name: &fleet.name,
                settings,
                folder: &fleet.folder,
                blueprints: &fleet.blueprints,
                files: &files,
                env_files: &env_files,
                back: &fleet.back,
                policy: &fleet.policy,
                trace: true,
                today,
            };
            for compiled in compile::fleet(&texts, None, &mut sources, &mut report) {
                let Some(plan) = compiled.plan else { continue };
                stacks.extend(plan.stacks.into_values().map(|stack| Merged {
                    name: stack.name,
                    environment: Some(compiled.environment.clone()),
                    folder: fleet.folder.clone(),
                    files: stack.files,
                    document: stack.document,
                    reads: OnceCell::new(),
                }));
            }
        }
        let projects: Vec<ComposeProject> =
            self.projects.iter().filter(|project| wanted(&project.folder)).cloned().collect();
        let today = self.today.as_deref();
        let plan = compile::projects(&projects, &self.policy, &self.hosts, &files, today, &mut sources, &mut report);
        stacks.extend(plan.stacks.into_values().map(|stack| Merged {
            name: stack.name,
            environment: None,
            folder: stack.directory,
            files: stack.files,
            document: stack.document,
            reads: OnceCell::new(),
        }));
        View { sources, report, stacks }
    }
}

impl View {
    /// The stacks that a finding is about: one, or that of each environment.
    pub fn stacks_of<'a>(&'a self, finding: &'a Finding) -> impl Iterator<Item = &'a Merged> {
        let file = self.sources.name(finding.at.source);
        // What is said before anything is merged names no stack.
        self.stacks.iter().filter(move |stack| match &finding.subject.stack {
            Some(name) => stack.name == *name,
            None => stack.files.iter().any(|own| own == file) || stack.reads(&self.sources).contains(file),
        })
    }

    /// The stack that a finding is about, in an environment that has the value at the place of the finding: another one may
    /// have it from elsewhere, or not at all.
    pub fn stack_of<'a>(&'a self, finding: &'a Finding) -> Option<&'a Merged> {
        let stands = |stack: &&Merged| {
            stack.document.at_path(&finding.subject.path).is_some_and(|node| {
                let (at, inner) = (node.at, finding.at);
                at.source == inner.source && at.span.start <= inner.span.start && inner.span.end <= at.span.end
            })
        };
        self.stacks_of(finding).find(stands).or_else(|| self.stacks_of(finding).next())
    }

    /// The file of a finding as if nothing were merged with it.
    pub fn alone(&self, at: Location) -> Result<Merged, String> {
        let Some(file) = self.sources.file(at.source) else { return Err("nobody wrote the value".to_owned()) };
        let read = bayplan_yaml::read(&file.text, at.source, &Limits::default());
        let first = read.nodes.into_iter().flatten().next();
        let inside = |node: &Node| node.at.span.start <= at.span.start && at.span.end <= node.at.span.end;
        match first {
            Some(document) if inside(&document) => Ok(Merged {
                name: String::new(),
                environment: None,
                folder: String::new(),
                files: vec![file.name.clone()],
                document,
                reads: OnceCell::new(),
            }),
            _ => Err(format!("it stands in a later document of `{}`", file.name)),
        }
    }
}

fn sources_of(node: &Node, found: &mut HashSet<SourceId>) {
    found.insert(node.at.source);
    match &node.value {
        Value::Map(map) => map.values().for_each(|entry| {
            found.insert(entry.key_at.source);
            sources_of(&entry.value, found);
        }),
        Value::Seq(items) => items.iter().for_each(|item| sources_of(item, found)),
        _ => {}
    }
}

/// Files of which each is opened once, so that every look at them sees the same.
pub struct Remembered<'a> {
    files: &'a dyn Files,
    root: String,
    texts: Memory<Result<Arc<str>, FileError>>,
    beside: Memory<Vec<String>>,
    stats: Memory<Option<Stat>>,
}

/// What was seen at paths.
type Memory<T> = Mutex<HashMap<String, T>>;

fn remembered<T: Clone>(memory: &Memory<T>, path: &str, look: impl FnOnce() -> T) -> T {
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = memory.get(path) {
        return known.clone();
    }
    let seen = look();
    memory.insert(path.to_owned(), seen.clone());
    seen
}

impl<'a> Remembered<'a> {
    /// Nothing remembered yet.
    pub fn new(files: &'a dyn Files) -> Self {
        let root = files.root().unwrap_or_default();
        Self { files, root, texts: Memory::default(), beside: Memory::default(), stats: Memory::default() }
    }
}

impl Files for Remembered<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        remembered(&self.texts, path, || self.files.read(path))
    }

    fn beside(&self, folder: &str) -> Vec<String> {
        remembered(&self.beside, folder, || self.files.beside(folder))
    }

    fn root(&self) -> Option<String> {
        self.files.root()
    }

    fn stat(&self, path: &str) -> Option<Stat> {
        remembered(&self.stats, path, || self.files.stat(path))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        self.files.list(folder)
    }

    fn is_tracked(&self, path: &str) -> Option<bool> {
        self.files.is_tracked(path)
    }

    fn share(&self, parts: usize, work: &(dyn Fn(usize) + Sync)) {
        self.files.share(parts, work);
    }
}

/// Files, some of them with another text.
struct Overlay<'a> {
    under: &'a Remembered<'a>,
    texts: &'a Texts,
}

impl Files for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        let known = (!self.texts.is_empty()).then(|| self.texts.get(&text_key(self.under, path))).flatten();
        known.map_or_else(|| self.under.read(path), |text| Ok(text.clone()))
    }

    fn beside(&self, folder: &str) -> Vec<String> {
        self.under.beside(folder)
    }

    fn root(&self) -> Option<String> {
        self.under.root()
    }

    fn stat(&self, path: &str) -> Option<Stat> {
        self.under.stat(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        self.under.list(folder)
    }

    fn is_tracked(&self, path: &str) -> Option<bool> {
        self.under.is_tracked(path)
    }

    fn share(&self, parts: usize, work: &(dyn Fn(usize) + Sync)) {
        self.under.share(parts, work);
    }
}

/// The path by which a text stands in [`Texts`], however its own is written.
pub(super) fn text_key(files: &Remembered<'_>, path: &str) -> String {
    join(&files.root, path)
}
