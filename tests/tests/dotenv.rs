//! Environment files against compose-go's reader: its own fixtures and the texts of its tests, from the Go module cache, and
//! small changes of them. What it reads is asked of the `compose-loader` oracle. The test says that it was skipped where one
//! of the two is missing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bayplan::resolve::dotenv;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Texts of our own, for what the fixtures leave out.
const TEXTS: &[&str] = &[
    "A=1\n",
    "A=\"x\" B='y'\nC=z\n",
    "A= #x\nB=# y\nC= x # y\nD=x#y\n",
    "A='it\\'s \\n $X'\n",
    "A=\"\\\\ \\t \\x \\0101 \\08 \\0 \\0777 \\a\\c\\v\\\"\"\n",
    "é=1\nA.b-c[0]=2\n½=3\n",
    "A = 1\n\tB\t=\t2\u{85}\n\u{a0}C=\u{a0}3\n",
    "A=1\r\nB=\"2\r\n3\"\r\nC\r\nD=4\r\n",
    "A=$$B\nB=\"$$B\"\nC='$$B'\nD=\"\\$B\"\nE=${A}-${NO:-x$A}\n",
    "A=1\nA=2$A\n",
    "A:1\nB: 2\nC : 3\nD:=4\n",
    "export A=1\nexport\tB=2\nexport  C=3\nexported=4\nexport=5\n",
    "A=\n\nB=\n  # c\n  C=1\n",
    "A=\"\nx\n\"\nB='\n#no\n'\n",
    "A=\"x\n",
    "A='x\n",
    "A B=1\n",
    "A\n",
    "%A=1\n",
    "A=${B\n",
    "A=${B?no}\n",
    "A=\"${B:?no}\"\n",
    "\u{feff}A=1\n",
    "A=\u{feff}1\n",
    "A=x y z\nB=\"x\"y\"z\"\n",
    "A=\\\"x\\\"\nB=\\'y\n",
    "A=`x`\nB=$(date)\n",
    "A='x'\\''y'\n",
];

#[test]
fn environment_files_are_read_as_docker_compose_reads_them() {
    let Some(oracle) = oracle() else {
        println!("skipped: no `compose-loader`; `cargo xtask tools` builds it");
        return;
    };
    let mut texts: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    match module() {
        Some(module) => texts.extend(fixtures(&module.join("dotenv"))),
        None => println!("skipped: compose-go is not in the module cache: its own fixtures"),
    }
    let own = texts.len();
    let mut chance = 0x9e37_79b9_7f4a_7c15u64;
    for round in 0..3000 {
        let text = mutant(&texts[round % own], &mut chance);
        texts.push(text);
    }
    // A last line without `=` and without a break: compose-go makes a variable without a name of it.
    texts.iter_mut().filter(|text| !text.ends_with('\n')).for_each(|text| text.push('\n'));
    let (mut accepted, mut refused, mut wrong) = (0, 0, Vec::new());
    for (text, answer) in texts.iter().zip(ask(&oracle, &texts)) {
        let (variables, errors) = dotenv::parse(text, &|_| None);
        // A variable without a name is what Docker refuses.
        let nameless = answer.as_ref().is_ok_and(|read| read.contains_key(""));
        match answer {
            Ok(read) if errors.is_empty() => {
                accepted += 1;
                let ours: BTreeMap<String, String> = variables.into_iter().collect();
                if ours != read {
                    wrong.push(format!("{text:?}\n  Compose: {read:?}\n  here:    {ours:?}"));
                }
            }
            Ok(_) if nameless => refused += 1,
            Ok(read) => wrong.push(format!("{text:?}\n  Compose: {read:?}\n  here:    {errors:?}")),
            Err(said) if errors.is_empty() => {
                wrong.push(format!("{text:?}\n  Compose: {said}\n  here:    {variables:?}"))
            }
            Err(_) => refused += 1,
        }
    }
    println!("{accepted} environment files read alike, {refused} refused by both; {own} are fixtures");
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), texts.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert!(accepted > 500 && refused > 100, "{accepted} accepted, {refused} refused");
}

