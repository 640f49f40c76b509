//! Values against go-yaml v4.0.0-rc.4, the reader inside Docker Compose. The oracle `go-yaml` is found in the folder
//! `BAYPLAN_TOOLS` or on PATH; real files come from the folder `BAYPLAN_CORPUS`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bayplan_yaml::scalar::{self, Reader};
use bayplan_yaml::{Limits, Node, SourceId, Value, read};
mod support;

use serde_json::{Value as Json, json};
use support::{Chance, SAMPLES, ask, folder, mutant, tool};

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
        let node = value_of(&format!("k: {text}\n"));
        assert_eq!(tag(&node.value), *kind, "{text}");
        match &node.value {
            Value::Int(n) => assert_eq!(n.to_string(), *value, "{text}"),
            Value::Float(n) => assert_eq!(n.to_string(), *value, "{text}"),
            Value::String(s) => assert_eq!(&**s, *value, "{text}"),
            _ => {}
        }
    }
}

fn value_of(text: &str) -> Node {
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

/// Scalars that look like numbers, dates and words.
fn scalars_by_chance(count: usize) -> Vec<String> {
    const PIECES: &[&str] = &[
        "0",
        "1",
        "7",
        "8",
        "00",
        "0x",
        "0X",
        "0o",
        "0O",
        "0b",
        "_",
        ".",
        "e",
        "E",
        "e+",
        "E-",
        "+",
        "-",
        "12",
        "2001",
        "-12",
        "-1",
        "-31",
        "T",
        "t",
        " 1:2:3",
        ":",
        "10",
        "Z",
        "+01:00",
        ".5",
        "inf",
        ".inf",
        ".Inf",
        ".NaN",
        "null",
        "~",
        "true",
        "True",
        "yes",
        "No",
        "on",
        "OFF",
        "y",
        "N",
        "=",
        "<<",
        "18446744073709551615",
        "9223372036854775808",
        "F",
        "a",
        "99",
        "29",
        "30",
        "60",
        "24",
        ",5",
    ];
    const DATES: &[&[&str]] = &[
        &["2001", "1999", "2000", "0000", "1900"],
        &["-1", "-01", "-12", "-13", "-2", "-02", "-0"],
        &["-1", "-28", "-29", "-30", "-31", "-32", "-05", "-00"],
        &["", "", "T", "t", " ", "  "],
        &["", "1:2:3", "01:02:03", "23:59:60", "24:00:00", "1:2", "12:30:45"],
        &[
            "",
            ".5",
            ".123456789012",
            "Z",
            "z",
            "+01:00",
            "-5:00",
            "+24:00",
            "+24:01",
            ".5Z",
            ",5",
            ".",
            "+01:60",
            "-01:00",
        ],
    ];
    let mut chance = Chance::new(3);
    let mut found = Vec::with_capacity(count);
    while found.len() < count {
        let text: String = if chance.below(3) == 0 {
            DATES.iter().map(|part| part[chance.below(part.len())]).collect()
        } else {
            (0..=chance.below(6)).map(|_| PIECES[chance.below(PIECES.len())]).collect()
        };
        let text = text.trim().to_owned();
        let plain = !text.is_empty()
            && text != "-"
            && text != "="
            && !text.contains(": ")
            && !text.starts_with("- ")
            && !text.starts_with(": ")
            && !text.ends_with(':');
        if plain {
            found.push(text);
        }
    }
    found
}

#[test]
fn ambiguity_agrees_with_pyyaml() {
    let scalars = scalars_by_chance(20_000);
    let program = r#"
import json, sys, datetime, yaml
for line in sys.stdin:
    try:
        v = yaml.safe_load("k: " + json.loads(line))["k"]
        kind = {bool: "bool", int: "int", float: "float", str: "string", type(None): "null"}.get(type(v), "timestamp")
        print(json.dumps([kind, repr(v) if kind in ("int", "float") else str(v)]))
    except Exception as e:
        print(json.dumps(["error", type(e).__name__]))
"#;
    let mut command = std::process::Command::new("python3");
    command.args(["-c", program]);
    let texts: Vec<Json> = scalars.iter().map(|text| json!(text)).collect();
    let Some(answers) = support::converse(command, &texts) else {
        println!("skipped: no python3 with PyYAML");
        return;
    };
    let mut wrong = Vec::new();
    for (text, answer) in scalars.iter().zip(&answers) {
        let ours = scalar::resolve(text);
        let (kind, shown) = (answer[0].as_str().unwrap(), answer[1].as_str().unwrap());
        // No YAML, or a date that only Python does not have.
        if text.starts_with(',') || (kind == "error" && matches!(ours, Value::Timestamp(_))) {
            continue;
        }
        let number = shown.replace("inf", "Inf").parse::<f64>();
        let alike = match &ours {
            Value::Int(value) => kind == "int" && shown == value.to_string(),
            Value::Float(value) if kind == "int" => *value == 0.0 && shown == "0",
            Value::Float(value) => {
                kind == "float" && number.is_ok_and(|number| number == *value || (number.is_nan() && value.is_nan()))
            }
            _ => kind == tag(&ours),
        };
        if alike == scalar::ambiguous(text).contains(&Reader::Yaml11) {
            wrong.push(format!("{text}: PyYAML {answer}, ours {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}

#[test]
fn scalars_by_chance_agree_with_go_yaml() {
    let Some(oracle) = tool("go-yaml") else { return };
    let scalars = scalars_by_chance(20_000);
    let texts: Vec<String> = scalars.iter().map(|text| format!("k: {text}\n")).collect();
    let answers = ask(&oracle, &texts);
    let mut wrong = Vec::new();
    let (mut checked, mut unlike_v2) = (0, 0);
    for (text, answer) in scalars.iter().zip(&answers) {
        let read = read(&format!("k: {text}\n"), SourceId(0), &Limits::default());
        let theirs = |version: &str| sorted(&answer[version]["documents"][0]["v"][0][1]);
        let Some(ours) = read.first().and_then(|node| node.get("k")).filter(|_| read.errors.is_empty()) else {
            continue;
        };
        if answer["v4"]["error"].is_string() || answer["v2"]["error"].is_string() {
            continue;
        }
        checked += 1;
        let (v4, v2) = (theirs("v4"), theirs("v2"));
        let ours = sorted(&tagged(ours));
        if ours != v4 {
            wrong.push(format!("{text}: ours {ours}, go-yaml v4 {v4}"));
        }
        // As a string, an integer or a float: -0 and 0 are alike.
        let unlike = v2["t"] != v4["t"] && text != "-0" || (v2["t"] == v4["t"] && v2["v"] != v4["v"]);
        unlike_v2 += usize::from(unlike);
        if unlike != scalar::ambiguous(text).contains(&Reader::GoYamlV2) {
            wrong.push(format!("{text}: v2 {v2}, v4 {v4}, ambiguous {:?}", scalar::ambiguous(text)));
        }
    }
    println!("{checked} scalars; go-yaml v2 differs on {unlike_v2}");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}

/// How our reading of a text stands to go-yaml v4's.
#[derive(Debug, PartialEq)]
enum Verdict {
    Same,
    /// go-yaml refuses it with this message; we do not.
    OnlyTheyRefuse(String),
    /// We refuse it with this message; go-yaml does not.
    OnlyWeRefuse(String),
    Differ(String),
}

fn verdict(text: &str, answer: &Json) -> Verdict {
    let read = read(text, SourceId(0), &Limits::default());
    let theirs = &answer["v4"];
    match (theirs["error"].as_str(), read.errors.first()) {
        (Some(_), Some(_)) => Verdict::Same,
        (Some(why), None) => Verdict::OnlyTheyRefuse(why.to_owned()),
        (None, Some(error)) => Verdict::OnlyWeRefuse(error.message.clone()),
        (None, None) => {
            let ours = read.nodes.iter().flatten().map(tagged).map(|document| sorted(&document));
            let ours: Vec<Json> = ours.filter(|document| document["t"] != "null").collect();
            let theirs = theirs["documents"].as_array().into_iter().flatten().map(sorted);
            let theirs: Vec<Json> = theirs.filter(|document| document["t"] != "null").collect();
            if ours == theirs {
                Verdict::Same
            } else {
                Verdict::Differ(format!("  ours   {}\n  theirs {}", json!(ours), json!(theirs)))
            }
        }
    }
}

#[test]
fn values_agree_with_go_yaml() {
    let Some(oracle) = tool("go-yaml") else { return };
    let mut texts: Vec<(String, String)> = probes().into_iter().map(|text| (text.clone(), text)).collect();
    texts.extend(SAMPLES.iter().map(|text| ((*text).to_owned(), (*text).to_owned())));
    texts.extend(folder("BAYPLAN_CORPUS"));
    let answers = ask(&oracle, &texts.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>());
    let (mut same, mut they, mut we, mut differ) = (0, 0, 0, Vec::new());
    for ((name, text), answer) in texts.iter().zip(&answers) {
        match verdict(text, answer) {
            Verdict::Same => same += 1,
            Verdict::OnlyTheyRefuse(why) => {
                they += 1;
                println!("only go-yaml refuses {name:?}: {why}");
            }
            Verdict::OnlyWeRefuse(why) => {
                we += 1;
                println!("only we refuse {name:?}: {why}");
            }
            Verdict::Differ(how) => differ.push(format!("{name:?}\n{how}")),
        }
    }
    println!("go-yaml v4: {same} of {} agree; only it refuses {they}, only we refuse {we}", texts.len());
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
}

#[test]
fn mutants_agree_with_go_yaml() {
    let Some(oracle) = tool("go-yaml") else { return };
    let mut seeds: Vec<String> = SAMPLES.iter().map(|text| (*text).to_owned()).collect();
    seeds.extend(folder("BAYPLAN_CORPUS").into_iter().map(|(_, text)| text).filter(|text| text.len() < 3000));
    let mut chance = Chance::new(11);
    let count = std::env::var("BAYPLAN_MUTANTS").ok().and_then(|count| count.parse().ok()).unwrap_or(4_000);
    let texts: Vec<String> = (0..count).map(|n| mutant(&seeds[n % seeds.len()], &mut chance)).collect();
    let answers = ask(&oracle, &texts);
    let (mut same, mut they, mut we, mut differ) = (0, 0, 0, 0);
    for (text, answer) in texts.iter().zip(&answers) {
        match verdict(text, answer) {
            Verdict::Same => same += 1,
            Verdict::OnlyTheyRefuse(why) => {
                they += 1;
                println!("THEY {why:?} {text:?}");
            }
            Verdict::OnlyWeRefuse(why) => {
                we += 1;
                println!("WE {why:?} {text:?}");
            }
            Verdict::Differ(how) => {
                differ += 1;
                println!("DIFFER {text:?}\n{how}");
            }
        }
    }
    println!(
        "go-yaml v4: {same} of {count} mutants agree; only it refuses {they}, only we {we}, other values {differ}"
    );
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
