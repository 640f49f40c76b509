//! `bytes → a repository`: whatever stands in its files, linting and mending it ends; findings stand in the files, and what is
//! mended is text that can be read.

use bayplan::compile::{ComposeProject, projects};
use bayplan::finding::Report;
use bayplan::fix::{Remembered, Workspace, fix};
use bayplan::resolve::files::{FileError, Files};
use bayplan::rules::{Policy, Profile};
use bayplan::source::Sources;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What separates the files in the bytes; the names are those of [`NAMES`], in turn.
pub const NEXT: &[u8] = b"\n%%%%\n";

/// The names of the files.
pub const NAMES: [&str; 8] = [
    "compose.yaml",
    "compose.override.yaml",
    "other/compose.yaml",
    ".env",
    "bayplan.yaml",
    "traefik/dynamic.yaml",
    "prometheus.yml",
    "config.alloy",
];

/// Files that may be no text.
struct Bytes(BTreeMap<String, Vec<u8>>);

impl Files for Bytes {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        FileError::text(self.0.get(path).ok_or(FileError::Missing)?.clone())
    }

    fn beside(&self, _: &str) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

/// Lints the files by every rule and makes all fixes. Panics where a finding stands outside of its file, or where a file that
/// could be read cannot be read any more.
pub fn survive(bytes: &[u8]) {
    if let Some((projects, files)) = read(bytes) {
        mend(projects, &files);
    }
}

/// Only lints the files.
pub fn survive_lint(bytes: &[u8]) {
    let _ = read(bytes);
}

/// What is linted, and its files, where something can be fixed.
fn read(bytes: &[u8]) -> Option<(Vec<ComposeProject>, Bytes)> {
    let mut files = BTreeMap::new();
    let (mut rest, mut names) = (bytes, NAMES.iter());
    for name in names.by_ref() {
        let end = rest.windows(NEXT.len()).position(|window| window == NEXT);
        files.insert((*name).to_owned(), rest[..end.unwrap_or(rest.len())].to_vec());
        match end {
            Some(end) => rest = &rest[end + NEXT.len()..],
            None => break,
        }
    }
    let files = Bytes(files);
    let project = |folder: &str, files: &[&str]| ComposeProject {
        folder: folder.to_owned(),
        name: "shop".to_owned(),
        files: files.iter().map(|file| (*file).to_owned()).collect(),
        variant: false,
    };
    let has = |name: &str| files.0.contains_key(name);
    let mut found = vec![match has(NAMES[1]) {
        true => project(".", &NAMES[..2]),
        false => project(".", &NAMES[..1]),
    }];
    if has(NAMES[2]) {
        found.push(project("other", &[NAMES[2]]));
    }
    let (mut sources, mut report) = (Sources::new(), Report::new());
    let policy = Policy::of(Profile::All);
    projects(&found, &policy, &Default::default(), &files, Some("2026-01-01"), &mut sources, &mut report);
    report.sort(&sources);
    for finding in &report.findings {
        let located = finding.located(&sources);
        assert!(!located.message.is_empty(), "{} says nothing", located.rule);
        if let Some(file) = sources.file(finding.at.source) {
            let span = finding.at.span;
            let inside = file.text.get(span.start as usize..span.end as usize).is_some();
            assert!(inside, "{} stands at {span:?} of {} bytes", located.rule, file.text.len());
        }
    }
    (bayplan::fix::fixable(&report.findings) > 0).then_some((found, files))
}

/// Makes all fixes that there are, safe or not.
fn mend(projects: Vec<ComposeProject>, files: &Bytes) {
    let workspace = Workspace {
        projects,
        policy: Policy::of(Profile::All),
        hosts: Default::default(),
        fleets: Vec::new(),
        files: Remembered::new(files),
        sources: Sources::new(),
        today: Some("2026-01-01".to_owned()),
        locked: &|_| None,
    };
    let outcome = fix(&workspace, &|_, _| true);
    for edited in outcome.edited {
        assert_ne!(edited.before, edited.after, "{} is edited, and is as it was", edited.file);
        let errors = |text: &str| bayplan_yaml::read(text, Default::default(), &Default::default()).errors.len();
        assert!(errors(&edited.after) <= errors(&edited.before), "{} is broken:\n{}", edited.file, edited.after);
    }
}
