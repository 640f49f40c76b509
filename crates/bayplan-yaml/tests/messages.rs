//! What is said about texts that are no YAML, or none that Docker reads: the place, the words, the help.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bayplan_yaml::{Limits, LineIndex, SourceId, read};

/// Every error of `text` as `line:column 'bytes' message | help`.
fn said(text: &str) -> Vec<String> {
    let index = LineIndex::new(text);
    let read = read(text, SourceId(0), &Limits::default());
    let one = |error: &bayplan_yaml::YamlError| {
        let at = index.position(text, error.at.span.start);
        let related: Vec<String> = error
            .related
            .iter()
            .map(|(at, words)| {
                let at = index.position(text, at.span.start);
                format!(" | {}:{} {words}", at.line, at.column)
            })
            .collect();
        let bytes = error.at.span.slice(text).escape_debug();
        let help = error.help.as_deref().unwrap_or("-");
        format!("{}:{} '{bytes}' {} | {help}{}", at.line, at.column, error.message, related.concat())
    };
    read.errors.iter().map(one).collect()
}

/// `data/broken.txt` holds texts and what must be said of them; `BAYPLAN_BLESS=1` writes what is said now.
#[test]
fn what_is_said_about_broken_texts() {
    let file = include_str!("data/broken.txt");
    let mut now = String::new();
    for case in file.split_inclusive("====\n") {
        let text = case.split("----\n").next().unwrap();
        let written = text.replace("\\t", "\t");
        let written = written.strip_suffix("\\\n").unwrap_or(&written);
        now.push_str(text);
        now.push_str("----\n");
        for line in said(written) {
            now.push_str(&line);
            now.push('\n');
        }
        now.push_str("====\n");
    }
    if std::env::var_os("BAYPLAN_BLESS").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/broken.txt");
        std::fs::write(path, &now).unwrap();
    }
    for (now, then) in now.split("====\n").zip(file.split("====\n")) {
        assert_eq!(now, then);
    }
}
