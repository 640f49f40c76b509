use super::*;
use bayplan_yaml::{Decode, Entry, Segment};
use serde_json::json;

crate::choice! {
    /// How.
    pub enum How {
        /// By hand.
        Hand = "hand",
        /// By machine.
        Machine = "machine",
    }
}

crate::record! {
    /// An inner record.
    pub struct Inner {
        /// A word.
        word [Required]: String,
        /// How.
        how: Option<How>,
    }
}

crate::record! {
    /// An outer record.
    pub struct Outer {
        /// The kind.
        kind ("type"): Option<String>,
        /// Names.
        names: Vec<String> = OneOrMany,
        /// Pairs.
        pairs: IndexMap<String, Option<String>> = KeyValues,
        /// Inner ones.
        inner: IndexMap<String, Inner> = Named,
        /// Maybe.
        maybe [OrNull]: Option<i64>,
        ..extensions: Extensions,
    }
}

crate::record! {
    /// Keys on top of another record.
    pub struct Wider {
        /// A wish.
        wish: Option<bool>,
        ..rest: Outer,
    }
}

fn node(value: serde_json::Value) -> Node {
    let value = match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(value) => match value.as_i64() {
            Some(value) => Value::Int(value.into()),
            None => Value::Float(value.as_f64().unwrap()),
        },
        serde_json::Value::String(text) => Value::String(text.into()),
        serde_json::Value::Array(items) => Value::Seq(items.into_iter().map(node).collect()),
        serde_json::Value::Object(map) => Value::Map(
            map.into_iter()
                .map(|(key, value)| (key.into(), Entry { key_at: Location::default(), value: node(value) }))
                .collect(),
        ),
    };
    Node::new(value, Location::default())
}

fn read<T: Decode>(value: serde_json::Value) -> (T, Vec<String>) {
    let mut decoder = Decoder::new();
    let read = T::decode(&node(value), &mut decoder).unwrap();
    let say = |error: bayplan_yaml::DecodeError| {
        let help = error.help.map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}: {}{help}", error.path, error.message)
    };
    (read, {
        let mut errors: Vec<String> = decoder.finish().into_iter().map(say).collect();
        errors.sort();
        errors
    })
}

#[test]
fn a_record_reads_its_forms_and_writes_the_long_one() {
    let (outer, errors) = read::<Wider>(json!({
        "wish": "yes", "type": "a", "names": "one", "pairs": ["A=1", "B"], "inner": { "x": { "word": "w", "how": "machine" } },
        "maybe": null, "x-note": [1, 1.5]
    }));
    assert_eq!(errors, [""; 0]);
    assert_eq!(outer.rest.names, ["one"]);
    assert_eq!(outer.rest.inner["x"].how, Some(How::Machine));
    let written = json!({
        "wish": true, "type": "a", "names": ["one"], "pairs": { "A": "1", "B": null },
        "inner": { "x": { "word": "w", "how": "machine" } }, "x-note": [1, 1.5]
    });
    assert_eq!(serde_json::to_value(&outer).unwrap(), written);
}

#[test]
fn a_record_reports_every_error_at_its_place() {
    let (_, errors) = read::<Wider>(json!({
        "whish": true, "typ": "a", "names": 3, "pairs": [1], "inner": { "x y": { "word": 1 }, "z": {}, "v": { "word": "", "how": "hands" } },
        "nothing like it": 1, "x-note": 1
    }));
    assert_eq!(
        errors,
        [
            "inner.v.how: expected one of `hand`, `machine`, found `hands` (did you mean `hand`?)",
            "inner.x y.word: expected a string, found an integer (put it in quotes)",
            "inner.x y: `x y` is not a name (use letters, digits, `.`, `_` and `-` only)",
            "inner.z: the key `word` is missing (add `word:`)",
            "names: expected a string or a list, found an integer (put it in quotes)",
            "nothing like it: unknown key `nothing like it` (remove it, or begin its name with `x-` to keep it as a note)",
            "pairs[0]: expected a string `name=value`, found an integer (put it in quotes)",
            "typ: unknown key `typ` (did you mean `type`?)",
            "whish: unknown key `whish` (did you mean `wish`?)",
        ]
    );
}

#[test]
fn an_unknown_key_stands_at_the_key() {
    let mut map = Map::default();
    let key_at = Location { span: bayplan_yaml::Span::new(4, 7), ..Location::default() };
    map.insert("bad".into(), Entry { key_at, value: node(json!(1)) });
    let mut decoder = Decoder::new();
    Inner::decode(&Node::new(Value::Map(map), Location::default()), &mut decoder);
    let errors = decoder.finish();
    let error = errors.iter().find(|error| error.kind == DecodeErrorKind::UnknownKey).unwrap();
    assert_eq!((error.at, &error.path.0[..]), (key_at, &[Segment::Key("bad".into())][..]));
}

#[test]
fn numbers_print_as_go_prints_them() {
    let cases = [
        (1.0, "1"),
        (0.5, "0.5"),
        (1e3, "1000"),
        (999999.5, "999999.5"),
        (1e6, "1e+06"),
        (12345678.9, "1.23456789e+07"),
        (1e20, "1e+20"),
        (1e30, "1e+30"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1.5e-7, "1.5e-07"),
        (-2.5, "-2.5"),
        (-0.0, "-0"),
        (1e-120, "1e-120"),
    ];
    for (value, text) in cases {
        assert_eq!(scalar::go_float(value), text);
    }
}

#[test]
fn times_print_as_go_prints_them() {
    let cases = [
        ("2024-01-01", "2024-01-01 00:00:00 +0000 UTC"),
        ("2024-1-2", "2024-01-02 00:00:00 +0000 UTC"),
        ("2024-01-02T03:04:05Z", "2024-01-02 03:04:05 +0000 UTC"),
        ("2001-12-14t21:59:43.10-05:30", "2001-12-14 21:59:43.1 -0530 -0530"),
        ("2001-12-14 21:59:43.1", "2001-12-14 21:59:43.1 +0000 UTC"),
        ("2024-01-02T03:04:05.000000001Z", "2024-01-02 03:04:05.000000001 +0000 UTC"),
    ];
    for (text, printed) in cases {
        assert_eq!(scalar::go_time(text), printed);
    }
}
