//! Values against go-yaml v4.0.0-rc.4, the reader inside Docker Compose. The oracle `go-yaml` is found in the folder
//! `BAYPLAN_TOOLS` or on PATH; real files come from the folder `BAYPLAN_CORPUS`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bayplan_yaml::{Limits, Node, SourceId, Value, read};
use serde_json::{Value as Json, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The text of a scalar, how go-yaml v4.0.0-rc.4 types it, and what it makes of it. Asked of the oracle, kept here so that
/// the test runs without it.
const SCALARS: &[(&str, &str, &str)] = &[
    ("yes", "string", "yes"),
    ("on", "string", "on"),
    ("y", "string", "y"),
    ("true", "bool", "true"),
    ("True", "bool", "true"),
    ("~", "null", ""),
    ("null", "null", ""),
    ("010", "int", "8"),
    ("0777", "int", "511"),
    ("-017", "int", "-15"),
    ("0o17", "int", "15"),
    ("08", "float", "8"),
    ("1_000", "int", "1000"),
    ("1__0", "int", "10"),
    ("1_", "int", "1"),
    ("0x1F", "int", "31"),
    ("0b101", "int", "5"),
    ("+1", "int", "1"),
    ("22:22", "string", "22:22"),
    ("1:30:45", "string", "1:30:45"),
    ("1e3", "float", "1000"),
    (".5", "float", "0.5"),
    ("1.", "float", "1"),
    ("2001-12-14", "timestamp", ""),
    ("2001-1-2", "timestamp", ""),
    ("2001-13-40", "string", "2001-13-40"),
    ("2001-12-14t21:59:43.10-05:00", "timestamp", ""),
    ("2001-12-14 21:59:43.10", "timestamp", ""),
    ("-0", "float", "-0"),
    ("18446744073709551615", "int", "18446744073709551615"),
    ("18446744073709551616", "float", "18446744073709552000"),
    ("=", "string", "="),
    ("._5", "string", "._5"),
    ("1.2.3", "string", "1.2.3"),
    ("0x", "string", "0x"),
    ("-", "string", "-"),
    ("127.0.0.1", "string", "127.0.0.1"),
    ("8080:80", "string", "8080:80"),
    ("1e", "string", "1e"),
    ("0.0", "float", "0"),
];

#[test]
fn scalars_are_typed_as_docker_types_them() {
    for (text, kind, value) in SCALARS {
        if *text == "-" {
            continue;
        }
        let node = scalar(&format!("k: {text}\n"));
        assert_eq!(tag(&node.value), *kind, "{text}");
        match &node.value {
            Value::Int(n) => assert_eq!(n.to_string(), *value, "{text}"),
            Value::Float(n) => assert_eq!(n.to_string(), *value, "{text}"),
            Value::String(s) => assert_eq!(&**s, *value, "{text}"),
            _ => {}
        }
    }
}

fn scalar(text: &str) -> Node {
    let read = read(text, SourceId(0), &Limits::default());
    assert!(read.errors.is_empty(), "{text}: {:?}", read.errors);
    read.first().unwrap().get("k").unwrap().clone()
}

fn tag(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::Timestamp(_) => "timestamp",
        Value::String(_) => "string",
        Value::Seq(_) => "seq",
        Value::Map(_) => "map",
    }
}

