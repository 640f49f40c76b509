//! What is wrong with a YAML text, in plain words, and how much of one is read.

use crate::{Location, SourceId, Span};
use granit_parser::ErrorKind as Scan;

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
    /// Nodes of a document after aliases and merge keys are followed.
    pub nodes: usize,
    /// Levels of nesting after aliases are followed.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 32 << 20, nodes: 1_000_000, depth: 400 }
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

/// A syntax error of the parser, in plain words and at the place that a person would look at.
pub(crate) fn syntax(error: &granit_parser::ScanError, text: &str, skipped: usize, source: SourceId) -> YamlError {
    let mark = error.marker();
    let start = mark.byte_offset().map_or(text.len(), |offset| (offset + skipped).min(text.len()));
    let start = (0..=start).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = text[start..].chars().next().filter(|c| *c != '\n' && *c != '\r').map_or(start, |c| start + c.len_utf8());
    let at = Location { source, span: Span::new(start as u32, end as u32) };
    let (message, help) = words(error.kind());
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line = &text[line_start..line_end];
    let kind = if matches!(error.kind(), Scan::RecursionLimitExceeded) { ErrorKind::Limit } else { ErrorKind::Syntax };
    let error = YamlError::new(kind, at, message);
    if let Some(open) = unquoted_expression(line) {
        let span = Span::new((line_start + open) as u32, (line_start + open + 2) as u32);
        return YamlError::new(
            ErrorKind::Syntax,
            Location { source, span },
            "`{{` begins a mapping in YAML, not an expression",
        )
        .help("put the whole value in quotes: \"{{ … }}\"");
    }
    match help {
        Some(help) => error.help(help),
        None => error,
    }
}

/// Where a value of `line` begins with an unquoted `{{`.
pub(crate) fn unquoted_expression(line: &str) -> Option<usize> {
    let open = line.find("{{")?;
    let before = line[..open].trim_end();
    (before.is_empty() || before.ends_with([':', '-', '[', ',', '{'])).then_some(open)
}

/// What the parser's error means, and what to do.
fn words(kind: &Scan) -> (String, Option<&'static str>) {
    let (message, help) = match kind {
        Scan::TabNotAllowed
        | Scan::TabInBlockIndentation
        | Scan::TabInIndentation
        | Scan::TabInPlainScalar
        | Scan::TabAtBlockScalarStart => ("a tab stands where YAML wants spaces", Some("indent with spaces")),
        Scan::UnclosedQuotedScalar => ("the quote that opens here is never closed", Some("close the quote")),
        Scan::InvalidQuotedScalarIndent => (
            "a quoted text goes on in a line that is not indented enough",
            Some("indent the lines of the text deeper than its key"),
        ),
        Scan::DocumentIndicatorInQuotedScalar => {
            ("`---` or `...` stands inside a quoted text", Some("close the quote before it"))
        }
        Scan::UnclosedFlowCollection { .. }
        | Scan::UnexpectedEofFlowSequence
        | Scan::UnexpectedEofFlowMapping
        | Scan::UnexpectedEofImplicitFlowMapping => ("a `[` or `{` is never closed", Some("close the bracket")),
        Scan::MisplacedFlowCollectionEnd | Scan::MismatchedFlowCollectionEnd { .. } => {
            ("a closing bracket does not match", Some("close the bracket that was opened last"))
        }
        Scan::MappingValueNotAllowed
        | Scan::InvalidColonPlacement
        | Scan::SimpleKeyExpected
        | Scan::InvalidSimpleKey
        | Scan::InvalidMappingValueWhitespace => (
            "a `:` stands where no key can be",
            Some("put a value that holds `: ` in quotes, and start each key on a line of its own"),
        ),
        Scan::InvalidIndentation
        | Scan::ExpectedBlockMappingKey
        | Scan::ExpectedBlockSequenceEntry
        | Scan::MappingKeyNotAllowed
        | Scan::BlockSequenceEntryNotAllowed
        | Scan::InvalidFlowScalarIndent => (
            "the line does not fit the lines above it",
            Some("give it the same indentation as its neighbours; a key needs `: ` and a list item `- `"),
        ),
        Scan::ExpectedFlowMappingSeparator | Scan::ExpectedFlowSequenceSeparator => {
            ("a `,` or a closing bracket is missing", Some("separate the items with commas and close the bracket"))
        }
        Scan::UnknownQuotedScalarEscape | Scan::InvalidQuotedScalarHexEscape | Scan::InvalidUnicodeEscape => (
            "a double-quoted text holds a backslash that begins no escape",
            Some("double the backslash, or use single quotes"),
        ),
        Scan::InvalidLowSurrogateHexEscape
        | Scan::InvalidLowSurrogate
        | Scan::MissingLowSurrogate
        | Scan::UnpairedLowSurrogate => ("half of a surrogate pair", Some("write the character itself")),
        Scan::InvalidTrailingSingleQuotedScalar | Scan::InvalidTrailingDoubleQuotedScalar => {
            ("text follows a closing quote", Some("put the whole value inside the quotes"))
        }
        Scan::UndeclaredTagHandle => ("the tag has a handle that no `%TAG` line declares", Some("remove the tag")),
        Scan::RecursionLimitExceeded => ("the nesting is too deep to be meant", Some("nest less than 250 levels")),
        Scan::UnexpectedCharacter { .. } => {
            ("a value cannot begin with this character", Some("put the value in quotes"))
        }
        Scan::CommentNotSeparated => {
            ("a `#` follows a value without a space", Some("put a space before `#`, or quote the value"))
        }
        Scan::DuplicateVersionDirective | Scan::UnsupportedYamlMajorVersion | Scan::MissingYamlVersion => {
            ("the `%YAML` line is not valid", Some("remove it"))
        }
        other => return (format!("the text is no YAML: {other}").to_lowercase(), None),
    };
    (message.to_owned(), help)
}
