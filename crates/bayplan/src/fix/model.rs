//! `merged model × changes → the model as it is to be`, in whichever form its attributes are written, and what differs.

use crate::finding::{Change, Report};
use crate::resolve::canonical::{Unreadable, canonical};
use crate::resolve::same::same;
use bayplan_yaml::{Entry, Location, Map, Node, Path, Segment, Value};

/// The forms that an attribute may be written in, beside a mapping or a list as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A mapping, or a list of `KEY=VALUE`.
    KeyValue,
    /// A mapping by name, or a list of names.
    Names,
    /// As `Names`; a name alone is a dependency that has started.
    Dependencies,
    /// A list, or its only item.
    Many,
    /// A mapping, or its `context` alone.
    Build,
    /// One form only.
    Plain,
}

/// The forms of the attribute at a path.
pub(super) fn form(path: &[Segment]) -> Form {
    let keys: Vec<&str> = path
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => key.as_str(),
            Segment::Index(_) => "",
        })
        .collect();
    match keys.as_slice() {
        ["services" | "jobs", _, rest @ ..] => match rest {
            ["environment" | "labels" | "annotations" | "sysctls"]
            | ["build", "args" | "labels" | "additional_contexts"]
            | ["deploy", "labels"] => Form::KeyValue,
            ["networks" | "models"] => Form::Names,
            ["depends_on"] => Form::Dependencies,
            ["dns" | "dns_search" | "dns_opt" | "env_file" | "label_file" | "tmpfs"] => Form::Many,
            ["build"] => Form::Build,
            _ => Form::Plain,
        },
        ["networks" | "volumes" | "secrets" | "configs", _, "labels"] => Form::KeyValue,
        _ => Form::Plain,
    }
}

/// The name that `KEY=VALUE` begins with.
pub(super) fn key_of(item: &Node) -> Option<&str> {
    item.as_str().map(|text| text.split('=').next().unwrap_or(text))
}

/// `KEY=VALUE`; nothing where the value is no scalar.
pub(super) fn pair(key: &str, value: &Node) -> Option<Node> {
    let text = match &value.value {
        Value::Null => key.to_owned(),
        _ => format!("{key}={}", text(value)?),
    };
    Some(Node::string(text, Location::default()))
}

/// The text of a scalar.
pub(super) fn text(value: &Node) -> Option<String> {
    Some(match &value.value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::String(text) | Value::Timestamp(text) => text.to_string(),
        Value::Null | Value::Seq(_) | Value::Map(_) => return None,
    })
}

/// What a name alone stands for.
pub(super) fn named(form: Form) -> Node {
    let nowhere = Location::default();
    let condition = || Entry { key_at: nowhere, value: Node::string("service_started", nowhere) };
    let value = match form {
        Form::Dependencies => Value::Map(Map::from_iter([("condition".into(), condition())])),
        _ => Value::Null,
    };
    Node::new(value, nowhere)
}

/// One entry.
pub(super) fn entry(value: Node) -> Entry {
    Entry { key_at: Location::default(), value }
}

/// `value` below the keys of `path`; nothing where an index is among them.
pub(super) fn nested(path: &[Segment], value: &Node) -> Option<Node> {
    path.iter().rev().try_fold(value.clone(), |value, segment| match segment {
        Segment::Key(key) => {
            Some(Node::new(Value::Map(Map::from_iter([(key.as_str().into(), entry(value))])), Location::default()))
        }
        Segment::Index(_) => None,
    })
}

/// Makes a change; nothing where the model has no such place.
pub(super) fn change(document: &mut Node, change: &Change) -> Option<()> {
    match change {
        Change::Set(path, value) => reach(document, path, 0, &mut |node, _| *node = value.clone(), Some(value)),
        Change::Append(path, value) => {
            let mut fits = true;
            reach(document, path, 0, &mut |node, form| fits = append(node, form, value), None)?;
            fits.then_some(())
        }
        Change::Delete(path) => {
            let (last, above) = path.0.split_last()?;
            let mut done = false;
            reach(document, &Path(above.to_vec()), 0, &mut |node, form| done = delete(node, form, last), None)?;
            done.then_some(())
        }
        Change::Rename(path, name) => {
            let (Segment::Key(old), above) = path.0.split_last()? else { return None };
            let mut done = false;
            let rename = &mut |node: &mut Node, _| done = rename(node, old, name);
            reach(document, &Path(above.to_vec()), 0, rename, None)?;
            done.then_some(())
        }
        Change::Respell(..) => Some(()),
    }
}

