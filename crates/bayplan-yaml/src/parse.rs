//! `text → Document`s: the one module that knows the parser.
//!
//! [granit-parser](https://docs.rs/granit-parser/2.1.0) gives events with byte spans; this module makes a tree of them in
//! an arena and mends what an editor and a reader of Docker's files need otherwise: the spans of block scalars, block
//! collections and empty values, and a block scalar at the end of a file without a line break (go-yaml gives it none,
//! YAML 1.2 does).

pub(crate) mod block;
mod words;

use crate::error::{ErrorKind, Limits, YamlError};
pub use crate::tree::{Comment, Document, Kind, NodeId, Placement, Style, Syntax};
use crate::{Location, SourceId, Span, Text};
use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

/// Levels of nesting that are read. go-yaml reads 10,000; no file that a person reads comes near this.
const DEPTH: usize = 128;

/// Parses every document of `text`. After a syntax error, the documents hold what was read before it.
pub fn parse(text: &str, source: SourceId, limits: &Limits, errors: &mut Vec<YamlError>) -> Vec<Document> {
    let bytes = limits.bytes.min(u32::MAX as usize);
    if text.len() > bytes {
        let message = format!("the file has {} MB; {} MB are read at most", text.len() >> 20, bytes >> 20);
        errors.push(
            YamlError::new(ErrorKind::Limit, Location { source, span: Span::new(0, 0) }, message)
                .help("keep large data in a file of its own"),
        );
        return Vec::new();
    }
    let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let body = text.get(skipped..).unwrap_or("");
    let options = granit_parser::options! {
        // a long comment between a key and its value is no attack
        max_buffered_comment_events: 1 << 20,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        block_nesting_limit: DEPTH,
        flow_nesting_limit: DEPTH,
    };
    let mut builder = Builder {
        text,
        skipped,
        source,
        limits,
        ends_without_break: !text.is_empty() && !text.ends_with(['\n', '\r']),
        documents: Vec::new(),
        current: Document::default(),
        open: Vec::new(),
        anchors: Vec::new(),
        last: None,
        cursor: 0,
        values: 0,
        full: false,
    };
    for event in Parser::new_from_str_with_options(body, options) {
        match event {
            Ok((event, span)) => builder.event(event, span, errors),
            Err(error) => {
                let open = builder.open_flow();
                errors.push(words::syntax(&error, text, skipped, source, open, builder.cursor));
                break;
            }
        }
        if builder.full {
            break;
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
    limits: &'a Limits,
    /// Whether the last line has no line break.
    ends_without_break: bool,
    documents: Vec<Document>,
    current: Document,
    open: Vec<Open>,
    /// Of this document: the parser's number of an anchor, and the node.
    anchors: Vec<(usize, NodeId)>,
    last: Option<NodeId>,
    /// Up to where the text is in the tree: what follows are the properties and indicators of the next node.
    cursor: u32,
    /// Values of this document so far, keys not counted.
    values: usize,
    /// Whether a limit was passed: nothing more is read.
    full: bool,
}

impl Builder<'_> {
    fn span(&self, span: granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        let at = |offset: usize| (offset + self.skipped).min(self.text.len()) as u32;
        Span::new(at(range.start), at(range.end).max(at(range.start)))
    }

    fn event(&mut self, event: Event<'_>, at: granit_parser::Span, errors: &mut Vec<YamlError>) {
        let span = self.span(at);
        match event {
            Event::DocumentStart(explicit, _) => {
                self.current.start_mark = explicit.then_some(span);
                if explicit {
                    self.cursor = span.end;
                }
            }
            Event::DocumentEnd => {
                self.current.end_mark = (span.slice(self.text) == "...").then_some(span);
                self.cursor = self.cursor.max(span.end);
                self.finish_document();
            }
            Event::Comment(text, placement) => {
                let placement = match placement {
                    granit_parser::Placement::Above => Placement::Above,
                    granit_parser::Placement::Right => Placement::Right,
                    granit_parser::Placement::Last => Placement::Last,
                    _ => Placement::Free,
                };
                self.current.comments.push(Comment { text: text.into_owned(), span, placement });
            }
            Event::Scalar(text, style, anchor, tag) => {
                let (kind, inner) = self.scalar(text.into(), style, span);
                self.add(kind, inner, false, at, tag.is_some(), anchor);
                self.cursor = self.cursor.max(span.end);
                self.place(errors);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let span = if flow { span } else { self.with_dash(span) };
                let id = self.add(Kind::Sequence(Vec::new()), span, flow, at, tag.is_some(), anchor);
                self.cursor = self.cursor.max(span.start);
                self.open.push(Open::Sequence(id, Vec::new()));
            }
            Event::MappingStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let id = self.add(Kind::Mapping(Vec::new()), span, flow, at, tag.is_some(), anchor);
                self.cursor = self.cursor.max(span.start);
                self.open.push(Open::Mapping(id, Vec::new(), None));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(Some(span), errors),
            Event::Anchor(_, name) => {
                if let Some(node) = self.last.and_then(|id| self.current.nodes.get_mut(id.0 as usize)) {
                    if node.span.is_empty() && node.span.start < span.end && matches!(node.kind, Kind::Scalar(..)) {
                        node.span = Span::new(span.end, span.end);
                    }
                    node.anchor = Some(Box::new((name.into_owned(), span)));
                }
            }
            Event::Alias(target) => {
                let target = self.anchors.iter().rev().find(|(anchor, _)| *anchor == target).map(|(_, id)| *id);
                self.add(Kind::Alias(target), span, false, at, false, 0);
                self.cursor = span.end;
                self.place(errors);
            }
            Event::UnresolvedAlias(name) => {
                let at_alias = Location { source: self.source, span };
                let help = "define the anchor above its first use; anchors do not reach across files";
                let message = format!("there is no anchor `&{name}` above this alias");
                errors.push(YamlError::new(ErrorKind::Alias, at_alias, message).help(help));
                self.add(Kind::Alias(None), span, false, at, false, 0);
                self.cursor = span.end;
                self.place(errors);
            }
            _ => {}
        }
    }

    fn add(
        &mut self,
        kind: Kind,
        span: Span,
        flow: bool,
        at: granit_parser::Span,
        tagged: bool,
        anchor: usize,
    ) -> NodeId {
        let tag = if tagged {
            let span = at.tag_span().map(|span| self.span(span));
            span.map(|span| Box::new((span.slice(self.text).to_owned(), span)))
        } else {
            None
        };
        let id = NodeId(self.current.nodes.len() as u32);
        self.current.nodes.push(Syntax { kind, span, flow, tag, anchor: None });
        if anchor != 0 {
            self.anchors.push((anchor, id));
        }
        self.last = Some(id);
        id
    }

    /// Puts the node that was finished last where it belongs.
    fn place(&mut self, errors: &mut Vec<YamlError>) {
        let Some(id) = self.last else { return };
        match self.open.last_mut() {
            None => self.current.root = Some(id),
            Some(Open::Sequence(_, items)) => items.push(id),
            Some(Open::Mapping(_, entries, key)) => match key.take() {
                None => {
                    *key = Some(id);
                    return;
                }
                Some(key) => {
                    entries.push((key, id));
                    self.mend_empty(key, id);
                }
            },
        }
        self.values += 1;
        if self.values == self.limits.values + 1 || self.current.nodes.len() >= self.limits.nodes {
            let at = Location { source: self.source, span: self.current.nodes[id.0 as usize].span };
            let message = format!("the document has more than {} values", self.limits.values.min(self.limits.nodes));
            let help = "split the file: Docker Compose reads no more from one document";
            errors.push(YamlError::new(ErrorKind::Limit, at, message).help(help));
            self.full = self.current.nodes.len() >= self.limits.nodes;
        }
    }

    /// The span of a value that was left out may stand before its colon: it belongs behind it.
    fn mend_empty(&mut self, key: NodeId, value: NodeId) {
        let nodes = &mut self.current.nodes;
        let end = nodes[key.0 as usize].full_span().end;
        let value = &mut nodes[value.0 as usize];
        if !value.span.is_empty() || value.tag.is_some() || !matches!(value.kind, Kind::Scalar(..)) {
            return;
        }
        let rest = self.text.get(end as usize..).unwrap_or("");
        let at = match block::skip_blank(rest) {
            (skipped, Some(':')) if block::is_end(rest, skipped + 1) => end + skipped as u32 + 1,
            _ => end,
        };
        value.span = Span::new(at, at);
    }

    fn close(&mut self, end: Option<Span>, errors: &mut Vec<YamlError>) {
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
                    let value = NodeId(self.current.nodes.len() as u32);
                    let kind = Kind::Scalar("".into(), Style::Plain);
                    let span = Span::new(end, end);
                    self.current.nodes.push(Syntax { kind, span, flow: false, tag: None, anchor: None });
                    entries.push((key, value));
                }
                let last = entries.last().map(|(_, value)| *value);
                (id, Kind::Mapping(entries), last)
            }
        };
        let last_end = last.map_or(0, |last| self.current.nodes[last.0 as usize].full_span().end);
        let node = &mut self.current.nodes[id.0 as usize];
        node.kind = kind;
        // A pair in a flow sequence has no brackets of its own.
        let brackets = node.flow && node.span.len() == 1 && !node.span.slice(self.text).starts_with('?');
        let end = end.filter(|_| brackets).map_or(0, |end| end.end);
        node.span.end = node.span.end.max(end).max(last_end);
        self.cursor = self.cursor.max(node.span.end);
        self.last = Some(id);
        self.place(errors);
    }

    fn close_all(&mut self) {
        let mut ignored = Vec::new();
        while !self.open.is_empty() {
            self.close(None, &mut ignored);
        }
        if self.current.root.is_some() {
            self.finish_document();
        } else if !self.current.comments.is_empty() {
            // Comments below the last document belong to it.
            match self.documents.last_mut() {
                Some(last) => last.comments.append(&mut self.current.comments),
                None => self.finish_document(),
            }
        }
    }

    fn finish_document(&mut self) {
        self.documents.push(std::mem::take(&mut self.current));
        self.anchors.clear();
        self.last = None;
        self.values = 0;
    }

    fn scalar(&self, text: Text, style: ScalarStyle, span: Span) -> (Kind, Span) {
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
                let inner = block::span(self.text, self.cursor, span, style);
                let without = text.strip_suffix('\n').filter(|_| self.ends_without_break);
                let text = match without {
                    Some(without) if block::lacks_break(self.text, inner, span.end, without) => without.into(),
                    _ => text,
                };
                (Kind::Scalar(text, style), inner)
            }
            _ => (Kind::Scalar(text, style), span),
        }
    }

    /// A block sequence from its first `-`: the parser begins one that is not indented deeper than its key behind it.
    fn with_dash(&self, span: Span) -> Span {
        match self.open.last() {
            Some(Open::Mapping(..)) => block::find(self.text, self.cursor, span.start, b'-')
                .map_or(span, |dash| Span::new(dash, span.end.max(dash))),
            _ => span,
        }
    }

    /// The innermost flow collection that is open.
    fn open_flow(&self) -> Option<Span> {
        self.open.iter().rev().find_map(|open| {
            let (Open::Sequence(id, _) | Open::Mapping(id, ..)) = open;
            let node = self.current.nodes.get(id.0 as usize)?;
            (node.flow && matches!(node.span.slice(self.text), "[" | "{")).then_some(node.span)
        })
    }
}
