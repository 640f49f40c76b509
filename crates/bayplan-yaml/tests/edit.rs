//! Thousands of edits of many files, with LF and with CRLF: go-yaml judges what they say afterwards, and other bytes stay.
//!
//! The files are the samples below, the blueprints and the generated files of this repository, and those in the folders that
//! `BAYPLAN_CORPUS` and `BAYPLAN_YAML_TEST_SUITE` name.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod oracle;

use bayplan_yaml::edit::{Edit, Place, apply};
use bayplan_yaml::{Entry, Limits, Location, Map, Node, Path, Segment, SourceId, Value, read};
use oracle::Numbers;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

const SAMPLES: &[&str] = &[
    "# head\nservices:\n  web: # the web\n    image: \"a:1\" # pinned\n    ports:\n      - 80:80\n      - '443:443' # tls\n    \
     environment: { A: 1, B: \"two\" }\n    # command: x\n\n  db:\n    image: b\n    command: [\"x\", 'y', z]\n    \
     labels:\n    - a=b\n    - c=d\n\nvolumes:\n  data:\n  more: {}\n",
    "- a: 1\n  b:\n  - x\n  -   y: 1\n      z: 2\n- - p\n  - q\n-\n  k: v\n- []\n- {}\n- \n",
    "a: |\n  one\n\n  two\nb: >-\n  folded\n  text\n\n\nc: |+\n  kept\n\nd:\n    e:\n        f: \"x\\n\"\n",
    "{\n  \"a\": 1, # one\n  \"b\": [1, 2,\n    3 # three\n  ],\n  \"c\": {\"d\": {}, \"e\": [], \"f\": null}\n}\n",
    "x-base: &base\n  restart: always\n  env: &env {A: 1}\nweb:\n  <<: *base\n  image: x\n  environment: *env\nother: &unused\n  \
     a: 1\nlist: &l\n- 1\ntagged: !override\n- a\n- b\nreset: !reset null\nstr: !!str 5\n",
    "a: plain\n  over lines\nb: 'single\n  over lines'\nc: \"double\\\n  over lines\"\nd:\n  next line\ne: [x,\n    y]\n",
    "\u{feff}é: ü\n\"key with: colon\": x\n'single': y\n? explicit\n: value\nlast:\n  - 😀 # smile\n  -\t\"tab\"\nend: here",
    "---\na: 1\nb:\n  c: 2\n...\n---\nother: document\n",
];

fn files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> =
        SAMPLES.iter().enumerate().map(|(number, text)| (format!("sample {number}"), (*text).to_owned())).collect();
    let repository = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![repository.join("blueprints"), repository.join("generated")];
    for name in ["BAYPLAN_CORPUS", "BAYPLAN_YAML_TEST_SUITE"] {
        match std::env::var_os(name) {
            Some(folder) => folders.push(PathBuf::from(folder)),
            None => println!("skipped: {name} names no folder"),
        }
    }
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml")
                && let Ok(text) = std::fs::read_to_string(&path)
                && text.len() < 100_000
            {
                files.push((path.display().to_string(), text));
            }
        }
    }
    files
}

/// Every place of a document.
fn places<'a>(node: &'a Node, path: &Path, out: &mut Vec<(Path, &'a Node)>) {
    out.push((path.clone(), node));
    match &node.value {
        Value::Map(map) => map.iter().for_each(|(key, entry)| places(&entry.value, &path.key(&**key), out)),
        Value::Seq(items) => items.iter().enumerate().for_each(|(n, item)| places(item, &path.index(n), out)),
        _ => {}
    }
}

fn new_value(numbers: &mut Numbers, strings: &[String], depth: usize) -> Node {
    let at = Location::default();
    let value = match numbers.below(if depth == 0 { 9 } else { 12 }) {
        0 => Value::Int(numbers.below(100_000).try_into().unwrap()),
        1 => Value::Bool(true),
        2 => Value::Null,
        3 => Value::Float(0.5),
        4..=6 => Value::String(strings[numbers.below(strings.len())].as_str().into()),
        7 => Value::String("first\nsecond\n".into()),
        8 => Value::String("new".into()),
        9 => Value::Seq((0..numbers.below(3)).map(|_| new_value(numbers, strings, depth - 1)).collect()),
        _ => {
            let mut entry = |n| {
                let key = if n == 0 { strings[numbers.below(strings.len())].clone() } else { format!("new{n}") };
                (key.into(), Entry { key_at: at, value: new_value(numbers, strings, depth - 1) })
            };
            Value::Map((0..3).map(&mut entry).collect::<Map>())
        }
    };
    Node::new(value, at)
}

