//! `entry or item → splices that remove it`.

use super::set::set;
use super::site::{Site, Slot};
use super::{No, Splice};
use crate::node::Extra;
use crate::{Kind, Location, Map, Node, Path, Value};

/// Removes the entry or item at `path`.
pub(super) fn delete(site: &Site<'_>, path: &Path) -> Result<Vec<Splice>, No> {
    let found = site.find(path)?;
    let (container, number) = match found.slot {
        Slot::Root => return Err(No::new("it is the whole document").at(site.span(found.id))),
        Slot::Entry(map, number) => (map, number),
        Slot::Item(seq, number) => (seq, number),
    };
    match (&site.syntax(container).kind, site.entries(container).get(number)) {
        (Kind::Mapping(_), Some((key, value))) => {
            site.colon(container, number)?;
            site.unused(&[*key, *value])?;
        }
        _ => site.unused(&[found.id])?,
    }
    let syntax = site.syntax(container);
    let members = site.members(container)?.0;
    let Some(member) = members.get(number).copied() else { return Err(No::new("there is no such item")) };
    if syntax.flow {
        return Ok(flow(site, &members, number, member));
    }
    if members.len() == 1 {
        return emptied(site, path, container);
    }
    let lines = site.lines;
    let (start, end) = member;
    if lines.begins_line(start) {
        return Ok(vec![(lines.start(start)..lines.next(end), String::new())]);
    }
    // Behind a dash: what follows moves up to it, or stays below with the comments above it.
    let Some((next, _)) = members.get(number + 1).copied() else {
        return Err(No::new("it stands behind something else on its line").at(syntax.span));
    };
    site.column(start)?;
    let rest = lines.slice(end, next);
    Ok(vec![if rest.trim().is_empty() {
        (start..next, String::new())
    } else {
        let from = start - (lines.before(start).len() - lines.before(start).trim_end_matches(' ').len());
        (from..lines.end(end), String::new())
    }])
}

/// The collection without its only member, as `{}` or `[]`.
fn emptied(site: &Site<'_>, path: &Path, container: crate::NodeId) -> Result<Vec<Splice>, No> {
    let mut above = path.clone();
    above.0.pop();
    let found = site.find(&above)?;
    if let Slot::Root = found.slot {
        return Err(No::new("the document would be empty").at(site.span(container)));
    }
    let syntax = site.syntax(container);
    let value = match syntax.kind {
        Kind::Mapping(_) => Value::Map(Map::default()),
        _ => Value::Seq(Vec::new()),
    };
    let mut empty = Node::new(value, Location::default());
    if let Some(tag) = &syntax.tag {
        if !matches!(tag.0.as_str(), "!reset" | "!override") {
            return Err(No::new(format!("the tag `{}` would stand on nothing", tag.0)).at(tag.1));
        }
        empty.extra = Some(Box::new(Extra { tag: Some(tag.0.as_str().into()), ..Extra::default() }));
    }
    set(site, &found, &empty)
}

/// A member of a flow collection, with one comma.
fn flow(site: &Site<'_>, members: &[(usize, usize)], number: usize, (start, end): (usize, usize)) -> Vec<Splice> {
    let lines = site.lines;
    let comma_behind = |end| Some(lines.skip_trivia(end)).filter(|at| lines.is(*at, b','));
    let comma = comma_behind(end);
    let behind = comma.map_or(end, |comma| comma + 1);
    let before = number.checked_sub(1).and_then(|before| members.get(before)).map(|member| member.1);
    let next = members.get(number + 1).map(|member| member.0);
    // The comma before the last member goes too, where none stands behind it.
    let comma_before = before.filter(|_| comma.is_none()).and_then(comma_behind);
    let mut splices: Vec<Splice> = Vec::new();
    if let Some(comma) = comma.filter(|comma| lines.has_comment(end, *comma)) {
        return vec![(start..end, String::new()), (comma..comma + 1, String::new())];
    }
    if lines.begins_line(start) && lines.ends_line(behind) {
        splices.push((lines.start(start)..lines.next(behind), String::new()));
        splices.extend(comma_before.map(|comma| (comma..comma + 1, String::new())));
        return splices;
    }
    match (before, next) {
        (_, Some(next)) if !lines.has_comment(end, next) => splices.push((start..next, String::new())),
        (Some(before), None) if lines.slice(before, start).trim_matches([' ', ',']).is_empty() && comma.is_none() => {
            splices.push((before..end, String::new()));
        }
        _ => {
            let line = lines.before(start);
            let spaces = if lines.begins_line(start) { 0 } else { line.len() - line.trim_end_matches(' ').len() };
            splices.push((start - spaces..behind, String::new()));
            splices.extend(comma_before.map(|comma| (comma..comma + 1, String::new())));
        }
    }
    splices
}
