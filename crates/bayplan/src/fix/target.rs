//! `change of the merged model → edits of files`: where a person would write it.

use super::edits::joined;
use super::model::{Form, form, key_of, named, nested, pair};
use super::place::{Spot, Written};
use super::workspace::Merged;
use crate::finding::{Change, Fix};
use crate::source::{Source, Sources};
use bayplan_yaml::edit::Place;
use bayplan_yaml::{Edit, Kind, Location, Map, Node, NodeId, Path, Segment, SourceId, Span, Style, Value};
use std::collections::HashMap;
use std::rc::Rc;

/// How many of the values beside a new one a file wrote, and which of the files it is.
type HowMany = (usize, usize);

/// One change of one file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    /// An edit of its first document.
    Edit(Edit),
    /// Other text for some bytes.
    Respell(Span, String),
}

/// An [`Act`], and where.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FileEdit {
    /// The file, as shown.
    pub file: String,
    pub act: Act,
    /// Where the file is touched, for people.
    pub near: u32,
}

/// The files that values stand in, each indexed once.
#[derive(Default)]
pub(super) struct Index(HashMap<SourceId, Option<Rc<Written>>>);

/// Finds where changes are to be written.
pub(super) struct Targets<'a> {
    pub sources: &'a Sources,
    pub index: &'a mut Index,
    pub stack: &'a Merged,
    pub locked: &'a dyn Fn(&str) -> Option<String>,
}

type Found<T> = Result<T, String>;

impl<'a> Targets<'a> {
    /// The edits that a fix asks for, the best way first: in other ways, a value is written over what another place says.
    pub fn ways(&mut self, fix: &Fix) -> Found<Vec<Vec<FileEdit>>> {
        if fix.changes.iter().any(|change| matches!(change, Change::Respell(..))) {
            let mut edits = Vec::new();
            for change in &fix.changes {
                // The others only say what comes of it.
                let Change::Respell(at, text) = change else { continue };
                let file = self.file(at.source)?;
                let (near, act) = (at.span.start, Act::Respell(at.span, text.clone()));
                edits.push(FileEdit { file, act, near });
            }
            return Ok(vec![edits]);
        }
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let mut differ = false;
        for change in &fix.changes {
            let mut ways = self.change(change)?.into_iter();
            let Some(best) = ways.next() else { continue };
            let other = ways.next();
            differ |= other.is_some();
            second.extend(other.unwrap_or_else(|| best.clone()));
            first.extend(best);
        }
        let ways = if differ { vec![first, second] } else { vec![first] };
        Ok(ways.into_iter().map(joined).collect())
    }

    fn change(&mut self, change: &Change) -> Found<Vec<Vec<FileEdit>>> {
        match change {
            Change::Set(path, value) => self.set(path, &escaped(value)),
            Change::Append(path, value) => Ok(vec![self.append(path, &escaped(value))?]),
            Change::Delete(path) => Ok(vec![self.delete(path)?]),
            Change::Rename(path, name) => Ok(vec![self.rename(path, name)?]),
            Change::Respell(..) => Ok(Vec::new()),
        }
    }

    fn rename(&mut self, path: &Path, name: &str) -> Found<Vec<FileEdit>> {
        let (_, key_at, depth) = self.deepest(path);
        let (Some(at), Some(Segment::Key(old))) = (key_at.filter(|_| depth == path.0.len()), path.0.last()) else {
            return Err(format!("there is no `{path}`"));
        };
        let (file, written, _) = self.spot(at)?;
        let written = at.span.slice(&written.text);
        let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
        let inner = written.trim_matches(['"', '\'']);
        // A name stands as it is, in its quotes, or before the `=` of an item.
        let span = match inner.strip_prefix(old.as_str()) {
            Some(rest) if rest.is_empty() || rest.starts_with('=') => {
                let start = at.span.start + quote.map_or(0, |_| 1);
                Span::new(start, start + old.len() as u32)
            }
            _ => return Err("its name is written with escapes".to_owned()),
        };
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
        if !plain || name.starts_with(['-', '.']) {
            return Err("the name would have to stand in quotes".to_owned());
        }
        Ok(vec![FileEdit { file, act: Act::Respell(span, name.to_owned()), near: span.start }])
    }

