//! Docker Compose's own test inputs, as projects: what its loader makes of a file, our phases make of it, and what it
//! refuses, they refuse. What differs on purpose stands in `corpus/compose-differences.md`.

#![allow(clippy::unwrap_used)]

use bayplan::compile::ComposeProject;
use bayplan::finding::{Finding, Level, Report};
use bayplan::record::scalar::json;
use bayplan::resolve::bind::Encoding;
use bayplan::resolve::files::{FileError, Files};
use bayplan::resolve::load::{Cache, Loader, Options};
use bayplan::resolve::project::Settings;
use bayplan::resolve::scope::{Scope, Supplier};
use bayplan::rules::RULES;
use bayplan::rules::{Policy, Profile};
use bayplan::source::Sources;
use bayplan_tests::compose_go::{ask, differences, files, module, raw_strings, tool};
use indexmap::IndexMap;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file of a corpus, by the name that the table gives it.
struct Case {
    name: String,
    /// Its files, in the order of merging.
    files: Vec<PathBuf>,
    environment: IndexMap<String, String>,
}

#[path = "compose_project/random.rs"]
mod random;

struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        match std::fs::metadata(path) {
            Err(_) => Err(FileError::Missing),
            Ok(metadata) if metadata.is_dir() => Err(FileError::Folder),
            Ok(metadata) if !metadata.is_file() => Err(FileError::Special),
            Ok(_) => FileError::text(std::fs::read(path).map_err(|error| FileError::Other(error.to_string()))?),
        }
    }
}

/// The disk, with an empty `.env` wherever there is none: then nothing but that is set.
struct NothingSet;

impl Files for NothingSet {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        match Disk.read(path) {
            Err(FileError::Missing) if path.ends_with("/.env") => Ok("".into()),
            read => read,
        }
    }
}

/// What is asked about a file.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ask {
    /// The project with all profiles active.
    Everything,
    /// The project with none.
    NoProfile,
    /// The tree before it becomes a project.
    Tree,
}

/// What our phases make of a file, or why they refuse.
fn ours(case: &Case, ask: Ask) -> Result<Value, String> {
    let folder = case.files[0].parent().unwrap().display().to_string();
    let (mut cache, mut sources, mut report) = (Cache::default(), Sources::new(), Report::new());
    let home = std::env::home_dir().map(|home| home.display().to_string());
    let options = Options { interpolate: true, canonical: true, home, ..Options::default() };
    let mut loader = Loader::new(&Disk, &mut cache, &mut sources, &mut report, options);
    let shell = Scope::of(Supplier::Shell, case.environment.clone());
    let scope = loader.dot_env(&folder, &shell);
    let settings = Settings {
        folder: Path::new(&folder).file_name().unwrap().to_string_lossy().into_owned(),
        profiles: if ask == Ask::NoProfile { Vec::new() } else { vec!["*".to_owned()] },
        keep_env_files: true,
        ..Settings::default()
    };
    let files: Vec<String> = case.files.iter().map(|file| file.display().to_string()).collect();
    let value = match ask {
        Ask::Tree => loader.tree(&files, &folder, &scope, &settings).map(|tree| json(&tree)),
        _ => {
            let project = loader.project(&files, &folder, &scope, &settings);
            project.map(|project| json(&project.print(Encoding::Json)))
        }
    };
    report.sort(&sources);
    let denied: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.level == Level::Deny)
        .map(|finding| format!("{} [{}] {}", finding.subject.path, finding.rule, finding.message))
        .collect();
    value.filter(|_| denied.is_empty()).ok_or(denied.join("; "))
}

/// What the Docker Engine refuses, and Compose passes on unseen, is said in these words.
const OF_ENGINE: [&str; 4] =
    ["Docker gives a container at least", "cannot have a mount at", "the container of", "Docker wants"];

