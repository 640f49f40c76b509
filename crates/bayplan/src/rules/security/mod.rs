//! What whoever breaks into a container can do next.

mod privilege_escalation;
mod writable_rootfs;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[privilege_escalation::RULE, writable_rootfs::RULE];
