//! What can be left out.

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[];
