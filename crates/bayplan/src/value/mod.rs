//! `text → validated value`: one type a file, each with Compose's own grammar.

use std::ops::Range;

/// Why a text is not a valid value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// What is wrong, lower case, no full stop, names in backticks.
    pub message: String,
    /// The one thing to do.
    pub help: Option<String>,
    /// The bytes of the text that are wrong; the whole text where no part stands out.
    pub range: Range<usize>,
}
