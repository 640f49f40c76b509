//! The Compose files in the tests of Docker's own projects: what its loader accepts, our decoder accepts.
//!
//! They are taken from the Go module cache, the verdict from the `compose-loader` oracle; the test says that it was
//! skipped where one of the two is missing.

#![allow(clippy::unwrap_used)]

use bayplan::compose::Project;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::error::Limits;
use bayplan_yaml::{Decode, DecodeError, Decoder, SourceId};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn oracle() -> Option<PathBuf> {
    let folders = [
        std::env::var_os("BAYPLAN_TOOLS").map(PathBuf::from),
        std::env::home_dir().map(|home| home.join(".cache/bayplan/tools")),
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.into_iter().flatten().chain(std::env::split_paths(&path));
    all.map(|folder| folder.join("compose-loader")).find(|file| file.is_file())
}

fn module(name: &str) -> Option<PathBuf> {
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
    None
}

fn files(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, ends, found);
        } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
            found.push(path);
        }
    }
}

/// The raw strings of Go test files that hold services.
fn inline(module: &Path) -> Vec<String> {
    let mut sources = Vec::new();
    files(&module.join("loader"), &["_test.go"], &mut sources);
    let texts = sources.iter().map(|file| std::fs::read_to_string(file).unwrap());
    let strings = texts.flat_map(|text| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
    strings.filter(|text| text.contains("services:")).collect()
}

/// Which of the files the loader accepts, or with `shapes` its reader up to the schema: it also knows references.
fn verdicts(oracle: &Path, files: &[PathBuf], shapes: bool) -> Vec<Result<serde_json::Value, String>> {
    let mut child = Command::new(oracle).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut questions = child.stdin.take().unwrap();
    let lines: Vec<String> = files
        .iter()
        .map(|file| {
            serde_json::json!({ "files": [file], "profiles": ["*"], "keep_paths": true, "model": shapes }).to_string()
        })
        .collect();
    let asking = std::thread::spawn(move || lines.iter().try_for_each(|line| writeln!(questions, "{line}")));
    let answers = child.wait_with_output().unwrap();
    asking.join().unwrap().unwrap();
    let read = |line: &str| {
        let mut answer: serde_json::Value = serde_json::from_str(line).unwrap();
        if answer["ok"] == true {
            Ok(answer["project"].take())
        } else {
            Err(answer["error"].as_str().unwrap_or_default().to_owned())
        }
    };
    let verdicts: Vec<_> = String::from_utf8(answers.stdout).unwrap().lines().map(read).collect();
    assert_eq!(verdicts.len(), files.len());
    verdicts
}

/// What our reader and decoder say against a file, apart from values that hold variables.
fn complaints(text: &str, shapes: bool) -> Vec<String> {
    let read = bayplan_yaml::read(text, SourceId(0), &Limits::default());
    let mut said: Vec<String> = read.errors.iter().map(|error| error.message.clone()).collect();
    for node in read.nodes.iter().flatten() {
        let mut decoder = Decoder::new();
        Project::decode(node, &mut decoder);
        let ours = |error: &DecodeError| {
            !error.at.span.slice(text).contains('$') && !(shapes && error.kind == DecodeErrorKind::Value)
        };
        let errors = decoder.finish().into_iter().filter(ours);
        said.extend(errors.map(|error| format!("{}: {}", error.path, error.message)));
    }
    said
}

fn compare(name: &str, files: &[PathBuf], shapes: bool) {
    let Some(oracle) = oracle() else {
        eprintln!("skipped: no `compose-loader`; `cargo xtask tools` builds it");
        return;
    };
    let (mut accepted, mut agreed, mut refused, mut refused_by_both, mut wrong) = (0, 0, 0, 0, Vec::new());
    for (file, verdict) in files.iter().zip(verdicts(&oracle, files, shapes)) {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        // Several files become one project, and tags are gone, before anything is decoded.
        if text.contains("!reset") || text.contains("!override") {
            continue;
        }
        let said = complaints(&text, shapes);
        match verdict {
            Err(_) => {
                refused += 1;
                refused_by_both += usize::from(!said.is_empty());
            }
            Ok(_) => {
                accepted += 1;
                let unexpected: Vec<_> =
                    said.iter().filter(|line| !KNOWN.iter().any(|(part, _)| line.contains(part))).collect();
                agreed += usize::from(said.is_empty());
                if !unexpected.is_empty() {
                    wrong.push(format!("{}: {unexpected:#?}\n{text}", file.display()));
                }
            }
        }
    }
    println!(
        "{name}: the loader accepts {accepted}, we {agreed} of them; it refuses {refused}, we {refused_by_both} of them"
    );
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// What we write for a file means to the loader what the file means.
fn written(name: &str, files: &[PathBuf]) {
    let Some(oracle) = oracle() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (mut before, mut paths) = (Vec::new(), Vec::new());
    for (at, (file, verdict)) in files.iter().zip(verdicts(&oracle, files, false)).enumerate() {
        let (Ok(text), Ok(project)) = (std::fs::read_to_string(file), verdict) else { continue };
        let read = bayplan_yaml::read(&text, SourceId(0), &Limits::default());
        let mut decoder = Decoder::new();
        let (Some(node), 1) = (read.first(), read.nodes.len()) else { continue };
        let ours = Project::decode(node, &mut decoder);
        // Other files are not there; interpolation comes before decoding.
        let elsewhere = ["include:", "extends:", "!reset", "!override", "env_file:", "label_file:", "$"];
        if !decoder.finish().is_empty() || elsewhere.iter().any(|part| text.contains(part)) {
            continue;
        }
        // In a folder of the same name, because the project may be named after it.
        let folder = folder.path().join(at.to_string()).join(file.parent().and_then(Path::file_name).unwrap());
        std::fs::create_dir_all(&folder).unwrap();
        let _ = std::fs::copy(file.with_file_name(".env"), folder.join(".env"));
        let path = folder.join("compose.yaml");
        std::fs::write(&path, serde_json::to_string(&ours).unwrap()).unwrap();
        before.push((file, text, plain(project)));
        paths.push(path);
    }
    let mut wrong: Vec<String> = Vec::new();
    for ((file, text, before), after) in before.iter().zip(verdicts(&oracle, &paths, false)) {
        let after = after.map(plain);
        if after.as_ref() != Ok(before) {
            let after = after.map(|project| project.to_string()).unwrap_or_else(|error| error);
            wrong.push(format!("{}:\n{text}\n  before {before}\n  after  {after}", file.display()));
        }
    }
    println!("{name}: of {} projects, {} mean the same after we wrote them", paths.len(), paths.len() - wrong.len());
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// A project in which a network or model without settings has the empty ones.
fn plain(mut project: serde_json::Value) -> serde_json::Value {
    for kind in ["services", "jobs"] {
        for container in project[kind].as_object_mut().into_iter().flat_map(|map| map.values_mut()) {
            let hooks = container.get_mut("pre_start").and_then(|hooks| hooks.as_array_mut().map(std::mem::take));
            let mut hooks = hooks.unwrap_or_default();
            for container in hooks.iter_mut().chain([&mut *container]) {
                for key in ["networks", "models"] {
                    let named = container.get_mut(key).and_then(|names| names.as_object_mut());
                    named.into_iter().flat_map(|names| names.values_mut()).filter(|value| value.is_null()).for_each(
                        |value| {
                            *value = serde_json::json!({});
                        },
                    );
                }
            }
            if !hooks.is_empty() {
                container["pre_start"] = hooks.into();
            }
        }
    }
    project
}

#[test]
fn inline_documents_of_compose_go() {
    let Some(module) = module("github.com/compose-spec/compose-go/v2@") else {
        eprintln!("skipped: compose-go is not in the Go module cache");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let texts = inline(&module);
    let mut paths = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let path = folder.path().join(format!("{at}.yaml"));
        std::fs::write(&path, text).unwrap();
        paths.push(path);
    }
    println!("{} documents", texts.len());
    compare("inline, whole projects", &paths, false);
    compare("inline, shapes", &paths, true);
    written("inline", &paths);
}

#[test]
fn end_to_end_fixtures_of_docker_compose() {
    let Some(module) = module("github.com/docker/compose/v5@") else {
        eprintln!("skipped: docker compose is not in the Go module cache");
        return;
    };
    let mut paths = Vec::new();
    files(&module, &[".yaml", ".yml"], &mut paths);
    println!("{} files", paths.len());
    compare("end to end, whole projects", &paths, false);
    compare("end to end, shapes", &paths, true);
    written("end to end", &paths);
}

/// What we refuse on purpose though the loader accepts it: a part of our message, and why.
const KNOWN: &[(&str, &str)] = &[];
