//! One YAML document as written: its nodes in an arena, each with its bytes, and its comments.

use crate::{Span, Text};

/// Names a node of one [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// One YAML document as written.
#[derive(Debug, Clone, Default)]
pub struct Document {
    pub(crate) nodes: Vec<Syntax>,
    pub(crate) root: Option<NodeId>,
    /// The comments, in the order of the text. Each is in exactly one document: the one that it stands above or in.
    pub comments: Vec<Comment>,
    /// The `---` that begins the document, where there is one.
    pub start_mark: Option<Span>,
    /// The `...` that ends the document, where there is one.
    pub end_mark: Option<Span>,
}

/// A node as written.
#[derive(Debug, Clone)]
pub struct Syntax {
    /// What it is.
    pub kind: Kind,
    /// Its bytes, without tag and anchor: a quoted scalar with its quotes; a block scalar from its `|` or `>` to its last
    /// line with text; a block collection from its first key or `-` to the end of its last entry; a flow collection with
    /// its brackets. A value that was left out has an empty span behind its `:`, `-`, tag or anchor.
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
    Scalar(Text, Style),
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
    /// Where it stands beside the values.
    pub placement: Placement,
}

/// Where a comment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// On lines of its own, directly above something.
    Above,
    /// Behind something on the same line.
    Right,
    /// On lines of its own, with a blank line below.
    Free,
    /// On lines of its own, at the end of the text.
    Last,
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

    /// The nodes, in the order in which they begin.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the document holds nothing.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node that an alias stands for; `id` itself where it is none, or names nothing.
    pub fn target(&self, id: NodeId) -> NodeId {
        match self.node(id).kind {
            Kind::Alias(Some(target)) => target,
            _ => id,
        }
    }

    /// The key and the value of the entry `key` of the mapping `id`; the last one where the key is repeated.
    pub fn entry(&self, id: NodeId, key: &str) -> Option<(NodeId, NodeId)> {
        let Kind::Mapping(entries) = &self.node(id).kind else { return None };
        entries
            .iter()
            .rev()
            .copied()
            .find(|(name, _)| matches!(&self.node(*name).kind, Kind::Scalar(text, _) if &**text == key))
    }
}

impl Syntax {
    /// The bytes of the node with its tag and anchor.
    pub fn full_span(&self) -> Span {
        let properties = [&self.tag, &self.anchor].into_iter().flatten().map(|property| property.1);
        properties
            .fold(self.span, |span, property| Span::new(span.start.min(property.start), span.end.max(property.end)))
    }
}
