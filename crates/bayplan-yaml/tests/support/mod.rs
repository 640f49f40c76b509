//! What the exams share: real files, the oracle, small deterministic chance.

#![allow(dead_code, clippy::unwrap_used, reason = "each exam uses a part; a test may panic")]

use serde_json::{Value as Json, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Texts of our own that together use every construct of YAML.
pub const SAMPLES: &[&str] = &[
    "x-a: &a\n  k: [1, 'two', \"th\\tree\"]\nservices:\n  web: # note\n    <<: *a\n    command: |\n      a\n      b\n    t: !reset null\n",
    "name: shop\nservices:\n  db:\n    image: \"postgres:17.5\"\n    ports: [\"5432:5432\", 80:80]\n    environment: {A: '1', B: ~, C: }\n    healthcheck:\n      test: [CMD, pg_isready]\n      interval: 10s\n",
    "# head\n\n# of the file\na: 1 # right\n# above b\nb:\n- x\n-  y\n- - z\n  - &q !t w\n# end\n",
    "---\na: >-\n  folded\n  text\n\n    more\n\nb: |2+\n    x\n\n\n# after\n...\n---\n- *z\n- &z {a: b, c}\n- *z\n",
    "? explicit\n: value\n? - list\n: {a: [b: c, ? d : e]}\n\"quoted key\": 'it''s'\nempty:\n\"multi\n  line\": plain\n  goes on\n",
    "\u{feff}a: 😀\r\nb:\r\n  - \"é\\u00e9\"\t# tab\r\n  - |\r\n    x\r\n    y\r\nc: [ a,\r\n\tb ]\r\n",
    "m: &m {a: 1, b: 2}\nn: &n\n  <<: *m\n  c: 3\no:\n  <<: [*n, {d: 4}]\n  a: 5\nd: 2001-12-14\ni: [010, 0o10, 0x10, 1_000, -0, 1e3, .5, yes, ~]\n",
    "k: |\n  no break at the end",
];

/// A deterministic stream of numbers (xorshift).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }
}

/// `text` with one to four small changes.
pub fn mutant(text: &str, chance: &mut Chance) -> String {
    const PIECES: &[&str] = &[
        ":", ": ", "-", "- ", "? ", "[", "]", "{", "}", "#", " #", "&a ", "*a", "!t ", "!!str ", "|", ">", "|-\n", "'",
        "\"", "%", "@", "`", ",", "\n", "\n\n", " ", "  ", "\t", "\\", "a", "0", "~", "<<", "---\n", "...\n", "\r\n",
        "😀", "é", "{{",
    ];
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + chance.below(4) {
        let at = chance.below(chars.len() + 1);
        match chance.below(5) {
            0 if at < chars.len() => drop(chars.remove(at)),
            1 if at < chars.len() => {
                let end = (at + 1 + chance.below(12)).min(chars.len());
                chars.drain(at..end);
            }
            2 => {
                let from = chance.below(chars.len() + 1);
                let piece: Vec<char> = chars[from..(from + 1 + chance.below(20)).min(chars.len())].to_vec();
                chars.splice(at..at, piece);
            }
            _ => drop(chars.splice(at..at, PIECES[chance.below(PIECES.len())].chars())),
        }
    }
    chars.into_iter().collect()
}

/// The YAML files of the folder that the variable `name` names; says so where it is unset.
pub fn folder(name: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    match std::env::var_os(name) {
        Some(folder) => files(Path::new(&folder), &mut found),
        None => println!("skipped: {name} names no folder"),
    }
    found.sort();
    found
}

fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            found.push((path.display().to_string(), text));
        }
    }
}

/// The program `name`, from `BAYPLAN_TOOLS`, the cache or PATH.
pub fn tool(name: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache/bayplan/tools").into_os_string());
    let folders = std::env::var_os("BAYPLAN_TOOLS").into_iter().chain(cache).chain(std::env::var_os("PATH"));
    let found = folders
        .flat_map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>())
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        println!("skipped: no `{name}` in BAYPLAN_TOOLS, ~/.cache/bayplan/tools or on PATH");
    }
    found
}

/// What the oracle `go-yaml` makes of each text: `{v2, v3, v4}`, each `{documents, error?}`.
pub fn ask(oracle: &Path, texts: &[String]) -> Vec<Json> {
    let questions: Vec<Json> = texts.iter().map(|text| json!({"text": text})).collect();
    converse(Command::new(oracle), &questions).unwrap()
}

/// Gives `program` a line of JSON for each question and reads a line of JSON for each answer; nothing where it fails.
pub fn converse(mut program: Command, questions: &[Json]) -> Option<Vec<Json>> {
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let lines: String = questions.iter().map(|question| question.to_string() + "\n").collect();
    let mut stdin = child.stdin.take()?;
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().ok()?;
    let written = writer.join().ok()?;
    if written.is_err() || !output.status.success() {
        return None;
    }
    let answers: Vec<Json> =
        String::from_utf8(output.stdout).ok()?.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len(), "each question was answered");
    Some(answers)
}
