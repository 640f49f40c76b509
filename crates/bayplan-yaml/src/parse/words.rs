//! `the parser's error → YamlError`: in plain words, at the place that a person would look at.

use super::block;
use crate::error::{ErrorKind, YamlError};
use crate::{Location, SourceId, Span};
use granit_parser::ErrorKind as Scan;

/// The error in `text`. `open` is the bracket of the innermost flow collection that is not closed, `from` lies behind the
/// last node that was read.
pub(super) fn syntax(
    error: &granit_parser::ScanError,
    text: &str,
    skipped: usize,
    source: SourceId,
    open: Option<Span>,
    from: u32,
) -> YamlError {
    let offset = error.marker().byte_offset().map_or(text.len(), |offset| (offset + skipped).min(text.len()));
    let place = Place::new(text, offset);
    let at = |span| Location { source, span };
    let kind = if matches!(error.kind(), Scan::RecursionLimitExceeded) { ErrorKind::Limit } else { ErrorKind::Syntax };
    if let Some(span) = unquoted_expression(&place) {
        return YamlError::new(kind, at(span), "`{{` begins a mapping in YAML, not an expression")
            .help("put the whole value in quotes: \"{{ … }}\"");
    }
    if let Some((span, quote)) = quote_before(error.kind(), text, from) {
        let line = place.whole_line();
        let rest = text.get(line.start as usize..).unwrap_or("");
        let result = if rest.contains(quote) {
            YamlError::new(
                kind,
                at(line),
                "a quoted value goes on in this line, which is not indented deeper than its key",
            )
            .help(
                "close the quote in the line above, or indent this line: Docker Compose takes it, other readers do not",
            )
            .related(at(span), "the quote opens here")
        } else {
            let result = YamlError::new(kind, at(span), "the quote that opens here is never closed")
                .help("close the quote at the end of the value");
            if line.is_empty() { result } else { result.related(at(line), "the value would go on here") }
        };
        return result;
    }
    if let Some(open) = open.filter(|open| in_flow(error.kind()) && (open.end as usize) < place.line_start)
        && place.rest().starts_with(':')
        && !place.before().contains([',', '[', '{'])
    {
        let bracket = open.slice(text);
        let close = if bracket == "[" { "]" } else { "}" };
        return YamlError::new(kind, at(open), format!("the `{bracket}` that opens here is never closed"))
            .help(format!("close it with `{close}`"))
            .related(at(place.whole_line()), "a key of the lines above begins here");
    }
    let (span, message, help) = words(error.kind(), &place);
    let result = YamlError::new(kind, at(span), message).help(help);
    match open {
        Some(open) if open != span && in_flow(error.kind()) => {
            let bracket = open.slice(text);
            result.related(at(open), format!("inside this `{bracket}`"))
        }
        _ => result,
    }
}

/// The quote that opens behind the last node, where the error is one of a quoted value of several lines.
fn quote_before(kind: &Scan, text: &str, from: u32) -> Option<(Span, char)> {
    if !matches!(kind, Scan::InvalidQuotedScalarIndent | Scan::UnclosedQuotedScalar) {
        return None;
    }
    let found = ['"', '\''].map(|quote| block::find(text, from, text.len() as u32, quote as u8));
    let (at, quote) = match found {
        [Some(double), Some(single)] if single < double => (single, '\''),
        [Some(double), _] => (double, '"'),
        [None, single] => (single?, '\''),
    };
    Some((Span::new(at, at + 1), quote))
}

/// Where an error is: the byte, its line, the lines around it.
struct Place<'a> {
    text: &'a str,
    at: usize,
    line_start: usize,
    line: &'a str,
}

impl<'a> Place<'a> {
    fn new(text: &'a str, offset: usize) -> Self {
        let at = (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let line_start = text[..at].rfind(['\n', '\r']).map_or(0, |before| before + 1);
        let line_end = text[at..].find(['\n', '\r']).map_or(text.len(), |length| at + length);
        Self { text, at, line_start, line: &text[line_start..line_end] }
    }

    /// The character at the place; nothing at the end of its line.
    fn character(&self) -> Span {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        Span::new(self.at as u32, (self.at + length) as u32)
    }

    /// From the place to the end of the word.
    fn word(&self) -> Span {
        let length = self.rest().find([' ', '\t', ',', ']', '}']).unwrap_or(self.rest().len());
        if length == 0 { self.character() } else { Span::new(self.at as u32, (self.at + length) as u32) }
    }

    /// The line of the place, without indentation and trailing blanks.
    fn whole_line(&self) -> Span {
        let start = self.line_start + (self.line.len() - self.line.trim_start().len());
        Span::new(start as u32, (self.line_start + self.line.trim_end().len()).max(start) as u32)
    }

    /// What stands on the line from the place on.
    fn rest(&self) -> &'a str {
        self.line.get(self.at - self.line_start..).unwrap_or("")
    }

