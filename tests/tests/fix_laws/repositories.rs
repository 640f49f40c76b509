//! Where the compose files come from.

use bayplan::rules::{Profile, RULES};
use bayplan_tests::case::{Document, Kind};
use bayplan_tests::compose_go::{files, module, raw_strings};
use std::collections::BTreeMap;
use std::path::Path;

/// As many of Docker's files are read.
const OF_DOCKER: usize = 40;

/// Of the literate cases that are not about fixes, one of so many is read.
const OF_CASES: usize = 3;

/// A folder of files, and what `bayplan` is given to look at.
pub struct Repository {
    pub name: String,
    pub files: BTreeMap<String, Vec<u8>>,
    pub arguments: Vec<String>,
    /// How strict the rules are that look at it.
    pub profile: Profile,
    /// The rule whose fixes are made; those of all without one.
    pub only: Option<&'static str>,
}

/// Whether all that there is is read, with every rule: that takes minutes.
fn everything() -> bool {
    std::env::var_os("BAYPLAN_EVERYTHING").is_some()
}

impl Repository {
    /// One that is found by its names.
    fn new(name: &str, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let (arguments, only) = (Vec::new(), None);
        let profile = if everything() { Profile::All } else { Profile::Production };
        Self { name: name.to_owned(), files: files.into_iter().collect(), arguments, profile, only }
    }

    /// Writes its files.
    pub fn write(&self, folder: &Path) {
        for (name, text) in &self.files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
}

/// All of them.
pub fn all() -> Vec<Repository> {
    let mut all: Vec<Repository> = examples().collect();
    all.extend(cases());
    all.extend(of_docker());
    all
}

/// The failing examples of the rules.
fn examples() -> impl Iterator<Item = Repository> {
    RULES.iter().filter(|rule| !rule.fails.is_empty()).map(|rule| {
        let parts: Vec<&str> = rule.fails.split("# file: ").collect();
        let files: Vec<_> = match parts.as_slice() {
            [only] => vec![("compose.yaml".to_owned(), only.as_bytes().to_vec())],
            [_, named @ ..] => named
                .iter()
                .filter_map(|part| part.split_once('\n'))
                .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
                .collect(),
            [] => Vec::new(),
        };
        let only = (!everything()).then_some(rule.name);
        Repository { profile: Profile::All, only, ..Repository::new(rule.name, files) }
    })
}

/// The literate cases.
fn cases() -> Vec<Repository> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let (mut found, mut count) = (Vec::new(), 0);
    for path in files(&root, &[".md"]) {
        let document = Document::read(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        for case in &document.cases {
            // A pipe would wait for whoever writes, and a large file teaches nothing here.
            let plain = case.files.iter().all(|file| file.kind == Kind::Text && file.content.len() < 1 << 18);
            if !plain || case.files.iter().any(|file| file.name.starts_with("..")) {
                continue;
            }
            let is_big = case.files.iter().map(|file| file.content.len()).sum::<usize>() > 3000;
            count += 1;
            if !name.starts_with("fix/") && !everything() && (count % OF_CASES != 0 || is_big) {
                continue;
            }
            let files = case.files.iter().map(|file| (file.name.clone(), file.content.clone()));
            let mut repository = Repository::new(&format!("{name}: {}", case.title), files);
            let is_found = |name: &String| {
                let name = name.rsplit('/').next().unwrap_or_default();
                name.starts_with("compose.") || name.starts_with("docker-compose.") || name == "fleet.yaml"
            };
            if !repository.files.keys().any(is_found) {
                let yaml = repository.files.keys().filter(|name| name.ends_with(".yaml") || name.ends_with(".yml"));
                repository.arguments = yaml.cloned().collect();
            }
            found.push(repository);
        }
    }
    found
}

/// What the tests of compose-go and Docker Compose hold, each text once, taken evenly.
fn of_docker() -> Vec<Repository> {
    let mut texts: BTreeMap<Vec<u8>, String> = BTreeMap::new();
    let mut add = |name: String, text: Vec<u8>| {
        if text.windows(9).any(|part| part == b"services:") {
            texts.entry(text).or_insert(name);
        }
    };
    if let Some(module) = module("github.com/compose-spec/compose-go/v2@") {
        raw_strings(&module, "loader").into_iter().for_each(|(name, text)| add(name, text.into_bytes()));
    }
    if let Some(module) = module("github.com/docker/compose/v5@") {
        for file in files(&module, &[".yaml", ".yml"]) {
            let name = file.strip_prefix(&module).unwrap().display().to_string();
            add(name, std::fs::read(&file).unwrap_or_default());
        }
    }
    let step = if everything() { 1 } else { texts.len().div_ceil(OF_DOCKER).max(1) };
    let one = |(text, name): (Vec<u8>, String)| Repository::new(&name, [("compose.yaml".to_owned(), text)]);
    texts.into_iter().step_by(step).map(one).collect()
}
