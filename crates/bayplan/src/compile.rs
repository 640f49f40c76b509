//! `texts → findings and trees`: the pipeline, one function a stage.

mod same_host;

use crate::blueprint::{Environment, Fleet, Host};
use crate::dsl;
use crate::emit::{self, Tree};
use crate::finding::{Finding, Level, Report, Subject};
use crate::observe;
use crate::plan::{Plan, Vetted};
use crate::record::{Form, Plain};
use crate::resolve::files::{Files, join};
use crate::resolve::load::{Cache, Layer, LayerKind, Loader, Options};
use crate::resolve::project::Settings;
use crate::resolve::scope::Scope;
use crate::resolve::settle::{Document, Input, settle};
use crate::resolve::variables::variables;
use crate::rules::{self, Policy};
use crate::source::Sources;
use crate::value::ProjectName;
use bayplan_yaml::{Decoder, Limits, Node, Path, SourceId};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// The texts of a fleet.
#[derive(Clone, Copy)]
pub struct FleetTexts<'a> {
    /// The name of its folder.
    pub name: &'a str,
    /// `fleet.yaml`.
    pub settings: Option<SourceId>,
    /// Its folder, as `files` opens it.
    pub folder: &'a str,
    /// The file names of the blueprints.
    pub blueprints: &'a [String],
    /// What blueprints include and extend is opened here, and they themselves.
    pub files: &'a dyn Files,
    /// The environment files, by file name.
    pub env_files: &'a [(String, SourceId)],
    /// The way from the folder of a stack's compose file to the fleet's folder.
    pub back: &'a str,
    /// What is said about rules beside `fleet.yaml`.
    pub policy: &'a Policy,
    /// Whether the trees that values come from are kept, for [`Compiled::plan`].
    pub trace: bool,
    /// The day, as `YYYY-MM-DD`, for exemptions that end; nothing where none shall.
    pub today: Option<&'a str>,
}

/// What a file in the folder of a fleet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FleetFile {
    /// `fleet.yaml`.
    Settings,
    /// A blueprint: every other YAML file.
    Blueprint,
    /// An environment file: `.env` or `NAME.env`.
    Environment,
}

impl FleetFile {
    /// The file that makes a folder a fleet.
    pub const SETTINGS: &str = "fleet.yaml";

    /// What the file of this name is; nothing for one that belongs to no fleet.
    pub fn of(name: &str) -> Option<Self> {
        let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        match name {
            Self::SETTINGS => Some(Self::Settings),
            _ if is_yaml && !name.starts_with('.') => Some(Self::Blueprint),
            _ if name.ends_with(".env") => Some(Self::Environment),
            _ => None,
        }
    }
}

/// One environment of a fleet, compiled.
#[derive(Debug)]
pub struct Compiled {
    /// The name of the fleet.
    pub fleet: String,
    /// The name of the environment.
    pub environment: String,
    /// What was planned; only where the trees that values come from were wanted.
    pub plan: Option<Box<Plan>>,
    /// The files; nothing where something is denied.
    pub tree: Option<Tree>,
}

/// Compiles a fleet for all its environments, or for the one named.
pub fn fleet(
    texts: &FleetTexts<'_>,
    environment: Option<&str>,
    sources: &mut Sources,
    report: &mut Report,
) -> Vec<Compiled> {
    let settings = texts.settings.and_then(|file| read(file, sources, report));
    all(texts, settings, &[], environment, sources, report)
}

/// Compiles a fleet that was built in Rust. `texts` says where its files are looked for; of settings and blueprints it says nothing.
pub fn built(
    fleet: &dsl::Fleet,
    texts: &FleetTexts<'_>,
    environment: Option<&str>,
    sources: &mut Sources,
    report: &mut Report,
) -> Vec<Compiled> {
    let built = fleet.build(sources);
    report.extend(built.findings);
    let names: Vec<String> = built.blueprints.iter().map(|(name, _)| name.clone()).collect();
    let texts = FleetTexts { name: fleet.name(), settings: None, folder: fleet.path(), blueprints: &names, ..*texts };
    all(&texts, Some(built.settings), &built.blueprints, environment, sources, report)
}

