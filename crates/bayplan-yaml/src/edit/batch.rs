//! `edits that have nothing to do with each other → one text`: many cost about as much as one.

use super::claims::Claims;
use super::site::Site;
use super::{Edit, No, Refused, Splice, expect, one, place, ready, spliced, splices};
use crate::{Limits, Read, SourceId, read};
use std::collections::BTreeMap;
use std::ops::Range;

/// Edits with their numbers.
type Numbered<'e> = Vec<(usize, &'e Edit)>;

/// The edits that can be made at once, and the others. The first one is always among the former.
pub(super) fn round<'e>(text: &str, before: &Read, waiting: &[(usize, &'e Edit)]) -> (Numbered<'e>, Numbered<'e>) {
    let (mut now, mut later) = (Vec::new(), Vec::new());
    let mut claims = Claims::default();
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    let site = place(before).map(|(_, node, document)| Site::new(text, document, node, true));
    for (number, edit) in waiting {
        let free = claims.take(edit);
        let apart = free
            && match site.as_ref().map(|site| splices(site, edit)) {
                Some(Ok(splices)) => apart(&mut taken, &splices),
                // What stands in the way may be gone when the others are made.
                _ => false,
            };
        if apart || now.is_empty() {
            now.push((*number, *edit));
        } else {
            later.push((*number, *edit));
        }
        if site.is_none() {
            break;
        }
    }
    later.extend(waiting.iter().skip(now.len() + later.len()).copied());
    (now, later)
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

/// Makes edits that have nothing to do with each other; where they do not come to what they should, in two parts.
pub(super) fn make(state: &mut (String, Read), edits: &[(usize, &Edit)]) -> Result<(), Refused> {
    let (text, before) = &*state;
    match edits {
        [] => {}
        [(number, edit)] => {
            let refused = |no: No| Refused { edit: *number, path: edit.path().clone(), at: no.at, reason: no.reason };
            if let Some(edited) = one(text, before, edit).map_err(refused)? {
                *state = edited;
            }
        }
        _ => match together(text, before, edits) {
            Some(edited) => *state = edited,
            None => {
                let (first, second) = edits.split_at(edits.len() / 2);
                make(state, first)?;
                make(state, second)?;
            }
        },
    }
    Ok(())
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
