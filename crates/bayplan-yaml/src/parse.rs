//! `text → Document`: the one module that knows the parser.
//!
//! [granit-parser](https://docs.rs/granit-parser/2.1.0) gives events with byte spans; this module makes a tree of them in
//! an arena and mends what an editor and a reader of Docker's files need otherwise: the spans of block scalars and block
//! collections, and a block scalar at the end of a file without a line break (go-yaml gives it none, YAML 1.2 does).

use crate::error::{ErrorKind, Limits, YamlError};
use crate::{Location, SourceId, Span};
use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};
use std::collections::HashMap;

/// Names a node of one [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// One YAML document as written.
#[derive(Debug, Clone, Default)]
pub struct Document {
    nodes: Vec<Syntax>,
    root: Option<NodeId>,
    /// The comments, in the order of the text.
    pub comments: Vec<Comment>,
}

/// A node as written.
#[derive(Debug, Clone)]
pub struct Syntax {
    /// What it is.
    pub kind: Kind,
    /// Its bytes, without tag and anchor. A value that was left out has an empty span.
    pub span: Span,
    /// Whether a collection is in flow style (`[…]`, `{…}`).
    pub flow: bool,
    /// The tag as written, and its bytes.
    pub tag: Option<Box<(String, Span)>>,
    /// The anchor's name, and its bytes with the `&`.
    pub anchor: Option<Box<(String, Span)>>,
}

/// The kinds of nodes.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A scalar: its text after folding and unescaping, and how it was written.
    Scalar(Box<str>, Style),
    /// The items of a sequence.
    Sequence(Vec<NodeId>),
    /// The entries of a mapping, in the order written, repeated keys included.
    Mapping(Vec<(NodeId, NodeId)>),
    /// `*name`: the node that it stands for, where there is one.
    Alias(Option<NodeId>),
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The text behind the `#`.
    pub text: String,
    /// Its bytes, from the `#` to the end of the line.
    pub span: Span,
}

impl Document {
    /// The top node; nothing where the document is empty.
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// The node `id`.
    ///
    /// # Panics
    /// Where `id` is of another document.
    pub fn node(&self, id: NodeId) -> &Syntax {
        &self.nodes[id.0 as usize]
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the document holds nothing.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The value of the entry `key` of the mapping `id`, and its key; the last one where the key is repeated.
    pub fn entry(&self, id: NodeId, key: &str) -> Option<(NodeId, NodeId)> {
        let Kind::Mapping(entries) = &self.node(id).kind else { return None };
        entries
            .iter()
            .rev()
            .copied()
            .find(|(name, _)| matches!(&self.node(*name).kind, Kind::Scalar(text, _) if &**text == key))
    }
}

/// Parses every document of `text`. After a syntax error, the documents hold what was read before it.
pub fn parse(text: &str, source: SourceId, limits: &Limits, errors: &mut Vec<YamlError>) -> Vec<Document> {
    if text.len() > limits.bytes {
        let message = format!("the file has {} MB; {} MB are read at most", text.len() >> 20, limits.bytes >> 20);
        errors.push(YamlError::new(ErrorKind::Limit, Location { source, span: Span::new(0, 0) }, message));
        return Vec::new();
    }
    let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let body = &text[skipped..];
    let options = granit_parser::options! {
        max_buffered_comment_events: 1 << 20,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        block_nesting_limit: 250,
        flow_nesting_limit: 250,
    };
    let mut builder = Builder {
        text,
        skipped,
        source,
        documents: Vec::new(),
        current: Document::default(),
        open: Vec::new(),
        anchors: HashMap::new(),
        last: None,
    };
    for event in Parser::new_from_str_with_options(body, options) {
        match event {
            Ok((event, span)) => builder.event(event, span, errors),
            Err(error) => {
                errors.push(crate::error::syntax(&error, text, skipped, source));
                break;
            }
        }
    }
    builder.close_all();
    builder.documents
}

enum Open {
    Sequence(NodeId, Vec<NodeId>),
    Mapping(NodeId, Vec<(NodeId, NodeId)>, Option<NodeId>),
}

struct Builder<'a> {
    text: &'a str,
    skipped: usize,
    source: SourceId,
    documents: Vec<Document>,
    current: Document,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
    last: Option<NodeId>,
}

