//! Where block scalars begin and end: the parser's span of one has its lines only, up to the next token.

use crate::Span;
use crate::tree::Style;

/// The bytes of a block scalar from its `|` or `>` to the end of its last line with text. `from` lies behind the node
/// before it, `content` is what the parser calls its span.
pub(super) fn span(text: &str, from: u32, content: Span, style: Style) -> Span {
    let body = content.slice(text);
    let trimmed = body.trim_end_matches([' ', '\t', '\n', '\r']);
    let blanks = body[trimmed.len()..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let header = header(text, from, content.start, style);
    let start = header.map_or(content.start, |header| header.start);
    if trimmed.is_empty() {
        return Span::new(start, header.map_or(content.start, |header| header.end));
    }
    Span::new(start, content.start + (trimmed.len() + blanks) as u32)
}

/// The `|` or `>` and its modifiers.
fn header(text: &str, from: u32, to: u32, style: Style) -> Option<Span> {
    let at = find(text, from, to, if style == Style::Literal { b'|' } else { b'>' })?;
    let behind = text.as_bytes().get(at as usize + 1..to as usize)?;
    let modifiers = behind.iter().take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9')).count();
    Some(Span::new(at, at + 1 + modifiers as u32))
}

/// The first `indicator` between byte `from`, behind a node, and byte `to`, in the next: between nodes stand blanks,
/// comments, indicators, a tag and an anchor only.
pub(super) fn find(text: &str, from: u32, to: u32, indicator: u8) -> Option<u32> {
    let bytes = text.as_bytes().get(..to as usize)?;
    let mut at = from as usize;
    loop {
        match *bytes.get(at)? {
            byte if byte == indicator => return Some(at as u32),
            b'#' => at += bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r'))?,
            b'!' | b'&' => at += bytes[at..].iter().position(u8::is_ascii_whitespace)?,
            _ => at += 1,
        }
    }
}

/// Whether a block scalar that goes on to byte `end` lost its last line break: where `text` ends without one, YAML 1.2 gives
/// the scalar one, and go-yaml none. `at` is the span of the scalar, `value` what YAML 1.2 says.
pub(super) fn lacks_break(text: &str, at: Span, end: u32, value: &str) -> bool {
    let last = text.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let blank = text.get(last..).is_none_or(|line| line.trim_matches([' ', '\t']).is_empty());
    // A last line of blanks counts where it is text or kept.
    let counts =
        || value.ends_with([' ', '\t']) || at.slice(text).lines().next().is_some_and(|header| header.contains('+'));
    end as usize >= text.len() && (!blank || counts())
}

/// How many bytes of blanks, line breaks and comments `text` begins with, and the character behind them.
pub(crate) fn skip_blank(text: &str) -> (usize, Option<char>) {
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' if at > 0 => {
                at += bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len() - at);
            }
            _ => break,
        }
    }
    (at, text.get(at..).and_then(|rest| rest.chars().next()))
}

/// Whether byte `at` of `text` ends an indicator: a blank, a line break, the end, or what ends an entry in brackets.
pub(super) fn is_end(text: &str, at: usize) -> bool {
    matches!(text.as_bytes().get(at), None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}'))
}
