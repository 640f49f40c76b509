//! What stacks of one repository do to each other.

mod duplicate_role;
mod host_port_collision;
mod memory_overcommit;
mod network_budget;
mod other_host;
mod unplaced_stack;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    duplicate_role::RULE,
    host_port_collision::RULE,
    memory_overcommit::RULE,
    network_budget::RULE,
    other_host::RULE,
    unplaced_stack::RULE,
];
