//! Order and spelling.

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[];
