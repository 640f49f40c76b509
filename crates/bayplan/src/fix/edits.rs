//! `text × edits of several fixes → text`: those that fit together, in an order in which none moves the place of another.

use super::target::{Act, FileEdit};
use super::workspace::Texts;
use crate::resolve::same::same;
use bayplan_yaml::{Edit, Node, Path, Segment, Text, Value, edit};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// The places that fixes chosen before lay claim to.
#[derive(Default)]
pub(super) struct Claims(HashMap<String, Claimed>);

#[derive(Default)]
struct Claimed {
    /// Values that are written or removed as a whole, with what is to happen there.
    whole: HashMap<Path, Act>,
    /// Places at or below which something happens.
    touched: HashSet<Path>,
    /// Bytes that are spelled otherwise.
    bytes: BTreeMap<u32, (u32, String)>,
}

impl Claims {
    /// Whether `edits` can be made beside those that were taken before; then they are taken too.
    pub fn take(&mut self, edits: &[FileEdit]) -> bool {
        let fits = edits.iter().all(|edit| self.0.get(&edit.file).is_none_or(|claimed| claimed.fits(&edit.act)));
        if fits {
            for edit in edits {
                self.0.entry(edit.file.clone()).or_default().take(&edit.act);
            }
        }
        fits
    }
}

impl Claimed {
    fn fits(&self, act: &Act) -> bool {
        match act {
            Act::Respell(span, text) => {
                let same = self.bytes.get(&span.start).is_some_and(|known| *known == (span.end, text.clone()));
                let apart = self.bytes.range(..span.end).next_back().is_none_or(|(_, (end, _))| *end <= span.start);
                same || apart && !self.bytes.contains_key(&span.start)
            }
            Act::Edit(edit) => {
                let (path, whole) = claim(edit);
                if self.whole.get(&path).is_some_and(|known| known == act) {
                    return true;
                }
                let above = (0..=path.0.len()).map(|depth| Path(path.0[..depth].to_vec()));
                !above.into_iter().any(|path| self.whole.contains_key(&path))
                    && !(whole && self.touched.contains(&path))
            }
        }
    }

    fn take(&mut self, act: &Act) {
        match act {
            Act::Respell(span, text) => drop(self.bytes.insert(span.start, (span.end, text.clone()))),
            Act::Edit(edit) => {
                let (path, whole) = claim(edit);
                for depth in 0..=path.0.len() {
                    self.touched.insert(Path(path.0[..depth].to_vec()));
                }
                if whole {
                    self.whole.insert(path, act.clone());
                }
            }
        }
    }
}

/// The place that an edit is about, and whether nothing else may happen there.
fn claim(edit: &Edit) -> (Path, bool) {
    match edit {
        Edit::Set { path, .. } | Edit::Delete { path } => (path.clone(), true),
        Edit::InsertKey { path, key, .. } => (path.key(key.as_str()), true),
        Edit::InsertItem { path, .. } => (path.clone(), false),
    }
}

/// The edits of one fix, which cannot add a key twice: what they put below the same new key becomes one value.
pub(super) fn joined(edits: Vec<FileEdit>) -> Vec<FileEdit> {
    let mut all: Vec<FileEdit> = Vec::new();
    for edit in edits {
        let same = all.iter_mut().filter(|known| known.file == edit.file).find_map(|known| {
            match (&mut known.act, &edit.act) {
                (
                    Act::Edit(Edit::InsertKey { path, key, value, .. }),
                    Act::Edit(Edit::InsertKey { path: other, key: name, value: more, .. }),
                ) if path == other && key == name => Some(join(value, more)),
                _ => None,
            }
        });
        if same != Some(true) {
            all.push(edit);
        }
    }
    all
}

