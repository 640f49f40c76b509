//! Whether services start, stay up, and keep their data.

mod unhealthy_dependency;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[unhealthy_dependency::RULE];
