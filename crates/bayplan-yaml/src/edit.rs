//! `text × edits → the same text with other bytes kept`: comments, quotes, line ends, indentation and anchors stay.
//!
//! An edit is a few splices, never a new print of the file. It is refused with its reason where the text does not say
//! plainly what should happen: a value that an alias brings, an anchor that others use, an entry of a merge key. After each
//! edit the text is read again, and what it says must be what it said before plus the edit, comments included.

mod batch;
mod claims;
mod delete;
mod expect;
mod insert;
mod lines;
mod set;
mod site;

use crate::print::check_keys;
use crate::{Document, ErrorKind, Limits, Node, Path, Read, SourceId, Span, read};
use lines::Lines;
use site::Site;
use std::fmt;
use std::ops::Range;

/// One change to the first document of a text that holds something.
///
/// Of the nodes, values, templates and the tags `!reset` and `!override` are written, as [`print`](crate::print()) does; a
/// point in time becomes a string.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Writes `value` in place of the value at `path`; a scalar keeps its quotes where they can hold the new one.
    Set {
        /// The place of the value. The document itself cannot be set.
        path: Path,
        /// What is to stand there.
        value: Node,
    },
    /// Adds a key to the mapping at `path`. A value that was left out, or is `null`, becomes a mapping.
    InsertKey {
        /// The place of the mapping.
        path: Path,
        /// The key, which the mapping must not have yet (a merge key may bring it).
        key: String,
        /// Its value.
        value: Node,
        /// Where among the other keys.
        place: Place,
    },
    /// Adds an item to the list at `path`. A value that was left out, or is `null`, becomes a list.
    InsertItem {
        /// The place of the list.
        path: Path,
        /// The number of the new item; at the end where there is none.
        index: Option<usize>,
        /// The item.
        value: Node,
    },
    /// Removes the entry or item at `path`. Comments on lines of their own above it stay.
    Delete {
        /// The place of the value.
        path: Path,
    },
}

impl Edit {
    /// The place that the edit is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::Set { path, .. }
            | Self::InsertKey { path, .. }
            | Self::InsertItem { path, .. }
            | Self::Delete { path } => path,
        }
    }
}

/// Where a new key goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Place {
    /// Behind all others.
    #[default]
    End,
    /// Behind this key.
    After(String),
    /// Before this key, below the comments above it.
    Before(String),
    /// Before the first key that sorts behind it, by bytes.
    Sorted,
}

/// Why an edit was not made. None of the edits is made then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The number of the edit, from 0.
    pub edit: usize,
    /// The place that the edit is about.
    pub path: Path,
    /// What stands in the way, in the text as the edits before this one left it.
    pub at: Option<Span>,
    /// Why, lower case, no full stop.
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot be edited: {}", self.path, self.reason)
    }
}

impl std::error::Error for Refused {}

/// Makes `edits`, one after the other, each in the text that the ones before it left.
///
/// Those that have nothing to do with each other are made at once, so that many cost about as much as one.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, Refused> {
    let (text, refused) = apply_possible(text, edits);
    match refused.into_iter().next() {
        Some(refused) => Err(refused),
        None => Ok(text),
    }
}

/// As [`apply`], without the edits that cannot be made, which are given by number.
pub fn apply_possible(text: &str, edits: &[Edit]) -> (String, Vec<Refused>) {
    let before = read(text, SourceId::default(), &Limits::default());
    let mut state = batch::State { text: text.to_owned(), read: before, refused: Vec::new() };
    let mut waiting: Vec<(usize, &Edit)> = edits.iter().enumerate().collect();
    while !waiting.is_empty() {
        waiting = state.round(&waiting);
    }
    state.refused.sort_by_key(|refused| refused.edit);
    (state.text, state.refused)
}