impl Builder<'_> {
    fn span(&self, span: granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        let at = |offset: usize| (offset + self.skipped).min(self.text.len()) as u32;
        Span::new(at(range.start), at(range.end).max(at(range.start)))
    }

    fn event(&mut self, event: Event<'_>, at: granit_parser::Span, errors: &mut Vec<YamlError>) {
        let span = self.span(at);
        let tag = |builder: &Self, has: bool| {
            let span = builder.span(at.tag_span().filter(|_| has)?);
            Some(Box::new((span.slice(builder.text).to_owned(), span)))
        };
        match event {
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::DocumentEnd => self.finish_document(),
            Event::Comment(text, _) => self.current.comments.push(Comment { text: text.into_owned(), span }),
            Event::Scalar(text, style, anchor, tags) => {
                let (kind, span) = self.scalar(&text, style, span, tags.is_some());
                let tag = tag(self, tags.is_some());
                let id = self.add(Syntax { kind, span, flow: false, tag, anchor: None });
                self.anchors.insert(anchor, id);
                self.place(id);
            }
            Event::SequenceStart(style, anchor, tags) => {
                let tag = tag(self, tags.is_some());
                let flow = style == StructureStyle::Flow;
                let id = self.add(Syntax { kind: Kind::Sequence(Vec::new()), span, flow, tag, anchor: None });
                self.anchors.insert(anchor, id);
                self.open.push(Open::Sequence(id, Vec::new()));
            }
            Event::MappingStart(style, anchor, tags) => {
                let tag = tag(self, tags.is_some());
                let flow = style == StructureStyle::Flow;
                let id = self.add(Syntax { kind: Kind::Mapping(Vec::new()), span, flow, tag, anchor: None });
                self.anchors.insert(anchor, id);
                self.open.push(Open::Mapping(id, Vec::new(), None));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(Some(span)),
            Event::Anchor(_, name) => {
                if let Some(node) = self.last.and_then(|id| self.current.nodes.get_mut(id.0 as usize)) {
                    node.anchor = Some(Box::new((name.into_owned(), span)));
                }
            }
            Event::Alias(target) => {
                let target = self.anchors.get(&target).copied();
                let id = self.add(Syntax { kind: Kind::Alias(target), span, flow: false, tag: None, anchor: None });
                self.place(id);
            }
            Event::UnresolvedAlias(name) => {
                let at = Location { source: self.source, span };
                let help = "define the anchor above its first use; anchors do not reach across files";
                let message = format!("there is no anchor `&{name}` above this alias");
                errors.push(YamlError::new(ErrorKind::Alias, at, message).help(help));
                let id = self.add(Syntax { kind: Kind::Alias(None), span, flow: false, tag: None, anchor: None });
                self.place(id);
            }
            _ => {}
        }
    }

    fn add(&mut self, node: Syntax) -> NodeId {
        let id = NodeId(self.current.nodes.len() as u32);
        self.current.nodes.push(node);
        self.last = Some(id);
        id
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, id: NodeId) {
        match self.open.last_mut() {
            None => self.current.root = Some(id),
            Some(Open::Sequence(_, items)) => items.push(id),
            Some(Open::Mapping(_, entries, key)) => match key.take() {
                None => *key = Some(id),
                Some(key) => {
                    // The span of a value that was left out stands before the colon: it belongs behind the key.
                    let end = self.current.nodes[key.0 as usize].span.end;
                    let value = &mut self.current.nodes[id.0 as usize];
                    if value.span.is_empty() && value.span.start < end {
                        value.span = Span::new(end, end);
                    }
                    entries.push((key, id));
                }
            },
        }
    }

    fn close(&mut self, end: Option<Span>) {
        let Some(open) = self.open.pop() else { return };
        let (id, kind, last) = match open {
            Open::Sequence(id, items) => {
                let last = items.last().copied();
                (id, Kind::Sequence(items), last)
            }
            Open::Mapping(id, mut entries, key) => {
                // A key whose value was not reached before a syntax error.
                if let Some(key) = key {
                    let end = self.current.nodes[key.0 as usize].span.end;
                    let kind = Kind::Scalar("".into(), Style::Plain);
                    let value =
                        self.add(Syntax { kind, span: Span::new(end, end), flow: false, tag: None, anchor: None });
                    entries.push((key, value));
                }
                let last = entries.last().map(|(_, value)| *value);
                (id, Kind::Mapping(entries), last)
            }
        };
        let last_end = last.map(|last| self.current.nodes[last.0 as usize].span.end);
        let node = &mut self.current.nodes[id.0 as usize];
        node.kind = kind;
        node.span.end = match end {
            Some(end) if node.flow => end.end,
            _ => last_end.unwrap_or(node.span.end).max(node.span.start),
        };
        self.place(id);
    }

    fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close(None);
        }
        if self.current.root.is_some() || !self.current.comments.is_empty() {
            self.finish_document();
        }
    }

    fn finish_document(&mut self) {
        self.documents.push(std::mem::take(&mut self.current));
        self.anchors.clear();
        self.last = None;
    }

    fn scalar(&self, text: &str, style: ScalarStyle, span: Span, tagged: bool) -> (Kind, Span) {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        match style {
            // Nothing at all comes as `~`, or as an empty text behind a tag.
            Style::Plain if span.is_empty() => (Kind::Scalar("".into(), style), span),
            Style::Literal | Style::Folded => {
                let mut text = text;
                let rest = &self.text[self.text.rfind('\n').map_or(0, |at| at + 1)..];
                if span.end as usize >= self.text.len() && !rest.trim().is_empty() {
                    text = text.strip_suffix('\n').unwrap_or(text);
                }
                (Kind::Scalar(text.into(), style), self.block_span(style, span))
            }
            _ => {
                let _ = tagged;
                (Kind::Scalar(text.into(), style), span)
            }
        }
    }

    /// The bytes of a block scalar from its `|` or `>` to its last character.
    fn block_span(&self, style: Style, span: Span) -> Span {
        let indicator = if style == Style::Literal { '|' } else { '>' };
        let before = &self.text[..span.start as usize];
        let mut end = before.len();
        // Blank lines may stand between header and content.
        let header = loop {
            let line_end = end;
            let start = before[..line_end].rfind('\n').map_or(0, |at| at + 1);
            if !before[start..line_end].trim().is_empty() || start == 0 {
                break start;
            }
            end = start.saturating_sub(1);
        };
        let line = &before[header..end];
        let found = line.char_indices().find(|(at, c)| {
            *c == indicator
                && line[..*at].chars().next_back().is_none_or(char::is_whitespace)
                && is_block_header(&line[at + 1..])
        });
        let content = span.slice(self.text).trim_end().len() as u32;
        match found {
            Some((at, _)) if content == 0 => {
                let start = (header + at) as u32;
                Span::new(start, start + line[at..].trim_end().len() as u32)
            }
            Some((at, _)) => Span::new((header + at) as u32, span.start + content),
            None => Span::new(span.start, span.start + content),
        }
    }
}

/// Whether `rest` may follow the indicator of a block scalar on its line.
fn is_block_header(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
    let comment = rest.trim_start_matches([' ', '\t']);
    comment.trim().is_empty() || (comment.starts_with('#') && comment.len() < rest.len())
}
