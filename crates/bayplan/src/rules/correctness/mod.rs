//! The file does not say what its author meant.

mod unknown_to_target;
mod unpublishable_port;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[unknown_to_target::RULE, unpublishable_port::RULE];