/// The fixtures of compose-go, and the texts in quotes of its tests.
fn fixtures(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder.join("fixtures")).into_iter().flatten().flatten() {
        texts.extend(std::fs::read_to_string(entry.path()));
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if !path.to_string_lossy().ends_with("_test.go") {
            continue;
        }
        let source = std::fs::read_to_string(path).unwrap();
        texts.extend(source.split('`').skip(1).step_by(2).filter(|text| text.contains('=')).map(str::to_owned));
        for line in source.lines().filter(|line| !line.contains('`')) {
            let strings = line.split('"').skip(1).step_by(2).filter(|text| text.contains('=') && !text.contains('\\'));
            texts.extend(strings.map(str::to_owned));
        }
    }
    texts.sort();
    texts.dedup();
    texts
}

/// A text with a few small changes.
fn mutant(text: &str, chance: &mut u64) -> String {
    const PIECES: &[&str] = &[
        "=", ":", "\n", " ", "\t", "#", " #", "'", "\"", "\\", "\\\"", "\\'", "$", "${", "}", "$$", "${A:-b}", "${A}",
        "export ", "A", "é", "\r\n", "\\n", "\\0", "\\$", "x",
    ];
    let mut below = |bound: usize| {
        *chance ^= *chance << 13;
        *chance ^= *chance >> 7;
        *chance ^= *chance << 17;
        (*chance >> 11) as usize % bound.max(1)
    };
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + below(3) {
        let at = below(chars.len() + 1);
        if below(3) == 0 && at < chars.len() {
            chars.remove(at);
        } else {
            chars.splice(at..at, PIECES[below(PIECES.len())].chars());
        }
    }
    chars.into_iter().collect()
}

/// What Compose reads in each text, or what it says against it.
fn ask(oracle: &Path, texts: &[String]) -> Vec<Result<BTreeMap<String, String>, String>> {
    let scratch = tempfile::tempdir().unwrap();
    let mut lines = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let folder = scratch.path().join(index.to_string());
        std::fs::create_dir(&folder).unwrap();
        let file = folder.join("compose.yaml");
        std::fs::write(&file, "services: { a: { image: a, env_file: [{ path: ./file.env }] } }\n").unwrap();
        std::fs::write(folder.join("file.env"), text).unwrap();
        lines.push(json!({ "files": [file] }).to_string());
    }
    let mut child = Command::new(oracle).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut questions = child.stdin.take().unwrap();
    let asking = std::thread::spawn(move || lines.iter().try_for_each(|line| writeln!(questions, "{line}")));
    let answers = child.wait_with_output().unwrap();
    asking.join().unwrap().unwrap();
    let read = |line: &str| {
        let answer: Json = serde_json::from_str(line).unwrap();
        if answer["ok"] != true {
            return Err(answer["error"].as_str().unwrap_or_default().to_owned());
        }
        let variables = answer["project"]["services"]["a"]["environment"].as_object().cloned().unwrap_or_default();
        Ok(variables.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned())).collect())
    };
    let answers: Vec<_> = String::from_utf8(answers.stdout).unwrap().lines().map(read).collect();
    assert_eq!(answers.len(), texts.len());
    answers
}

fn oracle() -> Option<PathBuf> {
    let folder = std::env::var_os("BAYPLAN_TOOLS").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folder.into_iter().chain(std::env::split_paths(&path));
    all.map(|folder| folder.join("compose-loader")).find(|file| file.is_file())
}

/// The newest compose-go of the module cache.
fn module() -> Option<PathBuf> {
    let cache = std::env::var_os("GOMODCACHE").map(PathBuf::from);
    let path = std::env::var_os("GOPATH").map(|path| PathBuf::from(path).join("pkg/mod"));
    let home = std::env::home_dir().map(|home| home.join("go/pkg/mod"));
    let folders =
        [cache, path, home].into_iter().flatten().map(|folder| folder.join("github.com/compose-spec/compose-go"));
    let mut found: Vec<PathBuf> = folders
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found.pop()
}
