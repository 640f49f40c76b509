//! `text → which path of its document stands at which bytes`: the way back from a value of the merged model to its file.

use bayplan_yaml::{Document, Kind, Limits, NodeId, Path, Read, Segment, SourceId, Span};
use std::collections::HashMap;
use std::sync::Arc;

/// A file as written.
pub(super) struct Written {
    pub text: Arc<str>,
    pub read: Read,
    /// Every document with something in it has a number; only the first can be edited.
    by_span: HashMap<Span, Spot>,
    /// The scalars, in the order of the text.
    scalars: Vec<(Span, usize, NodeId, Path)>,
}

/// What stands at a place.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// The number of the document.
    pub document: usize,
    /// The node there; of a key, its value.
    pub id: NodeId,
    /// The path of the value.
    pub path: Path,
    /// Whether the place is that of the key.
    pub is_key: bool,
    /// Whether it is all of the token, and not a part of it.
    pub whole: bool,
}

impl Written {
    pub fn new(text: &Arc<str>) -> Self {
        let read = bayplan_yaml::read(text, SourceId::default(), &Limits::default());
        let (mut by_span, mut scalars) = (HashMap::new(), Vec::new());
        for (number, document) in read.documents.iter().enumerate() {
            let Some(root) = document.root() else { continue };
            let mut path = Path::root();
            let mut visit = |spot: Spot| {
                let node = if spot.is_key { None } else { Some(document.node(spot.id)) };
                let (span, is_scalar) = match node {
                    Some(node) => (node.span, matches!(node.kind, Kind::Scalar(..))),
                    None => return,
                };
                if is_scalar {
                    scalars.push((span, number, spot.id, spot.path.clone()));
                }
                by_span.entry(span).or_insert(spot);
            };
            let mut keys = Vec::new();
            walk(document, root, &mut path, number, &mut visit, &mut keys);
            for (span, spot) in keys {
                by_span.entry(span).or_insert(spot);
            }
        }
        scalars.sort_by_key(|(span, ..)| *span);
        Self { text: text.clone(), read, by_span, scalars }
    }

    /// What stands at `span`: a value, a key, or a part of a scalar.
    pub fn spot(&self, span: Span) -> Option<Spot> {
        if let Some(spot) = self.by_span.get(&span) {
            return Some(spot.clone());
        }
        let after = self.scalars.partition_point(|(scalar, ..)| scalar.start <= span.start);
        let (scalar, document, id, path) = self.scalars.get(after.checked_sub(1)?)?;
        (scalar.end >= span.end).then(|| Spot {
            document: *document,
            id: *id,
            path: path.clone(),
            is_key: false,
            whole: false,
        })
    }

    /// The number of the document that edits are made in.
    pub fn first(&self) -> Option<usize> {
        self.read.nodes.iter().position(Option::is_some)
    }

    /// The document of a spot.
    pub fn document(&self, spot: &Spot) -> &Document {
        &self.read.documents[spot.document]
    }

    /// The collection that holds what is at a path, where the path leads somewhere in the first document.
    pub fn at(&self, path: &Path) -> Option<Spot> {
        let number = self.first()?;
        let document = &self.read.documents[number];
        let mut id = document.root()?;
        for segment in &path.0 {
            id = match (segment, &document.node(id).kind) {
                (Segment::Key(key), Kind::Mapping(_)) => document.entry(id, key)?.1,
                (Segment::Index(index), Kind::Sequence(items)) => *items.get(*index)?,
                _ => return None,
            };
        }
        Some(Spot { document: number, id, path: path.clone(), is_key: false, whole: true })
    }

    /// Whether a comment stands inside of a node.
    pub fn has_comments(&self, spot: &Spot) -> bool {
        let span = self.document(spot).node(spot.id).full_span();
        self.comments_in(spot, Span::new(span.start, span.end))
    }

    /// Whether a comment stands inside of a node, or between its key and that.
    pub fn has_comments_with_key(&self, spot: &Spot) -> bool {
        let span = self.document(spot).node(spot.id).full_span();
        let key = self.key(spot).map_or(span.start, |key| key.start.min(span.start));
        self.comments_in(spot, Span::new(key, span.end))
    }

    /// Where the key of a value stands.
    fn key(&self, spot: &Spot) -> Option<Span> {
        let (Segment::Key(key), above) = spot.path.0.split_last()? else { return None };
        let document = self.document(spot);
        let holder = self.at(&Path(above.to_vec()))?;
        document.entry(holder.id, key).map(|(key, _)| document.node(key).span)
    }

    fn comments_in(&self, spot: &Spot, span: Span) -> bool {
        let comments = &self.document(spot).comments;
        comments[comments.partition_point(|comment| comment.span.start < span.start)..]
            .first()
            .is_some_and(|comment| comment.span.start < span.end)
    }
}

fn walk(
    document: &Document,
    id: NodeId,
    path: &mut Path,
    number: usize,
    visit: &mut impl FnMut(Spot),
    keys: &mut Vec<(Span, Spot)>,
) {
    let spot = |id, path: &Path, is_key| Spot { document: number, id, path: path.clone(), is_key, whole: true };
    visit(spot(id, path, false));
    match &document.node(id).kind {
        Kind::Mapping(entries) => {
            for (key, value) in entries {
                let syntax = document.node(*key);
                let Kind::Scalar(text, _) = &syntax.kind else { continue };
                path.0.push(Segment::Key(text.clone()));
                keys.push((syntax.span, spot(*value, path, true)));
                walk(document, *value, path, number, visit, keys);
                path.0.pop();
            }
        }
        Kind::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                path.0.push(Segment::Index(index));
                walk(document, *item, path, number, visit, keys);
                path.0.pop();
            }
        }
        Kind::Scalar(..) | Kind::Alias(_) => {}
    }
}
