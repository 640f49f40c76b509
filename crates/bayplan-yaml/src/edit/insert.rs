//! `collection × new entry or item → splices`.

use super::set::set;
use super::site::{Found, Site, Slot};
use super::{No, Place, Splice};
use crate::print::{flow, key_text};
use crate::{Entry, Kind, Location, Map, Node, Path, Span, Style, Value, scalar};

/// Adds a key to the mapping at `path`.
pub(super) fn key(site: &Site<'_>, path: &Path, key: &str, value: &Node, place: &Place) -> Result<Vec<Splice>, No> {
    let found = site.find(path)?;
    let syntax = site.container(found.id)?;
    let entry = one_entry(key, value);
    let index = match &syntax.kind {
        Kind::Mapping(_) => index_of(site, found.id, key, place)?,
        _ => 0,
    };
    let quoted = syntax.flow
        && site
            .entries(found.id)
            .first()
            .is_some_and(|(key, _)| matches!(site.syntax(*key).kind, Kind::Scalar(_, Style::DoubleQuoted)));
    let name = if quoted { crate::print::scalar::quoted(key) } else { key_text(key) };
    let text = format!("{name}: {}", flow(value));
    insert(site, &found, index, &entry, &text)
}

/// Adds an item to the list at `path`.
pub(super) fn item(site: &Site<'_>, path: &Path, index: Option<usize>, value: &Node) -> Result<Vec<Splice>, No> {
    let found = site.find(path)?;
    let syntax = site.container(found.id)?;
    let length = match &syntax.kind {
        Kind::Sequence(items) => items.len(),
        _ => 0,
    };
    let index = index.unwrap_or(length);
    if index > length {
        return Err(No::new(format!("the list has {length} items")).at(syntax.span));
    }
    insert(site, &found, index, &Node::new(Value::Seq(vec![value.clone()]), Location::default()), &flow(value))
}

/// A mapping of one entry.
pub(super) fn one_entry(key: &str, value: &Node) -> Node {
    let entry = Entry { key_at: Location::default(), value: value.clone() };
    Node::new(Value::Map(Map::from_iter([(key.into(), entry)])), Location::default())
}

/// The number that the new key gets.
pub(super) fn index_of(site: &Site<'_>, map: crate::NodeId, key: &str, place: &Place) -> Result<usize, No> {
    if site.entry(map, key)?.is_some() {
        return Err(No::new(format!("the key `{key}` is there already")).at(site.syntax(map).span));
    }
    let named = |name: &str| {
        let number = site.entry(map, name)?;
        number.ok_or_else(|| No::new(format!("there is no key `{name}`")).at(site.syntax(map).span))
    };
    let entries = site.entries(map);
    Ok(match place {
        Place::End => entries.len(),
        Place::After(name) => named(name)? + 1,
        Place::Before(name) => named(name)?,
        Place::Sorted => {
            let behind = |entry: &(_, _)| site.key(entry.0).is_some_and(|name| name > key);
            entries.iter().position(behind).unwrap_or(entries.len())
        }
    })
}

/// Adds the one member of `new` to a collection; `text` is the member on one line.
fn insert(site: &Site<'_>, found: &Found, index: usize, new: &Node, text: &str) -> Result<Vec<Splice>, No> {
    let syntax = site.syntax(found.id);
    let is_map = new.as_map().is_some();
    let length = match &syntax.kind {
        Kind::Mapping(entries) if is_map => entries.len(),
        Kind::Sequence(items) if !is_map => items.len(),
        Kind::Scalar(text, Style::Plain) if syntax.tag.is_none() && scalar::resolve(text) == Value::Null => {
            return set(site, found, new);
        }
        _ => {
            let reason = if is_map { "it is no mapping" } else { "it is no list" };
            return Err(No::new(reason).at(syntax.span));
        }
    };
    let members = site.members(found.id)?.0;
    match (syntax.flow, length, found.slot) {
        (true, 0, Slot::Root) => flow_insert(site, syntax.span, &members, 0, text),
        (true, 0, _) if !found.in_flow && syntax.tag.is_none() => set(site, found, new),
        (true, ..) => flow_insert(site, syntax.span, &members, index, text),
        (false, ..) => block_insert(site, &members, index, new),
    }
}

