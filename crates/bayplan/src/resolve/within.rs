//! `a scalar and a part of its text → the place of that part`.

use bayplan_yaml::{Location, Node, Span};
use std::ops::Range;

/// The place of the bytes `range` of the text that `node` was written with (its template, where it has one): exact where
/// the token is that text, bare or between two quotes; the whole token where escapes or line breaks lie between.
pub fn within(node: &Node, range: Range<usize>) -> Location {
    let length = node.template().or_else(|| node.as_str()).map_or(0, str::len);
    let skip = match node.at.span.len().checked_sub(length) {
        Some(0) => 0,
        Some(2) if !node.plain => 1,
        _ => return node.at,
    };
    let offset = |at: usize| node.at.span.start.saturating_add((at.min(length) + skip) as u32);
    Location { source: node.at.source, span: Span::new(offset(range.start), offset(range.end)) }
}