/// Compiles a fleet from its settings, and from blueprints that need not be read where they are `given`.
fn all(
    texts: &FleetTexts<'_>,
    settings: Option<Node>,
    given: &[(String, Node)],
    environment: Option<&str>,
    sources: &mut Sources,
    report: &mut Report,
) -> Vec<Compiled> {
    let mut fleet = match &settings {
        Some(node) => {
            let mut decoder = Decoder::new();
            let fleet = <Plain as Form<Fleet>>::read(node, &mut decoder).unwrap_or_default();
            report.extend(decoder.finish());
            fleet
        }
        None => Fleet::default(),
    };
    // Without settings that can be read, what depends on them is not said.
    let unknown = report.findings.iter().any(|finding| {
        finding.level == Level::Deny
            && (finding.subject.path.0.is_empty() || finding.subject.path == environments_path())
    });
    let mut cache = Cache::default();
    for (name, node) in given {
        cache.give(&join(texts.folder, name), node.clone());
    }
    let default = IndexMap::from([("default".to_owned(), Environment::default())]);
    let environments = if fleet.environments.is_empty() { &default } else { &fleet.environments };
    if let Some(wanted) = environment.filter(|wanted| !environments.contains_key(*wanted)) {
        let at = settings.as_ref().map_or_else(Default::default, |node| node.at);
        let known = environments.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let message = format!("the fleet `{}` has no environment `{wanted}`", texts.name);
        report.push(Finding::deny("unknown-environment", at, message).help(format!("it has {known}")));
    }
    let name = fleet.name.get_or_insert_with(|| texts.name.to_owned()).clone();
    let shape = report.denied();
    let (mut compiled, mut unused) = (Vec::new(), None::<Vec<Finding>>);
    for (environment, settings_of) in
        environments.iter().filter(|(name, _)| environment.is_none_or(|wanted| *name == wanted))
    {
        let mut found = Report::new();
        let (variables, scope) =
            variables(environment, settings_of, settings.as_ref(), texts.env_files, sources, &mut found);
        let documents = blueprints(texts, environment, &scope, &mut cache, sources, &mut found);
        let (settings, variables) = (settings.as_ref(), &variables);
        let input =
            Input { fleet: &fleet, settings, variables, back: texts.back, policy: texts.policy, trace: texts.trace };
        let mut plan = settle(&input, documents, environment, settings_of, sources, &mut found);
        plan.observed = observe::read(plan.stacks.values(), &BTreeMap::new(), texts.files, sources);
        let nothing_needs = rules::check(&plan, texts.files, sources, texts.today, &mut found);
        // An exemption is unused where no environment needs it.
        match &mut unused {
            Some(unused) => unused.retain(|finding| nothing_needs.iter().any(|other| other.at == finding.at)),
            none => *none = Some(nothing_needs),
        }
        if unknown {
            found.findings.retain(|finding| !rules::needs_settings(finding.rule));
        }
        let kept = texts.trace.then(|| Box::new(plan.clone()));
        let tree = if shape || found.denied() || texts.trace { None } else { vet_and_emit(plan, &mut found) };
        report.append(found);
        compiled.push(Compiled { fleet: name.clone(), environment: environment.clone(), plan: kept, tree });
    }
    let unused = unused.into_iter().flatten();
    if unknown || environment.is_some() {
        // Nobody knows what the others need.
        report.needed.extend(unused.map(|finding| finding.at));
    } else {
        report.extend(unused);
    }
    compiled
}

fn environments_path() -> Path {
    Path::root().key("environments")
}

/// The blueprints of a fleet as they are in one environment.
fn blueprints(
    texts: &FleetTexts<'_>,
    environment: &str,
    scope: &Scope,
    cache: &mut Cache,
    sources: &mut Sources,
    report: &mut Report,
) -> Vec<Document> {
    let options = Options {
        interpolate: true,
        environment: Some(environment.to_owned()),
        trace: texts.trace,
        ..Options::default()
    };
    let mut loader = Loader::new(texts.files, cache, sources, report, options);
    let mut documents = Vec::new();
    for name in texts.blueprints {
        let path = join(texts.folder, name);
        if let Some(node) = loader.load(std::slice::from_ref(&path), texts.folder, scope) {
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
            let layers = loader.take_layers();
            documents.push(Document { file: path, stem, node, layers });
        }
    }
    let included = loader.included_files();
    documents.retain(|document| !included.contains(&document.file));
    documents
}

