//! `Document → Node`: aliases followed, merge keys applied, scalars typed, all that is wrong reported at once.

use crate::error::{ErrorKind, Limits, YamlError};
use crate::node::Extra;
use crate::parse::{Document, Kind, NodeId, Style, Syntax, parse};
use crate::{Entry, Location, Map, Node, SourceId, Span, Value, scalar};

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

/// Reads every document of `text`.
pub fn read(text: &str, source: SourceId, limits: &Limits) -> Read {
    let mut errors = Vec::new();
    let documents = parse(text, source, limits, &mut errors);
    let nodes = documents
        .iter()
        .map(|document| {
            let mut composer =
                Composer { text, source, document, limits, left: limits.nodes, path: Vec::new(), errors: &mut errors };
            document.root().map(|root| composer.node(root, 0, None))
        })
        .collect();
    errors.sort_by_key(|error| error.at.span);
    errors.dedup();
    Read { documents, nodes, errors }
}

/// Reads bytes: refuses what is no UTF-8 at the byte where it stops being so.
pub fn read_bytes(bytes: &[u8], source: SourceId, limits: &Limits) -> Result<(String, Read), YamlError> {
    let wide = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]);
    match std::str::from_utf8(bytes) {
        Ok(text) if !wide => Ok((text.to_owned(), read(text, source, limits))),
        Err(error) if !wide => {
            let at = error.valid_up_to() as u32;
            let at = Location { source, span: Span::new(at, at) };
            Err(YamlError::new(ErrorKind::Encoding, at, "the file is not valid UTF-8 from here on")
                .help("save the file as UTF-8"))
        }
        _ => {
            let at = Location { source, span: Span::new(0, 0) };
            Err(YamlError::new(ErrorKind::Encoding, at, "the file is UTF-16 or binary, not UTF-8")
                .help("save the file as UTF-8"))
        }
    }
}

struct Composer<'a> {
    text: &'a str,
    source: SourceId,
    document: &'a Document,
    limits: &'a Limits,
    left: usize,
    /// The anchored nodes that are being followed.
    path: Vec<NodeId>,
    errors: &'a mut Vec<YamlError>,
}

