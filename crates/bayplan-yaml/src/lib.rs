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

pub mod compose;
pub mod de;
pub mod decode;
mod docker;
pub mod edit;
pub mod error;
mod map;
pub mod node;
pub mod parse;
pub mod path;
pub mod print;
mod readers;
pub mod scalar;
pub mod ser;
pub mod span;
pub mod tree;

pub use compose::{Read, read, read_bytes};
pub use de::{DeError, Spanned, from_node};
pub use decode::{Decode, DecodeError, Decoder};
pub use edit::{Edit, Refused};
pub use error::{ErrorKind, Limits, YamlError};
pub use node::{Entry, Map, Node, Text, Value};
pub use path::{Path, Segment};
pub use print::{PrintError, Printer, print};
pub use ser::to_node;
pub use span::{LineIndex, Location, Position, SourceId, Span};
pub use tree::{Comment, Document, Kind, NodeId, Placement, Style, Syntax};
