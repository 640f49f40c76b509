//! The yaml-test-suite: our syntax tree against its events. The folder is named by `BAYPLAN_YAML_TEST_SUITE`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use bayplan_yaml::{Document, Kind, Limits, NodeId, SourceId, Style, read};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The cases that fail, with the reason. A case listed here that passes fails the test.
const KNOWN: &[(&str, &str)] = &[
    ("9C9N", "an under-indented `]` is accepted, as go-yaml and PyYAML do"),
    ("JEF9/02", "a text block at the end of a file without a line break gets none, as go-yaml reads it"),
    ("L24T/01", "a text block at the end of a file without a line break gets none, as go-yaml reads it"),
];

#[test]
fn the_yaml_test_suite() {
    let Ok(folder) = std::env::var("BAYPLAN_YAML_TEST_SUITE") else {
        println!("skipped: BAYPLAN_YAML_TEST_SUITE names no folder");
        return;
    };
    let mut cases = Vec::new();
    collect(Path::new(&folder), &mut cases);
    cases.sort();
    assert!(cases.len() > 300, "the folder holds {} cases only", cases.len());
    let (mut passed, mut wrong) = (0, Vec::new());
    for case in &cases {
        let name = case.strip_prefix(&folder).unwrap().display().to_string();
        match check(case) {
            Ok(()) if KNOWN.iter().any(|(known, _)| *known == name) => {
                wrong.push(format!("{name}: listed, but passes"))
            }
            Ok(()) => passed += 1,
            Err(_) if KNOWN.iter().any(|(known, _)| *known == name) => {}
            Err(why) => wrong.push(format!("{name}: {why}")),
        }
    }
    println!("yaml-test-suite: {passed} of {} cases pass", cases.len());
    for (name, reason) in KNOWN {
        println!("  {name}: {reason}");
    }
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}

