//! Memory, CPU, disk space.

mod unbounded_cpu;
mod unbounded_memory;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[unbounded_cpu::RULE, unbounded_memory::RULE];