    /// What stands on the line before the place.
    fn before(&self) -> &'a str {
        self.line.get(..self.at - self.line_start).unwrap_or("")
    }

    /// The tab in the indentation of the line, or the one at or behind the place.
    fn tab(&self) -> Span {
        let indent = self.line.len() - self.line.trim_start().len();
        let inside = self.line[..indent].find('\t').map(|at| self.line_start + at);
        let at = inside.or_else(|| self.text[self.at..].find('\t').map(|at| self.at + at)).unwrap_or(self.at);
        let at = at.min(self.text.len());
        Span::new(at as u32, (at + usize::from(self.text[at..].starts_with('\t'))) as u32)
    }

    /// The `key:` that the line begins with.
    fn key(&self) -> Option<&'a str> {
        let line = self.line.trim_start().trim_start_matches("- ").trim_start();
        let key = line.split_once(": ").map_or_else(|| line.trim_end().strip_suffix(':'), |(key, _)| Some(key))?;
        (!key.is_empty() && key.len() <= 60 && !key.contains(['"', '\'', '{', '['])).then_some(key)
    }
}

/// An unquoted `{{` on the line, where a value begins.
fn unquoted_expression(place: &Place<'_>) -> Option<Span> {
    let open = place.line.find("{{")?;
    let before = place.line[..open].trim_end();
    let begins = before.is_empty() || before.ends_with([':', '-', '[', ',', '{']);
    let start = place.line_start + open;
    let end = place.line[open..].find("}}").map_or(start + 2, |close| start + close + 2);
    begins.then(|| Span::new(start as u32, end as u32))
}

fn in_flow(kind: &Scan) -> bool {
    matches!(
        kind,
        Scan::ExpectedFlowMappingSeparator
            | Scan::ExpectedFlowSequenceSeparator
            | Scan::UnexpectedEofFlowSequence
            | Scan::UnexpectedEofFlowMapping
            | Scan::UnexpectedEofImplicitFlowMapping
            | Scan::MismatchedFlowCollectionEnd { .. }
            | Scan::InvalidColonPlacement
            | Scan::InvalidFlowScalarIndent
            | Scan::InvalidSimpleKey
            | Scan::BlockEntryInFlowCollection
    )
}