fn new_edit(numbers: &mut Numbers, strings: &[String], path: &Path, node: &Node) -> Edit {
    let value = new_value(numbers, strings, 2);
    let path = path.clone();
    match (numbers.below(4), &node.value) {
        (0 | 1, Value::Map(map)) => {
            let neighbour = || map.get_index(map.len() / 2).map(|(key, _)| key.to_string());
            let place = match (numbers.below(4), neighbour()) {
                (0, Some(name)) => Place::After(name),
                (1, Some(name)) => Place::Before(name),
                (2, _) => Place::Sorted,
                _ => Place::End,
            };
            Edit::InsertKey { path, key: format!("added{}", numbers.below(3)), value, place }
        }
        (0 | 1, Value::Seq(items)) => {
            let index = (numbers.below(2) == 0).then(|| numbers.below(items.len() + 1));
            Edit::InsertItem { path, index, value }
        }
        (2, _) => Edit::Delete { path },
        _ => Edit::Set { path, value },
    }
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(value) => serde_json::from_str(&value.to_string()).unwrap(),
        Value::Float(value) => json!(value),
        // In the words of the oracle, whose time is not ours to check.
        Value::Timestamp(_) => json!({ "timestamp": null }),
        Value::String(text) => json!(text),
        Value::Seq(items) => items.iter().map(json).collect(),
        Value::Map(map) => map.iter().map(|(key, entry)| (key.to_string(), json(&entry.value))).collect(),
    }
}

/// Without the time of timestamps.
fn timeless(value: Json) -> Json {
    match value {
        Json::Array(items) => items.into_iter().map(timeless).collect(),
        Json::Object(map) if map.len() == 1 && map.contains_key("timestamp") => json!({ "timestamp": null }),
        Json::Object(map) => map.into_iter().map(|(key, value)| (key, timeless(value))).collect(),
        other => other,
    }
}

/// The value at a path of what go-yaml read.
fn at<'a>(root: &'a mut Json, path: &[Segment]) -> Option<&'a mut Json> {
    path.iter().try_fold(root, |value, segment| match segment {
        Segment::Key(key) => value.as_object_mut()?.get_mut(key.as_str()),
        Segment::Index(index) => value.as_array_mut()?.get_mut(*index),
    })
}

/// What go-yaml has to read after the edit.
fn edited(mut root: Json, edit: &Edit) -> Option<Json> {
    match edit {
        Edit::Set { path, value } => *at(&mut root, &path.0)? = json(value),
        Edit::InsertKey { path, key, value, .. } => {
            let map = at(&mut root, &path.0)?;
            if map.is_null() {
                *map = json!({});
            }
            map.as_object_mut()?.insert(key.clone(), json(value));
        }
        Edit::InsertItem { path, index, value } => {
            let list = at(&mut root, &path.0)?;
            if list.is_null() {
                *list = json!([]);
            }
            let list = list.as_array_mut()?;
            list.insert(index.unwrap_or(list.len()), json(value));
        }
        Edit::Delete { path } => {
            let (last, above) = path.0.split_last()?;
            match (at(&mut root, above)?, last) {
                (Json::Object(map), Segment::Key(key)) => drop(map.remove(key.as_str())?),
                (Json::Array(list), Segment::Index(index)) => drop(list.remove(*index)),
                _ => return None,
            }
        }
    }
    Some(root)
}

