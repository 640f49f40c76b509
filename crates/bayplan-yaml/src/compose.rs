//! `Document → Node`: aliases followed, merge keys applied, scalars typed, all that is wrong reported at once.

use crate::error::{ErrorKind, Limits, YamlError};
use crate::node::Extra;
use crate::parse::parse;
use crate::tree::{Document, Kind, NodeId, Style, Syntax};
use crate::{Entry, Location, Map, Node, SourceId, Span, Text, Value, docker, scalar};
use std::collections::HashSet;

/// What a text was read as.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// The documents as written.
    pub documents: Vec<Document>,
    /// The documents as values; `None` where one is empty. As many as `documents`.
    pub nodes: Vec<Option<Node>>,
    /// Everything that is wrong, in the order of the text.
    pub errors: Vec<YamlError>,
}

impl Read {
    /// The first document that holds something.
    pub fn first(&self) -> Option<&Node> {
        self.nodes.iter().flatten().next()
    }
}

/// Reads every document of `text`. What is wrong is left out or read as nothing; the rest is there.
pub fn read(text: &str, source: SourceId, limits: &Limits) -> Read {
    let mut errors = Vec::new();
    let documents = parse(text, source, limits, &mut errors);
    if !errors.iter().any(|error| matches!(error.kind, ErrorKind::Syntax | ErrorKind::Limit)) {
        docker::check(text, source, &documents, &mut errors);
    }
    let nodes = documents.iter().map(|document| compose(text, source, document, limits, &mut errors)).collect();
    errors.sort_by(|a, b| (a.at.span, &a.message).cmp(&(b.at.span, &b.message)));
    errors.dedup();
    Read { documents, nodes, errors }
}

/// Reads bytes: refuses what is no UTF-8 at the byte where it stops being so.
pub fn read_bytes(bytes: &[u8], source: SourceId, limits: &Limits) -> Result<(String, Read), YamlError> {
    let refuse = |at: usize, length: usize, message: String| {
        let at = Location { source, span: Span::new(at as u32, (at + length) as u32) };
        Err(YamlError::new(ErrorKind::Encoding, at, message).help("save the file as UTF-8"))
    };
    match bytes {
        _ if bytes.len() > limits.bytes.min(u32::MAX as usize) => {
            // Said by the parser, which reads none of it.
            let text = String::from_utf8_lossy(bytes.get(..64).unwrap_or(bytes)).into_owned();
            let message = format!("the file has {} MB; {} MB are read at most", bytes.len() >> 20, limits.bytes >> 20);
            let at = Location { source, span: Span::new(0, 0) };
            let error = YamlError::new(ErrorKind::Limit, at, message).help("keep large data in a file of its own");
            return Ok((text, Read { errors: vec![error], ..Read::default() }));
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => {
            return refuse(0, 0, "the file is UTF-16, not UTF-8".to_owned());
        }
        _ => {}
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.to_owned(), read(text, source, limits))),
        Err(error) => {
            let at = error.valid_up_to();
            let byte = bytes.get(at).copied().unwrap_or(0);
            refuse(at, error.error_len().unwrap_or(bytes.len() - at), format!("the byte `{byte:#04x}` is not UTF-8"))
        }
    }
}

/// Makes the value of one document.
pub fn compose(
    text: &str,
    source: SourceId,
    document: &Document,
    limits: &Limits,
    errors: &mut Vec<YamlError>,
) -> Option<Node> {
    let root = document.root()?;
    let (left, open) = (limits.nodes, Vec::new());
    let mut composer = Composer { text, source, document, limits, left, stopped: false, open, following: 0, errors };
    Some(composer.node(root, 0, None))
}

struct Composer<'a> {
    text: &'a str,
    source: SourceId,
    document: &'a Document,
    limits: &'a Limits,
    /// Nodes that may still be made.
    left: usize,
    /// Whether a limit was passed and said.
    stopped: bool,
    /// The anchored nodes that are being made.
    open: Vec<NodeId>,
    /// Aliases that are being followed: what is wrong behind one was said where it stands.
    following: usize,
    errors: &'a mut Vec<YamlError>,
}

impl<'a> Composer<'a> {
    fn at(&self, span: Span) -> Location {
        Location { source: self.source, span }
    }

    fn error(&mut self, kind: ErrorKind, span: Span, message: impl Into<String>, help: &str) {
        let error = YamlError::new(kind, self.at(span), message).help(help);
        self.report(error);
    }

    fn report(&mut self, error: YamlError) {
        if self.following == 0 {
            self.errors.push(error);
        }
    }