fn block_insert(site: &Site<'_>, members: &[(usize, usize)], index: usize, new: &Node) -> Result<Vec<Splice>, No> {
    let lines = site.lines;
    let Some((first, _)) = members.first() else { return Err(No::new("it is empty")) };
    let column = site.column(*first)?;
    let near = members.get(index).or(members.last()).map_or(*first, |member| member.0);
    let eol = lines.eol(near);
    let mut rows = String::new();
    site.layout(near).block(new, column, &mut rows);
    let rows = rows.trim_end_matches('\n').replace('\n', eol);
    let Some(before) = index.checked_sub(1).and_then(|before| members.get(before)) else {
        if !lines.begins_line(*first) {
            // Behind a dash.
            let rows = rows.trim_start_matches(' ');
            return Ok(vec![(*first..*first, format!("{rows}{eol}{}", " ".repeat(column)))]);
        }
        let at = above_comments(site, *first, column);
        return Ok(vec![(at..at, format!("{rows}{eol}"))]);
    };
    let mut at = lines.end(before.1);
    // Deeper comments below belong to what stands above them.
    let mut next = lines.next(at);
    let limit = members.get(index).map_or(site.text.len(), |member| member.0);
    while next < limit {
        match lines.comment(next) {
            Some(found) if found > column => at = lines.end(next),
            None if lines.is_blank(next) => {}
            _ => break,
        }
        next = lines.next(next);
    }
    if site.keeps_blank_lines(before.1) {
        // `|+` takes the blank lines below for its own.
        let mut below = lines.next(lines.end(before.1));
        while below < site.text.len() && lines.is_blank(below) {
            below = lines.next(below);
        }
        return Ok(vec![(below..below, format!("{rows}{eol}"))]);
    }
    // Members that stand apart stay apart.
    let apart = match members {
        [.., (_, end), (start, _)] => {
            // Between the line of the one and that of the other.
            let mut between = lines.slice(*end, *start).split('\n').skip(1).peekable();
            std::iter::from_fn(|| between.next().filter(|_| between.peek().is_some()))
                .any(|line| line.trim().is_empty())
        }
        _ => false,
    };
    let gap = if apart && rows.contains('\n') { eol } else { "" };
    Ok(vec![(at..at, format!("{eol}{gap}{rows}"))])
}

/// Where the comments directly above the line of byte `first` begin; the line itself where they are the first lines of
/// the text, and so about the file.
fn above_comments(site: &Site<'_>, first: usize, column: usize) -> usize {
    let lines = site.lines;
    let own = lines.start(first);
    let mut start = own;
    while start > lines.start(0) {
        let above = lines.start(lines.end_above(start));
        if above >= start || lines.comment(above) != Some(column) {
            return start;
        }
        start = above;
    }
    own
}

fn flow_insert(
    site: &Site<'_>,
    span: Span,
    members: &[(usize, usize)],
    index: usize,
    text: &str,
) -> Result<Vec<Splice>, No> {
    let lines = site.lines;
    let Some((first, _)) = members.first() else {
        let at = span.start as usize + 1;
        return Ok(vec![(at..at, text.to_owned())]);
    };
    let close = span.end.saturating_sub(1) as usize;
    let own_lines = members.iter().all(|member| lines.begins_line(member.0)) && lines.begins_line(close);
    let eol = lines.eol(*first);
    let Some((_, end)) = index.checked_sub(1).and_then(|before| members.get(before)) else {
        return Ok(vec![if own_lines {
            let at = lines.start(*first);
            (at..at, format!("{}{text},{eol}", lines.before(*first)))
        } else {
            (*first..*first, format!("{text}, "))
        }]);
    };
    let comma = Some(lines.skip_trivia(*end)).filter(|at| lines.is(*at, b','));
    let last = index == members.len();
    if own_lines {
        let indent = lines.before(members.get(index).or(members.last()).map_or(*first, |member| member.0));
        return Ok(match comma {
            Some(comma) => {
                let at = lines.end(comma);
                vec![(at..at, format!("{eol}{indent}{text},"))]
            }
            None => {
                let at = lines.end(*end);
                vec![(*end..*end, ",".to_owned()), (at..at, format!("{eol}{indent}{text}"))]
            }
        });
    }
    Ok(vec![match comma.filter(|_| last) {
        Some(comma) => (comma + 1..comma + 1, format!(" {text}")),
        None => (*end..*end, format!(", {text}")),
    }])
}
