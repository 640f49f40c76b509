//! A mapping as one pointer: most nodes are scalars, and are not to be as large as a mapping. Copies share their entries
//! until one of them is changed.

use crate::{Location, Node, Text};
use indexmap::{IndexMap, map};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// The entries of a mapping by key, in the order written.
type Entries = IndexMap<Text, Entry, foldhash::fast::RandomState>;

/// A mapping: entries by key, in the order written. A copy costs nothing until it is changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map(Arc<Entries>);

/// The value of one mapping key, and where the key was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where the key was written.
    pub key_at: Location,
    /// The value.
    pub value: Node,
}

impl Map {
    /// An empty mapping with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Arc::new(Entries::with_capacity_and_hasher(capacity, Default::default())))
    }
}

impl Deref for Map {
    type Target = Entries;

    fn deref(&self) -> &Entries {
        &self.0
    }
}

impl DerefMut for Map {
    fn deref_mut(&mut self) -> &mut Entries {
        Arc::make_mut(&mut self.0)
    }
}

impl FromIterator<(Text, Entry)> for Map {
    fn from_iter<I: IntoIterator<Item = (Text, Entry)>>(entries: I) -> Self {
        Self(Arc::new(entries.into_iter().collect()))
    }
}

impl Extend<(Text, Entry)> for Map {
    fn extend<I: IntoIterator<Item = (Text, Entry)>>(&mut self, entries: I) {
        (**self).extend(entries);
    }
}

impl IntoIterator for Map {
    type Item = (Text, Entry);
    type IntoIter = map::IntoIter<Text, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Text, &'a Entry);
    type IntoIter = map::Iter<'a, Text, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a mut Map {
    type Item = (&'a Text, &'a mut Entry);
    type IntoIter = map::IterMut<'a, Text, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_copy_leaves_the_other_as_it_is() {
        let entry = |text: &str| Entry { key_at: Location::default(), value: Node::string(text, Location::default()) };
        let first: Map = [("a".into(), entry("1")), ("b".into(), entry("2"))].into_iter().collect();
        let mut second = first.clone();
        assert_eq!(first, second);
        second.insert("a".into(), entry("3"));
        assert_eq!(second.shift_remove("b"), Some(entry("2")));
        assert_eq!((first.get("a"), first.len()), (Some(&entry("1")), 2));
        assert_eq!((second.get("a"), second.len()), (Some(&entry("3")), 1));
    }

    #[test]
    fn nodes_are_small() {
        assert!(size_of::<Node>() <= 64, "{}", size_of::<Node>());
    }
}
