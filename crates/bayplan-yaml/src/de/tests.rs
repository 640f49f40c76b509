use crate::{DeError, Limits, Location, Node, SourceId, Spanned, Value, from_node, read};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Config {
    name: String,
    #[serde(default)]
    ports: Vec<u16>,
    #[serde(default)]
    mode: Option<Mode>,
    #[serde(default)]
    sizes: BTreeMap<u8, f64>,
    #[serde(default)]
    either: Option<Either>,
    #[serde(default)]
    place: Option<Spanned<String>>,
    #[serde(default)]
    nested: Option<Box<Config>>,
    #[serde(default)]
    pair: Option<(u8, bool)>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Fast,
    Slow(u8),
    Both { a: u8 },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Either {
    Number(u8),
    Text(String),
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Flat {
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Inner {
    a: u8,
}

fn node(text: &str) -> Node {
    let read = read(text, SourceId(7), &Limits::default());
    assert!(read.errors.is_empty(), "{text}: {:?}", read.errors);
    read.first().cloned().unwrap()
}

#[test]
fn values_are_read() {
    let text = "name: n\nports: [80, 0x50]\nmode: {slow: 3}\nsizes: {1: 2, \"3\": .5}\neither: x\nplace: here\nnested: {name: m}\npair: [1, true]\n"
        .replace("{1: 2", "{\"1\": 2");
    let node = node(&text);
    let config: Config = from_node(&node).unwrap();
    assert_eq!(config.ports, [80, 80]);
    assert_eq!(config.mode, Some(Mode::Slow(3)));
    assert_eq!(config.sizes, BTreeMap::from([(1, 2.0), (3, 0.5)]));
    assert_eq!(config.either, Some(Either::Text("x".to_owned())));
    assert_eq!(config.nested.map(|nested| nested.name), Some("m".to_owned()));
    assert_eq!(config.pair, Some((1, true)));
    let place = config.place.unwrap();
    assert_eq!((place.value.as_str(), place.at.source), ("here", SourceId(7)));
    assert_eq!(place.at.span.slice(&text), "here");
    assert_eq!(from_node::<Mode>(&Node::string("fast", Location::default())), Ok(Mode::Fast));
    assert_eq!(from_node::<Option<u8>>(&Node::new(Value::Null, Location::default())), Ok(None));
    assert_eq!(from_node::<i128>(&Node::new(Value::Int(-5), Location::default())), Ok(-5));
    assert_eq!(from_node::<u64>(&Node::new(Value::Int(u64::MAX.into()), Location::default())), Ok(u64::MAX));
}

/// The text, what is under the error, its path, and its message.
const REFUSED: &[(&str, &str, &str, &str)] = &[
    ("name: 5", "5", "name", "expected a string, found an integer"),
    ("name: n\nports: 80", "80", "ports", "expected a list, found an integer"),
    ("name: n\nports: [80, x]", "x", "ports[1]", "expected an integer from 0 to 65535, found a string"),
    ("name: n\nports: [80, 70000]", "70000", "ports[1]", "expected an integer from 0 to 65535, found `70000`"),
    ("name: n\nprots: [80]", "prots", "prots", "unknown key `prots`"),
    ("ports: [80]", "ports: [80]", "", "the key `name` is missing"),
    ("name: n\nnested:\n  ports: []", "ports: []", "nested", "the key `name` is missing"),
    ("name: n\nnested: {name: m, x: 1}", "x", "nested.x", "unknown key `x`"),
    ("name: n\nmode: quick", "quick", "mode", "`quick` is not one of the values that can stand here"),
    ("name: n\nmode: slow", "slow", "mode", "`slow` needs a value"),
    ("name: n\nmode: {fast: 1}", "1", "mode", "`fast` takes no value"),
    ("name: n\nmode: {quick: 1}", "quick", "mode", "`quick` is not one of the values that can stand here"),
    ("name: n\nmode: {slow: x}", "x", "mode.slow", "expected an integer from 0 to 255, found a string"),
    ("name: n\nmode: {both: {a: x}}", "x", "mode.both.a", "expected an integer from 0 to 255, found a string"),
    (
        "name: n\nmode: {slow: 1, fast: 2}",
        "{slow: 1, fast: 2}",
        "mode",
        "expected a mapping with one key, found 2 entries",
    ),
    ("name: n\nsizes: {x: 1}", "x", "sizes.x", "expected an integer from 0 to 255, found `x`"),
    ("name: n\neither: [1]", "[1]", "either", "the value has none of the forms that it can have here"),
    ("name: n\nplace: [1]", "[1]", "place", "expected a string, found a list"),
    ("name: n\npair: [1]", "[1]", "pair", "expected a list, found 1 entries"),
    ("name: n\npair: [1, true, 2]", "[1, true, 2]", "pair", "the list has 1 items too many"),
    ("[1]", "[1]", "", "expected a mapping, found a list"),
    ("base: &b {port: 1}\nnested: *b", "base", "base", "unknown key `base`"),
];

#[test]
fn errors_point_at_the_value_or_the_key() {
    for (text, under, path, message) in REFUSED {
        let node = node(text);
        let error: DeError = from_node::<Config>(&node).unwrap_err();
        let found = (error.at.span.slice(text), error.path.to_string(), error.message.as_str());
        assert_eq!(found, (*under, (*path).to_owned(), *message), "{text}");
        assert_eq!(error.at.source, SourceId(7));
    }
}

#[test]
fn an_unknown_key_beside_a_flattened_struct_is_found() {
    let text = "a: 1\nb: 2";
    let error = from_node::<Flat>(&node(text)).unwrap_err();
    assert_eq!((error.at.span.slice(text), error.path.to_string().as_str()), ("b", "b"));
}

#[test]
fn a_merged_value_is_found_where_it_was_written() {
    let error = from_node::<BTreeMap<String, Config>>(&node("a: &x {name: n}\nb: {<<: *x, ports: 1}")).unwrap_err();
    assert_eq!(error.path.to_string(), "b.ports");
    let text = "- &x {name: n, mode: 1}\n- {name: m}\n- {<<: *x}";
    let error = from_node::<Config>(&node(text).as_seq().unwrap()[2]).unwrap_err();
    assert_eq!((error.path.to_string().as_str(), error.at.span.slice(text)), ("mode", "1"));
}
