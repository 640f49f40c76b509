//! `what a text said × edit → what it has to say now`, and whether it does.

use super::insert::index_of;
use super::site::Site;
use super::{Edit, No, Splice};
use crate::node::Extra;
use crate::print::printed_tag;
use crate::{Document, Entry, Kind, Location, Map, Node, NodeId, Read, Segment, Text, Value};

/// Whether the text `after` says what `before` said, changed by `edits` of document `number`.
pub(super) fn check(before: &Read, after: &Read, number: usize, edits: &[&Edit], splices: &[Splice]) -> Result<(), No> {
    let other = || No::new("writing it here would change other values too");
    // Errors that were there may stay.
    let mut known: Vec<(_, &str)> = before.errors.iter().map(|error| (error.kind, error.message.as_str())).collect();
    for error in &after.errors {
        match known.iter().position(|old| *old == (error.kind, error.message.as_str())) {
            Some(found) => drop(known.swap_remove(found)),
            None => return Err(No::new(format!("the file would be wrong: {}", error.message))),
        }
    }
    if before.nodes.len() != after.nodes.len() {
        return Err(other());
    }
    for (index, (old, new)) in before.nodes.iter().zip(&after.nodes).enumerate() {
        let fits = match (old, new) {
            (Some(old), Some(new)) if index == number => {
                let mut wanted = old.clone();
                edits.iter().try_for_each(|edit| change(&mut wanted, edit)).ok_or_else(other)?;
                for edit in edits {
                    if let (Edit::Delete { path }, Some(brought)) = (edit, new.at_path(edit.path()))
                        && matches!(path.0.last(), Some(Segment::Key(_)))
                    {
                        let reason = "a merge key would bring another value for it";
                        return Err(No::new(reason).at(brought.at.span));
                    }
                }
                same(&wanted, new)
            }
            (Some(old), Some(new)) => same(old, new),
            (None, None) => true,
            _ => false,
        };
        if !fits {
            return Err(other());
        }
    }
    let mut gone: Vec<(usize, usize)> = splices.iter().map(|(range, _)| (range.start, range.end)).collect();
    gone.sort_unstable();
    let outside = |comment: &&crate::Comment| {
        let start = comment.span.start as usize;
        let before = &gone[..gone.partition_point(|(from, _)| *from <= start)];
        // Those of one edit may begin at the same byte.
        !before.iter().rev().take(3).any(|(_, end)| start < *end)
    };
    let old = before.documents.iter().flat_map(|document| &document.comments).filter(outside);
    let new = after.documents.iter().flat_map(|document| &document.comments);
    if !old.map(|comment| &comment.text).eq(new.map(|comment| &comment.text)) {
        return Err(No::new("a comment would be lost, or become part of a value"));
    }
    match (before.documents.get(number), after.documents.get(number)) {
        (Some(old), Some(new)) if !in_order(old, new, before.nodes.get(number), edits) => {
            Err(No::new("the keys would not stay in their order"))
        }
        _ => Ok(()),
    }
}

/// What a document has to say after `edit`; nothing where it cannot be told.
fn change(root: &mut Node, edit: &Edit) -> Option<()> {
    let mut path = edit.path().0.as_slice();
    let last = match edit {
        Edit::Delete { .. } => {
            let (last, above) = path.split_last()?;
            path = above;
            Some(last)
        }
        _ => None,
    };
    let target = path.iter().try_fold(root, |node, segment| match (&mut node.value, segment) {
        (Value::Map(map), Segment::Key(key)) => map.get_mut(key.as_str()).map(|entry| &mut entry.value),
        (Value::Seq(items), Segment::Index(index)) => items.get_mut(*index),
        _ => None,
    })?;
    match (edit, &mut target.value) {
        (Edit::Set { value, .. }, _) => *target = read_back(value),
        (Edit::InsertKey { key, value, .. }, Value::Map(map)) => {
            map.insert(key.as_str().into(), Entry { key_at: Location::default(), value: read_back(value) });
        }
        (Edit::InsertKey { key, value, .. }, Value::Null) => *target = super::insert::one_entry(key, &read_back(value)),
        (Edit::InsertItem { index, value, .. }, Value::Seq(items)) => {
            let index = index.unwrap_or(items.len());
            (index <= items.len()).then(|| items.insert(index, read_back(value)))?;
        }
        (Edit::InsertItem { value, .. }, Value::Null) => target.value = Value::Seq(vec![read_back(value)]),
        (Edit::Delete { .. }, Value::Map(map)) => match last? {
            Segment::Key(key) => drop(map.shift_remove(key.as_str())?),
            Segment::Index(_) => return None,
        },
        (Edit::Delete { .. }, Value::Seq(items)) => match last? {
            Segment::Index(index) if *index < items.len() => drop(items.remove(*index)),
            _ => return None,
        },
        _ => return None,
    }
    Some(())
}

