//! Laws of the syntax tree: every node and comment stands where it says.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use bayplan_yaml::parse::parse;
use bayplan_yaml::{Document, Kind, Limits, LineIndex, NodeId, SourceId, Span, Style};
use proptest::prelude::*;
use support::{Chance, SAMPLES, folder, mutant};

/// Checks every law on `text`; says which one it breaks.
fn check(text: &str) -> Result<(), String> {
    let mut errors = Vec::new();
    let documents = parse(text, SourceId(0), &Limits::default(), &mut errors);
    let whole = errors.is_empty();
    for error in &errors {
        let span = error.at.span;
        law(text.get(span.start as usize..span.end as usize).is_some(), "an error has bytes", text, span)?;
    }
    let mut comment_end = 0;
    for document in &documents {
        for id in document.ids() {
            node(text, document, id, whole)?;
        }
        for comment in &document.comments {
            let written = comment.span.slice(text);
            law(written.strip_prefix('#') == Some(&comment.text), "a comment is its bytes", text, comment.span)?;
            law(comment.span.start >= comment_end, "comments are in order, each once", text, comment.span)?;
            comment_end = comment.span.end;
        }
    }
    Ok(())
}

fn law(holds: bool, name: &str, text: &str, span: Span) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{name}: {:?} of {text:?}", span.slice(text))) }
}

fn node(text: &str, document: &Document, id: NodeId, whole: bool) -> Result<(), String> {
    let node = document.node(id);
    let span = node.span;
    law(span.start <= span.end && text.get(span.start as usize..span.end as usize).is_some(), "bytes", text, span)?;
    let slice = span.slice(text);
    if let Some(tag) = &node.tag {
        law(tag.1.slice(text) == tag.0 && tag.0.starts_with('!') && tag.1.end <= span.start, "a tag", text, tag.1)?;
    }
    if let Some(anchor) = &node.anchor {
        let written = anchor.1.slice(text).strip_prefix('&');
        law(written == Some(&anchor.0) && anchor.1.end <= span.start, "an anchor", text, anchor.1)?;
    }
    match &node.kind {
        Kind::Scalar(value, Style::Plain) => {
            law(slice.contains(['\n', '\r']) || slice == &**value, "a plain scalar is its bytes", text, span)?;
            law(slice.trim() == slice || slice.contains('\u{a0}') || !slice.is_ascii(), "no blanks", text, span)
        }
        Kind::Scalar(_, Style::SingleQuoted) => law(quoted(slice, '\''), "single quotes", text, span),
        Kind::Scalar(_, Style::DoubleQuoted) => law(quoted(slice, '"'), "double quotes", text, span),
        Kind::Scalar(value, style) => {
            let indicator = if *style == Style::Literal { '|' } else { '>' };
            law(slice.starts_with(indicator), "a text block begins with its indicator", text, span)?;
            let last = value.trim_end().rsplit('\n').next().unwrap_or("").split(' ').next_back().unwrap_or("");
            law(slice.trim_end().ends_with(last), "a text block ends with its last line", text, span)?;
            let first = value.trim_start_matches('\n').split('\n').next().unwrap_or("").trim();
            law(slice.contains(first) || *style == Style::Folded, "a text block has its first line", text, span)
        }
        Kind::Alias(_) => law(slice.len() > 1 && slice.starts_with('*'), "an alias", text, span),
        Kind::Sequence(items) => {
            let begins = slice.starts_with(if node.flow { '[' } else { '-' });
            law(begins || (!whole && slice.is_empty()), "a list begins", text, span)?;
            law(!whole || !node.flow || slice.ends_with(']'), "a flow list ends", text, span)?;
            inside(text, document, id, items)
        }
        Kind::Mapping(entries) => {
            let braces = slice.starts_with('{');
            let first = entries.first().map(|(key, _)| document.node(*key).span.start);
            let braces = braces && first != Some(span.start);
            law(!whole || !braces || slice.ends_with('}'), "a flow mapping ends", text, span)?;
            let flat: Vec<NodeId> = entries.iter().flat_map(|(key, value)| [*key, *value]).collect();
            if let (false, Some(first)) = (braces, flat.first()) {
                let first = document.node(*first).full_span();
                law(
                    first.start == span.start || slice.starts_with(['?', ':']),
                    "a mapping begins with its first key",
                    text,
                    span,
                )?;
            }
            inside(text, document, id, &flat)
        }
    }
}

fn quoted(slice: &str, quote: char) -> bool {
    slice.len() >= 2 && slice.starts_with(quote) && slice.ends_with(quote)
}

