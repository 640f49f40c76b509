//! `value × new value → splices`.

use super::lines::Lines;
use super::site::{Found, Site, Slot};
use super::{No, Splice};
use crate::print::scalar::{Literal, Text, is_plain, quoted, single_quoted};
use crate::print::{Above, Layout, Shape, flow, line, printed_tag};
use crate::{Kind, Node, Span, Style, Syntax, Value};

/// Where a value stands.
struct Spot<'a> {
    lines: Lines<'a>,
    layout: Layout,
    /// Behind the colon, the dash, or the anchor of the old value.
    head: usize,
    /// The bytes of the old value and its tag.
    old: Option<(usize, usize)>,
    /// The column of the key or dash.
    column: usize,
    above: Above,
    anchored: bool,
}

/// Writes `new` in place of the value found.
pub(super) fn set(site: &Site<'_>, found: &Found, new: &Node) -> Result<Vec<Splice>, No> {
    let old = site.syntax(found.id);
    if let Kind::Alias(_) = old.kind {
        site.container(found.id)?;
    }
    site.unused(&[found.id])?;
    let (start, head, above) = match found.slot {
        Slot::Root => return Err(No::new("it is the whole document").at(old.span)),
        Slot::Entry(map, number) => {
            let (key, _) = site.entries(map)[number];
            let key = site.span(key);
            match site.colon(map, number)? {
                Some(colon) => (key.start as usize, colon, Above::Key),
                // `{a}`
                None => return Ok(vec![(key.end as usize..key.end as usize, format!(": {}", in_flow(old, new)))]),
            }
        }
        Slot::Item(seq, _) if site.syntax(seq).flow => (old.span.start as usize, old.span.start as usize, Above::Dash),
        Slot::Item(seq, number) => {
            let dash = site.dash(seq, number)?;
            (dash, dash + 1, Above::Dash)
        }
    };
    let tag = old.tag.as_ref().map(|tag| tag.1);
    let anchor = old.anchor.as_ref().map(|anchor| anchor.1);
    if let (Some(tag), Some(_)) = (tag, anchor) {
        return Err(No::new("it has a tag and an anchor").at(tag));
    }
    let head = anchor.map_or(head, |anchor| anchor.end as usize);
    let whole = tag.map_or(old.span, |tag| Span::new(tag.start, old.span.end.max(tag.end)));
    let range = (!whole.is_empty()).then_some((whole.start as usize, whole.end as usize));
    if found.in_flow {
        let text = in_flow(old, new);
        return Ok(vec![
            range.map_or_else(|| (head..head, format!(" {text}")), |(start, end)| (start..end, text.clone())),
        ]);
    }
    let column = site.column(start)?;
    let layout = site.layout(start);
    let spot = Spot { lines: site.lines, layout, head, old: range, column, above, anchored: anchor.is_some() };
    let tag = printed_tag(new).map_or_else(String::new, |tag| format!("{tag} "));
    if Shape::of(new) == Shape::Block {
        return spot.block(old, new, tag.trim_end());
    }
    Ok(match in_block(old, new, layout.literals) {
        Text::Line(text) => spot.line(old, &format!("{tag}{text}")),
        Text::Literal(literal) => spot.literal(old, &tag, literal),
    })
}