    fn set(&mut self, path: &Path, value: &Node) -> Found<Vec<Vec<FileEdit>>> {
        let (node, key_at, depth) = self.deepest(path);
        if depth < path.0.len() {
            return Ok(vec![self.insert(&above(path, depth), node, &path.0[depth..], value)?]);
        }
        untemplated(node)?;
        let direct = self.replace(path, node, value);
        // A value that stands elsewhere may be written over in the service itself.
        let own = self.spot(node.at).is_ok_and(|(_, _, spot)| spot.path == *path);
        let brought = node.extra.as_ref().is_some_and(|extra| extra.via.is_some());
        let scalar = !matches!(node.value, Value::Map(_) | Value::Seq(_));
        if own && !brought || !scalar || !matches!(path.0.last(), Some(Segment::Key(_))) || key_at.is_none() {
            return Ok(vec![direct?]);
        }
        let parent = above(path, path.0.len() - 1);
        let (holder, ..) = self.deepest(&parent);
        let over = self.insert(&parent, holder, &path.0[path.0.len() - 1..], value);
        match (direct, over) {
            (Ok(direct), Ok(over)) => Ok(vec![direct, over]),
            (Ok(way), Err(_)) | (Err(_), Ok(way)) => Ok(vec![way]),
            (Err(reason), Err(_)) => Err(reason),
        }
    }

    /// Writes a value in place of one that is there.
    fn replace(&mut self, path: &Path, node: &Node, value: &Node) -> Found<Vec<FileEdit>> {
        let (file, written, spot) = self.spot(node.at)?;
        let near = written.document(&spot).node(spot.id).span.start;
        let text = scalar(&written, &spot);
        let is_item = matches!(spot.path.0.last(), Some(Segment::Index(_)));
        if let Some(list) = names(path).filter(|_| is_item) {
            let (holder, ..) = self.deepest(&above(path, list));
            return self.insert(&above(path, list), holder, &path.0[list..], value);
        }
        let set = |path: Path, value: Node| {
            Ok(vec![FileEdit { file: file.clone(), act: Act::Edit(Edit::Set { path, value }), near }])
        };
        if let (Some(Segment::Key(key)), true, Some(text)) = (path.0.last(), is_item, text)
            && form(&path.0[..path.0.len() - 1]) == Form::KeyValue
            && text.split('=').next() == Some(key)
        {
            // An item of a list that says what a key of a mapping would.
            return match pair(key, value) {
                Some(item) => set(spot.path, item),
                None => Err(format!("`{key}` is an item of a list, which holds no such value")),
            };
        }
        if !spot.whole {
            return Err("it is a part of a text".to_owned());
        }
        if spot.is_key {
            return Err("it is the name of something".to_owned());
        }
        if written.has_comments(&spot) {
            return Err("comments stand in the value that it would replace".to_owned());
        }
        set(spot.path, value.clone())
    }