/// Whether a change was made in `document` already.
pub(super) fn holds(document: &Node, wanted: &Change) -> bool {
    let document = match wanted {
        Change::Set(path, _) | Change::Append(path, _) | Change::Delete(path) | Change::Rename(path, _) => {
            part(document, path)
        }
        Change::Respell(..) => return true,
    };
    let mut copy = document.clone();
    match wanted {
        Change::Set(..) => change(&mut copy, wanted).is_some() && same(&normal(&copy), &normal(&document)),
        Change::Append(path, value) => {
            let mut found = false;
            let look = &mut |node: &mut Node, _| {
                found = match &node.value {
                    Value::Seq(items) => items.iter().any(|item| same(item, value)),
                    Value::Map(map) => key_of(value).is_some_and(|key| map.contains_key(key)),
                    _ => same(node, value),
                };
            };
            reach(&mut copy, path, 0, look, None).is_some() && found
        }
        Change::Delete(_) | Change::Rename(..) => change(&mut copy, wanted).is_none(),
        Change::Respell(..) => true,
    }
}

/// A document with what stands around a path only: one service, one network.
fn part(document: &Node, path: &Path) -> Node {
    let [Segment::Key(section), Segment::Key(name), ..] = path.0.as_slice() else { return document.clone() };
    let within = |node: &Node, key: &str, inner: &dyn Fn(&Node) -> Node| {
        let Value::Map(map) = &node.value else { return node.clone() };
        let found = map.get(key).map(|found| (key.into(), Entry { key_at: found.key_at, value: inner(&found.value) }));
        Node::new(Value::Map(found.into_iter().collect()), node.at)
    };
    within(document, section, &|section| within(section, name, &Node::clone))
}

/// Does something to the value at `path`, making mappings on the way. `value` is what a list of `KEY=VALUE` is to say there.
fn reach(
    node: &mut Node,
    path: &Path,
    depth: usize,
    act: &mut dyn FnMut(&mut Node, Form),
    value: Option<&Node>,
) -> Option<()> {
    let form = form(&path.0[..depth]);
    let Some(segment) = path.0.get(depth) else {
        act(node, form);
        return Some(());
    };
    match (segment, &mut node.value) {
        (Segment::Index(index), Value::Seq(items)) => reach(items.get_mut(*index)?, path, depth + 1, act, value),
        (Segment::Key(key), Value::Seq(items)) => match form {
            Form::KeyValue if depth + 1 == path.0.len() => {
                let item = pair(key, value?)?;
                match items.iter_mut().find(|item| key_of(item) == Some(key)) {
                    Some(old) => *old = item,
                    None => items.push(item),
                }
                Some(())
            }
            Form::Names | Form::Dependencies => {
                let names = items.iter().map(|item| Some((item.as_str()?.into(), entry(named(form)))));
                node.value = Value::Map(names.collect::<Option<Map>>()?);
                reach(node, path, depth, act, value)
            }
            _ => None,
        },
        (Segment::Key(_), Value::String(_)) if form == Form::Build => {
            let context = std::mem::replace(node, Node::new(Value::Null, Location::default()));
            node.value = Value::Map(Map::from_iter([("context".into(), entry(context))]));
            reach(node, path, depth, act, value)
        }
        (Segment::Key(_), Value::Null) => {
            node.value = Value::Map(Map::default());
            reach(node, path, depth, act, value)
        }
        (Segment::Key(key), Value::Map(map)) => {
            let nothing = || entry(Node::new(Value::Null, Location::default()));
            let slot = map.entry(key.as_str().into()).or_insert_with(nothing);
            reach(&mut slot.value, path, depth + 1, act, value)
        }
        _ => None,
    }
}

fn append(node: &mut Node, form: Form, value: &Node) -> bool {
    match (&mut node.value, form) {
        (Value::Null, _) => node.value = Value::Seq(vec![value.clone()]),
        (Value::Seq(items), _) => items.push(value.clone()),
        (Value::String(_), Form::Many) => {
            let first = node.clone();
            node.value = Value::Seq(vec![first, value.clone()]);
        }
        (Value::Map(map), Form::KeyValue | Form::Names | Form::Dependencies) => {
            let Some(item) = value.as_str() else { return false };
            let (key, said) = match (form, item.split_once('=')) {
                (Form::KeyValue, Some((key, said))) => (key, Node::string(said, Location::default())),
                _ => (item, named(form)),
            };
            map.insert(key.into(), entry(said));
        }
        _ => return false,
    }
    true
}

fn rename(node: &mut Node, old: &str, name: &str) -> bool {
    match &mut node.value {
        Value::Map(map) if !map.contains_key(name) => match map.shift_remove(old) {
            Some(entry) => map.insert(name.into(), entry).is_none(),
            None => false,
        },
        Value::Seq(items) => match items.iter_mut().find(|item| key_of(item) == Some(old)) {
            Some(item) => {
                let rest = item.as_str().and_then(|text| text.strip_prefix(old)).unwrap_or_default();
                *item = Node::string(format!("{name}{rest}"), Location::default());
                true
            }
            None => false,
        },
        _ => false,
    }
}