/// Where the error is shown, what it says, and what to do.
fn words(kind: &Scan, place: &Place<'_>) -> (Span, String, String) {
    let character = place.character();
    let say = |span: Span, message: &str, help: &str| (span, message.to_owned(), help.to_owned());
    match kind {
        Scan::TabNotAllowed
        | Scan::TabInBlockIndentation
        | Scan::TabInIndentation
        | Scan::TabInPlainScalar
        | Scan::TabAtBlockScalarStart => say(place.tab(), "a tab stands where YAML wants spaces", "indent with spaces"),
        Scan::UnclosedQuotedScalar | Scan::InvalidQuotedScalarIndent => {
            say(character, "the quote that opens here is never closed", "close the quote at the end of the value")
        }
        Scan::DocumentIndicatorInQuotedScalar => {
            say(character, "`---` or `...` stands inside a quoted value", "close the quote before it")
        }
        Scan::UnclosedFlowCollection { open } => {
            let close = if *open == '[' { ']' } else { '}' };
            (character, format!("the `{open}` that opens here is never closed"), format!("close it with `{close}`"))
        }
        Scan::UnexpectedEofFlowSequence
        | Scan::UnexpectedEofFlowMapping
        | Scan::UnexpectedEofImplicitFlowMapping
        | Scan::ExpectedFlowMappingSeparator
        | Scan::ExpectedFlowSequenceSeparator => match place.rest().chars().next() {
            Some(',') => say(character, "a value is missing before this `,`", "remove the `,` or write the value"),
            _ => say(
                place.word(),
                "a `,` or a closing bracket is missing before this",
                "put a `,` between two entries, and close each bracket; a value with `,`, `[`, `]`, `{` or `}` wants quotes",
            ),
        },
        Scan::MisplacedFlowCollectionEnd => say(
            character,
            "this bracket closes nothing",
            "remove it, or put a value that begins with a bracket in quotes",
        ),
        Scan::MismatchedFlowCollectionEnd { open, close } => {
            let wanted = if *open == '[' { ']' } else { '}' };
            (
                character,
                format!("the `{open}` that opens here meets a `{close}`"),
                format!("close it with `{wanted}` first"),
            )
        }
        Scan::MappingValueNotAllowed
        | Scan::InvalidColonPlacement
        | Scan::InvalidMappingValueWhitespace
        | Scan::FlowMappingValueAdjacentCollection => colon(place),
        Scan::SimpleKeyExpected | Scan::InvalidSimpleKey => missing_colon(place),
        Scan::InvalidIndentation
        | Scan::ExpectedBlockMappingKey
        | Scan::ExpectedBlockSequenceEntry
        | Scan::ExpectedDocumentStart
        | Scan::InvalidFlowScalarIndent => misfit(kind, place),
        Scan::UnexpectedEofBlockMapping | Scan::UnexpectedEofBlockSequence | Scan::UnexpectedEof
            if !place.rest().is_empty() =>
        {
            cannot_begin(place)
        }
        Scan::ExpectedNodeContent | Scan::UnexpectedCharacter { .. } | Scan::PlainScalarStartsWithDashFlowIndicator => {
            cannot_begin(place)
        }
        Scan::BlockSequenceEntryNotAllowed | Scan::BlockEntryInFlowCollection => say(
            character,
            "a list item cannot begin here",
            "begin each item on a line of its own, or put the value in quotes",
        ),
        Scan::MappingKeyNotAllowed => say(character, "a value cannot begin with `? `", "put the value in quotes"),
        Scan::UnknownQuotedScalarEscape | Scan::InvalidQuotedScalarHexEscape | Scan::InvalidUnicodeEscape => say(
            escape(place, |rest| !known_escape(rest)),
            "the value holds a backslash that begins no escape",
            "double the backslash, or use single quotes, in which it stands for itself",
        ),
        Scan::InvalidLowSurrogateHexEscape
        | Scan::InvalidLowSurrogate
        | Scan::MissingLowSurrogate
        | Scan::UnpairedLowSurrogate => say(
            character,
            "the value holds half of a character: a surrogate without its pair",
            "write the character itself, or `\\U` and its eight hexadecimal digits",
        ),
        Scan::InvalidTrailingSingleQuotedScalar | Scan::InvalidTrailingDoubleQuotedScalar => {
            say(place.word(), "text follows the closing quote", "put the whole value inside one pair of quotes")
        }
        Scan::UndeclaredTagHandle => {
            say(place.word(), "the tag has a handle that no `%TAG` line declares", "remove the tag")
        }
        Scan::UnclosedVerbatimTag | Scan::InvalidTagTerminator | Scan::InvalidTagEscape | Scan::MissingTagUri => {
            say(place.word(), "the tag is not valid", "put a value that begins with `!` in quotes")
        }
        Scan::MissingAnchorOrAliasName => say(
            character,
            "`&` and `*` want the name of an anchor behind them",
            "put a value that begins with `&` or `*` in quotes",
        ),
        Scan::RecursionLimitExceeded => {
            (character, format!("the nesting is deeper than {} levels", super::DEPTH), "nest less".to_owned())
        }
        Scan::CommentNotSeparated => {
            say(character, "a `#` follows a value without a space", "put a space before `#`, or quote the value")
        }
        Scan::CommentInterceptedScalar => say(
            character,
            "a comment stands inside a value of several lines",
            "move the comment above the value, or put the value on one line",
        ),
        Scan::InvalidBlockScalarHeader | Scan::ZeroBlockScalarIndent | Scan::InvalidBlockScalarIndent => say(
            character,
            "the text block is not valid",
            "let only `+`, `-` or a digit follow `|` or `>`, and indent all lines of the text",
        ),
        Scan::InvalidDocumentEnd => {
            say(place.word(), "text follows `...` on its line", "put it on a line of its own, below `---`")
        }
        Scan::MissingDocumentEndBeforeDirective => {
            say(character, "a `%` line stands inside a document", "put a value that begins with `%` in quotes")
        }
        Scan::DuplicateVersionDirective
        | Scan::UnsupportedYamlMajorVersion
        | Scan::MissingYamlVersion
        | Scan::MissingYamlVersionSeparator
        | Scan::DuplicateTagDirective => say(place.whole_line(), "the `%` line is not valid", "remove it"),
        Scan::BomInsideDocument => {
            say(character, "a byte order mark (U+FEFF) stands inside the text", "remove the invisible character")
        }
        other => (character, format!("this is no YAML: {other}").to_lowercase(), "put the value in quotes".to_owned()),
    }
}