    /// Adds `value` below the keys `rest`, to `node`, which stands at `path`.
    fn insert(&mut self, path: &Path, node: &Node, rest: &[Segment], value: &Node) -> Found<Vec<FileEdit>> {
        let Some((Segment::Key(key), below)) = rest.split_first() else {
            return Err(format!("`{path}` has no such item"));
        };
        let no_keys = || format!("`{path}` holds no keys");
        if let Some(list) = names(path)
            && self.spot(node.at).is_ok_and(|(.., spot)| matches!(spot.path.0.last(), Some(Segment::Index(_))))
        {
            let whole: Vec<Segment> = path.0[list..].iter().chain(rest).cloned().collect();
            let (holder, ..) = self.deepest(&above(path, list));
            return self.insert(&above(path, list), holder, &whole, value);
        }
        let value = nested(below, value).ok_or_else(no_keys)?;
        let (file, written, spot) = self.home(path, node)?;
        let syntax = written.document(&spot).node(spot.id);
        let form = form(&path.0);
        let edit = match &syntax.kind {
            Kind::Mapping(entries) => {
                // The name of a project stands at the top.
                let first = entries.first().filter(|_| spot.path.0.is_empty() && key == "name");
                let place = match first.and_then(|(first, _)| scalar_of(&written, &spot, *first)) {
                    Some(first) => Place::Before(first),
                    None => Place::End,
                };
                Edit::InsertKey { path: spot.path.clone(), key: key.to_string(), value, place }
            }
            Kind::Scalar(text, Style::Plain) if matches!(&**text, "" | "~" | "null") => {
                insert_key(spot.path.clone(), key, &value)
            }
            Kind::Sequence(_) if form == Form::KeyValue => match pair(key, &value) {
                Some(value) => Edit::InsertItem { path: spot.path.clone(), index: None, value },
                None => return Err(format!("`{path}` is a list, which holds no such value")),
            },
            Kind::Sequence(items) if matches!(form, Form::Names | Form::Dependencies) => {
                if written.has_comments(&spot) {
                    return Err(format!("comments stand in the list `{path}`, which would become a mapping"));
                }
                let names = items.iter().map(|item| scalar_of(&written, &spot, *item)).collect::<Option<Vec<_>>>();
                let names = names.ok_or_else(no_keys)?;
                let mut map: Map =
                    names.into_iter().map(|name| (name.into(), super::model::entry(named(form)))).collect();
                map.insert(key.as_str().into(), super::model::entry(value));
                Edit::Set { path: spot.path.clone(), value: Node::new(Value::Map(map), Location::default()) }
            }
            Kind::Scalar(text, _) if form == Form::Build => {
                let context = Node::string(text.clone(), Location::default());
                let mut map = Map::from_iter([("context".into(), super::model::entry(context))]);
                map.insert(key.as_str().into(), super::model::entry(value));
                Edit::Set { path: spot.path.clone(), value: Node::new(Value::Map(map), Location::default()) }
            }
            Kind::Alias(_) => return Err(alias(&written, syntax.span)),
            _ => return Err(format!("`{path}` is written in a short form")),
        };
        let near = syntax.span.end.saturating_sub(1).max(syntax.span.start);
        Ok(vec![FileEdit { file, act: Act::Edit(edit), near }])
    }

    /// The mapping (or the list that stands for one) in a file to which a new key of `node`, at `path`, belongs: where most of
    /// what stands beside it was written, in the project's own files and at the same path.
    fn home(&mut self, path: &Path, node: &Node) -> Found<(String, Rc<Written>, Spot)> {
        let mut counts = Vec::<(HowMany, String, Rc<Written>, Path)>::new();
        for (rank, file) in self.stack.files.clone().into_iter().enumerate() {
            let members: Vec<Location> = match &node.value {
                Value::Map(map) => map.values().map(|entry| entry.key_at).collect(),
                Value::Seq(items) => items.iter().map(|item| item.at).collect(),
                _ => Vec::new(),
            };
            let sources = members.iter().filter(|at| self.sources.name(at.source) == file);
            let (count, source) = sources.fold((0, None), |(count, _), at| (count + 1, Some(at.source)));
            let Some(written) = source.and_then(|source| self.written(source)) else { continue };
            if written.at(path).is_some_and(|spot| !is_alias(&written, &spot)) {
                counts.push(((count, rank), file, written, path.clone()));
            }
        }
        if let Some((_, file, written, path)) = counts.into_iter().max_by_key(|(count, ..)| *count)
            && let Some(spot) = written.at(&path)
        {
            return Ok((file, written, spot));
        }
        self.spot(node.at)
    }