fn vet_and_emit(plan: Plan, report: &mut Report) -> Option<Tree> {
    let plan = Vetted::new(plan, report).ok()?;
    match emit::emit(&plan) {
        Ok(tree) => Some(tree),
        Err(finding) => {
            report.push(*finding);
            None
        }
    }
}

/// A Compose project that belongs to no fleet: hand-written compose files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeProject {
    /// Its folder, as the reader opens it: relative paths start there, and `.env` is read there.
    pub folder: String,
    /// The name of the project, where its files give none.
    pub name: String,
    /// Its files: the main one, then those merged over it.
    pub files: Vec<String>,
    /// Whether the last file may be meant to stand alone (`compose.prod.yaml` beside `compose.yaml`): it is merged over the
    /// others where one of its services has nothing to run by itself.
    pub variant: bool,
}

/// Checks Compose projects that belong to no fleet, together: what one of them does to another is found too, with what is said about
/// the `hosts` that they run on. A project that another one includes is checked as a part of that. Variables come from `.env` only:
/// what is found is the same on every machine. Gives what was looked at.
pub fn projects(
    projects: &[ComposeProject],
    policy: &Policy,
    hosts: &IndexMap<String, Host>,
    files: &dyn Files,
    today: Option<&str>,
    sources: &mut Sources,
    report: &mut Report,
) -> Plan {
    let options = Options { interpolate: true, ..Options::default() };
    let variables = IndexMap::new();
    let (fleet, mut whole, mut said) = (Fleet::default(), Plan::empty(policy.clone()), Report::new());
    for loaded in load(projects, &Scope::default(), options, files, sources, &mut said) {
        let Loaded { files: own, folder, name, node, variant, .. } = loaded;
        let documents = vec![Document { file: own[0].clone(), stem: name, node, layers: Vec::new() }];
        let input = Input { fleet: &fleet, policy, settings: None, variables: &variables, back: ".", trace: false };
        let mut found = Report::new();
        let plan = settle(&input, documents, "default", &Environment::default(), sources, &mut found);
        for (name, mut stack) in plan.stacks {
            stack.directory.clone_from(&folder);
            stack.files.clone_from(&own);
            stack.variant = variant;
            // Projects of one name are told apart by their files: variants by the last one.
            if whole.stacks.contains_key(&name) {
                stack.name = format!("{name} ({})", own.last().unwrap_or(&stack.file));
                while whole.stacks.contains_key(&stack.name) {
                    stack.name.push('\'');
                }
                for finding in &mut found.findings {
                    finding.subject.stack = finding.subject.stack.take().map(|_| stack.name.as_str().into());
                }
            }
            whole.stacks.insert(stack.name.clone(), stack);
        }
        said.append(found);
    }
    same_host::settle(&mut whole, hosts, &mut said);
    let folders = whole.stacks.values().map(|stack| (stack.name.clone(), stack.directory.clone())).collect();
    whole.observed = observe::read(whole.stacks.values(), &folders, files, sources);
    let unused = rules::check(&whole, files, sources, today, &mut said);
    report.append(said);
    report.extend(unused);
    whole
}

/// A project as read, with what its values come from.
#[derive(Debug)]
pub struct Loaded {
    /// Its files, the main one first.
    pub files: Vec<String>,
    /// Its folder.
    pub folder: String,
    /// Whether it is the main project of its folder with other files over it.
    pub variant: bool,
    /// Its name.
    pub name: String,
    /// The environment, where it is a stack of a fleet.
    pub environment: Option<String>,
    /// The merged tree.
    pub node: Node,
    /// The trees that it was made from, where they were asked for.
    pub layers: Vec<Layer>,
    /// Its variables.
    pub scope: Scope,
}

/// Compose projects with everything that their values come from. Variables come from `shell`, then from `.env`, as Docker
/// Compose takes them.
pub fn trace_projects(
    projects: &[ComposeProject],
    shell: &Scope,
    files: &dyn Files,
    sources: &mut Sources,
    report: &mut Report,
) -> Vec<Loaded> {
    let options = Options { interpolate: true, trace: true, ..Options::default() };
    load(projects, shell, options, files, sources, report)
}

/// The stacks of a fleet with everything that their values come from, in every environment or in the one named.
pub fn trace_fleet(
    texts: &FleetTexts<'_>,
    environment: Option<&str>,
    sources: &mut Sources,
    report: &mut Report,
) -> Vec<Loaded> {
    traced(fleet(&FleetTexts { trace: true, ..*texts }, environment, sources, report))
}

