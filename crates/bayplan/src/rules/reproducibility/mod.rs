//! Whether the same file starts the same thing tomorrow.

mod rolling_tag;
mod unpinned_image;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[rolling_tag::RULE, unpinned_image::RULE];
