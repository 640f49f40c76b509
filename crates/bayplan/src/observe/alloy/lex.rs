//! `text → tokens` of an Alloy file, each with its bytes (grafana/alloy `syntax/scanner`). What is no token is one of its own.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A name.
    Name,
    /// A string in quotes, with its value.
    Text(String),
    /// A number.
    Number,
    /// A sign: a bracket, a dot, an operator.
    Sign(char),
    /// The end of a line.
    Line,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub at: Range<usize>,
}

/// The tokens of a text; comments are none.
pub fn lex(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let start = at;
        let first = rest.chars().next().unwrap_or_default();
        let kind = match first {
            '\n' => {
                at += 1;
                Kind::Line
            }
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '/' if rest.starts_with("//") => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            '/' if rest.starts_with("/*") => {
                at += rest[2..].find("*/").map_or(rest.len(), |length| length + 4);
                continue;
            }
            '`' => {
                let length = rest[1..].find('`').unwrap_or(rest.len() - 1);
                at = (at + length + 2).min(bytes.len());
                Kind::Text(rest[1..=length].to_owned())
            }
            '"' => {
                let (value, length) = quoted(&rest[1..]);
                at = (at + 1 + length).min(bytes.len());
                Kind::Text(value)
            }
            c if c.is_alphabetic() || c == '_' => {
                at += rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                Kind::Name
            }
            c if c.is_ascii_digit() => {
                at += rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
                Kind::Number
            }
            c => {
                at += c.len_utf8();
                Kind::Sign(c)
            }
        };
        found.push(Token { kind, at: start..at });
    }
    found
}

/// The value of a string, and how many bytes it has behind its first quote. It ends with its line where it is never closed.
fn quoted(rest: &str) -> (String, usize) {
    let (mut value, mut escaped) = (String::new(), false);
    for (at, c) in rest.char_indices() {
        match c {
            '\n' => return (value, at),
            _ if escaped => {
                value.push(match c {
                    'n' => '\n',
                    't' => '\t',
                    c => c,
                });
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return (value, at + 1),
            c => value.push(c),
        }
    }
    (value, rest.len())
}