/// What `lint` denies about a file as its reader, or as Compose would: matters of policy left out, and what only the Docker
/// Engine refuses.
fn lint(case: &Case) -> Vec<String> {
    let folder = case.files[0].parent().unwrap().display().to_string();
    let name = Path::new(&folder).file_name().unwrap().to_string_lossy().into_owned();
    let files = case.files.iter().map(|file| file.display().to_string()).collect();
    let projects = [ComposeProject { folder, name, files, variant: false }];
    let (mut sources, mut report) = (Sources::new(), Report::new());
    bayplan::compile::projects(
        &projects,
        &Policy::of(Profile::Production),
        &Default::default(),
        &NothingSet,
        None,
        &mut sources,
        &mut report,
    );
    report.sort(&sources);
    // A file with variables is often kept out of the repository: lint only warns where Compose refuses.
    let refuses = |finding: &&Finding| finding.level == Level::Deny || finding.rule == "missing-env-file";
    let denied = report.findings.iter().filter(refuses);
    let denied = denied.filter(|finding| !RULES.iter().any(|rule| rule.name == finding.rule));
    let denied = denied.filter(|finding| !OF_ENGINE.iter().any(|said| finding.message.contains(said)));
    denied.map(|finding| format!("{} [{}] {}", finding.subject.path, finding.rule, finding.message)).collect()
}

/// Whether the loader refuses what only whoever starts the project knows: variables, and files of the machine.
fn is_of_machine(refusal: &str) -> bool {
    refusal.contains("required variable") || refusal.contains("is missing a value")
}

/// What `lint` denies, the loader refuses with all profiles active, and the other way round.
fn compare_lint(corpus: &str, cases: &[Case]) {
    let Some(loader) = tool("compose-loader") else { return };
    let known = differences();
    let question =
        |case: &Case| serde_json::json!({ "files": case.files, "profiles": ["*"], "environment": {}, "model": false });
    let answers = ask(&loader, &cases.iter().map(question).collect::<Vec<_>>());
    let (mut accepted, mut refused, mut said, mut stale) = (0, 0, Vec::new(), Vec::new());
    for (case, theirs) in cases.iter().zip(answers) {
        let denied = lint(case);
        accepted += usize::from(theirs.is_ok());
        refused += usize::from(theirs.is_err());
        let differs = match theirs {
            // A value that is nothing without a variable: Compose warns, and the Docker Engine refuses it.
            Ok(_) if denied.iter().all(|denied| denied.contains("[unset-variable]")) => None,
            Ok(_) => Some(format!("it accepts, lint denies: {}", denied.join("; "))),
            Err(theirs) if denied.is_empty() && !is_of_machine(&theirs) => {
                Some(format!("lint accepts, it refuses: {theirs}"))
            }
            _ => None,
        };
        let name = format!("lint {}", case.name);
        match differs {
            Some(_) if known.contains_key(name.as_str()) || known.contains_key(case.name.as_str()) => {}
            Some(differs) => {
                let texts = case.files.iter().map(|file| std::fs::read_to_string(file).unwrap_or_default());
                let texts = texts.collect::<Vec<_>>().join("\n---\n");
                said.push(format!("{name}: {}\n{texts}\n  {differs}", case.files[0].display()));
            }
            None if known.contains_key(name.as_str()) => stale.push(name),
            None => {}
        }
    }
    println!("{corpus}: the loader accepts {accepted} and refuses {refused}; lint differs in {}", said.len());
    said.extend(stale.into_iter().map(|name| format!("{name}: in the table, and differs no more")));
    assert!(said.is_empty(), "{} differences:\n{}", said.len(), said.join("\n\n"));
}

/// Whether a service that waits for itself is all that is said.
fn is_of_itself(said: &str) -> bool {
    let circle = said.split_once("dependency cycle detected: ").and_then(|(_, circle)| circle.split_once(" → "));
    !said.contains("; ") && circle.is_some_and(|(first, last)| first == last)
}