/// Adds what `more` says to `value`; not where the two say different things.
fn join(value: &mut Node, more: &Node) -> bool {
    match (&mut value.value, &more.value) {
        (Value::Map(map), Value::Map(more)) => more.iter().all(|(key, entry)| match map.get_mut(key.as_str()) {
            Some(known) => join(&mut known.value, &entry.value),
            None => map.insert(key.clone(), entry.clone()).is_none(),
        }),
        (Value::Seq(items), Value::Seq(more)) => {
            items.extend(more.iter().cloned());
            true
        }
        _ => same(value, more),
    }
}

/// Why an edit could not be made, and its number among those given.
#[derive(Debug)]
pub(super) struct NotMade {
    pub number: usize,
    pub reason: String,
}

/// A path, and the text that stands there.
type Named = (String, Arc<str>);

/// The texts with edits made, or those that cannot be. `text` gives what a file says now, and the path by which it stands in
/// the result.
pub(super) fn edited<'e>(
    edits: impl Iterator<Item = &'e FileEdit>,
    text: &dyn Fn(&str) -> Option<Named>,
) -> Result<Texts, Vec<NotMade>> {
    let mut files: BTreeMap<&str, Vec<(usize, &Act)>> = BTreeMap::new();
    let mut known: HashMap<(&str, u32), Vec<&Act>> = HashMap::new();
    for (number, edit) in edits.enumerate() {
        let near = known.entry((&edit.file, edit.near)).or_default();
        if !near.contains(&&edit.act) {
            near.push(&edit.act);
            files.entry(&edit.file).or_default().push((number, &edit.act));
        }
    }
    let (mut texts, mut not) = (Texts::new(), Vec::new());
    for (file, acts) in files {
        match text(file) {
            Some((key, before)) => drop(texts.insert(key, one(&before, &acts, &mut not).into())),
            None => {
                let gone = |(number, _)| NotMade { number, reason: format!("`{file}` cannot be read") };
                not.extend(acts.into_iter().map(gone));
            }
        }
    }
    if not.is_empty() { Ok(texts) } else { Err(not) }
}

fn one(text: &str, acts: &[(usize, &Act)], not: &mut Vec<NotMade>) -> String {
    let mut respelled = Vec::new();
    let mut edits: Vec<(usize, &Edit)> = Vec::new();
    for (number, act) in acts {
        match act {
            Act::Respell(span, new) => respelled.push((*number, *span, new)),
            Act::Edit(edit) => edits.push((*number, edit)),
        }
    }
    respelled.sort_by_key(|(_, span, _)| *span);
    let (mut spelled, mut at) = (String::with_capacity(text.len()), 0);
    for (number, span, new) in respelled {
        match text.get(at..span.start as usize).filter(|_| text.is_char_boundary(span.end as usize)) {
            Some(between) => {
                spelled.push_str(between);
                spelled.push_str(new);
                at = span.end as usize;
            }
            None => not.push(NotMade { number, reason: "its bytes are not those of a text".to_owned() }),
        }
    }
    spelled.push_str(text.get(at..).unwrap_or_default());
    // What is removed moves the items behind it: last, and from behind.
    edits.sort_by(|(a, first), (b, second)| {
        let removes = |edit: &Edit| matches!(edit, Edit::Delete { .. });
        let order = removes(first).cmp(&removes(second));
        let behind = || match removes(first) && removes(second) {
            true => indices(second.path()).cmp(&indices(first.path())),
            false => a.cmp(b),
        };
        order.then_with(behind)
    });
    let numbers: Vec<usize> = edits.iter().map(|(number, _)| *number).collect();
    let edits: Vec<Edit> = edits.into_iter().map(|(_, edit)| edit.clone()).collect();
    let (edited, refused) = edit::apply_possible(&spelled, &edits);
    not.extend(refused.into_iter().map(|refused| NotMade { number: numbers[refused.edit], reason: refused.reason }));
    edited
}

/// A path by which later items stand behind earlier ones.
fn indices(path: &Path) -> Vec<(Text, usize)> {
    path.0
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => (key.clone(), 0),
            Segment::Index(index) => (Text::default(), *index),
        })
        .collect()
}
