//! `texts → findings and trees`: the pipeline, one function a stage.

use crate::blueprint::{Environment, Fleet};
use crate::emit::{self, Tree};
use crate::finding::{Finding, Report, Subject};
use crate::plan::{Plan, Vetted};
use crate::record::{Form, Plain};
use crate::resolve::settle::{Document, Input, settle};
use crate::rules;
use crate::source::Sources;
use bayplan_yaml::{Decoder, Limits, Node, Path, SourceId, Value};
use indexmap::IndexMap;

/// The texts of a fleet.
pub struct FleetTexts<'a> {
    /// The name of its folder.
    pub name: &'a str,
    /// `fleet.yaml`.
    pub settings: Option<SourceId>,
    /// The blueprints, by file name.
    pub blueprints: &'a [(String, SourceId)],
    /// The environment files, by file name.
    pub env_files: &'a [(String, SourceId)],
    /// The way from the folder of a stack's compose file to the fleet's folder.
    pub back: &'a str,
    /// The day, as `YYYY-MM-DD`, for exemptions that end; nothing where none shall.
    pub today: Option<&'a str>,
}

/// One environment of a fleet, compiled.
#[derive(Debug)]
pub struct Compiled {
    /// The name of the fleet.
    pub fleet: String,
    /// The name of the environment.
    pub environment: String,
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
    let fleet = match &settings {
        Some(node) => {
            let mut decoder = Decoder::new();
            let fleet = <Plain as Form<Fleet>>::read(node, &mut decoder).unwrap_or_default();
            report.extend(decoder.finish());
            fleet
        }
        None => Fleet::default(),
    };
    let documents: Vec<Document> = texts
        .blueprints
        .iter()
        .filter_map(|(name, file)| {
            let node = read(*file, sources, report)?;
            if !matches!(node.value, Value::Map(_)) {
                let mut decoder = Decoder::new();
                let _: Option<()> = decoder.wrong_type(&node, "a blueprint: a mapping with `services`");
                report.extend(decoder.finish());
                return None;
            }
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
            Some(Document { file: sources.name(*file).to_owned(), stem, node })
        })
        .collect();
    let default = IndexMap::from([("default".to_owned(), Environment::default())]);
    let environments = if fleet.environments.is_empty() { &default } else { &fleet.environments };
    if let Some(wanted) = environment.filter(|wanted| !environments.contains_key(*wanted)) {
        let at = settings.as_ref().map_or_else(Default::default, |node| node.at);
        let known = environments.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let message = format!("the fleet `{}` has no environment `{wanted}`", texts.name);
        report.push(Finding::deny("unknown-environment", at, message).help(format!("it has {known}")));
    }
    let name = fleet.name.clone().unwrap_or_else(|| texts.name.to_owned());
    let shape = report.denied();
    let mut compiled = Vec::new();
    for (environment, settings_of) in
        environments.iter().filter(|(name, _)| environment.is_none_or(|wanted| *name == wanted))
    {
        let input = Input {
            fleet: &fleet,
            settings: settings.as_ref(),
            documents: &documents,
            env_files: texts.env_files,
            back: texts.back,
        };
        let mut found = Report::new();
        let plan = settle(&input, environment, settings_of, sources, &mut found);
        rules::check(&plan, sources, texts.today, &mut found);
        let tree = if shape || found.denied() { None } else { vet_and_emit(plan, &mut found) };
        report.append(found);
        compiled.push(Compiled { fleet: name.clone(), environment: environment.clone(), tree });
    }
    compiled
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

/// Checks a compose file that belongs to no fleet: as a fleet of one stack, without defaults.
pub fn compose_file(file: SourceId, sources: &mut Sources, report: &mut Report) {
    let Some(node) = read(file, sources, report) else { return };
    if !matches!(node.value, Value::Map(_)) {
        let mut decoder = Decoder::new();
        let _: Option<()> = decoder.wrong_type(&node, "a compose file: a mapping with `services`");
        report.extend(decoder.finish());
        return;
    }
    let name = sources.name(file).to_owned();
    let fleet = Fleet::default();
    let documents = [Document { file: name, stem: "compose".to_owned(), node }];
    let input = Input { fleet: &fleet, settings: None, documents: &documents, env_files: &[], back: "." };
    let plan = settle(&input, "default", &Environment::default(), sources, report);
    rules::check(&plan, sources, None, report);
}

/// The first document of a text; its errors are reported.
fn read(file: SourceId, sources: &Sources, report: &mut Report) -> Option<Node> {
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
