//! What is wrong with a YAML text, in plain words, and how much of one is read.

use crate::Location;

/// One thing wrong with a YAML text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// The kind of error.
    pub kind: ErrorKind,
    /// The exact place.
    pub at: Location,
    /// What is wrong, lower case, no full stop.
    pub message: String,
    /// The one thing to do.
    pub help: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<(Location, String)>,
}

/// The kinds of [`YamlError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text is no YAML.
    Syntax,
    /// A mapping has a key twice.
    DuplicateKey,
    /// An alias or merge key names nothing that it could.
    Alias,
    /// A key is no string, or a scalar does not fit its tag.
    Type,
    /// More than is read.
    Limit,
    /// Bytes that are no text.
    Encoding,
    /// Valid YAML that Docker's reader refuses or reads otherwise.
    RefusedByDocker,
}

/// How much of a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Values of a document as written, keys not counted. Docker Compose stops behind 100,000: what counts there are the
    /// visits of its pass over `!reset` and `!override` (compose-go 2.16.2, loader/reset.go), which follows an alias once.
    pub values: usize,
    /// Nodes of a document after aliases and merge keys are followed.
    pub nodes: usize,
    /// Levels of nesting after aliases are followed. What walks a tree by recursion fits a small stack.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 32 << 20, values: 100_000, nodes: 1_000_000, depth: 128 }
    }
}

impl YamlError {
    /// An error at one place.
    pub fn new(kind: ErrorKind, at: Location, message: impl Into<String>) -> Self {
        Self { kind, at, message: message.into(), help: None, related: Vec::new() }
    }

    /// With the one thing to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With another place that belongs to it.
    #[must_use]
    pub fn related(mut self, at: Location, message: impl Into<String>) -> Self {
        self.related.push((at, message.into()));
        self
    }
}