/// Valid YAML of the suite that Docker's reader refuses or reads otherwise, and what we say of it: `data/refused.txt`;
/// `BAYPLAN_BLESS=1` writes what is said now. With the oracle: go-yaml v4 refuses the very same cases.
#[test]
fn what_docker_refuses() {
    let Ok(folder) = std::env::var("BAYPLAN_YAML_TEST_SUITE") else {
        println!("skipped: BAYPLAN_YAML_TEST_SUITE names no folder");
        return;
    };
    let mut cases = Vec::new();
    collect(Path::new(&folder), &mut cases);
    cases.retain(|case| !case.join("error").is_file());
    cases.sort();
    let texts: Vec<String> = cases.iter().map(|case| std::fs::read_to_string(case.join("in.yaml")).unwrap()).collect();
    let name = |case: &Path| case.strip_prefix(&folder).unwrap().display().to_string();
    let mut now = String::new();
    let mut said = Vec::new();
    for (case, text) in cases.iter().zip(&texts) {
        let errors = read(text, SourceId(0), &Limits::default()).errors;
        if let Some(first) = errors.first() {
            let _ = writeln!(now, "{} | {}", name(case), first.message);
        }
        said.push(!errors.is_empty());
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/refused.txt");
    if std::env::var_os("BAYPLAN_BLESS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    println!("{} of {} valid cases are not read as they stand", now.lines().count(), cases.len());
    assert_eq!(now, std::fs::read_to_string(&path).unwrap());

    let Some(oracle) = support::tool("go-yaml") else { return };
    let answers = support::ask(&oracle, &texts);
    let mut unlike = Vec::new();
    for ((case, said), answer) in cases.iter().zip(&said).zip(&answers) {
        let name = name(case);
        let refused = answer["v4"]["error"].is_string();
        let known = READ_OTHERWISE.iter().any(|(known, _)| *known == name);
        if (refused != *said) != known {
            unlike.push(format!("{name}: go-yaml refuses: {refused}, we do: {said}"));
        }
    }
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
}

/// Cases that go-yaml accepts and we refuse, with the reason.
const READ_OTHERWISE: &[(&str, &str)] = &[
    ("4ABK", "go-yaml reads the key `omitted value:` where YAML 1.2 has `omitted value`"),
    ("565N", "the bytes of `!!binary` are no text"),
    ("DFF7", "a key of nothing is no string, which Compose wants"),
    ("FH7J", "a key of nothing is no string, which Compose wants"),
    ("P76L", "`%TAG` gives `!!` another meaning"),
    ("PW8X", "a key of nothing is no string, which Compose wants"),
    ("Y2GN", "go-yaml ends the anchor's name before the `:`"),
];

fn collect(folder: &Path, cases: &mut Vec<PathBuf>) {
    if folder.join("in.yaml").is_file() {
        cases.push(folder.to_owned());
        return;
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            collect(&entry.path(), cases);
        }
    }
}

fn check(case: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(case.join("in.yaml")).map_err(|error| error.to_string())?;
    let mut errors = Vec::new();
    let documents = bayplan_yaml::parse::parse(&text, SourceId(0), &Limits::default(), &mut errors);
    // Composing never panics, whatever the case is.
    let _ = read(&text, SourceId(0), &Limits::default());
    let refused = !errors.is_empty();
    match (case.join("error").is_file(), refused) {
        (true, true) => return Ok(()),
        (true, false) => return Err("invalid, but read".to_owned()),
        (false, true) => return Err(format!("valid, but refused: {}", errors[0].message)),
        (false, false) => {}
    }
    let wanted = std::fs::read_to_string(case.join("test.event")).map_err(|error| error.to_string())?;
    let mut ours = String::new();
    for document in &documents {
        if let Some(root) = document.root() {
            ours.push_str("+DOC\n");
            events(document, root, &mut ours);
            ours.push_str("-DOC\n");
        }
    }
    let wanted: String = wanted.lines().filter_map(normal).collect();
    if ours == wanted { Ok(()) } else { Err(format!("another tree:\n{ours}--- wanted\n{wanted}")) }
}

/// An event of the suite without what our tree does not keep: stream events, document marks, tags, flow style.
fn normal(line: &str) -> Option<String> {
    let line = line.trim_start();
    if line.starts_with("+STR") || line.starts_with("-STR") {
        return None;
    }
    let (kind, rest) = line.split_at(4.min(line.len()));
    if kind != "=VAL" && kind != "=ALI" {
        let anchor =
            rest.split(' ').find(|word| word.starts_with('&')).map(|word| format!(" {word}")).unwrap_or_default();
        let anchor = if kind.starts_with("+DOC") { String::new() } else { anchor };
        return Some(format!("{}{anchor}\n", kind.trim_end()));
    }
    if kind == "=ALI" {
        return Some(format!("{line}\n"));
    }
    let mut rest = rest.trim_start();
    let mut anchor = "";
    loop {
        if rest.starts_with('&') {
            let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
            (anchor, rest) = (word, after);
        } else if rest.starts_with('<') {
            rest = rest.split_once("> ").map_or("", |(_, after)| after);
        } else {
            break;
        }
    }
    let anchor = if anchor.is_empty() { String::new() } else { format!(" {anchor}") };
    Some(format!("=VAL{anchor} {rest}\n"))
}

fn events(document: &Document, id: NodeId, out: &mut String) {
    let node = document.node(id);
    let anchor = node.anchor.as_ref().map(|anchor| format!(" &{}", anchor.0)).unwrap_or_default();
    match &node.kind {
        Kind::Scalar(text, style) => {
            let mark = match style {
                Style::Plain => ':',
                Style::SingleQuoted => '\'',
                Style::DoubleQuoted => '"',
                Style::Literal => '|',
                Style::Folded => '>',
            };
            let text = text
                .replace('\\', "\\\\")
                .replace('\n', "\\n")
                .replace('\t', "\\t")
                .replace('\r', "\\r")
                .replace('\u{8}', "\\b")
                .replace('\0', "\\0");
            let _ = writeln!(out, "=VAL{anchor} {mark}{text}");
        }
        Kind::Sequence(items) => {
            let _ = writeln!(out, "+SEQ{anchor}");
            items.iter().for_each(|item| events(document, *item, out));
            out.push_str("-SEQ\n");
        }
        Kind::Mapping(entries) => {
            let _ = writeln!(out, "+MAP{anchor}");
            for (key, value) in entries {
                events(document, *key, out);
                events(document, *value, out);
            }
            out.push_str("-MAP\n");
        }
        Kind::Alias(target) => {
            let name = target.and_then(|target| document.node(target).anchor.as_ref()).map_or("?", |anchor| &anchor.0);
            let _ = writeln!(out, "=ALI *{name}");
        }
    }
}
