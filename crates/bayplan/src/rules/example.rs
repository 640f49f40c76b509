//! `example → findings`: what is found in the files of an example.
//!
//! An example is one compose file, or several files below lines `# file: PATH`. `fleet.yaml` makes it a fleet, whose
//! blueprints lie beside it; `bayplan.yaml` holds the settings of a repository. Behind a path may stand `(tracked)`, for a
//! file that Git knows, or `(mode 0644)`.

use super::{Policy, Profile};
use crate::compile::{ComposeProject, FleetTexts, fleet, projects};
use crate::finding::{Finding, Report};
use crate::repository::Repository;
use crate::resolve::files::{FileError, Files, Stat};
use crate::source::Sources;
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The day on which examples are looked at.
const TODAY: &str = "2026-01-01";
const MARK: &str = "# file: ";

/// What is found in an example, in a profile.
pub(super) fn findings(text: &str, profile: Profile) -> Vec<Finding> {
    let example = Example::read(text);
    let (mut sources, mut report) = (Sources::new(), Report::new());
    let mut policy = Policy { fallback: profile, whole: true, ..Policy::default() };
    if let Some(text) = example.texts.get("fleet.yaml") {
        let settings = Some(sources.add_file("fleet.yaml", text.clone()));
        let names = example.texts.keys().filter(|name| name.ends_with(".yaml") && *name != "fleet.yaml");
        let variables = example.texts.iter().filter(|(name, _)| name.ends_with(".env"));
        let env_files: Vec<_> =
            variables.map(|(name, text)| (name.clone(), sources.add_file(name, text.clone()))).collect();
        let texts = FleetTexts {
            name: "fleet",
            settings,
            folder: ".",
            blueprints: &names.cloned().collect::<Vec<_>>(),
            files: &example,
            env_files: &env_files,
            back: ".",
            policy: &policy,
            trace: false,
            today: Some(TODAY),
        };
        fleet(&texts, None, &mut sources, &mut report);
    } else {
        let mut hosts = IndexMap::new();
        if let Some(text) = example.texts.get("bayplan.yaml") {
            let file = sources.add_file("bayplan.yaml", text.clone());
            let (repository, settings) = Repository::read(file, "", &sources, &mut report);
            hosts = repository.hosts;
            policy.layers = settings.layers;
        }
        projects(&example.projects(), &policy, &hosts, &example, Some(TODAY), &mut sources, &mut report);
    }
    report.sort(&sources);
    report.findings
}

/// The files of an example.
#[derive(Default)]
struct Example {
    texts: BTreeMap<String, Arc<str>>,
    tracked: BTreeSet<String>,
    modes: BTreeMap<String, u32>,
}

impl Example {
    fn read(text: &str) -> Self {
        let mut example = Self::default();
        let mut parts = text.split(MARK);
        let alone = parts.next().filter(|_| !text.contains(MARK));
        example.texts.extend(alone.map(|text| ("shop/compose.yaml".to_owned(), text.into())));
        for part in parts {
            let (line, text) = part.split_once('\n').unwrap_or((part, ""));
            let (name, about) = line.split_once(" (").unwrap_or((line, ""));
            example.texts.insert(name.to_owned(), text.into());
            match about.trim_end_matches(')').strip_prefix("mode ") {
                Some(mode) => drop(example.modes.insert(name.to_owned(), u32::from_str_radix(mode, 8).unwrap_or(0))),
                None if about.is_empty() => {}
                None => drop(example.tracked.insert(name.to_owned())),
            }
        }
        example
    }

    /// The projects: each main compose file, with the file that is merged over it.
    fn projects(&self) -> Vec<ComposeProject> {
        const MAINS: [&str; 2] = ["compose.yaml", "docker-compose.yml"];
        let mains = self.texts.keys().filter(|path| MAINS.contains(&path.rsplit('/').next().unwrap_or(path)));
        let project = |main: &String| {
            let folder = crate::resolve::files::folder(main);
            let name = if folder == "." { "shop" } else { folder.rsplit('/').next().unwrap_or_default() };
            let over = main.replace("compose.yaml", "compose.override.yaml");
            let files = [main.clone()].into_iter().chain(Some(over).filter(|over| self.texts.contains_key(over)));
            ComposeProject { name: name.to_owned(), files: files.collect(), variant: false, folder }
        };
        mains.map(project).collect()
    }
}

impl Files for Example {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        self.texts.read(path)
    }

    fn beside(&self, folder: &str) -> Vec<String> {
        self.texts.beside(folder)
    }

    fn stat(&self, path: &str) -> Option<Stat> {
        self.texts.stat(path).map(|stat| Stat { mode: self.modes.get(path).copied(), ..stat })
    }

    fn list(&self, folder: &str) -> Vec<String> {
        self.texts.list(folder)
    }

    /// Nothing is said of Git where no file is tracked.
    fn is_tracked(&self, path: &str) -> Option<bool> {
        (!self.tracked.is_empty()).then(|| self.tracked.contains(path))
    }
}