    /// Counts a node; says once where a limit is passed.
    fn may_make(&mut self, span: Span, depth: usize, via: Option<Location>) -> bool {
        if self.stopped {
            return false;
        }
        if self.left > 0 && depth <= self.limits.depth {
            self.left -= 1;
            return true;
        }
        let (message, help) = if self.left == 0 {
            (
                format!("the document grows beyond {} values when its aliases are followed", self.limits.nodes),
                "use fewer aliases of aliases",
            )
        } else {
            (format!("the nesting is deeper than {} levels when aliases are followed", self.limits.depth), "nest less")
        };
        let span = via.map_or(span, |via| via.span);
        self.errors.push(YamlError::new(ErrorKind::Limit, self.at(span), message).help(help));
        self.stopped = true;
        false
    }

    fn node(&mut self, id: NodeId, depth: usize, via: Option<Location>) -> Node {
        let document = self.document;
        let syntax = document.node(id);
        let mut node = Node::new(Value::Null, self.at(syntax.span));
        if !self.may_make(syntax.span, depth, via) {
            return node;
        }
        if syntax.anchor.is_some() {
            self.open.push(id);
        }
        match &syntax.kind {
            Kind::Alias(target) => return self.alias(syntax.span, *target, depth),
            Kind::Scalar(text, style) => {
                node.plain = *style == Style::Plain;
                node.value = self.scalar(text, *style, syntax);
            }
            Kind::Sequence(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(self.node(*item, depth + 1, via));
                }
                node.value = Value::Seq(values);
            }
            Kind::Mapping(entries) if self.is_expression(syntax, entries) => {
                self.error(
                    ErrorKind::Syntax,
                    syntax.span,
                    "`{{` begins a mapping in YAML, not an expression",
                    "put the whole value in quotes: \"{{ … }}\"",
                );
                node.value = Value::String(syntax.span.slice(self.text).into());
            }
            Kind::Mapping(entries) => node.value = Value::Map(self.mapping(entries, depth, via)),
        }
        if syntax.anchor.is_some() {
            self.open.pop();
        }
        node.extra = extra(syntax, via);
        node
    }

    fn alias(&mut self, span: Span, target: Option<NodeId>, depth: usize) -> Node {
        let at = self.at(span);
        match target {
            // Said by the parser already.
            None => Node::new(Value::Null, at),
            Some(target) if self.open.contains(&target) => {
                let name = span.slice(self.text).trim_start_matches('*').to_owned();
                let anchor = self.document.node(target).full_span();
                let error = YamlError::new(ErrorKind::Alias, at, format!("the anchor `&{name}` contains itself"))
                    .help("remove this alias")
                    .related(self.at(Span::new(anchor.start, anchor.start)), "the anchor is here");
                self.report(error);
                Node::new(Value::Null, at)
            }
            Some(target) => {
                self.following += 1;
                let node = self.node(target, depth + 1, Some(at));
                self.following -= 1;
                node
            }
        }
    }

    fn mapping(&mut self, entries: &'a [(NodeId, NodeId)], depth: usize, via: Option<Location>) -> Map {
        let mut map = Map::with_capacity(entries.len());
        let mut written: Option<HashSet<&'a str, foldhash::fast::RandomState>> = None;
        let mut merge_at: Option<Location> = None;
        let mut hidden: Vec<(Text, Node)> = Vec::new();
        for (key, value) in entries {
            if self.is_merge(*key) {
                let key_at = self.at(self.document.node(*key).span);
                if let Some(first) = merge_at {
                    let error = YamlError::new(ErrorKind::DuplicateKey, key_at, "the merge key `<<` stands here twice")
                        .help("merge a list instead: `<<: [*a, *b]`")
                        .related(first, "first here");
                    self.report(error);
                }
                merge_at = merge_at.or(Some(key_at));
                let written = written.get_or_insert_with(|| self.names(entries));
                self.merge(*value, written, &mut map, &mut hidden, depth);
                continue;
            }
            let Some((name, key_at)) = self.key(*key) else { continue };
            let value = self.node(*value, depth + 1, via);
            match map.entry(name.clone()) {
                indexmap::map::Entry::Vacant(place) => {
                    place.insert(Entry { key_at, value });
                }
                indexmap::map::Entry::Occupied(place) => {
                    let first = place.get().key_at;
                    let message = format!("the key `{name}` stands here twice");
                    let error = YamlError::new(ErrorKind::DuplicateKey, key_at, message)
                        .help("remove one of the two")
                        .related(first, "first here");
                    self.report(error);
                }
            }
        }
        for (name, node) in hidden {
            if let Some(entry) = map.get_mut(&name) {
                entry.value.extra.get_or_insert_default().hidden.push(node);
            }
        }
        map
    }

    /// The names of the entries that are written, not merged.
    fn names(&self, entries: &[(NodeId, NodeId)]) -> HashSet<&'a str, foldhash::fast::RandomState> {
        let names = entries.iter().filter(|(key, _)| !self.is_merge(*key));
        names
            .filter_map(|(key, _)| match &self.document.node(self.document.target(*key)).kind {
                Kind::Scalar(text, _) => Some(&**text),
                _ => None,
            })
            .collect()
    }

    /// Adds what a merge key brings, where it stands: `written` keys win, then what was merged before.
    fn merge(
        &mut self,
        value: NodeId,
        written: &HashSet<&str, foldhash::fast::RandomState>,
        map: &mut Map,
        hidden: &mut Vec<(Text, Node)>,
        depth: usize,
    ) {
        let document = self.document;
        let sources = match &document.node(document.target(value)).kind {
            Kind::Sequence(items) => items.as_slice(),
            _ => std::slice::from_ref(&value),
        };
        for source in sources {
            let span = document.node(*source).span;
            if !matches!(document.node(document.target(*source)).kind, Kind::Mapping(_) | Kind::Alias(None)) {
                self.error(
                    ErrorKind::Alias,
                    span,
                    "`<<` merges mappings only, and this is none",
                    "name an anchor that stands on a mapping",
                );
                continue;
            }
            let node = self.node(*source, depth + 1, Some(self.at(span)));
            let Value::Map(merged) = node.value else { continue };
            for (name, entry) in merged {
                if written.contains(&*name) || map.contains_key(&name) {
                    hidden.push((name, entry.value));
                } else {
                    map.insert(name, entry);
                }
            }
        }
    }

    fn is_merge(&self, key: NodeId) -> bool {
        let node = self.document.node(key);
        match (&node.kind, &node.tag) {
            (Kind::Scalar(text, Style::Plain), None) => &**text == "<<",
            (Kind::Scalar(..), Some(tag)) => scalar::core_tag(&tag.0) == Some("merge"),
            _ => false,
        }
    }

    /// `{{ x }}`: a mapping whose first key is a mapping that begins one byte behind it.
    fn is_expression(&self, syntax: &Syntax, entries: &[(NodeId, NodeId)]) -> bool {
        let first = entries.first().map(|(key, _)| self.document.node(*key));
        first.is_some_and(|key| {
            matches!(key.kind, Kind::Mapping(_)) && syntax.flow && key.flow && key.span.start == syntax.span.start + 1
        })
    }

    fn key(&mut self, id: NodeId) -> Option<(&'a Text, Location)> {
        let document = self.document;
        let node = document.node(document.target(id));
        let span = document.node(id).span;
        let at = self.at(span);
        let Kind::Scalar(text, style) = &node.kind else {
            if !matches!(node.kind, Kind::Alias(None)) {
                self.error(
                    ErrorKind::Type,
                    span,
                    "a key is a list or a mapping",
                    "write a string as the key; put a value that begins with `[` or `{` in quotes",
                );
            }
            return None;
        };
        let typed = match &node.tag {
            None if *style != Style::Plain => None,
            None => scalar::typed(text),
            Some(_) => Some(self.scalar(text, *style, node)),
        };
        if let Some(typed) = typed.filter(|typed| !matches!(typed, Value::String(_))) {
            let kind = Node::new(typed, at).kind();
            if span.is_empty() {
                self.error(ErrorKind::Type, span, "a key is missing before the `:`", "write the key");
            } else {
                let help = format!("put it in quotes: \"{text}\"");
                self.error(ErrorKind::Type, span, format!("the key `{text}` is {kind}, not a string"), &help);
            }
        }
        Some((text, at))
    }

    fn scalar(&mut self, text: &Text, style: Style, syntax: &Syntax) -> Value {
        let string = || Value::String(text.clone());
        let typed = || if style == Style::Plain { scalar::typed(text).unwrap_or_else(string) } else { string() };
        let Some(tag) = &syntax.tag else { return typed() };
        match scalar::core_tag(&tag.0) {
            // A custom tag: whoever knows it says what the value is.
            None => string(),
            Some("") if style == Style::Plain => typed(),
            Some(core) => scalar::tagged(core, text).unwrap_or_else(|found| {
                let message = format!("`{}` does not fit the tag `{}`", clip(text), tag.0);
                self.error(ErrorKind::Type, syntax.span, message, "remove the tag, or write a value that fits it");
                found
            }),
        }
    }
}

/// `text` short enough for a message.
/// The tag of a node and the alias or merge key that it came through. On its own, to keep the frame of the recursion small.
#[inline(never)]
fn extra(syntax: &Syntax, via: Option<Location>) -> Option<Box<Extra>> {
    let tag = syntax.tag.as_ref().filter(|tag| scalar::core_tag(&tag.0).is_none()).map(|tag| tag.0.as_str().into());
    (tag.is_some() || via.is_some()).then(|| Box::new(Extra { tag, via, ..Extra::default() }))
}

fn clip(text: &str) -> &str {
    text.char_indices().nth(40).map_or(text, |(at, _)| &text[..at])
}