/// What each of several lists of edits comes to in a text by itself, as other text for some bytes; nothing for those that cannot
/// be made. Whether the text then says what it should, only [`apply`] tells.
pub fn splices_of(text: &str, lists: &[Vec<Edit>]) -> Vec<Option<Vec<Splice>>> {
    batch::alone(text, lists)
}

/// Why not.
#[derive(Debug)]
struct No {
    at: Option<Span>,
    reason: String,
}

impl No {
    fn new(reason: impl Into<String>) -> Self {
        Self { at: None, reason: reason.into() }
    }

    fn at(mut self, span: Span) -> Self {
        self.at = Some(span);
        self
    }
}

/// New text for some bytes.
pub type Splice = (Range<usize>, String);

/// Makes one edit; nothing where the text says so already.
fn one(text: &str, before: &Read, edit: &Edit) -> Result<Option<(String, Read)>, No> {
    ready(before, edit, text)?;
    let Some((number, node, document)) = place(before) else { return Err(No::new("the file holds nothing yet")) };
    let mut wrong = None;
    // A literal block can swallow a comment below it: then the string is written in quotes.
    for literals in [true, false] {
        let splices = splices(&Site::new(text, document, node, literals), edit)?;
        if splices.is_empty() {
            return Ok(None);
        }
        let edited = spliced(text, &splices)?;
        let after = read(&edited, SourceId::default(), &Limits::default());
        match expect::check(before, &after, number, &[edit], &splices) {
            Ok(()) => return Ok(Some((edited, after))),
            Err(no) => wrong = Some(no),
        }
    }
    Err(wrong.unwrap_or_else(|| No::new("it would change other values")))
}

/// Whether a text can be edited, and what is to be written can be.
fn ready(before: &Read, edit: &Edit, text: &str) -> Result<(), No> {
    let broken = |kind| matches!(kind, ErrorKind::Syntax | ErrorKind::Limit | ErrorKind::Encoding);
    if let Some(error) = before.errors.iter().find(|error| broken(error.kind)) {
        let line = Lines(text).number(error.at.span.start as usize);
        return Err(No::new(format!("the file has an error on line {line}: {}", error.message)).at(error.at.span));
    }
    let new = match edit {
        Edit::Set { value, .. } | Edit::InsertItem { value, .. } => value,
        Edit::InsertKey { key, value, .. } => &insert::one_entry(key, value),
        Edit::Delete { .. } => return Ok(()),
    };
    check_keys(new, &mut Vec::new()).map_err(|error| No::new(error.message))
}

/// The first document that holds something, which is the one that is edited.
fn place(read: &Read) -> Option<(usize, &Node, &Document)> {
    let found = read.nodes.iter().zip(&read.documents).enumerate();
    found.filter_map(|(number, (node, document))| Some((number, node.as_ref()?, document))).next()
}

/// What an edit comes to in the text; nothing where it says so already.
fn splices(site: &Site<'_>, edit: &Edit) -> Result<Vec<Splice>, No> {
    match edit {
        Edit::Set { path, value } => {
            if site.node.at_path(path).is_some_and(|old| expect::same(old, &expect::read_back(value))) {
                return Ok(Vec::new());
            }
            set::set(site, &site.find(path)?, value)
        }
        Edit::InsertKey { path, key, value, place } => insert::key(site, path, key, value, place),
        Edit::InsertItem { path, index, value } => insert::item(site, path, *index, value),
        Edit::Delete { path } => delete::delete(site, path),
    }
}

/// The text with the splices made.
fn spliced(text: &str, splices: &[Splice]) -> Result<String, No> {
    let mut sorted: Vec<&Splice> = splices.iter().collect();
    sorted.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    let odd = || No::new("its bytes cannot be told from those of another value");
    for (range, new) in sorted {
        out.push_str(text.get(at..range.start).ok_or_else(odd)?);
        out.push_str(new);
        at = range.end;
    }
    out.push_str(text.get(at..).ok_or_else(odd)?);
    Ok(out)
}

#[cfg(test)]
mod tests;
