//! `path → the node and what it stands behind`, or why it cannot be edited.

use super::No;
use super::lines::Lines;
use crate::print::Layout;
use crate::{Document, Kind, Node, NodeId, Path, Segment, Span, Style, Syntax};
use std::cell::OnceCell;
use std::collections::HashSet;

/// A document that is edited.
pub(super) struct Site<'a> {
    pub(super) text: &'a str,
    pub(super) lines: Lines<'a>,
    pub(super) document: &'a Document,
    /// What the document says, to tell why a path leads nowhere.
    pub(super) node: &'a Node,
    /// The nodes that aliases name.
    in_use: HashSet<NodeId>,
    /// The aliases, and what they name.
    aliases: Vec<(NodeId, NodeId)>,
    literals: bool,
    /// By how much mappings and lists are indented, and where, once somebody asked.
    steps: OnceCell<[Vec<(usize, usize)>; 2]>,
    /// Where block scalars end that keep the blank lines below them, once somebody asked.
    keeping: OnceCell<HashSet<usize>>,
}

/// A node found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) id: NodeId,
    pub(super) slot: Slot,
    /// Whether it stands inside of a flow collection.
    pub(super) in_flow: bool,
}

/// What a node belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot {
    /// Nothing: it is the document.
    Root,
    /// The entry of a mapping, by number.
    Entry(NodeId, usize),
    /// The item of a sequence, by number.
    Item(NodeId, usize),
}

/// Where the entries or items of a collection begin (key or dash) and end (value).
#[derive(Debug)]
pub(super) struct Members(pub(super) Vec<(usize, usize)>);

impl<'a> Site<'a> {
    pub(super) fn new(text: &'a str, document: &'a Document, node: &'a Node, literals: bool) -> Self {
        let target = |id| match document.node(id).kind {
            Kind::Alias(target) => Some((id, target?)),
            _ => None,
        };
        let aliases: Vec<_> = document.ids().filter_map(target).collect();
        let in_use = aliases.iter().map(|(_, target)| *target).collect();
        let (steps, keeping) = (OnceCell::new(), OnceCell::new());
        Self { text, lines: Lines(text), document, node, in_use, aliases, literals, steps, keeping }
    }