/// The bytes that an edit may touch: the lines of the value with those of its key, and the line break before them.
fn touched(text: &str, root: &Node, path: &Path) -> (usize, usize) {
    let whole = (0, text.len());
    let Some((last, above)) = path.0.split_last() else { return whole };
    let Some(parent) = root.at_path(&Path(above.to_vec())) else { return whole };
    // What an alias brings stands elsewhere.
    let via = |node: &Node| node.extra.as_ref().is_some_and(|extra| extra.via.is_some());
    if parent.as_seq().unwrap_or_default().iter().any(via) {
        return whole;
    }
    let (start, value) = match (last, &parent.value) {
        (Segment::Key(key), Value::Map(map)) => match map.get(key.as_str()) {
            Some(entry) if !via(&entry.value) => (entry.key_at.span.start as usize, &entry.value),
            _ => return whole,
        },
        (Segment::Index(index), Value::Seq(items)) => {
            // From the item before: the dash stands between.
            let before = index.checked_sub(1).map_or(parent.at.span.start, |before| items[before].at.span.end);
            (before as usize, &items[*index])
        }
        _ => return whole,
    };
    // An emptied collection is written anew behind its key, and a comma may stand on the line above.
    if root.at_path(&Path(above.to_vec())).is_some_and(|parent| match &parent.value {
        Value::Map(map) => map.len() == 1,
        Value::Seq(items) => items.len() == 1,
        _ => false,
    }) {
        return touched(text, root, &Path(above.to_vec()));
    }
    let line = text[..start].rfind(['\n', '\r']).unwrap_or(0);
    let comma = text[..line].trim_end().rfind(['\n', '\r']).unwrap_or(0);
    let end = (value.at.span.end as usize).max(start);
    let end = text[end..].find('\n').map_or(text.len(), |found| end + found + 1);
    // What follows a removed first key moves up to its dash; a comma may stand below a comment.
    let mut rest = &text[end..];
    loop {
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        rest = match trimmed.strip_prefix('#').and_then(|comment| comment.split_once('\n')) {
            Some((_, below)) => below,
            None => break rest = trimmed,
        };
    }
    let end = text.len() - rest.len();
    (comma.min(line), end)
}

fn is_subsequence(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    part.chars().all(|c| rest.by_ref().any(|found| found == c))
}

struct Made {
    name: String,
    edit: Edit,
    root: Json,
    before: String,
    after: String,
}

