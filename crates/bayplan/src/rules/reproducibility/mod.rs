//! Whether the same file starts the same thing tomorrow.

mod rolling_tag;
mod stale_env_example;
mod undocumented_variable;
mod unpinned_image;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] =
    &[rolling_tag::RULE, stale_env_example::RULE, undocumented_variable::RULE, unpinned_image::RULE];
