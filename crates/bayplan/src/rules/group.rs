//! What a rule is about.

use std::fmt;

/// The groups of rules, as the rules page orders them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The file does not say what its author meant, or Compose refuses it.
    Correctness,
    /// What whoever breaks into a container can do next.
    Security,
    /// Passwords, keys and tokens.
    Secrets,
    /// Ports, networks and addresses.
    Networking,
    /// What the gateway sends where.
    Routes,
    /// Whether services start, stay up, and keep their data.
    Reliability,
    /// Whether the same file starts the same thing tomorrow.
    Reproducibility,
    /// Memory, CPU, disk space.
    Resources,
    /// Metrics, logs, traces.
    Observability,
    /// What stacks of one repository do to each other.
    Workspace,
    /// What can be left out.
    Redundancy,
    /// Order and spelling.
    Style,
}

impl Group {
    /// All groups, in their order.
    pub const ALL: [Self; 12] = [
        Self::Correctness,
        Self::Security,
        Self::Secrets,
        Self::Networking,
        Self::Routes,
        Self::Reliability,
        Self::Reproducibility,
        Self::Resources,
        Self::Observability,
        Self::Workspace,
        Self::Redundancy,
        Self::Style,
    ];
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