#[test]
fn edits_say_what_they_should_and_keep_other_bytes() {
    let strings: Vec<String> = oracle::adversarial(400);
    let mut numbers = Numbers::default();
    let mut made: Vec<Made> = Vec::new();
    let mut reasons: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let (mut refused, mut unread, mut wrong) = (0, 0, Vec::new());
    let files = files();
    let each = (8_000 / (files.len() * 2)).clamp(15, 150);
    for (name, text) in &files {
        let crlf = text.replace("\r\n", "\n").replace('\n', "\r\n");
        for (name, text) in [(name.clone(), text), (format!("{name} (CRLF)"), &crlf)] {
            let read = read(text, SourceId(0), &Limits::default());
            let Some(root) = read.first().filter(|_| read.errors.is_empty()) else {
                unread += 1;
                continue;
            };
            let mut all = Vec::new();
            places(root, &Path::root(), &mut all);
            for _ in 0..each {
                let (path, node) = &all[numbers.below(all.len())];
                let edit = new_edit(&mut numbers, &strings, path, node);
                match apply(text, std::slice::from_ref(&edit)) {
                    Ok(after) => {
                        if let Err(what) = bytes_stay(text, &after, root, &edit) {
                            wrong.push(format!("{what}: {name}: {edit:?}\n{text}\n--- became\n{after}"));
                        }
                        made.push(Made { name: name.clone(), edit, root: json(root), before: text.clone(), after });
                    }
                    Err(why) => {
                        refused += 1;
                        // Without the names in it.
                        let reason = why.reason.split('`').step_by(2).collect::<Vec<_>>().join("…");
                        let first = reasons.entry(reason).or_insert_with(|| (0, format!("{name}: {edit:?}")));
                        first.0 += 1;
                    }
                }
            }
        }
    }
    println!(
        "{} edits of {} files made, {refused} refused ({unread} files are wrong before):",
        made.len(),
        files.len() * 2
    );
    for (reason, (count, example)) in &reasons {
        println!("  {count:5} {reason}   e.g. {}", example.chars().take(200).collect::<String>());
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n\n"));
    assert!(made.len() > 2_000, "too few edits");
    judge("go-yaml v4", &made, |texts| oracle::go_yaml(texts).map(|[_, _, v4]| v4));
}

#[test]
fn an_edit_that_waits_means_the_item_that_it_meant() {
    let path = |index: usize| Path::root().index(index);
    let delete = |index| Edit::Delete { path: path(index) };
    let insert = |index, text: &str| {
        let value = Node::string(text, Default::default());
        Edit::InsertItem { path: Path::root(), index, value }
    };
    for (text, edits, after) in [
        // The second waits for the first, and the third must not go before it.
        ("- a\n- b\n- c\n- d\n- e\n- f\n", vec![delete(3), delete(3), delete(1)], "- a\n- c\n- f\n"),
        (
            "- a\n- b\n- c\n- d\n",
            vec![insert(None, "x"), delete(3), insert(Some(4), "z"), delete(2)],
            "- a\n- b\n- x\n- z\n",
        ),
    ] {
        assert_eq!(apply(text, &edits).unwrap(), after);
    }
}

#[test]
fn many_edits_at_once_say_what_they_say_one_by_one() {
    let strings: Vec<String> = oracle::adversarial(100);
    let mut numbers = Numbers::default();
    let (mut made, mut refused) = (0, 0);
    for (name, text) in files().into_iter().filter(|(_, text)| text.len() < 10_000) {
        let before = read(&text, SourceId(0), &Limits::default());
        let Some(root) = before.first().filter(|_| before.errors.is_empty()) else { continue };
        let mut all = Vec::new();
        places(root, &Path::root(), &mut all);
        for _ in 0..20 {
            let edits: Vec<Edit> = (0..2 + numbers.below(6))
                .map(|_| {
                    let (path, node) = &all[numbers.below(all.len())];
                    new_edit(&mut numbers, &strings, path, node)
                })
                .collect();
            // Those that can be made, each in what the ones before it left.
            let mut one_by_one = text.clone();
            let mut possible = Vec::new();
            for edit in edits {
                match apply(&one_by_one, std::slice::from_ref(&edit)) {
                    Ok(after) => {
                        one_by_one = after;
                        possible.push(edit);
                    }
                    Err(_) => refused += 1,
                }
            }
            let together = apply(&text, &possible).unwrap_or_else(|no| panic!("{name}: {no}: {possible:#?}\n{text}"));
            let said = |text: &str| read(text, SourceId(0), &Limits::default()).first().map(json);
            assert_eq!(said(&together), said(&one_by_one), "{name}: {possible:#?}\n{text}\n--- became\n{together}");
            made += possible.len();
        }
    }
    println!("{made} edits made, {refused} refused");
    assert!(made > 500, "too few edits");
}

/// What is wrong with the bytes.
fn bytes_stay(text: &str, after: &str, root: &Node, edit: &Edit) -> Result<(), &'static str> {
    if text.contains("\r\n") && !text.replace("\r\n", "").contains('\n') && after.replace("\r\n", "").contains('\n') {
        return Err("mixed line ends");
    }
    let stay = match edit {
        Edit::Set { path, .. } | Edit::Delete { path } => {
            let (start, end) = touched(text, root, path);
            after.starts_with(&text[..start]) && after.ends_with(&text[end..])
        }
        Edit::InsertKey { path, .. } | Edit::InsertItem { path, .. } => {
            let empty = match root.at_path(path).map(|node| &node.value) {
                Some(Value::Map(map)) => map.is_empty(),
                Some(Value::Seq(items)) => items.is_empty(),
                _ => true,
            };
            empty || is_subsequence(text, after)
        }
    };
    if stay { Ok(()) } else { Err("bytes elsewhere changed") }
}

fn judge(reader: &str, made: &[Made], ask: impl Fn(&[String]) -> Option<Vec<Option<Json>>>) {
    let mut texts: Vec<String> = made.iter().map(|made| made.before.clone()).collect();
    texts.dedup();
    let Some(before) = ask(&texts) else { return };
    let before: HashMap<&String, Option<Json>> = texts.iter().zip(before).collect();
    let Some(after) = ask(&made.iter().map(|made| made.after.clone()).collect::<Vec<_>>()) else { return };
    let (mut judged, mut wrong, mut otherwise) = (0, Vec::new(), BTreeSet::new());
    for (made, after) in made.iter().zip(after) {
        // A file that it reads otherwise than we do is no matter of edits.
        let before = before[&made.before].clone().map(timeless).filter(|before| *before == made.root);
        let Some(wanted) = before.and_then(|before| edited(before, &made.edit)) else {
            otherwise.insert(&made.name);
            continue;
        };
        judged += 1;
        let after = after.map(timeless);
        if after.as_ref() != Some(&wanted) {
            let Made { name, edit, after: text, .. } = made;
            wrong.push(format!("{name}: {edit:?}\n{text}\nread as {after:?}\nnot as  {wanted:?}"));
        }
    }
    let otherwise = otherwise.len();
    println!("{reader}: {judged} edits judged, {} read otherwise; {otherwise} files left out", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong[..wrong.len().min(4)].join("\n\n"));
}
