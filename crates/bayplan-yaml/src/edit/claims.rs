//! `edits, one after the other → those that can be made in one text at once`: none moves or holds what another is about.

use super::Edit;
use crate::{Path, Segment};
use std::collections::{HashMap, HashSet};

/// The places of the edits so far, made or put off.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// What is written, removed or added.
    whole: HashSet<Path>,
    /// These, and everything above them.
    touched: HashSet<Path>,
    /// The mappings that a key is added to, and those that one is removed from.
    grown: HashSet<Path>,
    shrunk: HashSet<Path>,
    lists: HashMap<Path, List>,
}

/// What happens to the items of a list.
#[derive(Debug, Default)]
struct List {
    /// The first item that others move at.
    moved: Option<usize>,
    /// The last item that something happens in.
    used: Option<usize>,
    appended: bool,
}

impl Claims {
    /// Whether an edit means the same before and after those claimed so far, and they before and after it. It is claimed
    /// either way, so that what depends on it waits too.
    pub(super) fn take(&mut self, edit: &Edit) -> bool {
        let place = match edit {
            Edit::InsertKey { path, key, .. } => path.key(key.as_str()),
            Edit::InsertItem { path, .. } => path.clone(),
            Edit::Set { path, .. } | Edit::Delete { path } => path.clone(),
        };
        let is_whole = !matches!(edit, Edit::InsertItem { .. });
        let mut free = !(is_whole && self.touched.contains(&place));
        let mut above = place.clone();
        loop {
            free &= !self.whole.contains(&above);
            self.touched.insert(above.clone());
            if above.0.pop().is_none() {
                break;
            }
        }
        if is_whole {
            self.whole.insert(place);
        }
        free &= self.mapping(edit);
        let mut list = edit.path().clone();
        let mut is_last = true;
        while let Some(segment) = list.0.pop() {
            if let Segment::Index(index) = segment {
                let removes = is_last && matches!(edit, Edit::Delete { .. });
                free &= self.lists.entry(list.clone()).or_default().pass(index, removes);
            }
            is_last = false;
        }
        if let Edit::InsertItem { path, index, .. } = edit {
            free &= self.lists.entry(path.clone()).or_default().insert(*index);
        }
        free
    }

    /// Says that an edit waits. No item before the one that it is about may go meanwhile: it would mean another.
    pub(super) fn put_off(&mut self, edit: &Edit) {
        let (list, index) = match edit {
            Edit::InsertItem { path, index: Some(index), .. } => (path.clone(), *index),
            Edit::Delete { path } => {
                let mut list = path.clone();
                let Some(Segment::Index(index)) = list.0.pop() else { return };
                (list, index)
            }
            _ => return,
        };
        let list = self.lists.entry(list).or_default();
        list.used = list.used.max(Some(index));
    }

    /// One key is added to a mapping at a time, and none while others are removed.
    fn mapping(&mut self, edit: &Edit) -> bool {
        match edit {
            Edit::InsertKey { path, .. } => !self.shrunk.contains(path) & self.grown.insert(path.clone()),
            Edit::Delete { path } => {
                let mut above = path.clone();
                above.0.pop();
                let free = !self.grown.contains(&above);
                self.shrunk.insert(above);
                free
            }
            _ => true,
        }
    }
}

impl List {
    /// Something happens in the item `index`, or it is removed: then from behind only.
    fn pass(&mut self, index: usize, removes: bool) -> bool {
        let mut free = self.moved.is_none_or(|moved| index < moved);
        if removes {
            free &= !self.appended && self.used.is_none_or(|used| used < index);
            self.moved = Some(self.moved.map_or(index, |moved| moved.min(index)));
        } else {
            self.used = self.used.max(Some(index));
        }
        free
    }

    fn insert(&mut self, index: Option<usize>) -> bool {
        let free = self.moved.is_none() && !self.appended && (index.is_none() || self.used.is_none());
        match index {
            None => self.appended = true,
            Some(index) => self.moved = Some(self.moved.map_or(index, |moved| moved.min(index))),
        }
        free
    }
}