    pub(super) fn syntax(&self, id: NodeId) -> &'a Syntax {
        self.document.node(id)
    }

    pub(super) fn span(&self, id: NodeId) -> Span {
        self.syntax(id).full_span()
    }

    /// How the text around byte `near` is indented.
    pub(super) fn layout(&self, near: usize) -> Layout {
        let [mappings, lists] = self.steps.get_or_init(|| self.steps());
        let nearest = |known: &[(usize, usize)]| {
            let behind = known.partition_point(|(at, _)| *at < near);
            let before = behind.checked_sub(1).and_then(|before| known.get(before));
            let both = before.into_iter().chain(known.get(behind));
            both.min_by_key(|(at, _)| near.abs_diff(*at)).map(|(_, step)| *step)
        };
        let usual = Layout { literals: self.literals, ..Layout::default() };
        Layout {
            step: nearest(mappings).unwrap_or(usual.step),
            list_step: nearest(lists).unwrap_or(usual.list_step),
            ..usual
        }
    }

    /// The keys whose values stand below them, and by how much these are indented: mappings and lists.
    fn steps(&self) -> [Vec<(usize, usize)>; 2] {
        let mut steps = [Vec::new(), Vec::new()];
        for id in self.document.ids() {
            for (key, value) in self.entries(id) {
                let (key, value) = (self.syntax(*key).span, self.syntax(*value));
                let (which, members) = match &value.kind {
                    Kind::Mapping(entries) => (0, entries.len()),
                    Kind::Sequence(items) => (1, items.len()),
                    _ => continue,
                };
                let indents = self.lines.indent(key.start as usize).zip(self.lines.indent(value.span.start as usize));
                let Some((from, to)) = indents.filter(|_| !value.flow && members > 0) else { continue };
                if to > from || which == 1 && to == from {
                    steps[which].push((key.start as usize, to - from));
                }
            }
        }
        steps.iter_mut().for_each(|steps| steps.sort_unstable());
        steps
    }

    /// Whether the text before byte `end` is a block scalar that keeps the blank lines below it.
    pub(super) fn keeps_blank_lines(&self, end: usize) -> bool {
        let found = || {
            let nodes = self.document.ids().map(|id| self.syntax(id));
            let keeps = |syntax: &&Syntax| {
                let header = syntax.span.slice(self.text).lines().next().unwrap_or("");
                header.split(['#', ' ']).next().unwrap_or("").contains('+')
            };
            let blocks = nodes.filter(|syntax| matches!(syntax.kind, Kind::Scalar(_, Style::Literal | Style::Folded)));
            blocks.filter(keeps).map(|syntax| syntax.span.end as usize).collect()
        };
        self.keeping.get_or_init(found).contains(&end)
    }

    /// The column of byte `at`.
    pub(super) fn column(&self, at: usize) -> Result<usize, No> {
        let odd = || No::new("its line begins with something else than spaces").at(Span::new(at as u32, at as u32));
        self.lines.indent(at).ok_or_else(odd)
    }

    /// The node at `path`. No node above it is one that aliases use.
    pub(super) fn find(&self, path: &Path) -> Result<Found, No> {
        let Some(id) = self.document.root() else { return Err(No::new("the file holds nothing yet")) };
        let mut found = Found { id, slot: Slot::Root, in_flow: false };
        for (depth, segment) in path.0.iter().enumerate() {
            let syntax = self.container(found.id)?;
            let in_flow = found.in_flow || syntax.flow;
            let (id, slot) = match (segment, &syntax.kind) {
                (Segment::Key(key), Kind::Mapping(_)) => {
                    let number = self.entry(found.id, key)?.ok_or_else(|| {
                        let above = Path(path.0.iter().take(depth).cloned().collect());
                        let brought = self.node.at_path(&above).is_some_and(|node| node.get(key).is_some());
                        No::new(if brought {
                            format!("a merge key brings `{key}`: edit it where the anchor stands")
                        } else {
                            format!("there is no key `{key}`")
                        })
                        .at(syntax.span)
                    })?;
                    (self.entries(found.id).get(number).map(|entry| entry.1), Slot::Entry(found.id, number))
                }
                (Segment::Index(index), Kind::Sequence(items)) => {
                    (items.get(*index).copied(), Slot::Item(found.id, *index))
                }
                (Segment::Key(key), _) => {
                    return Err(No::new(format!("there is no mapping that could have `{key}`")).at(syntax.span));
                }
                (Segment::Index(_), _) => return Err(No::new("there is no list").at(syntax.span)),
            };
            let id = id.ok_or_else(|| No::new("the list has fewer items").at(syntax.span))?;
            found = Found { id, slot, in_flow };
        }
        Ok(found)
    }

    /// A node whose entries may be edited.
    pub(super) fn container(&self, id: NodeId) -> Result<&'a Syntax, No> {
        let syntax = self.syntax(id);
        if let Kind::Alias(_) = syntax.kind {
            let alias = syntax.span.slice(self.text);
            return Err(No::new(format!("the alias `{alias}` brings the value: edit it where the anchor stands"))
                .at(syntax.span));
        }
        if self.in_use.contains(&id) {
            let name = syntax.anchor.as_ref().map_or("", |anchor| anchor.0.as_str());
            return Err(No::new(format!("aliases bring what stands at `&{name}` to other places too")).at(syntax.span));
        }
        Ok(syntax)
    }

    pub(super) fn entries(&self, map: NodeId) -> &'a [(NodeId, NodeId)] {
        match &self.syntax(map).kind {
            Kind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// Whether a key is `<<` without quotes.
    pub(super) fn is_merge(&self, key: NodeId) -> bool {
        matches!(&self.syntax(key).kind, Kind::Scalar(text, Style::Plain) if &**text == "<<")
    }

    /// The text of a key.
    pub(super) fn key(&self, key: NodeId) -> Option<&'a str> {
        match &self.syntax(self.document.target(key)).kind {
            Kind::Scalar(text, _) if !self.is_merge(key) => Some(text),
            _ => None,
        }
    }

    /// The number of the entry `key`.
    pub(super) fn entry(&self, map: NodeId, key: &str) -> Result<Option<usize>, No> {
        let mut found = None;
        for (number, (name, _)) in self.entries(map).iter().enumerate() {
            if self.key(*name) == Some(key) && found.replace(number).is_some() {
                return Err(No::new(format!("the key `{key}` stands here twice")).at(self.span(*name)));
            }
        }
        Ok(found)
    }

    /// Behind the colon of an entry; nothing where a flow mapping leaves it out.
    pub(super) fn colon(&self, map: NodeId, number: usize) -> Result<Option<usize>, No> {
        let Some((key, _)) = self.entries(map).get(number) else { return Err(No::new("there is no such entry")) };
        let span = self.span(*key);
        if self.question(span).is_some() || span.is_empty() {
            return Err(No::new("the key is written with `?`").at(span));
        }
        let flow = self.syntax(map).flow;
        let end = span.end as usize;
        let at = if flow { self.lines.skip_trivia(end) } else { self.lines.skip_spaces(end) };
        match self.lines.is(at, b':') {
            true => Ok(Some(at + 1)),
            false if flow => Ok(None),
            false => Err(No::new("the key is written with `?`").at(span)),
        }
    }

    /// The `?` before a key on its line.
    fn question(&self, key: Span) -> Option<usize> {
        let before = self.lines.before(key.start as usize).trim_end_matches([' ', '\t']).strip_suffix('?')?;
        let indicator = before.is_empty() || before.ends_with([' ', '\t', '{', '[', ',']);
        indicator.then(|| self.lines.start(key.start as usize) + before.len())
    }

    /// The dash of an item of a block sequence.
    pub(super) fn dash(&self, seq: NodeId, number: usize) -> Result<usize, No> {
        let syntax = self.syntax(seq);
        let Kind::Sequence(items) = &syntax.kind else { return Err(No::new("there is no list")) };
        let from = match number.checked_sub(1).and_then(|before| items.get(before)) {
            Some(before) => self.span(*before).end,
            None => syntax.span.start,
        };
        let at = self.lines.skip_trivia(from as usize);
        match self.lines.is(at, b'-') {
            true => Ok(at),
            false => Err(No::new("its dash cannot be found").at(syntax.span)),
        }
    }

    /// Where the entries or items of a collection are.
    pub(super) fn members(&self, id: NodeId) -> Result<Members, No> {
        let syntax = self.syntax(id);
        let opens = match &syntax.kind {
            Kind::Mapping(_) => b'{',
            _ => b'[',
        };
        if syntax.flow && !self.lines.is(syntax.span.start as usize, opens) {
            return Err(No::new("it is a pair without braces").at(syntax.span));
        }
        let mut members = Vec::new();
        match &syntax.kind {
            Kind::Mapping(entries) => {
                for (number, (key, value)) in entries.iter().enumerate() {
                    let (key, value) = (self.span(*key), self.span(*value));
                    let start = self.question(key).unwrap_or(key.start as usize);
                    let end = match self.colon(id, number) {
                        Ok(Some(colon)) => colon.max(value.end as usize),
                        _ => (key.end as usize).max(value.end as usize),
                    };
                    members.push((start, end));
                }
            }
            Kind::Sequence(items) => {
                for (number, item) in items.iter().enumerate() {
                    let span = self.span(*item);
                    let start = if syntax.flow { span.start as usize } else { self.dash(id, number)? };
                    members.push((start, (span.end as usize).max(start + usize::from(!syntax.flow))));
                }
            }
            _ => {}
        }
        Ok(Members(members))
    }

    /// Refuses to touch a node that holds an anchor which aliases outside of it use.
    pub(super) fn unused(&self, ids: &[NodeId]) -> Result<(), No> {
        let covers =
            |span: Span| ids.iter().any(|id| self.span(*id).start <= span.start && span.end <= self.span(*id).end);
        for (id, target) in &self.aliases {
            let (syntax, anchored) = (self.syntax(*id), self.syntax(*target));
            if covers(anchored.full_span()) && !covers(syntax.span) {
                let name = anchored.anchor.as_ref().map_or("", |anchor| anchor.0.as_str());
                return Err(No::new(format!("an alias uses the anchor `&{name}` that stands in it")).at(syntax.span));
            }
        }
        Ok(())
    }
}