fn delete(node: &mut Node, form: Form, last: &Segment) -> bool {
    match (&mut node.value, last) {
        (Value::Map(map), Segment::Key(key)) => map.shift_remove(key.as_str()).is_some(),
        (Value::Seq(items), Segment::Index(index)) if *index < items.len() => {
            items.remove(*index);
            true
        }
        (Value::Seq(items), Segment::Key(key)) if form != Form::Plain => {
            let before = items.len();
            items.retain(|item| key_of(item) != Some(key));
            items.len() < before
        }
        (Value::String(_), Segment::Index(0)) if form == Form::Many => {
            node.value = Value::Seq(Vec::new());
            true
        }
        _ => false,
    }
}

/// The model in one spelling, so that two of them can be compared: long forms, mappings for lists of `KEY=VALUE`, and no
/// lists that hold nothing where that is the same as none.
pub(super) fn normal(document: &Node) -> Node {
    let mut node = document.clone();
    if let Value::Map(map) = &mut node.value {
        // What only anchors and people use, and sections that say nothing.
        map.retain(|key, entry| {
            let is_list = matches!(key.as_str(), "networks" | "volumes" | "secrets" | "configs");
            let is_empty = matches!(&entry.value.value, Value::Map(map) if map.is_empty());
            !key.starts_with("x-") && !(is_list && is_empty)
        });
    }
    one_spelling(&mut node, &mut Vec::new());
    canonical(&mut node, Unreadable::Keep, &mut Report::new());
    node
}

fn one_spelling(node: &mut Node, path: &mut Vec<Segment>) {
    let form = form(path);
    match (form, &mut node.value) {
        (Form::KeyValue, Value::Seq(items)) => {
            let pairs = items.iter().map(|item| {
                let text = item.as_str()?;
                Some(match text.split_once('=') {
                    Some((key, value)) => (key.into(), entry(Node::string(value, Location::default()))),
                    None => (text.into(), entry(Node::new(Value::Null, Location::default()))),
                })
            });
            if let Some(map) = pairs.collect::<Option<Map>>() {
                node.value = Value::Map(map);
            }
        }
        (Form::KeyValue, Value::Map(map)) => {
            for entry in map.values_mut() {
                if let Some(text) = text(&entry.value) {
                    entry.value = Node::string(text, Location::default());
                }
            }
        }
        (Form::Many, Value::String(_)) => {
            let item = node.clone();
            node.value = Value::Seq(vec![item]);
        }
        (Form::Plain | Form::Build, Value::Map(map)) if path.len() < 5 => {
            for (key, entry) in map.iter_mut() {
                path.push(Segment::Key(key.clone()));
                one_spelling(&mut entry.value, path);
                path.pop();
            }
            if path.len() == 2 {
                map.retain(|key, entry| !is_empty_list(key, &entry.value));
            }
        }
        _ => {}
    }
}

/// Whether a key of a service says nothing: an empty list says that there is no command, and nothing elsewhere.
fn is_empty_list(key: &str, value: &Node) -> bool {
    !matches!(key, "command" | "entrypoint") && matches!(&value.value, Value::Seq(items) if items.is_empty())
}

/// Where two normal models differ: of each service, or whatever else has a name, the first place.
pub(super) fn differences(a: &Node, b: &Node) -> Vec<Path> {
    let mut found = Vec::new();
    named_differences(a, b, &mut Path::root(), &mut found);
    found
}

fn named_differences(a: &Node, b: &Node, path: &mut Path, found: &mut Vec<Path>) {
    match (&a.value, &b.value) {
        (Value::Map(one), Value::Map(other)) if path.0.len() < 2 => {
            let missing = other.keys().filter(|key| !one.contains_key(key.as_str()));
            for key in one.keys().chain(missing) {
                path.0.push(Segment::Key(key.clone()));
                match (one.get(key.as_str()), other.get(key.as_str())) {
                    (Some(a), Some(b)) => named_differences(&a.value, &b.value, path, found),
                    _ => found.push(path.clone()),
                }
                path.0.pop();
            }
        }
        _ => {
            let mut inner = path.clone();
            if differs(a, b, &mut inner) {
                found.push(inner);
            }
        }
    }
}

fn differs(a: &Node, b: &Node, path: &mut Path) -> bool {
    match (&a.value, &b.value) {
        (Value::Map(a), Value::Map(b)) => {
            let missing = b.keys().find(|key| !a.contains_key(key.as_str()));
            for (key, entry) in a {
                path.0.push(Segment::Key(key.clone()));
                if b.get(key.as_str()).is_none_or(|other| differs(&entry.value, &other.value, path)) {
                    return true;
                }
                path.0.pop();
            }
            path.0.extend(missing.map(|key| Segment::Key(key.clone())));
            missing.is_some()
        }
        (Value::Seq(a), Value::Seq(b)) => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                path.0.push(Segment::Index(index));
                if differs(a, b, path) {
                    return true;
                }
                path.0.pop();
            }
            a.len() != b.len()
        }
        (Value::Map(_) | Value::Seq(_), _) | (_, Value::Map(_) | Value::Seq(_)) => true,
        _ => !same(a, b),
    }
}