/// Numbers are compared by their value, `1` and `1.0` alike; what the environment holds of secrets and configs is not ours
/// to show; what merging makes of `KEY=VALUE` is a mapping for us and a list for compose-go.
fn plain(mut value: Value, ask: Ask) -> Value {
    for section in ["secrets", "configs"] {
        let objects = value.get_mut(section).and_then(Value::as_object_mut);
        for object in objects.into_iter().flat_map(|map| map.values_mut()).filter_map(Value::as_object_mut) {
            object.remove("x-#value");
            if ask == Ask::Tree && object.contains_key("environment") {
                object.remove("content");
            }
        }
    }
    if ask == Ask::Tree {
        pairs(&mut value);
    }
    numbers(&value)
}

/// `KEY=VALUE` in a list, or as a mapping of scalars, as a mapping of texts.
fn pairs(value: &mut Value) {
    let Value::Object(map) = value else {
        return value.as_array_mut().into_iter().flatten().for_each(pairs);
    };
    for (key, value) in map {
        if !["annotations", "args", "environment", "labels", "sysctls"].contains(&key.as_str()) {
            pairs(value);
            continue;
        }
        // An empty list is nothing for compose-go, once it has looked for variables in it.
        if value.is_null() {
            *value = serde_json::json!({});
        }
        match value {
            Value::Array(items) => {
                let pair = |item: &Value| match item.as_str()?.split_once('=') {
                    Some((name, value)) => Some((name.to_owned(), Value::from(value))),
                    None => Some((item.as_str()?.to_owned(), Value::Null)),
                };
                *value = items.iter().filter_map(pair).collect();
            }
            Value::Object(map) => {
                let scalars = map.values_mut().filter(|value| value.is_number() || value.is_boolean());
                scalars.for_each(|value| *value = value.to_string().into());
            }
            _ => {}
        }
    }
}

fn numbers(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Into::into),
        Value::Array(items) => items.iter().map(numbers).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), numbers(value))).collect(),
        _ => value.clone(),
    }
}

fn compare(corpus: &str, cases: &[Case]) {
    let Some(loader) = tool("compose-loader") else { return };
    let known = differences();
    let mut wrong: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut refuses: BTreeSet<&String> = BTreeSet::new();
    for ask_for in [Ask::Everything, Ask::NoProfile, Ask::Tree] {
        let profiles: &[&str] = if ask_for == Ask::NoProfile { &[] } else { &["*"] };
        let question = |case: &Case| {
            serde_json::json!({
                "files": case.files, "profiles": profiles, "environment": case.environment, "model": ask_for == Ask::Tree
            })
        };
        let answers = ask(&loader, &cases.iter().map(question).collect::<Vec<_>>());
        if std::env::var_os("BAYPLAN_WHY").is_some() {
            answers.iter().flat_map(|answer| answer.as_ref().err()).for_each(|why| println!("WHY {why}"));
        }
        let (mut accepted, mut same, mut refused, mut both) = (0, 0, 0, 0);
        for (case, theirs) in cases.iter().zip(answers) {
            let ours = ours(case, ask_for).map(|ours| plain(ours, ask_for));
            let theirs = theirs.map(|theirs| plain(theirs, ask_for));
            let differs = match (&ours, &theirs) {
                (Ok(ours), Ok(theirs)) if ours == theirs => None,
                (Ok(ours), Ok(theirs)) => Some(format!("  ours   {ours}\n  theirs {theirs}")),
                (Err(_), Err(_)) => None,
                // In the main file it looks for a circle among the services of other files too, in chance order.
                (Ok(_), Err(theirs)) if theirs.starts_with("Circular reference:") && theirs.contains("base.yaml") => {
                    None
                }
                (Ok(_), Err(theirs)) => Some(format!("  we accept, it refuses: {theirs}")),
                // From a dependency on a service without an active profile, it takes away one of a service on itself instead.
                (Err(ours), Ok(_)) if ask_for == Ask::NoProfile && is_of_itself(ours) => None,
                // It refuses the project that it makes of the tree.
                (Err(_), Ok(_)) if ask_for == Ask::Tree && refuses.contains(&case.name) => None,
                (Err(ours), Ok(_)) => Some(format!("  it accepts, we refuse: {ours}")),
            };
            if ask_for == Ask::Everything && theirs.is_err() {
                refuses.insert(&case.name);
            }
            accepted += usize::from(theirs.is_ok());
            refused += usize::from(theirs.is_err());
            same += usize::from(theirs.is_ok() && differs.is_none());
            both += usize::from(theirs.is_err() && differs.is_none());
            if let Some(differs) = differs {
                let texts = case.files.iter().map(|file| std::fs::read_to_string(file).unwrap_or_default());
                let texts = texts.collect::<Vec<_>>().join("\n---\n");
                let said = format!("{}, {ask_for:?}: {}\n{texts}\n{differs}", case.name, case.files[0].display());
                wrong.entry(&case.name).or_default().push(said);
            }
        }
        println!(
            "{corpus}, {ask_for:?}: the loader accepts {accepted}, we make the same of {same}; it refuses {refused}, we {both}"
        );
    }
    let stale =
        cases.iter().filter(|case| known.contains_key(case.name.as_str()) && !wrong.contains_key(case.name.as_str()));
    let mut said: Vec<String> = stale.map(|case| format!("{}: in the table, and differs no more", case.name)).collect();
    println!("{corpus}: {} files differ; those in the table may", wrong.len());
    said.extend(wrong.into_iter().filter(|(name, _)| !known.contains_key(name)).flat_map(|(_, said)| said));
    assert!(said.is_empty(), "{} differences:\n{}", said.len(), said.join("\n\n"));
}