/// A new value as it is read back: templates and points in time are strings, and so is what has a tag.
pub(super) fn read_back(node: &Node) -> Node {
    let tag = printed_tag(node);
    let value = match (&node.value, node.template()) {
        (_, Some(template)) => Value::String(template.into()),
        (Value::Timestamp(text), _) => Value::String(text.clone()),
        (Value::Seq(items), _) => Value::Seq(items.iter().map(read_back).collect()),
        (Value::Map(map), _) => {
            let entry = |(key, entry): (&Text, &Entry)| {
                (key.clone(), Entry { key_at: Location::default(), value: read_back(&entry.value) })
            };
            Value::Map(map.iter().map(entry).collect::<Map>())
        }
        (Value::String(text), _) => Value::String(text.clone()),
        (_, None) if tag.is_some() => match crate::print::line(node) {
            crate::print::scalar::Text::Line(text) => Value::String(text.into()),
            crate::print::scalar::Text::Literal(literal) => Value::String(literal.0.into()),
        },
        (value, None) => value.clone(),
    };
    let extra = tag.map(|tag| Box::new(Extra { tag: Some(tag.into()), ..Extra::default() }));
    Node { extra, ..Node::new(value, Location::default()) }
}

/// Whether two nodes say the same, wherever they stand; the order of keys aside, which merge keys change.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    a.tag() == b.tag()
        && match (&a.value, &b.value) {
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            (Value::Seq(a), Value::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
            (Value::Map(a), Value::Map(b)) => {
                let entry =
                    |(key, entry): (&Text, &Entry)| b.get(key).is_some_and(|other| same(&entry.value, &other.value));
                a.len() == b.len() && a.iter().all(entry)
            }
            (a, b) => a == b,
        }
}

/// Whether the keys of the edited mappings stand in the order they should.
fn in_order(before: &Document, after: &Document, node: Option<&Option<Node>>, edits: &[&Edit]) -> bool {
    let Some(Some(node)) = node else { return false };
    let keys = |document: &Document, id: NodeId| -> Vec<String> {
        let Kind::Mapping(entries) = &document.node(id).kind else { return Vec::new() };
        let text = |key: &NodeId| match &document.node(document.target(*key)).kind {
            Kind::Scalar(text, _) => text.to_string(),
            _ => String::new(),
        };
        entries.iter().map(|(key, _)| text(key)).collect()
    };
    let (old, new) = (Site::new("", before, node, false), Site::new("", after, node, false));
    edits.iter().all(|edit| {
        let Edit::InsertKey { path, key, place, .. } = edit else { return true };
        let Ok(found) = old.find(path) else { return false };
        let mut wanted = keys(before, found.id);
        match &before.node(found.id).kind {
            Kind::Mapping(_) => match index_of(&old, found.id, key, place) {
                Ok(index) if index <= wanted.len() => wanted.insert(index, key.clone()),
                _ => return false,
            },
            _ => wanted.push(key.clone()),
        }
        new.find(path).is_ok_and(|found| keys(after, found.id) == wanted)
    })
}