impl Composer<'_> {
    fn at(&self, span: Span) -> Location {
        Location { source: self.source, span }
    }

    fn error(&mut self, kind: ErrorKind, span: Span, message: impl Into<String>, help: &str) {
        let at = self.at(span);
        self.errors.push(YamlError::new(kind, at, message).help(help));
    }

    fn node(&mut self, id: NodeId, depth: usize, via: Option<Location>) -> Node {
        let syntax = self.document.node(id);
        let at = self.at(syntax.span);
        if self.left == 0 || depth > self.limits.depth {
            if self.left != usize::MAX {
                let message = if self.left == 0 {
                    format!("the document grows beyond {} values when its aliases are followed", self.limits.nodes)
                } else {
                    format!("the nesting is deeper than {} levels", self.limits.depth)
                };
                self.error(
                    ErrorKind::Limit,
                    via.map_or(syntax.span, |via| via.span),
                    message,
                    "use fewer aliases, or nest less",
                );
                // Say it once.
                self.left = usize::MAX;
            }
            return Node::new(Value::Null, at);
        }
        if self.left == usize::MAX {
            return Node::new(Value::Null, at);
        }
        self.left -= 1;
        let mut node = Node::new(Value::Null, at);
        match &syntax.kind {
            Kind::Alias(target) => return self.alias(id, *target, depth),
            Kind::Scalar(text, style) => {
                node.plain = *style == Style::Plain;
                node.value = self.scalar(text, *style, syntax);
            }
            Kind::Sequence(items) => {
                node.value = Value::Seq(items.iter().map(|item| self.node(*item, depth + 1, via)).collect());
            }
            Kind::Mapping(entries) => node.value = Value::Map(self.mapping(entries, depth, via)),
        }
        let tag = syntax.tag.as_ref().filter(|tag| !is_core(&tag.0)).map(|tag| tag.0.as_str().into());
        if tag.is_some() || via.is_some() {
            node.extra = Some(Box::new(Extra { tag, template: None, via }));
        }
        node
    }

    fn alias(&mut self, id: NodeId, target: Option<NodeId>, depth: usize) -> Node {
        let span = self.document.node(id).span;
        let at = self.at(span);
        match target {
            // Said by the parser already.
            None => Node::new(Value::Null, at),
            Some(target) if self.path.contains(&target) || self.encloses(target, span) => {
                let name = span.slice(self.text).trim_start_matches('*').to_owned();
                self.error(
                    ErrorKind::Alias,
                    span,
                    format!("the anchor `&{name}` contains itself"),
                    "remove this alias",
                );
                Node::new(Value::Null, at)
            }
            Some(target) => {
                self.path.push(target);
                let node = self.node(target, depth + 1, Some(at));
                self.path.pop();
                node
            }
        }
    }

    /// Whether the node `id` covers `span`.
    fn encloses(&self, id: NodeId, span: Span) -> bool {
        let outer = self.document.node(id).span;
        outer.start <= span.start && span.end <= outer.end
    }

    fn mapping(&mut self, entries: &[(NodeId, NodeId)], depth: usize, via: Option<Location>) -> Map {
        let mut map = Map::with_capacity_and_hasher(entries.len(), Default::default());
        let has_merge = entries.iter().any(|(key, _)| self.is_merge(*key));
        let mut merge_at: Option<Location> = None;
        for (key, value) in entries {
            if self.is_merge(*key) {
                let key_at = self.at(self.document.node(*key).span);
                match merge_at {
                    Some(first) => {
                        let error =
                            YamlError::new(ErrorKind::DuplicateKey, key_at, "the merge key `<<` stands here twice")
                                .help("merge a list instead: `<<: [*a, *b]`")
                                .related(first, "first here");
                        self.errors.push(error);
                    }
                    None => merge_at = Some(key_at),
                }
                continue;
            }
            let Some((name, key_at)) = self.key(*key) else { continue };
            if let Some(first) = map.get(&*name) {
                let error =
                    YamlError::new(ErrorKind::DuplicateKey, key_at, format!("the key `{name}` stands here twice"))
                        .help("remove one of the two")
                        .related(first.key_at, "first here");
                if via.is_none() {
                    self.errors.push(error);
                }
                continue;
            }
            let value = self.node(*value, depth + 1, via);
            map.insert(name, Entry { key_at, value });
        }
        if has_merge { self.merge(entries, map, depth) } else { map }
    }

    /// Adds what the merge keys bring: explicit keys win, then the merge that stands first.
    fn merge(&mut self, entries: &[(NodeId, NodeId)], explicit: Map, depth: usize) -> Map {
        let mut merged = Map::default();
        for (key, value) in entries {
            if !self.is_merge(*key) {
                continue;
            }
            let sources: Vec<NodeId> = match &self.document.node(self.target(*value)).kind {
                Kind::Sequence(items) => items.clone(),
                _ => vec![*value],
            };
            for source in sources {
                let span = self.document.node(source).span;
                let node = self.node(source, depth + 1, Some(self.at(span)));
                match node.value {
                    Value::Map(map) => {
                        for (name, entry) in map {
                            if !explicit.contains_key(&name) && !merged.contains_key(&name) {
                                merged.insert(name, entry);
                            }
                        }
                    }
                    Value::Null if matches!(self.document.node(source).kind, Kind::Alias(_)) => {}
                    _ => self.error(
                        ErrorKind::Alias,
                        span,
                        format!("`<<` merges mappings, this is {}", node.kind()),
                        "name an anchor that stands on a mapping",
                    ),
                }
            }
        }
        // Merged keys come first, as fragments are meant: what is special follows.
        merged.extend(explicit);
        merged
    }

    /// The node behind an alias.
    fn target(&self, id: NodeId) -> NodeId {
        match self.document.node(id).kind {
            Kind::Alias(Some(target)) => target,
            _ => id,
        }
    }

    fn is_merge(&self, key: NodeId) -> bool {
        let node = self.document.node(key);
        matches!(&node.kind, Kind::Scalar(text, Style::Plain) if &**text == "<<")
            || node.tag.as_ref().is_some_and(|tag| tag.0 == "!!merge")
    }

    fn key(&mut self, id: NodeId) -> Option<(Box<str>, Location)> {
        let document = self.document;
        let node = document.node(self.target(id));
        let span = document.node(id).span;
        let at = self.at(span);
        let Kind::Scalar(text, style) = &node.kind else {
            let written = span.slice(self.text);
            if written.starts_with('{') && self.text[..span.start as usize].trim_end_matches(' ').ends_with('{') {
                let span = Span::new(span.start.saturating_sub(1), span.start + 1);
                self.error(
                    ErrorKind::Syntax,
                    span,
                    "`{{` begins a mapping in YAML, not an expression",
                    "put the whole value in quotes: \"{{ … }}\"",
                );
            } else {
                self.error(ErrorKind::Type, span, "a key is a list or a mapping", "Compose takes strings as keys only");
            }
            return None;
        };
        if *style == Style::Plain && !matches!(scalar::resolve(text), Value::String(_)) && node.tag.is_none() {
            let kind = Node::new(scalar::resolve(text), at).kind();
            if span.is_empty() {
                self.error(ErrorKind::Type, span, "a key is missing before the `:`", "write the key");
            } else {
                let help = format!("put it in quotes: \"{text}\"");
                self.error(ErrorKind::Type, span, format!("the key `{text}` is {kind}, not a string"), &help);
            }
        }
        Some((text.clone(), at))
    }

    fn scalar(&mut self, text: &str, style: Style, syntax: &Syntax) -> Value {
        let tag = syntax.tag.as_ref().map(|tag| tag.0.as_str());
        match tag {
            None | Some("!") if style == Style::Plain => scalar::resolve(text),
            None | Some("!" | "!!str" | "!<tag:yaml.org,2002:str>") => Value::String(text.into()),
            Some(tag @ ("!!int" | "!!float" | "!!bool" | "!!null" | "!!timestamp")) => {
                let typed = scalar::resolve(text);
                match (tag, &typed) {
                    ("!!int", Value::Int(_))
                    | ("!!float", Value::Float(_))
                    | ("!!bool", Value::Bool(_))
                    | ("!!null", Value::Null)
                    | ("!!timestamp", Value::Timestamp(_)) => typed,
                    ("!!float", Value::Int(value)) => Value::Float(*value as f64),
                    _ => {
                        self.error(
                            ErrorKind::Type,
                            syntax.span,
                            format!("`{text}` is no `{tag}`"),
                            "remove the tag, or write a value that fits it",
                        );
                        typed
                    }
                }
            }
            Some(_) => Value::String(text.into()),
        }
    }
}

/// Whether a tag is one of YAML's own, which is spent when the scalar is typed.
fn is_core(tag: &str) -> bool {
    tag.starts_with("!!") || tag == "!" || tag.starts_with("!<tag:yaml.org,2002:")
}