/// As [`trace_fleet`], of a fleet that was built in Rust.
pub fn trace_built(
    fleet: &dsl::Fleet,
    texts: &FleetTexts<'_>,
    environment: Option<&str>,
    sources: &mut Sources,
    report: &mut Report,
) -> Vec<Loaded> {
    traced(built(fleet, &FleetTexts { trace: true, ..*texts }, environment, sources, report))
}

fn traced(all: Vec<Compiled>) -> Vec<Loaded> {
    let mut loaded = Vec::new();
    for compiled in all {
        let Some(plan) = compiled.plan else { continue };
        loaded.extend(plan.stacks.into_values().map(|stack| {
            Loaded {
                files: vec![stack.file],
                folder: stack.directory,
                variant: false,
                name: stack.name,
                environment: Some(compiled.environment.clone()),
                node: stack.document,
                scope: stack
                    .layers
                    .iter()
                    .find(|layer| layer.kind == LayerKind::File)
                    .map(|layer| layer.scope.clone())
                    .unwrap_or_default(),
                layers: stack.layers,
            }
        }));
    }
    loaded
}

/// Reads projects; those that others include are left out.
fn load(
    projects: &[ComposeProject],
    shell: &Scope,
    options: Options,
    files: &dyn Files,
    sources: &mut Sources,
    report: &mut Report,
) -> Vec<Loaded> {
    let trace = options.trace;
    let mut cache = Cache::default();
    let mut loader = Loader::new(files, &mut cache, sources, report, options);
    let mut wanted = Vec::new();
    for project in projects {
        let scope = match trace {
            true => loader.dot_env(&project.folder, shell),
            false => loader.dot_env_or_example(&project.folder, shell),
        };
        let mut named = project.files.clone();
        if let (Some(listed), false) = (scope.get("COMPOSE_FILE"), project.variant) {
            let separator = scope.get("COMPOSE_PATH_SEPARATOR").filter(|text| !text.is_empty()).unwrap_or(":");
            named = listed.split(separator).map(|file| join(&project.folder, file)).collect();
        } else if let (true, [others @ .., last]) = (project.variant, named.as_slice())
            && loader.stands_alone(last)
        {
            named.drain(..others.len());
        }
        wanted.push((project, named, scope, loader.known()));
    }
    loader.read_ahead(wanted.iter().flat_map(|(_, named, ..)| named));
    let mut loaded = Vec::new();
    for (project, named, scope, known) in wanted {
        loader.set_known(known);
        let settings = Settings { folder: project.name.clone(), ..Settings::default() };
        let scope = loader.with_name(&named, &scope, &settings);
        let Some(mut node) = loader.load(&named, &project.folder, &scope) else { continue };
        let mut layers = loader.take_layers();
        if trace {
            loader.bring(&mut node, &mut layers, &project.folder, &scope);
        } else {
            loader.check_files(&node, &project.folder, &scope);
        }
        let written = node.get("name").and_then(Node::as_str).unwrap_or(&project.name);
        let name = ProjectName::normalize(written).map_or_else(|| "compose".to_owned(), |name| name.to_string());
        loaded.push(Loaded {
            files: named,
            folder: project.folder.clone(),
            variant: project.variant,
            name,
            environment: None,
            node,
            layers,
            scope,
        });
    }
    let included = loader.included_files();
    loaded.retain(|project| project.files.first().is_some_and(|main| !included.contains(main)));
    loaded
}

/// The first document of a text; its errors are reported.
pub(crate) fn read(file: SourceId, sources: &Sources, report: &mut Report) -> Option<Node> {
    let text = sources.file(file)?.text.clone();
    let read = bayplan_yaml::read(&text, file, &Limits::default());
    let node = read.first().cloned();
    let broken = !read.errors.is_empty();
    // What follows from a broken text is not said.
    let half = read.errors.iter().any(|error| error.kind != bayplan_yaml::ErrorKind::DuplicateKey);
    report.extend(read.errors);
    if half {
        return None;
    }
    if node.is_none() && !broken {
        let at = bayplan_yaml::Location { source: file, ..Default::default() };
        report.push(
            Finding::warn("empty-file", at, "the file holds nothing")
                .help("write `services:`, or remove the file")
                .about(Subject::path(Path::root())),
        );
    }
    node
}
