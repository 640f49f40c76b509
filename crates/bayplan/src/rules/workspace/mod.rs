//! What stacks of one repository do to each other.

mod ambiguous_name;
mod duplicate_owner;
mod duplicate_project;
mod duplicate_role;
mod host_port_collision;
mod memory_overcommit;
mod misnamed_external;
mod network_budget;
mod other_host;
mod shared_data;
mod shared_folder;
mod start_cycle;
mod unawaited_stack;
mod uncreated_external;
mod unplaced_stack;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    ambiguous_name::RULE,
    duplicate_owner::RULE,
    duplicate_project::RULE,
    duplicate_role::RULE,
    host_port_collision::RULE,
    memory_overcommit::RULE,
    misnamed_external::RULE,
    network_budget::RULE,
    other_host::RULE,
    shared_data::RULE,
    shared_folder::RULE,
    start_cycle::RULE,
    unawaited_stack::RULE,
    uncreated_external::RULE,
    unplaced_stack::RULE,
];