/// Texts as projects, each in a folder of its own, because a project may be named after it.
fn in_folders(folder: &Path, texts: impl IntoIterator<Item = (String, Vec<String>)>) -> Vec<Case> {
    let case = |(number, (name, texts)): (usize, (String, Vec<String>))| {
        let folder = folder.join(format!("p{number}"));
        std::fs::create_dir_all(&folder).unwrap();
        let file = |(number, text): (usize, String)| {
            let path = folder.join(format!("{number}.yaml"));
            std::fs::write(&path, text).unwrap();
            path
        };
        Case { name, files: texts.into_iter().enumerate().map(file).collect(), environment: IndexMap::new() }
    };
    texts.into_iter().enumerate().map(case).collect()
}

/// A corpus is compared with what `config` makes of it, and with what `lint` says.
fn compare_both(corpus: &str, cases: &[Case]) {
    compare(corpus, cases);
    compare_lint(corpus, cases);
}

#[test]
fn inline_documents_of_compose_go() {
    let Some(module) = module("github.com/compose-spec/compose-go/v2@") else { return };
    let folder = tempfile::tempdir().unwrap();
    let texts = raw_strings(&module, "loader").into_iter().filter(|(_, text)| text.contains("services:"));
    compare_both("inline", &in_folders(folder.path(), texts.map(|(name, text)| (name, vec![text]))));
}

/// What compose-go's tests merge, as a file and its override.
#[test]
fn overrides_of_compose_go() {
    let Some(module) = module("github.com/compose-spec/compose-go/v2@") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut pairs = Vec::new();
    for file in files(&module.join("override"), &["_test.go"]) {
        let text = std::fs::read_to_string(&file).unwrap();
        let calls = text.split("assertMergeYaml(t,").skip(1).enumerate();
        pairs.extend(calls.map(|(number, call)| {
            let parts: Vec<String> = call.split('`').skip(1).step_by(2).take(2).map(str::to_owned).collect();
            let name = file.strip_prefix(&module).unwrap().display();
            (format!("{name}#{number}"), parts)
        }));
    }
    compare_both("overrides", &in_folders(folder.path(), pairs));
}