    fn append(&mut self, path: &Path, value: &Node) -> Found<Vec<FileEdit>> {
        let (node, _, depth) = self.deepest(path);
        if depth < path.0.len() {
            let list = Node::new(Value::Seq(vec![value.clone()]), Location::default());
            return self.insert(&above(path, depth), node, &path.0[depth..], &list);
        }
        untemplated_self(node)?;
        let form = form(&path.0);
        let (file, written, spot) = match &node.value {
            Value::Map(_) => self.home(path, node)?,
            _ => self.spot(node.at)?,
        };
        let syntax = written.document(&spot).node(spot.id);
        let near = syntax.span.end.saturating_sub(1).max(syntax.span.start);
        let at = spot.path.clone();
        let edit = match &syntax.kind {
            Kind::Sequence(_) => Edit::InsertItem { path: at, index: None, value: value.clone() },
            Kind::Mapping(_) => {
                let item = value.as_str().ok_or_else(|| format!("`{path}` is no list"))?;
                match (form, item.split_once('=')) {
                    (Form::KeyValue, Some((key, said))) => {
                        insert_key(at, key, &Node::string(said, Location::default()))
                    }
                    (Form::Names | Form::Dependencies, _) => insert_key(at, item, &named(form)),
                    _ => return Err(format!("`{path}` is no list")),
                }
            }
            Kind::Scalar(text, Style::Plain) if matches!(&**text, "" | "~" | "null") => {
                Edit::InsertItem { path: at, index: None, value: value.clone() }
            }
            Kind::Scalar(text, _) if form == Form::Many && spot.whole => {
                let first = Node::string(text.clone(), Location::default());
                Edit::Set { path: at, value: Node::new(Value::Seq(vec![first, value.clone()]), Location::default()) }
            }
            Kind::Alias(_) => return Err(alias(&written, syntax.span)),
            Kind::Scalar(..) => return Err(format!("`{path}` is written in a short form")),
        };
        Ok(vec![FileEdit { file, act: Act::Edit(edit), near }])
    }

    fn delete(&mut self, path: &Path) -> Found<Vec<FileEdit>> {
        let (node, key_at, depth) = self.deepest(path);
        if depth < path.0.len() {
            return Err(format!("there is no `{path}`"));
        }
        let found = self.spot(key_at.unwrap_or(node.at)).or_else(|reason| self.around(node).ok_or(reason));
        let (file, written, spot) = found?;
        let by_item = matches!(spot.path.0.last(), Some(Segment::Index(_)));
        if !spot.whole && !by_item {
            return Err("it is a part of a text".to_owned());
        }
        if written.has_comments_with_key(&spot) {
            return Err("comments stand in what it would remove".to_owned());
        }
        let near = written.document(&spot).node(spot.id).span.start;
        Ok(vec![FileEdit { file, act: Act::Edit(Edit::Delete { path: spot.path }), near }])
    }

    /// The mapping of a file that holds all that a mapping of the model does, which nobody wrote as a whole.
    fn around(&mut self, node: &Node) -> Option<(String, Rc<Written>, Spot)> {
        let Value::Map(map) = &node.value else { return None };
        let (file, written, spot) = self.spot(map.values().next()?.key_at).ok()?;
        let (_, above) = spot.path.0.split_last()?;
        let around = written.at(&Path(above.to_vec()))?;
        match &written.document(&around).node(around.id).kind {
            Kind::Mapping(entries) if entries.len() == map.len() && !above.is_empty() => Some((file, written, around)),
            _ => None,
        }
    }

    /// The deepest node on the way to `path`, where its key stands, and how far the way goes.
    fn deepest(&self, path: &Path) -> (&'a Node, Option<Location>, usize) {
        let (mut node, mut key_at) = (&self.stack.document, None);
        for (depth, segment) in path.0.iter().enumerate() {
            let next = match (segment, &node.value) {
                (Segment::Key(key), Value::Map(map)) => {
                    map.get(key.as_str()).map(|entry| (&entry.value, Some(entry.key_at)))
                }
                (Segment::Key(key), Value::Seq(items)) => {
                    let listed = form(&path.0[..depth]) != Form::Plain;
                    let item = items.iter().rfind(|item| listed && key_of(item) == Some(key));
                    item.map(|item| (item, Some(item.at)))
                }
                (Segment::Index(index), Value::Seq(items)) => items.get(*index).map(|item| (item, None)),
                // A list of one item may be written as that.
                (Segment::Index(0), Value::String(_)) if form(&path.0[..depth]) == Form::Many => Some((node, key_at)),
                _ => None,
            };
            let Some(next) = next else { return (node, key_at, depth) };
            (node, key_at) = next;
        }
        (node, key_at, path.0.len())
    }

    fn file(&self, source: SourceId) -> Found<String> {
        match self.sources.get(source) {
            Some(Source::File(file)) if file.name.starts_with(['/', '\\']) || file.name.starts_with("..") => {
                Err(format!("it stands in `{}`, outside of this folder", file.name))
            }
            Some(Source::File(file)) if is_generated(&file.text) => {
                Err(format!("it stands in `{}`, which `bayplan gen` writes", file.name))
            }
            Some(Source::File(file)) => match (self.locked)(&file.name) {
                Some(reason) => Err(reason),
                None => Ok(file.name.clone()),
            },
            Some(Source::Made { by }) if source != SourceId::default() => Err(format!("the value comes from {by}")),
            _ => Err("nobody wrote the value".to_owned()),
        }
    }