/// A `:` where no key can be.
fn colon(place: &Place<'_>) -> (Span, String, String) {
    let colon = place.text[place.at..].starts_with(':');
    let span = if colon { place.character() } else { place.word() };
    let before = place.before();
    if before.trim_start().trim_start_matches("- ").contains(": ") {
        return (
            span,
            "a second `: ` on the line: a value cannot be a key as well".to_owned(),
            "put a value that holds `: ` in quotes, or begin the inner key on a line of its own".to_owned(),
        );
    }
    let above = place.text[..place.line_start].trim_end().lines().next_back().unwrap_or("").trim();
    let above = above.strip_prefix("- ").unwrap_or(above);
    if above.contains(':') && !above.ends_with(':') && !above.contains(": ") && !above.contains(' ') {
        return (
            span,
            format!(
                "`{}` above has no space behind its `:`, so it is no key, and this line goes on with it",
                clip(above)
            ),
            "put a space behind the `:` in the line above".to_owned(),
        );
    }
    if above == "---" || before.starts_with("---") {
        let help = "put it on a line of its own, below `---`";
        return (span, "a mapping cannot begin on the line of `---`".to_owned(), help.to_owned());
    }
    if !above.is_empty() && !above.contains([':', '#', '"', '\'']) {
        let above = clip(above);
        return (
            span,
            format!("`{above}` above is no key, for no `:` follows it, and this line goes on with it"),
            format!("write `{above}:`, or remove it"),
        );
    }
    let help =
        "give the line the indentation of the keys above it; a value of several lines that holds `: ` wants quotes";
    (span, "this line goes on with the value above, and a key cannot begin in it".to_owned(), help.to_owned())
}

/// A line without a `:`.
fn missing_colon(place: &Place<'_>) -> (Span, String, String) {
    let span = place.whole_line();
    let line = span.slice(place.text);
    let word = clip(line);
    let help = match line.split_once(':') {
        Some((key, value)) if !value.starts_with(' ') && !value.is_empty() => {
            format!("put a space behind the `:`: `{}: {}`", clip(key), clip(value))
        }
        _ => format!("write `{word}:`, or remove the line"),
    };
    (span, format!("`{word}` stands where a key must, and no `: ` follows"), help)
}

/// A line whose indentation fits none of the lines above.
fn misfit(kind: &Scan, place: &Place<'_>) -> (Span, String, String) {
    let before = place.before().trim();
    if !before.is_empty() && !before.chars().all(|c| c == '-') {
        let help = "put the whole value in quotes; a key begins on a line of its own";
        return (place.word(), "text follows a value that has ended".to_owned(), help.to_owned());
    }
    let span = place.whole_line();
    let line = span.slice(place.text);
    let item = line.starts_with("- ") || line == "-";
    let (message, help) = match (kind, place.key(), item) {
        (Scan::ExpectedBlockSequenceEntry, Some(key), false) => (
            format!("the key `{key}` stands in the indentation of a list's items"),
            "indent it with the key above the list, or begin the line with `- `".to_owned(),
        ),
        (_, _, true) => (
            "a list item stands where the lines above have keys".to_owned(),
            "indent it below the key that it belongs to".to_owned(),
        ),
        (_, Some(key), false) => (
            format!("the key `{key}` is indented like no line above it"),
            "give it the same indentation as its neighbours".to_owned(),
        ),
        _ => (
            "the line is indented like no line above it".to_owned(),
            "give it the same indentation as its neighbours; a key needs `: ` and a list item `- `".to_owned(),
        ),
    };
    (span, message, help)
}

fn cannot_begin(place: &Place<'_>) -> (Span, String, String) {
    let message = match place.rest().chars().next() {
        Some(c) if c.is_control() => format!("the invisible character U+{:04X} cannot stand in YAML", u32::from(c)),
        Some('`') => "a value cannot begin with a backtick".to_owned(),
        Some(c) => format!("a value cannot begin with `{c}`"),
        None => "a value is missing here".to_owned(),
    };
    let help = match place.rest().chars().next() {
        Some(c) if c.is_control() => "remove it, or write it as an escape in double quotes",
        Some(_) => "put the value in quotes",
        None => "write the value",
    };
    (place.character(), message, help.to_owned())
}

/// The first backslash from the place on for which `wrong` holds of what follows it.
fn escape(place: &Place<'_>, wrong: impl Fn(&str) -> bool) -> Span {
    let mut at = place.at;
    while let Some(found) = place.text[at..].find('\\') {
        let start = at + found;
        let behind = &place.text[start + 1..];
        let next = behind.chars().next().map_or(0, char::len_utf8);
        if wrong(behind) {
            return Span::new(start as u32, (start + 1 + next) as u32);
        }
        at = start + 1 + next;
    }
    place.character()
}

/// Whether `rest` goes on with an escape of YAML.
fn known_escape(rest: &str) -> bool {
    let hex = |count: usize| rest.len() > count && rest[1..].bytes().take(count).all(|b| b.is_ascii_hexdigit());
    match rest.bytes().next() {
        Some(b'x') => hex(2),
        Some(b'u') => hex(4),
        Some(b'U') => hex(8),
        Some(byte) => b"0abt\tnvfre \"/\\N_LP\n\r".contains(&byte),
        None => false,
    }
}

/// `text` short enough for a message.
fn clip(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.trim_end().to_owned(),
    }
}
