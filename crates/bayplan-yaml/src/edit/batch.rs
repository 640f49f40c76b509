//! `edits that have nothing to do with each other → one text`: many cost about as much as one.

use super::claims::Claims;
use super::site::Site;
use super::{Edit, No, Refused, Splice, expect, one, place, ready, spliced, splices};
use crate::{Limits, Read, SourceId, read};
use std::collections::BTreeMap;
use std::ops::Range;

/// A text while it is edited, and what could not be done to it.
pub(super) struct State {
    pub(super) text: String,
    pub(super) read: Read,
    pub(super) refused: Vec<Refused>,
}

impl State {
    /// Makes the edits that can be made at once, or refuses those that cannot be made at all; gives the others.
    pub(super) fn round<'e>(&mut self, waiting: &[(usize, &'e Edit)]) -> Vec<(usize, &'e Edit)> {
        let (mut now, mut later, mut stuck) = (Vec::new(), Vec::new(), Vec::new());
        let mut claims = Claims::default();
        let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
        let site = place(&self.read).map(|(_, node, document)| Site::new(&self.text, document, node, true));
        for (number, edit) in waiting.iter().copied() {
            let splices = claims.take(edit).then(|| match &site {
                Some(site) => ready(&self.read, edit, &self.text).and_then(|()| splices(site, edit)),
                None => Err(No::new("the file holds nothing yet")),
            });
            match splices {
                Some(Ok(splices)) if apart(&mut taken, &splices) => {
                    now.push((number, edit));
                    continue;
                }
                // What stands in the way may be gone when the others are made.
                Some(Err(no)) => stuck.push((number, edit, no)),
                _ => later.push((number, edit)),
            }
            claims.put_off(edit);
        }
        if now.is_empty() {
            self.refused.extend(stuck.into_iter().map(|(number, edit, no)| refused(number, edit, no)));
        } else {
            drop(site);
            later.extend(stuck.into_iter().map(|(number, edit, _)| (number, edit)));
            later.sort_unstable_by_key(|(number, _)| *number);
            self.make(&now);
        }
        later
    }

    /// Makes edits that have nothing to do with each other; where they do not come to what they should, in two parts.
    fn make(&mut self, edits: &[(usize, &Edit)]) {
        match edits {
            [] => {}
            [(number, edit)] => match one(&self.text, &self.read, edit) {
                Ok(Some(edited)) => (self.text, self.read) = edited,
                Ok(None) => {}
                Err(no) => self.refused.push(refused(*number, edit, no)),
            },
            _ => match together(&self.text, &self.read, edits) {
                Some(edited) => (self.text, self.read) = edited,
                None => {
                    let (first, second) = edits.split_at(edits.len() / 2);
                    self.make(first);
                    self.make(second);
                }
            },
        }
    }
}

fn refused(number: usize, edit: &Edit, no: No) -> Refused {
    Refused { edit: number, path: edit.path().clone(), at: no.at, reason: no.reason }
}

/// What each of several lists of edits comes to in a text by itself; nothing for those that cannot be made.
pub(super) fn alone(text: &str, lists: &[Vec<Edit>]) -> Vec<Option<Vec<Splice>>> {
    let before = read(text, SourceId::default(), &Limits::default());
    let site = place(&before).map(|(_, node, document)| Site::new(text, document, node, true));
    let at_once = |edits: &[Edit]| {
        let (mut claims, mut taken, mut all) = (Claims::default(), BTreeMap::new(), Vec::new());
        for edit in edits {
            let free = claims.take(edit) && ready(&before, edit, text).is_ok();
            let splices = splices(site.as_ref().filter(|_| free)?, edit).ok()?;
            apart(&mut taken, &splices).then(|| all.extend(splices))?;
        }
        Some(all)
    };
    let one =
        |edits: &Vec<Edit>| at_once(edits).or_else(|| Some(vec![difference(text, &super::apply(text, edits).ok()?)]));
    lists.iter().map(one).collect()
}

/// The bytes in which two texts differ.
fn difference(before: &str, after: &str) -> Splice {
    let same = |(a, b): &(char, char)| a == b;
    let start: usize = before.chars().zip(after.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let rest = before[start..].chars().rev().zip(after[start..].chars().rev());
    let end: usize = rest.take_while(same).map(|(c, _)| c.len_utf8()).sum();
    (start..before.len() - end, after[start..after.len() - end].to_owned())
}

/// Whether splices touch none of those taken before; then they are taken too.
fn apart(taken: &mut BTreeMap<usize, usize>, splices: &[Splice]) -> bool {
    let free = |range: &Range<usize>| {
        // Bytes that go may stand directly before others that go.
        let before = taken.range(..=range.start).next_back();
        let after = taken.range(range.start..).next();
        let clear = |first: (usize, usize), second: (usize, usize)| {
            let is_point = first.0 == first.1 || second.0 == second.1;
            first.1 < second.0 || first.1 == second.0 && !is_point
        };
        let own = (range.start, range.end);
        before.is_none_or(|(start, end)| clear((*start, *end), own))
            && after.is_none_or(|(start, end)| clear(own, (*start, *end)))
    };
    let fits = splices.iter().all(|(range, _)| free(range));
    if fits {
        // Those of one edit may begin at the same byte.
        for (range, _) in splices {
            let end = taken.entry(range.start).or_insert(range.end);
            *end = range.end.max(*end);
        }
    }
    fits
}

/// Makes edits at once; nothing where the text would not say what it should.
fn together(text: &str, before: &Read, edits: &[(usize, &Edit)]) -> Option<(String, Read)> {
    let (number, node, document) = place(before)?;
    let site = Site::new(text, document, node, true);
    let mut all = Vec::new();
    for (_, edit) in edits {
        ready(before, edit, text).ok()?;
        all.extend(splices(&site, edit).ok()?);
    }
    let edited = spliced(text, &all).ok()?;
    let after = read(&edited, SourceId::default(), &Limits::default());
    let edits: Vec<&Edit> = edits.iter().map(|(_, edit)| *edit).collect();
    expect::check(before, &after, number, &edits, &all).ok()?;
    Some((edited, after))
}