    fn written(&mut self, source: SourceId) -> Option<Rc<Written>> {
        let sources = self.sources;
        let new = || Some(Rc::new(Written::new(&sources.file(source)?.text)));
        self.index.0.entry(source).or_insert_with(new).clone()
    }

    /// What stands at a place of a file that may be edited.
    fn spot(&mut self, at: Location) -> Found<(String, Rc<Written>, Spot)> {
        let file = self.file(at.source)?;
        let nowhere = || "nobody wrote the value".to_owned();
        let written = self.written(at.source).ok_or_else(nowhere)?;
        let spot = written.spot(at.span).ok_or_else(nowhere)?;
        if written.first() != Some(spot.document) {
            return Err(format!("it stands in a later document of `{file}`"));
        }
        if spot.path.0.contains(&Segment::Key("<<".into())) {
            return Err("a merge key (`<<`) brings it".to_owned());
        }
        Ok((file, written, spot))
    }
}

/// A value as it is written where Compose replaces variables.
fn escaped(value: &Node) -> Node {
    let mut node = value.clone();
    match &mut node.value {
        _ if value.template().is_some() => {}
        Value::String(text) if text.contains('$') => *text = text.replace('$', "$$").into(),
        Value::Seq(items) => items.iter_mut().for_each(|item| *item = escaped(item)),
        Value::Map(map) => map.values_mut().for_each(|entry| entry.value = escaped(&entry.value)),
        _ => {}
    }
    node
}

fn insert_key(path: Path, key: &str, value: &Node) -> Edit {
    Edit::InsertKey { path, key: key.to_owned(), value: value.clone(), place: Place::End }
}

/// How deep the list of names, or the mapping by name, stands that a path leads into.
fn names(path: &Path) -> Option<usize> {
    (0..path.0.len()).find(|depth| matches!(form(&path.0[..*depth]), Form::Names | Form::Dependencies))
}

fn above(path: &Path, depth: usize) -> Path {
    Path(path.0[..depth].to_vec())
}

/// Refuses a value that variables make.
fn untemplated(node: &Node) -> Found<()> {
    match node.any(&|node| node.template().is_some()) {
        true => untemplated_self(node).and_then(|()| Err("variables make a part of the value".to_owned())),
        false => Ok(()),
    }
}

fn untemplated_self(node: &Node) -> Found<()> {
    match node.template() {
        Some(template) => Err(format!("the value comes from `{}`", variables(template))),
        None => Ok(()),
    }
}

/// The variables of a template: what stands around them may be a secret.
fn variables(template: &str) -> String {
    let used = crate::resolve::interpolate::interpolate(template, &|_| None).used;
    let names: Vec<String> = used.iter().map(|used| format!("${{{}}}", used.name)).collect();
    if names.is_empty() { "$$".to_owned() } else { names.join("`, `") }
}

fn alias(written: &Written, span: Span) -> String {
    format!("the alias `{}` brings it: edit it where the anchor stands", span.slice(&written.text))
}

fn is_alias(written: &Written, spot: &Spot) -> bool {
    matches!(written.document(spot).node(spot.id).kind, Kind::Alias(_))
}

/// The text of a scalar.
fn scalar<'a>(written: &'a Written, spot: &Spot) -> Option<&'a str> {
    match &written.document(spot).node(spot.id).kind {
        Kind::Scalar(text, _) => Some(text),
        _ => None,
    }
}

fn scalar_of(written: &Written, spot: &Spot, id: NodeId) -> Option<String> {
    match &written.document(spot).node(id).kind {
        Kind::Scalar(text, _) => Some(text.to_string()),
        _ => None,
    }
}

/// Whether `gen` wrote a file.
fn is_generated(text: &str) -> bool {
    text.lines().take(4).any(|line| line.starts_with(&format!("# {}", crate::emit::tree::MARK)))
}