impl Spot<'_> {
    /// Whether the old value is a block collection on lines of its own.
    fn stands_below(&self, old: &Syntax) -> bool {
        let block = matches!(old.kind, Kind::Mapping(_) | Kind::Sequence(_)) && !old.flow;
        block && self.old.is_some() && self.lines.start(old.span.start as usize) > self.head
    }

    /// The lines of a block collection, without the line break before the first and behind the last one.
    fn rows(&self, old: &Syntax) -> (usize, usize) {
        (self.lines.start(old.span.start as usize), self.lines.end(old.span.end as usize))
    }

    /// Removes the lines of the old value, together with the line break before them.
    fn without_rows(&self, old: &Syntax) -> Splice {
        let (start, end) = self.rows(old);
        (self.lines.end_above(start)..end, String::new())
    }

    /// Writes one line behind the colon or dash.
    fn line(&self, old: &Syntax, text: &str) -> Vec<Splice> {
        match self.old {
            None => vec![(self.head..self.head, format!(" {text}"))],
            Some((start, _)) if self.stands_below(old) => {
                // A tag stands behind the colon, the entries below.
                let tag = old.tag.as_ref().map_or(self.head, |tag| tag.1.end as usize);
                let from = if tag > self.head { start } else { self.head };
                let space = if tag > self.head { "" } else { " " };
                vec![(from..tag, format!("{space}{text}")), self.without_rows(old)]
            }
            Some((start, end)) => vec![(start..end, text.to_owned())],
        }
    }

    fn literal(&self, old: &Syntax, tag: &str, literal: Literal<'_>) -> Vec<Splice> {
        let eol = self.lines.eol(self.head);
        let indent = " ".repeat(self.column + self.layout.step.max(1));
        let rows: String = literal
            .lines()
            .map(|line| if line.is_empty() { eol.to_owned() } else { format!("{eol}{indent}{line}") })
            .collect();
        let mut splices = self.line(old, &format!("{tag}{}", literal.header()));
        match self.old {
            Some((start, end)) if matches!(old.kind, Kind::Scalar(_, Style::Literal | Style::Folded)) => {
                vec![(start..end, format!("{tag}{}{rows}", literal.header()))]
            }
            Some((_, end)) if !self.stands_below(old) => {
                let end = self.lines.end(end);
                splices.push((end..end, rows));
                splices
            }
            _ => {
                let end = self.lines.end(self.head);
                splices.push((end..end, rows));
                splices
            }
        }
    }

    fn block(&self, old: &Syntax, new: &Node, tag: &str) -> Result<Vec<Splice>, No> {
        let eol = self.lines.eol(self.head);
        let lay = |indent| {
            let mut rows = String::new();
            self.layout.block(new, indent, &mut rows);
            rows.trim_end_matches('\n').replace('\n', eol)
        };
        let rows = lay(self.column + self.layout.below(new, self.above));
        let tagged = if tag.is_empty() { String::new() } else { format!(" {tag}") };
        let comment = |from: usize, to: usize| match self.lines.has_comment(from, to) {
            true => Err(No::new("a comment stands before it")),
            false => Ok(()),
        };
        if self.above == Above::Dash && !self.anchored && tag.is_empty() && !self.stands_below(old) {
            // The first entry stands behind the dash.
            let first = rows.trim_start_matches(' ');
            match self.old {
                Some((start, end)) if self.lines.start(start) <= self.head => {
                    let space = self.lines.slice(self.head, start);
                    if space.is_empty() || space.contains('\t') {
                        return Ok(vec![(self.head..end, format!(" {first}"))]);
                    }
                    // As far from the dash as the old value.
                    let rows = lay(self.column + 1 + space.len());
                    return Ok(vec![(start..end, rows.trim_start_matches(' ').to_owned())]);
                }
                None if self.lines.rest(self.head).trim_matches([' ', '\t']).is_empty() => {
                    return Ok(vec![(self.head..self.lines.end(self.head), format!(" {first}"))]);
                }
                _ => {}
            }
        }
        Ok(match self.old {
            None => {
                let end = self.lines.end(self.head);
                vec![(self.head..self.head, tagged), (end..end, format!("{eol}{rows}"))]
            }
            Some(_) if self.stands_below(old) => {
                let (first, last) = self.rows(old);
                let old_tag = old.tag.as_ref().map(|tag| (tag.1.start as usize, tag.1.end as usize));
                let mut splices = vec![(first..last, rows)];
                match old_tag {
                    Some((start, end)) => {
                        comment(self.head, start)?;
                        splices.push((self.head..end, tagged));
                    }
                    None => splices.push((self.head..self.head, tagged)),
                }
                splices
            }
            Some((start, end)) => {
                comment(self.head, start)?;
                let line_end = self.lines.end(end);
                let rest = self.lines.rest(end);
                let from = if rest.trim_matches([' ', '\t']).is_empty() { line_end } else { end };
                vec![(self.head..from, tagged), (line_end..line_end, format!("{eol}{rows}"))]
            }
        })
    }
}

/// A scalar or an empty collection for a block collection, in the quotes of the old one where they can hold it.
fn in_block<'a>(old: &Syntax, new: &'a Node, literals: bool) -> Text<'a> {
    let Some(text) = string(new) else { return line(new) };
    let style = match old.kind {
        Kind::Scalar(_, style) => style,
        _ => Style::Plain,
    };
    match style {
        Style::SingleQuoted => Text::Line(single_quoted(text).unwrap_or_else(|| quoted(text))),
        Style::DoubleQuoted => Text::Line(quoted(text)),
        _ => match Literal::of(text).filter(|_| literals) {
            Some(literal) => Text::Literal(literal),
            None if is_plain(text) => Text::Line(text.to_owned()),
            None => Text::Line(quoted(text)),
        },
    }
}

/// Any value for a flow collection.
fn in_flow(old: &Syntax, new: &Node) -> String {
    match (string(new), &old.kind) {
        (Some(text), Kind::Scalar(_, Style::SingleQuoted | Style::DoubleQuoted)) if printed_tag(new).is_none() => {
            match in_block(old, new, false) {
                Text::Line(text) => text,
                Text::Literal(_) => quoted(text),
            }
        }
        _ => flow(new),
    }
}

/// The string that is written for `node`.
fn string(node: &Node) -> Option<&str> {
    match &node.value {
        _ if node.template().is_some() => node.template(),
        Value::String(text) | Value::Timestamp(text) => Some(text),
        _ => None,
    }
}
