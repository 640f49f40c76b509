//! `a scalar → its text, and the place of any part of it`.

use crate::resolve::within::{Pieces, within};
use bayplan_yaml::{Location, Node};
use std::ops::Range;

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub value: String,
    /// Its place.
    pub at: Location,
}

impl Text {
    /// The text as it is compared.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

/// The part of a scalar that holds a value: all of it, or what stands behind `KEY=`.
#[derive(Clone, Copy)]
pub struct Written<'n> {
    node: &'n Node,
    text: &'n str,
    /// Where the value begins in the text of the scalar.
    from: usize,
}

/// What separates the parts of values, and stands in no name and no port.
const SEPARATORS: &[char] = &['`', ',', ' ', '='];

/// Of longer texts that variables have a part in, parts stand where the whole does, in bytes.
const LONGEST: usize = 4096;

impl<'n> Written<'n> {
    /// The value of a scalar whose text is `text` from `from` on.
    pub fn new(node: &'n Node, text: &'n str, from: usize) -> Self {
        Self { node, text, from }
    }

    /// All of a scalar that is a string.
    pub fn whole(node: &'n Node) -> Option<Self> {
        node.as_str().map(|text| Self::new(node, text, 0))
    }

    /// The value.
    pub fn text(self) -> &'n str {
        self.text.get(self.from..).unwrap_or_default()
    }

    /// Whether variables have a part in it; `$$` is none.
    pub fn is_made_of_variables(self) -> bool {
        self.node.template().is_some_and(|template| template.replace("$$", "").contains('$'))
    }

    /// What it was before variables were replaced; the value itself where it has none.
    pub fn template(self) -> &'n str {
        match self.node.template() {
            // The key of a list item may hold variables, too: it ends at the first `=`.
            Some(template) if self.from > 0 => template.split_once('=').map_or("", |(_, value)| value),
            Some(template) => template,
            None => self.text(),
        }
    }

    /// The place of a part of the value.
    pub fn place(self, range: Range<usize>) -> Location {
        let range = range.start + self.from..range.end + self.from;
        if self.node.as_str().is_none() {
            return self.node.at;
        }
        if self.node.template().is_none() {
            return within(self.node, range);
        }
        // Each part is looked for from the beginning.
        if self.text.len() > LONGEST {
            return self.node.at;
        }
        Pieces::of(self.node, SEPARATORS).part(&range).0
    }

    /// A part of the value.
    pub fn part(self, range: Range<usize>) -> Text {
        Text { value: self.text()[range.clone()].to_owned(), at: self.place(range) }
    }

    /// The value as one.
    pub fn all(self) -> Text {
        self.part(0..self.text().len())
    }

    /// The items of a list `a, b`, without the blanks around them.
    pub fn items(self) -> Vec<Text> {
        let mut start = 0;
        let mut items = Vec::new();
        for item in self.text().split(',') {
            let trimmed = item.trim();
            let from = start + item.len() - item.trim_start().len();
            if !trimmed.is_empty() {
                items.push(self.part(from..from + trimmed.len()));
            }
            start += item.len() + 1;
        }
        items
    }
}
