//! The real programs, asked about what was accepted.

use bayplan::emit::Tree;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the programs refuse of the files of accepted values.
pub fn refuse(accepted: &[(String, BTreeMap<String, Tree>)]) -> Vec<String> {
    let mut wrong = Vec::new();
    let scratch = tempfile::tempdir().unwrap();
    let questions = Questions::write(scratch.path(), accepted);
    match tool("compose-loader") {
        Some(program) => wrong.extend(questions.compose(&program)),
        None => println!("skipped: no `compose-loader`; `cargo xtask tools` builds it"),
    }
    match tool("alloy-syntax") {
        Some(program) => wrong.extend(questions.alloy(&program)),
        None => println!("skipped: no `alloy-syntax`; `cargo xtask tools` builds it"),
    }
    wrong
}

/// Files for the programs, and what they are about. Equal files are asked about once.
struct Questions {
    asked: Vec<(String, PathBuf)>,
}

impl Questions {
    fn write(scratch: &Path, accepted: &[(String, BTreeMap<String, Tree>)]) -> Self {
        let (mut asked, mut known) = (Vec::new(), HashSet::new());
        for (about, trees) in accepted {
            for (path, text) in trees.values().flat_map(Tree::files) {
                let wanted = path.ends_with("/compose.yaml") || path.ends_with(".alloy");
                if wanted && known.insert(text) {
                    // A project of its own: the folder of a stack is its name.
                    let file = scratch.join(asked.len().to_string()).join(path);
                    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                    std::fs::write(&file, text).unwrap();
                    asked.push((about.clone(), file));
                }
            }
        }
        Self { asked }
    }

    fn files(&self, fits: impl Fn(&Path) -> bool) -> Vec<(&str, &PathBuf)> {
        self.asked.iter().filter(|(_, file)| fits(file)).map(|(about, file)| (about.as_str(), file)).collect()
    }

    /// Compose's own reader takes every file.
    fn compose(&self, program: &Path) -> Vec<String> {
        let files = self.files(|path| path.ends_with("compose.yaml"));
        let lines = files.iter().map(|(_, file)| json!({ "files": [file], "profiles": ["*"] }).to_string()).collect();
        let answers = ask(program, lines);
        let judged = files.iter().zip(answers).filter(|(_, answer)| answer["ok"] != true);
        judged
            .map(|((about, file), answer)| format!("{about}\n    compose-go on {}: {}", short(file), answer["error"]))
            .collect()
    }

    /// Alloy's own parser takes every file, and its formatter leaves it as it is.
    fn alloy(&self, program: &Path) -> Vec<String> {
        let files = self.files(|path| path.extension().is_some_and(|end| end == "alloy"));
        let answers = ask(program, files.iter().map(|(_, file)| file.display().to_string()).collect());
        let judged =
            files.iter().zip(answers).filter(|(_, answer)| answer["ok"] != true || answer["unchanged"] != true);
        judged
            .map(|((about, file), answer)| format!("{about}\n    Alloy on {}: {}", short(file), answer["error"]))
            .collect()
    }
}

fn short(file: &Path) -> String {
    file.components()
        .rev()
        .take(2)
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" of ")
}

fn ask(program: &Path, lines: Vec<String>) -> Vec<Json> {
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut questions = child.stdin.take().unwrap();
    let count = lines.len();
    let asking = std::thread::spawn(move || lines.iter().try_for_each(|line| writeln!(questions, "{line}")));
    let output = child.wait_with_output().unwrap();
    asking.join().unwrap().unwrap();
    let answers: Vec<Json> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), count);
    answers
}

fn tool(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BAYPLAN_TOOLS").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folder.into_iter().chain(std::env::split_paths(&path));
    all.map(|folder| folder.join(name)).find(|file| file.is_file())
}
