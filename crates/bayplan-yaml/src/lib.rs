//! YAML as text: one parse gives typed values *and* the places they came from.
//!
//! ```text
//! text ─parse─► Document (syntax: comments, anchors, aliases, tags, styles)
//!                  │ compose (aliases followed, merge keys applied, scalars typed)
//!                  ▼
//!                Node (value + location) ─decode─► typed values + every error
//!
//! Plain values ─print─► canonical text
//! Document + edits ─edit─► the same text, other bytes kept
//! ```
//!
//! This crate knows no Compose.

pub mod decode;
pub mod node;
pub mod path;
pub mod span;

pub use decode::{Decode, DecodeError, Decoder};
pub use node::{Entry, Map, Node, Value};
pub use path::{Path, Segment};
pub use span::{LineIndex, Location, Position, SourceId, Span};