/// Every text of compose-go's tests of templates that holds a `$`, as the value of a variable.
#[test]
fn templates_of_compose_go() {
    let Some(module) = module("github.com/compose-spec/compose-go/v2@") else { return };
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(module.join("template/template_test.go")).unwrap();
    let mut templates: Vec<String> = go_strings(&text).into_iter().filter(|text| text.contains('$')).collect();
    templates.sort();
    templates.dedup();
    let document = |template: String| {
        let service = serde_json::json!({ "image": "i", "environment": { "V": template } });
        (format!("template {template}"), vec![serde_json::json!({ "services": { "s": service } }).to_string()])
    };
    let mut cases = in_folders(folder.path(), templates.into_iter().map(document));
    let set = [("FOO", "first"), ("BAR", ""), ("JSON", r#"{"json":2}"#)];
    for case in &mut cases {
        case.environment = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    }
    compare_both("templates", &cases);
}

/// The texts in quotes of a Go file, one line each.
fn go_strings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(at) = rest.find(['"', '`']) {
            let quote = rest[at..].chars().next().unwrap();
            let inside = &rest[at + 1..];
            let mut escaped = false;
            let end = inside.find(|c| {
                let closes = c == quote && !escaped;
                escaped = c == '\\' && quote == '"' && !escaped;
                closes
            });
            let Some(end) = end else { break };
            found.push(if quote == '"' { inside[..end].replace("\\\"", "\"") } else { inside[..end].to_owned() });
            rest = &inside[end + 1..];
        }
    }
    found
}

#[test]
fn end_to_end_fixtures_of_docker_compose() {
    let Some(module) = module("github.com/docker/compose/v5@") else { return };
    compare_both("end to end", &in_place(&module, &["pkg", "cmd", "internal", "docs"]));
}

#[test]
fn files_of_compose_go() {
    let Some(module) = module("github.com/compose-spec/compose-go/v2@") else { return };
    compare_both("compose-go's files", &in_place(&module, &["loader", "cli", "types", "override", "schema"]));
}

/// Every YAML file of a module, where it stands.
fn in_place(module: &Path, folders: &[&str]) -> Vec<Case> {
    let environment = [("GOLDEN_TAG", "1.2.3"), ("GOLDEN_PORT", "8080")];
    let environment: IndexMap<String, String> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let found = folders.iter().flat_map(|folder| files(&module.join(folder), &[".yaml", ".yml"]));
    let case = |path: PathBuf| Case {
        name: path.strip_prefix(module).unwrap().display().to_string(),
        files: vec![path],
        environment: environment.clone(),
    };
    found.map(case).collect()
}

/// Every file below the folder that `BAYPLAN_CORPUS` names, each in a folder of its own: no other file is there.
#[test]
fn files_of_a_corpus() {
    let Some(corpus) = std::env::var_os("BAYPLAN_CORPUS") else {
        eprintln!("skipped: `BAYPLAN_CORPUS` names no folder");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let texts = files(Path::new(&corpus), &[".yaml", ".yml"]).into_iter().filter_map(|path| {
        let text = std::fs::read_to_string(&path).ok()?;
        Some((path.display().to_string(), vec![text]))
    });
    compare_both("corpus", &in_folders(folder.path(), texts));
}

/// How many random projects are tried; `BAYPLAN_PROJECTS` says another number.
const PROJECTS: u64 = 400;

#[test]
fn random_projects() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::env::var("BAYPLAN_PROJECTS").ok().and_then(|number| number.parse().ok()).unwrap_or(PROJECTS);
    let case = |seed: u64| {
        let folder = folder.path().join(format!("p{seed}"));
        let files = random::Dice::new(seed).project();
        for (name, text) in &files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let named = ["compose.yaml", "override.yaml"].iter().filter(|name| files.iter().any(|(file, _)| file == *name));
        let files = named.map(|name| folder.join(name)).collect();
        let environment =
            IndexMap::from([("SECRET".to_owned(), "hidden".to_owned()), ("B".to_owned(), "shell".to_owned())]);
        Case { name: format!("random {seed}"), files, environment }
    };
    compare_both("random", &(1..=number).map(case).collect::<Vec<_>>());
}
