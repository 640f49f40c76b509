//! compose-go and docker compose: where their programs, sources and test inputs are, and what they say about a file.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A real program that `cargo xtask tools` builds: in `BAYPLAN_TOOLS`, in the cache, or on the path.
pub fn tool(name: &str) -> Option<PathBuf> {
    let folders = [
        std::env::var_os("BAYPLAN_TOOLS").map(PathBuf::from),
        std::env::home_dir().map(|home| home.join(".cache/bayplan/tools")),
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.into_iter().flatten().chain(std::env::split_paths(&path));
    let found = all.map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        eprintln!("skipped: no `{name}`; `cargo xtask tools` builds it");
    }
    found
}

/// The newest version of a Go module in the module cache.
pub fn module(name: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("GOMODCACHE").map(PathBuf::from);
    let path = std::env::var_os("GOPATH").map(|path| PathBuf::from(path).join("pkg/mod"));
    let home = std::env::home_dir().map(|home| home.join("go/pkg/mod"));
    let parent = Path::new(name).parent()?;
    let start = Path::new(name).file_name()?.to_str()?;
    for cache in [cache, path, home].into_iter().flatten() {
        let entries = std::fs::read_dir(cache.join(parent)).into_iter().flatten().flatten();
        let mut found: Vec<_> = entries.map(|entry| entry.path()).collect();
        found.sort();
        let fits = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start));
        if let Some(found) = found.into_iter().rev().find(fits) {
            return Some(found);
        }
    }
    eprintln!("skipped: {name} is not in the Go module cache");
    None
}

/// The files below `folder` whose names end with one of `ends`, sorted.
pub fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(files(&path, ends));
        } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
            found.push(path);
        }
    }
    found
}

/// The raw strings of the Go test files below `folder` of a module, each with its name: the file and its number there.
pub fn raw_strings(module: &Path, folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in files(&module.join(folder), &["_test.go"]) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let name = file.strip_prefix(module).unwrap_or(&file).display().to_string();
        let strings = text.split('`').skip(1).step_by(2).enumerate();
        found.extend(strings.map(|(number, string)| (format!("{name}#{number}"), string.to_owned())));
    }
    found
}

/// What the `compose-loader` says to each question: a project, or why it refuses.
///
/// # Panics
/// Where the program does not answer every question.
pub fn ask(loader: &Path, questions: &[Value]) -> Vec<Result<Value, String>> {
    let mut child =
        Command::new(loader).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the loader starts");
    let mut stdin = child.stdin.take().expect("the loader is asked");
    let lines: Vec<String> = questions.iter().map(Value::to_string).collect();
    let asking = std::thread::spawn(move || lines.iter().try_for_each(|line| writeln!(stdin, "{line}")));
    let answers = child.wait_with_output().expect("the loader answers");
    asking.join().expect("the loader listens").expect("the loader listens");
    let read = |line: &str| {
        let mut answer: Value = serde_json::from_str(line).expect("an answer is JSON");
        if answer["ok"] == true {
            Ok(answer["project"].take())
        } else {
            Err(answer["error"].as_str().unwrap_or_default().to_owned())
        }
    };
    let answers: Vec<_> = String::from_utf8_lossy(&answers.stdout).lines().map(read).collect();
    assert_eq!(answers.len(), questions.len(), "every question has an answer");
    answers
}

/// The rows of `corpus/compose-differences.md`: what may differ, by the name of the file.
pub fn differences() -> BTreeMap<&'static str, &'static str> {
    let table = include_str!("../corpus/compose-differences.md");
    table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).collect()
}