#[test]
fn values_agree_with_go_yaml() {
    let Some(oracle) = oracle() else {
        println!("skipped: no `go-yaml` in BAYPLAN_TOOLS or on PATH");
        return;
    };
    let mut texts: Vec<(String, String)> = probes().into_iter().map(|text| (text.clone(), text)).collect();
    match std::env::var("BAYPLAN_CORPUS") {
        Ok(folder) => files(Path::new(&folder), &mut texts),
        Err(_) => println!("skipped: BAYPLAN_CORPUS names no folder of real files"),
    }
    let answers = ask(&oracle, &texts);
    let (mut same, mut differ, mut refused) = (0, Vec::new(), (0, 0));
    for ((name, text), answer) in texts.iter().zip(&answers) {
        let read = read(text, SourceId(0), &Limits::default());
        let theirs = &answer["v4"];
        match (theirs["error"].is_string(), read.errors.is_empty()) {
            (true, false) => same += 1,
            (true, true) => refused.0 += 1,
            (false, false) => {
                refused.1 += 1;
                println!("only we refuse {name:?}: {}", read.errors[0].message);
            }
            (false, true) => {
                let ours: Vec<Json> = read.nodes.iter().flatten().map(tagged).collect();
                let theirs: Vec<Json> = theirs["documents"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter(|d| d["t"] != "null")
                    .map(sorted)
                    .collect();
                let ours: Vec<Json> = ours.into_iter().filter(|d| d["t"] != "null").map(|d| sorted(&d)).collect();
                if ours == theirs {
                    same += 1
                } else {
                    differ.push(format!("{name:?}\n  ours   {ours:?}\n  theirs {theirs:?}"))
                }
            }
        }
    }
    println!(
        "go-yaml v4: {same} of {} agree; only it refuses {}, only we refuse {}",
        texts.len(),
        refused.0,
        refused.1
    );
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
}

fn probes() -> Vec<String> {
    let mut probes: Vec<String> =
        SCALARS.iter().filter(|(text, ..)| *text != "-").map(|(text, ..)| format!("k: {text}\n")).collect();
    probes.extend(
        [
            "a: &x {p: 1}\nb: {<<: *x, q: 2}\n",
            "a: &x {p: 1}\nc: &y {q: 2, p: 3}\nb: {<<: [*x, *y], q: 4}\n",
            "a: &x {p: 1}\nm: &m {<<: *x}\nb: {<<: *m}\n",
            "k: |\n  a\n  b\n",
            "k: |-\n  a\n",
            "k: >\n  a\n  b\n\n  c\n",
            "k: |\n  a",
            "k: >-\n  a",
            "k: 'a''b'\n",
            "k: \"a\\tb\\u00e9\"\n",
            "- 1\n- two\n- [3, {a: b}]\n",
            "k:\n",
            "k: !!str 5\n",
            "k: ! 5\n",
            "\u{feff}k: v\n",
            "k: v\r\nl: w\r\n",
            "k: \"a\n  b\"\n",
            "? a\n: b\n",
            "k: [a, b, ]\n",
            "a: *x\n",
            "a: 1\na: 2\n",
            "k: a # c\n",
            "k: a#c\n",
            "k: {a: 1, a: 2}\n",
            "k: -0x1F\n",
            "---\na: 1\n---\nb: 2\n",
        ]
        .map(String::from),
    );
    probes
}

fn tagged(node: &Node) -> Json {
    match &node.value {
        Value::Null => json!({"t": "null", "v": ""}),
        Value::Bool(v) => json!({"t": "bool", "v": v.to_string()}),
        Value::Int(v) => json!({"t": "int", "v": v.to_string()}),
        Value::Float(v) => json!({"t": "float", "v": *v}),
        Value::Timestamp(_) => json!({"t": "timestamp", "v": ""}),
        Value::String(v) => json!({"t": "string", "v": &**v}),
        Value::Seq(items) => json!({"t": "seq", "v": items.iter().map(tagged).collect::<Vec<_>>()}),
        Value::Map(map) => {
            json!({"t": "map", "v": map.iter().map(|(k, e)| json!([{"t": "string", "v": &**k}, tagged(&e.value)])).collect::<Vec<_>>()})
        }
    }
}

/// Both sides in one form: maps ordered, floats as numbers, points in time by type only, keys by text.
fn sorted(value: &Json) -> Json {
    let kind = value["t"].as_str().unwrap_or("");
    let inner = &value["v"];
    let inner = match kind {
        "seq" => inner.as_array().into_iter().flatten().map(sorted).collect(),
        "map" => {
            let mut entries: Vec<Json> = inner
                .as_array()
                .into_iter()
                .flatten()
                .map(|pair| json!([{"t": "string", "v": pair[0]["v"]}, sorted(&pair[1])]))
                .collect();
            entries.sort_by_key(|pair| pair[0]["v"].to_string());
            Json::Array(entries)
        }
        "float" => json!(
            inner.as_f64().map(|v| v.to_string()).or_else(|| Some(inner.as_str()?.parse::<f64>().ok()?.to_string()))
        ),
        "timestamp" | "null" => json!(""),
        _ => inner.clone(),
    };
    json!({"t": kind, "v": inner})
}

fn files(folder: &Path, out: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            out.push((path.display().to_string(), text));
        }
    }
}

fn ask(oracle: &Path, texts: &[(String, String)]) -> Vec<Json> {
    let mut child = Command::new(oracle).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let questions: String = texts.iter().map(|(_, text)| json!({"text": text}).to_string() + "\n").collect();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn oracle() -> Option<PathBuf> {
    let folders = std::env::var_os("BAYPLAN_TOOLS").into_iter().chain(std::env::var_os("PATH"));
    folders
        .flat_map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>())
        .map(|folder| folder.join("go-yaml"))
        .find(|path| path.is_file())
}
