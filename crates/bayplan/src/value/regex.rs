//! `error.*timeout`: regular expressions as Go's `regexp` (RE2) takes them: Prometheus, Alloy and Traefik are written in Go.
//!
//! They are read by Rust's parser, whose syntax is nearly the same. What only Rust refuses passes; what only Go refuses is
//! looked for on the tree.

use super::{Invalid, scalar};
use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{self, Ast, ErrorKind, Flag, FlagsItemKind, RepetitionKind, RepetitionRange, Span, Visitor};
use std::fmt;

/// A regular expression of RE2.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Regex(String);

/// The most repetitions that RE2 takes.
const MOST: u32 = 1000;

impl Regex {
    /// Reads a regular expression.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let invalid = |span: &Span, message: String| {
            let range = span.start.offset.min(text.len())..span.end.offset.min(text.len());
            let range = if range.is_empty() { 0..text.len() } else { range };
            Err(Invalid::new(range, message)
                .help("write it as RE2 takes it: https://github.com/google/re2/wiki/Syntax"))
        };
        match Parser::new().parse(text) {
            Err(error) if is_refused_by_go(text, &error) => {
                invalid(error.span(), format!("the regular expression is broken: {}", error.kind()))
            }
            Err(_) => Ok(Self(text.to_owned())),
            Ok(tree) => match ast::visit(&tree, Go) {
                Err((span, message)) => invalid(&span, message),
                Ok(()) => Ok(Self(text.to_owned())),
            },
        }
    }

    /// The expression as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

scalar!(Regex, "a regular expression", Text, "A regular expression (RE2).", ["^GET /health"]);

/// Whether Go refuses, too, what Rust's parser refuses.
fn is_refused_by_go(text: &str, error: &ast::Error) -> bool {
    match error.kind() {
        ErrorKind::GroupUnclosed
        | ErrorKind::GroupUnopened
        | ErrorKind::ClassUnclosed
        | ErrorKind::ClassRangeInvalid
        | ErrorKind::EscapeUnexpectedEof
        | ErrorKind::RepetitionCountInvalid
        | ErrorKind::UnsupportedBackreference
        | ErrorKind::UnsupportedLookAround => true,
        // To Go a `{` that opens no repetition is a letter.
        ErrorKind::RepetitionMissing => !text[error.span().start.offset..].starts_with('{'),
        _ => false,
    }
}

/// What Go refuses of a tree that Rust takes.
struct Go;

impl Visitor for Go {
    type Output = ();
    type Err = (Span, String);

    fn finish(self) -> Result<(), Self::Err> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        match ast {
            Ast::Repetition(repetition) => {
                if matches!(&*repetition.ast, Ast::Repetition(_)) {
                    return Err((repetition.op.span, "a repetition cannot be repeated".to_owned()));
                }
                let most = match &repetition.op.kind {
                    RepetitionKind::Range(
                        RepetitionRange::Exactly(most)
                        | RepetitionRange::AtLeast(most)
                        | RepetitionRange::Bounded(_, most),
                    ) => *most,
                    _ => 0,
                };
                if most > MOST {
                    return Err((repetition.op.span, format!("RE2 repeats at most {MOST} times")));
                }
                Ok(())
            }
            Ast::Flags(set) => flags(&set.flags),
            Ast::Group(group) => group.flags().map_or(Ok(()), flags),
            _ => Ok(()),
        }
    }
}

fn flags(flags: &ast::Flags) -> Result<(), (Span, String)> {
    let unknown = flags
        .items
        .iter()
        .find(|item| matches!(item.kind, FlagsItemKind::Flag(Flag::Unicode | Flag::CRLF | Flag::IgnoreWhitespace)));
    match unknown {
        Some(item) => Err((item.span, "RE2 does not know this flag".to_owned())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{accepts, refuses};
    use super::*;

    #[test]
    fn what_go_takes_is_taken() {
        let all = [
            "",
            "a",
            "^/api/(.*)$",
            "{name}",
            "a{2,3}",
            "a{2,",
            "x{",
            "[a-z]+\\.x",
            "(?i)x",
            "(?i:x)",
            "(?P<n>x)",
            "\\d\\.\\/",
            "\\Qa.b\\E",
            "[[:alpha:]]",
            "a|b|",
            "a*?",
            "(a*)*",
            "\\pN",
            "é`\"'\n",
        ];
        accepts::<Regex>(&all.map(|text| (text, text)));
    }

    #[test]
    fn what_go_refuses_is_refused() {
        refuses::<Regex>(&[
            ("(", "(", "the regular expression is broken: unclosed group"),
            ("a)", ")", "the regular expression is broken: unopened group"),
            ("[a", "[", "the regular expression is broken: unclosed character class"),
            (
                "[z-a]",
                "z-a",
                "the regular expression is broken: invalid character class range, the start must be <= the end",
            ),
            ("*a", "*a", "the regular expression is broken: repetition operator missing expression"),
            (
                "a\\",
                "\\",
                "the regular expression is broken: incomplete escape sequence, reached end of pattern prematurely",
            ),
            (
                "a{2,1}",
                "{2,1}",
                "the regular expression is broken: invalid repetition count range, the start must be <= the end",
            ),
            (
                "(?=a)",
                "(?=",
                "the regular expression is broken: look-around, including look-ahead and look-behind, is not supported",
            ),
            ("a**", "*", "a repetition cannot be repeated"),
            ("a{1001}", "{1001}", "RE2 repeats at most 1000 times"),
            ("(?x)a", "x", "RE2 does not know this flag"),
        ]);
    }
}
