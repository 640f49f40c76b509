//! What the printer prints is read back unchanged: by our own reader, by go-yaml v2 to v4 and by PyYAML.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bayplan_yaml::node::Extra;
use bayplan_yaml::{Entry, Limits, Location, Map, Node, Printer, SourceId, Value, print, read};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

mod oracle;

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
        ("lists".to_owned(), Node::new(Value::Seq(vec![Node::new(Value::Seq(vec![string()]), at)]), at)),
        ("keys".to_owned(), map([(text.to_owned(), Node::new(Value::Int(1), at))])),
    ])
}

fn wanted(text: &str) -> Json {
    json!({"value": {"deep": text}, "items": [text, {"k": text, "l": text}], "lists": [[text]], "keys": {text: 1}})
}

#[test]
fn our_reader_reads_back_what_is_printed() {
    for text in oracle::adversarial(20_000) {
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

/// What every other reader has to make of [`document`], in the words of the oracles.
fn judged(name: &str, texts: &[String], answers: &[Option<Json>]) {
    let wrong: Vec<String> = texts
        .iter()
        .zip(answers)
        .filter(|(text, answer)| answer.as_ref() != Some(&wanted(text)))
        .map(|(text, answer)| format!("{name} {text:?}: {answer:?}"))
        .collect();
    println!("{name}: {} strings in 5 places, {} read otherwise", texts.len(), wrong.len());
    assert_eq!(texts.len(), answers.len(), "{name} did not answer");
    assert!(wrong.is_empty(), "{}", wrong[..wrong.len().min(10)].join("\n"));
}

#[test]
fn go_yaml_reads_back_what_is_printed() {
    let texts = oracle::adversarial(30_000);
    let printed: Vec<String> = texts.iter().map(|text| print(&document(text))).collect();
    let Some(answers) = oracle::go_yaml(&printed) else { return };
    for (version, answers) in ["go-yaml v2", "go-yaml v3", "go-yaml v4"].iter().zip(&answers) {
        judged(version, &texts, answers);
    }
}

#[test]
fn pyyaml_reads_back_what_is_printed() {
    let texts = oracle::adversarial(30_000);
    let printed: Vec<String> = texts.iter().map(|text| print(&document(text))).collect();
    let Some(answers) = oracle::pyyaml(&printed) else { return };
    judged("PyYAML", &texts, &answers);
}

#[test]
fn all_readers_read_back_numbers() {
    let at = Location::default();
    let mut numbers = oracle::Numbers::default();
    let mut floats: Vec<f64> = (0..5000).map(|_| f64::from_bits(numbers.next())).filter(|f| f.is_finite()).collect();
    floats.extend((0..5000).map(|_| (numbers.next() % 2_000_001) as f64 / 1000.0 - 1000.0));
    floats.extend([
        0.0,
        1.0,
        1e15,
        1e16,
        1e21,
        1e22,
        1e-4,
        1e-5,
        1e-6,
        1e30,
        123_456_789.125,
        f64::MAX,
        f64::MIN_POSITIVE,
    ]);
    let ints: Vec<i128> =
        (0..5000).map(|_| i128::from(numbers.next())).flat_map(|int| [int, -(int >> 1), int >> 40]).collect();
    let list =
        |items: Vec<Value>| print(&Node::new(Value::Seq(items.into_iter().map(|v| Node::new(v, at)).collect()), at));
    let printed = [
        list(floats.iter().map(|float| Value::Float(*float)).collect()),
        list(ints.iter().map(|int| Value::Int(*int)).collect()),
    ];
    let mut answers = oracle::go_yaml(&printed).map(Vec::from).unwrap_or_default();
    answers.extend(oracle::pyyaml(&printed));
    for answer in &answers {
        let [Some(Json::Array(found)), Some(Json::Array(found_ints))] = &answer[..] else { panic!("{answer:?}") };
        for (wanted, found) in floats.iter().zip(found) {
            assert_eq!(found.as_f64(), Some(*wanted), "{wanted:?}");
            assert!(found.is_f64(), "{wanted:?} is read as {found}");
        }
        for (wanted, found) in ints.iter().zip(found_ints) {
            assert_eq!(found.to_string(), wanted.to_string());
        }
    }
    println!("{} readers: {} floats and {} integers, none read otherwise", answers.len(), floats.len(), ints.len());
}

#[test]
fn a_header_stays_a_comment() {
    let at = Location::default();
    let node = map([("a".to_owned(), Node::string("b", at))]);
    let header =
        vec!["made from x\nb: 1\r\nc: 2\u{85}d: 3\u{2028}e: 4".to_owned(), String::new(), "\u{0}\u{feff}".to_owned()];
    let printed = Printer { header }.print(&node).unwrap();
    assert_eq!(printed, "# made from x\n# b: 1\n#\n# c: 2\n# d: 3\n# e: 4\n#\n# \u{fffd}\u{fffd}\na: b\n");
}

#[test]
fn a_key_that_some_reader_refuses_is_refused() {
    let at = Location::default();
    let with = |key: String| map([("a".to_owned(), map([(key, Node::new(Value::Null, at))]))]);
    assert!(Printer::default().print(&with("k".repeat(1000))).is_ok());
    let error = Printer::default().print(&with("k".repeat(1001))).unwrap_err();
    assert_eq!(error.message, "a key of 1001 bytes: YAML readers take 1000 at most");
    assert_eq!(error.path.0.len(), 2);
    // Escapes count too.
    assert!(Printer::default().print(&with("\u{1}".repeat(300))).is_err());
}

#[test]
fn tags_and_templates_are_printed() {
    let at = Location::default();
    let with = |value: Value, extra: Extra| Node { extra: Some(Box::new(extra)), ..Node::new(value, at) };
    let tag = |tag: &str, value| with(value, Extra { tag: Some(tag.into()), ..Extra::default() });
    let template = |text: &str, value| with(value, Extra { template: Some(text.into()), ..Extra::default() });
    let items = || Value::Seq(vec![Node::string("x", at)]);
    let node = map([
        ("a".to_owned(), tag("!reset", Value::Null)),
        ("b".to_owned(), tag("!override", items())),
        ("c".to_owned(), Node::new(Value::Seq(vec![tag("!override", items()), Node::new(items(), at)]), at)),
        ("d".to_owned(), tag("!other", Value::Bool(true))),
        ("e".to_owned(), template("${PORT}", Value::Int(80))),
        ("f".to_owned(), template("$TAG", items())),
        ("g".to_owned(), Node::new(Value::Timestamp("2001-12-14".into()), at)),
    ]);
    let wanted = "a: !reset null\nb: !override\n  - x\nc:\n  - !override\n    - x\n  - - x\nd: true\ne: \"${PORT}\"\nf: $TAG\n\
                  g: \"2001-12-14\"\n";
    assert_eq!(print(&node), wanted);
    assert_eq!(
        print(&tag("!override", map([("a".to_owned(), Node::new(Value::Null, at))]).value)),
        "!override\na: null\n"
    );
}

/// Any value that the printer prints as itself.
fn values() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|int| Value::Int(int.into())),
        any::<u64>().prop_map(|int| Value::Int(int.into())),
        any::<f64>().prop_filter("NaN is no equal of itself", |float| !float.is_nan()).prop_map(Value::Float),
        prop::num::f64::NORMAL.prop_map(Value::Float),
        ".{0,12}".prop_map(|text| Value::String(text.into())),
        "[ab \t\n:#-]{0,12}".prop_map(|text| Value::String(text.into())),
        any::<String>().prop_map(|text| Value::String(text.into())),
        prop::sample::select(oracle::adversarial(500)).prop_map(|text| Value::String(text.into())),
    ];
    let leaf = leaf.prop_map(|value| Node::new(value, Location::default()));
    leaf.prop_recursive(5, 40, 6, |inner| {
        let keys = prop_oneof!["[a-z]{1,4}", any::<String>(), prop::sample::select(oracle::adversarial(500))];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6)
                .prop_map(|items| Node::new(Value::Seq(items), Location::default())),
            prop::collection::vec((keys, inner), 0..6).prop_map(map),
        ]
    })
}

/// Without places.
fn bare(node: &Node) -> Node {
    let value = match &node.value {
        Value::Seq(items) => Value::Seq(items.iter().map(bare).collect()),
        Value::Map(entries) => map(entries.iter().map(|(key, entry)| (key.to_string(), bare(&entry.value)))).value,
        other => other.clone(),
    };
    Node::new(value, Location::default())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn reading_undoes_printing(node in values()) {
        let printed = print(&node);
        let read = read(&printed, SourceId(0), &Limits::default());
        prop_assert!(read.errors.is_empty(), "{:?}\n{printed}", read.errors);
        let found = bare(read.first().unwrap());
        prop_assert_eq!(&found, &node, "{}", printed);
        prop_assert_eq!(print(&found), printed);
    }
}
