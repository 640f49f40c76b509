//! Memory, CPU, disk space.

mod huge_ulimit;
mod small_shared_memory;
mod swarm_only_key;
mod unbounded_cpu;
mod unbounded_logs;
mod unbounded_memory;
mod unbounded_processes;
mod unkillable_service;
mod unsized_tmpfs;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    huge_ulimit::RULE,
    small_shared_memory::RULE,
    swarm_only_key::RULE,
    unbounded_cpu::RULE,
    unbounded_logs::RULE,
    unbounded_memory::RULE,
    unbounded_processes::RULE,
    unkillable_service::RULE,
    unsized_tmpfs::RULE,
];