/// Children lie in their parent, one behind the other.
fn inside(text: &str, document: &Document, id: NodeId, children: &[NodeId]) -> Result<(), String> {
    let outer = document.node(id).span;
    let mut end = outer.start;
    for child in children {
        let span = document.node(*child).full_span();
        law(span.start >= end, "siblings are apart", text, span)?;
        law(span.end <= outer.end, "a child lies in its parent", text, span)?;
        end = span.end;
    }
    Ok(())
}

fn all(texts: impl IntoIterator<Item = (String, String)>) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, text) in texts {
        count += 1;
        if let Err(why) = check(&text) {
            wrong.push(format!("{name}: {}", why.chars().take(600).collect::<String>()));
        }
    }
    println!("{count} texts");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
}

#[test]
fn samples() {
    all(SAMPLES.iter().map(|text| (String::new(), (*text).to_owned())));
}

#[test]
fn the_suite_and_real_files() {
    all(folder("BAYPLAN_YAML_TEST_SUITE"));
    all(folder("BAYPLAN_CORPUS"));
}

#[test]
fn mutants() {
    let mut chance = Chance::new(7);
    all((0..12_000).map(|n| (n.to_string(), mutant(SAMPLES[n % SAMPLES.len()], &mut chance))));
}

#[test]
fn places_of_a_file_with_everything() {
    let text = "\u{feff}# é\r\na:\t😀 b\r\nlist:\r\n- 'x'\r\n-\t\"y\" # z\r\nk: |\r\n  one\r\n  two\r\nlast: {p: q}";
    let mut errors = Vec::new();
    let documents = parse(text, SourceId(0), &Limits::default(), &mut errors);
    assert!(errors.is_empty(), "{errors:?}");
    let document = &documents[0];
    let index = LineIndex::new(text);
    let places: Vec<String> = document
        .ids()
        .map(|id| {
            let span = document.node(id).span;
            let place = index.position(text, span.start);
            format!("{}:{} {}", place.line, place.column, span.slice(text).escape_default())
        })
        .collect();
    assert_eq!(
        places[1..],
        [
            "2:1 a",
            "2:4 \\u{1f600} b",
            "3:1 list",
            "4:1 - \\'x\\'\\r\\n-\\t\\\"y\\\"",
            "4:3 \\'x\\'",
            "5:3 \\\"y\\\"",
            "6:1 k",
            "6:4 |\\r\\n  one\\r\\n  two",
            "9:1 last",
            "9:7 {p: q}",
            "9:8 p",
            "9:11 q",
        ]
    );
}

/// A document of random shape and layout.
fn yaml() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        "[a-z][a-z0-9]{0,5}",
        Just("😀 é".to_owned()),
        "'[a-z ]{0,6}'",
        "\"[a-z é]{0,6}\"",
        Just("~".to_owned()),
        Just(String::new())
    ];
    let line = (0..4_usize, "[a-z]{1,4}", scalar, 0..8_usize, prop::bool::ANY);
    (prop::collection::vec(line, 1..14), prop::bool::ANY, prop::bool::ANY).prop_map(|(lines, bom, crlf)| {
        let mut text = String::new();
        let mut open = vec![];
        let end = if crlf { "\r\n" } else { "\n" };
        for (n, (depth, key, value, form, comment)) in lines.into_iter().enumerate() {
            let depth = depth.min(open.len());
            open.truncate(depth);
            let pad = "  ".repeat(depth);
            let note = if comment { " # é" } else { "" };
            let block = value.trim_matches(['\'', '"']);
            match form {
                0 => {
                    text.push_str(&format!("{pad}{key}{n}:{note}{end}"));
                    open.push(());
                }
                1 => text.push_str(&format!("{pad}{key}{n}: [{value}, &a{n} x]{note}{end}")),
                2 => text.push_str(&format!("{pad}{key}{n}: {{p: {value}, q: !t y}}{note}{end}")),
                3 => text
                    .push_str(&format!("{pad}{key}{n}: |-{note}{end}{pad}  {block}.{end}{end}{pad}   b  {end}{end}")),
                4 => text.push_str(&format!("{pad}{key}{n}:{end}{pad}- {value}{note}{end}{pad}-  - b{end}")),
                5 => text.push_str(&format!("{pad}# {key}{end}{pad}\"{key}{n}\" :\t{value}{note}{end}")),
                _ => text.push_str(&format!("{pad}{key}{n}: {value}{note}{end}")),
            }
        }
        if bom { format!("\u{feff}{text}") } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn documents_of_any_layout(text in yaml()) {
        if let Err(why) = check(&text) {
            prop_assert!(false, "{}", why);
        }
    }
}
