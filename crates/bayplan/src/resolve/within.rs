//! `a scalar and a part of its text → the place of that part`.

use bayplan_yaml::node::Extra;
use bayplan_yaml::{Location, Node, Span, Value};
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

/// A scalar whose text has parts between separators: tells where each part stands and what template it was made from.
pub struct Pieces<'n> {
    node: &'n Node,
    value: Vec<Range<usize>>,
    /// As many pieces of the template; nothing where they are not as many.
    template: Option<Vec<Range<usize>>>,
}

impl<'n> Pieces<'n> {
    /// The pieces of the text of `node` between any of `separators`; those inside `${…}` of a template separate nothing.
    pub fn of(node: &'n Node, separators: &[char]) -> Self {
        let value = pieces(node.as_str().unwrap_or_default(), separators, false);
        let template = node.template().map(|template| pieces(template, separators, true));
        let template = template.filter(|template| template.len() == value.len());
        Self { node, value, template }
    }

    /// The place and the template of the bytes `range` of the text; the place of the whole scalar where variables made it
    /// and the part cannot be told apart.
    pub fn part(&self, range: &Range<usize>) -> (Location, Option<&'n str>) {
        if range.is_empty() {
            return (self.node.at, None);
        }
        let Some(template) = self.node.template() else { return (within(self.node, range.clone()), None) };
        let first = self.value.iter().position(|piece| piece.start == range.start);
        let last = self.value.iter().position(|piece| piece.end == range.end);
        match (&self.template, first, last) {
            (Some(pieces), Some(first), Some(last)) if first <= last => {
                let range = pieces[first].start..pieces[last].end;
                (within(self.node, range.clone()), template.get(range))
            }
            _ => (self.node.at, None),
        }
    }

    /// `value`, which the bytes `range` of the text mean.
    pub fn node(&self, range: Range<usize>, value: Value) -> Node {
        let (at, template) = self.part(&range);
        let mut node = Node::new(value, at);
        let written = self.node.as_str().and_then(|text| text.get(range));
        if let Some(template) = template.filter(|template| Some(*template) != written) {
            node.extra = Some(Box::new(Extra { template: Some(template.into()), ..Extra::default() }));
        }
        node
    }
}

fn pieces(text: &str, separators: &[char], templates: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut depth, mut before) = (0, 0usize, ' ');
    for (at, c) in text.char_indices() {
        match c {
            '{' if templates && (before == '$' || depth > 0) => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            c if depth == 0 && separators.contains(&c) => {
                found.push(start..at);
                start = at + c.len_utf8();
            }
            _ => {}
        }
        before = c;
    }
    found.push(start..text.len());
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_yaml::{Limits, SourceId};

    #[test]
    fn parts_are_found_in_the_text_and_in_its_template() {
        for (text, value, range, part, template) in [
            ("'8080:80'", "8080:80", 5..7, "80", None),
            ("\"${PORT:-80}:80\"", "8080:80", 0..4, "${PORT:-80}", Some("${PORT:-80}")),
            ("\"${PORT:-80}:80\"", "8080:80", 5..7, "80", None),
            ("${IP}:1:2/udp", "1.1.1.1:1:2/udp", 0..7, "${IP}", Some("${IP}")),
            ("${BOTH}", "1:2", 2..3, "${BOTH}", None),
        ] {
            let mut node = bayplan_yaml::read(text, SourceId(1), &Limits::default()).first().unwrap().clone();
            if node.as_str() != Some(value) {
                let template = node.as_str().unwrap().into();
                node.extra = Some(Box::new(Extra { template: Some(template), ..Extra::default() }));
                node.value = Value::String(value.into());
            }
            let found = Pieces::of(&node, &[':', '/']).node(range, Value::Null);
            assert_eq!((found.at.span.slice(text), found.template()), (part, template), "{text}");
        }
    }
}
