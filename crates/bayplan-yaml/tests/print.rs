//! What the printer prints is read back unchanged: by our own reader, by go-yaml v2 to v4 and by PyYAML.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bayplan_yaml::{Entry, Limits, Location, Map, Node, SourceId, Value, print, read};
use serde_json::{Value as Json, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Strings that readers take for something else, or change.
fn adversarial(count: usize) -> Vec<String> {
    const PARTS: &[&str] = &[
        "yes",
        "No",
        "ON",
        "y",
        "~",
        "null",
        "true",
        "1_000",
        "010",
        "0o17",
        "0x1F",
        "1e3",
        ".5",
        "-0",
        "22:22",
        "1:30:45",
        "2001-12-14",
        "2001-12-14 21:59:43.10",
        "=",
        "<<",
        "-",
        "- ",
        "? ",
        ": ",
        ":",
        " #",
        "#",
        "!",
        "&a",
        "*a",
        "|",
        ">",
        "'",
        "\"",
        "%",
        "@",
        "`",
        ",",
        "[",
        "]",
        "{",
        "}",
        "{{",
        "}}",
        "\\",
        "\\n",
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        "\t",
        " ",
        "  ",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "\u{feff}",
        "\u{a0}",
        "\u{ad}",
        "\u{0}",
        "\u{1}",
        "\u{7f}",
        "\u{1b}",
        "\u{200b}",
        "\u{202e}",
        "\u{e000}",
        "😀",
        "é",
        "中",
        "---",
        "...",
        "a",
        "b c",
        "${X}",
        "$$",
        "/",
        "a: b",
        "a #b",
        "text",
        "\u{10ffff}",
        "\u{fffe}",
        ".inf",
        ".NaN",
        "0b1",
        "+1",
        "1.",
        "None",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    let mut strings: Vec<String> = PARTS.iter().map(|part| (*part).to_owned()).collect();
    strings.push(String::new());
    while strings.len() < count {
        strings.push((0..1 + next() % 5).map(|_| PARTS[next() % PARTS.len()]).collect());
    }
    strings
}

fn map(entries: impl IntoIterator<Item = (String, Node)>) -> Node {
    let at = Location::default();
    let entries: Map = entries.into_iter().map(|(key, value)| (key.into(), Entry { key_at: at, value })).collect();
    Node::new(Value::Map(entries), at)
}

/// The string as a nested value, as an item and as a key.
fn document(text: &str) -> Node {
    let at = Location::default();
    let string = || Node::string(text, at);
    map([
        ("value".to_owned(), map([("deep".to_owned(), string())])),
        (
            "items".to_owned(),
            Node::new(Value::Seq(vec![string(), map([("k".to_owned(), string()), ("l".to_owned(), string())])]), at),
        ),
        ("keys".to_owned(), map([(text.to_owned(), Node::new(Value::Int(1), at))])),
    ])
}

fn wanted(text: &str) -> Json {
    json!({"value": {"deep": text}, "items": [text, {"k": text, "l": text}], "keys": {text: 1}})
}

#[test]
fn our_reader_reads_back_what_is_printed() {
    for text in adversarial(20_000) {
        let printed = print(&document(&text));
        let read = read(&printed, SourceId(0), &Limits::default());
        assert!(read.errors.is_empty(), "{text:?}: {:?}\n{printed}", read.errors);
        let node = read.first().unwrap();
        assert_eq!(node.get("value").and_then(|v| v.get("deep")).and_then(Node::as_str), Some(&*text), "{printed}");
        assert_eq!(node.get("items").and_then(|v| v.as_seq()).and_then(|v| v[0].as_str()), Some(&*text), "{printed}");
        assert!(node.get("keys").and_then(|v| v.get(&text)).is_some(), "{text:?}\n{printed}");
    }
}

#[test]
fn numbers_keep_their_type() {
    let at = Location::default();
    for value in [0.0, -0.0, 1.0, 0.1, 1e15, 1.5e300, 1e-7, -2.5, f64::INFINITY] {
        let printed = print(&map([("k".to_owned(), Node::new(Value::Float(value), at))]));
        let read = read(&printed, SourceId(0), &Limits::default());
        assert_eq!(read.first().unwrap().get("k").unwrap().value, Value::Float(value), "{printed}");
    }
}

#[test]
fn go_yaml_reads_back_what_is_printed() {
    let folders = std::env::var_os("BAYPLAN_TOOLS").into_iter().chain(std::env::var_os("PATH"));
    let oracle: Option<PathBuf> = folders
        .flat_map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>())
        .map(|folder| folder.join("go-yaml"))
        .find(|path| path.is_file());
    let Some(oracle) = oracle else {
        println!("skipped: no `go-yaml` in BAYPLAN_TOOLS or on PATH");
        return;
    };
    let texts = adversarial(30_000);
    let questions: String =
        texts.iter().map(|text| json!({"text": print(&document(text))}).to_string() + "\n").collect();
    let answers = run(Command::new(oracle), questions);
    let mut wrong = Vec::new();
    for (text, answer) in texts.iter().zip(answers.lines()) {
        let answer: Json = serde_json::from_str(answer).unwrap();
        for version in ["v2", "v3", "v4"] {
            if untagged(&answer[version]["documents"][0]) != wanted(text) {
                wrong.push(format!("{version} {text:?}: {}", answer[version]));
            }
        }
    }
    println!("go-yaml v2, v3, v4: {} strings in 4 places, {} read otherwise", texts.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong[..wrong.len().min(10)].join("\n"));
}

fn untagged(value: &Json) -> Json {
    match value["t"].as_str() {
        Some("seq") => value["v"].as_array().into_iter().flatten().map(untagged).collect(),
        Some("map") => Json::Object(
            value["v"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|pair| (pair[0]["v"].as_str().unwrap_or("?").to_owned(), untagged(&pair[1])))
                .collect(),
        ),
        Some("int") => json!(value["v"].as_str().and_then(|text| text.parse::<i64>().ok())),
        Some("string") => value["v"].clone(),
        other => json!(format!("{other:?}")),
    }
}

#[test]
fn pyyaml_reads_back_what_is_printed() {
    if !Command::new("python3")
        .args(["-c", "import yaml"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
    {
        println!("skipped: no python3 with PyYAML");
        return;
    }
    let texts = adversarial(10_000);
    let program = "import sys,json,yaml\nL=getattr(yaml,'CSafeLoader',yaml.SafeLoader)\nfor l in sys.stdin:\n  try: r=yaml.load(json.loads(l),Loader=L)\n  except Exception as e: r=str(e)\n  print(json.dumps(r))";
    let questions: String = texts.iter().map(|text| json!(print(&document(text))).to_string() + "\n").collect();
    let mut command = Command::new("python3");
    command.args(["-c", program]).env("PYTHONIOENCODING", "utf-8");
    let answers = run(command, questions);
    let mut wrong = Vec::new();
    for (text, answer) in texts.iter().zip(answers.lines()) {
        let answer: Json = serde_json::from_str(answer).unwrap();
        if answer != wanted(text) {
            wrong.push(format!("{text:?}: {answer}"));
        }
    }
    println!("PyYAML: {} strings in 4 places, {} read otherwise", texts.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong[..wrong.len().min(10)].join("\n"));
}

fn run(mut command: Command, input: String) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
