//! `.env text → variables`: environment files as compose-go 2.16.2 reads them (`dotenv/`).
//!
//! `KEY=value`, `KEY: value`, `export KEY=value`; `'…'` is taken as it is; `"…"` knows escapes and variables; an unquoted
//! value ends at ` #`; a key without `=` is taken from `lookup`. Earlier lines are visible to later ones. What is wrong is
//! said without a word of the file: it may hold secrets.

use super::interpolate::interpolate;
use crate::value::Invalid;
use indexmap::IndexMap;
use std::collections::HashMap;
use std::ops::Range;

/// What a text says beside its values.
#[derive(Debug, Default)]
pub struct Read {
    /// The bytes of the value that each variable gets here, or of its name, where it stands alone.
    pub places: HashMap<String, Range<usize>>,
    /// Everything that is wrong, with its bytes.
    pub errors: Vec<Invalid>,
}

/// Reads an environment file. Everything that is wrong is in the second part, with its bytes in `text`.
pub fn parse(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> (IndexMap<String, String>, Vec<Invalid>) {
    let mut variables = IndexMap::new();
    let read = parse_into(text, lookup, &mut variables);
    (variables, read.errors)
}

/// As [`parse`], into variables that are there already: the text sees them, below those of `lookup`, and replaces them.
pub fn parse_into(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
    variables: &mut IndexMap<String, String>,
) -> Read {
    let Read { mut places, mut errors } = Read::default();
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    loop {
        at = text.len() - text[at..].trim_start().len();
        if at == text.len() {
            return Read { places, errors };
        }
        let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        if text[at..].starts_with('#') {
            at = line_end;
            continue;
        }
        let start = at + exported(&text[at..]);
        let name = match name_of(&text[start..]) {
            Ok(name) => name,
            Err((range, message)) => {
                let range = start + range.start..start + range.end;
                errors.push(Invalid::new(range, message).help("write `NAME=value`"));
                at = line_end;
                continue;
            }
        };
        let Name { name, length, has_value } = name;
        at = start + length;
        if !has_value {
            if let Some(value) = lookup(name) {
                places.insert(name.to_owned(), start..start + name.len());
                variables.insert(name.to_owned(), value);
            }
            continue;
        }
        at += text[at..].len() - text[at..].trim_start_matches(is_space).len();
        let from = at;
        let value_end;
        let seen = |name: &str| lookup(name).or_else(|| variables.get(name).cloned());
        let value = match text[at..].chars().next() {
            Some(quote @ ('\'' | '"')) => {
                let Some((inside, length)) = quoted(&text[at..], quote) else {
                    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
                    let message = "the quote that opens here is never closed";
                    errors.push(Invalid::new(at..end, message).help("close the quote"));
                    return Read { places, errors };
                };
                let range = at..at + length;
                at += length;
                value_end = at;
                if quote == '"' { expand(&unescaped(&inside), range, &seen, &mut errors) } else { inside }
            }
            _ => {
                let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
                let raw = &text[at..end];
                let raw = raw.split_once(" #").map_or(raw, |(value, _)| value).trim_end();
                let range = at..at + raw.len();
                at = end;
                value_end = range.end;
                expand(raw, range, &seen, &mut errors)
            }
        };
        places.insert(name.to_owned(), from..value_end);
        variables.insert(name.to_owned(), value);
    }
}

/// How many bytes `export` and the space behind it take.
fn exported(text: &str) -> usize {
    match text.strip_prefix("export") {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_whitespace()) => {
            text.len() - rest.trim_start_matches(is_space).len()
        }
        _ => 0,
    }
}

/// The name at the beginning of a statement.
struct Name<'a> {
    name: &'a str,
    /// The bytes up to and with `=`, `:` or the end of the line.
    length: usize,
    has_value: bool,
}

/// Reads a name: letters and digits of any script, `_`, `.`, `-`, `[` and `]`, spaces around it.
///
/// A last line without `=` and without a line break is a variable without a value here as everywhere; compose-go makes a
/// variable without a name of it, whose value is that name.
fn name_of(text: &str) -> Result<Name<'_>, (std::ops::Range<usize>, &'static str)> {
    let end = text.char_indices().find(|(_, c)| !(is_space(*c) || c.is_alphanumeric() || "_.-[]".contains(*c)));
    let (end, length, has_value) = match end {
        None => (text.len(), text.len(), false),
        Some((at, c @ ('=' | ':' | '\n'))) => (at, at + 1, c != '\n'),
        Some((at, c)) => return Err((at..at + c.len_utf8(), "this cannot stand in the name of a variable")),
    };
    let name = text[..end].trim_end();
    match name.find(' ') {
        Some(at) => Err((at..at + 1, "a space cannot stand in the name of a variable")),
        None if name.is_empty() && has_value => Err((0..length, "the name of the variable is missing")),
        None => Ok(Name { name, length, has_value }),
    }
}

/// Whether Go's reader takes `c` for space within a line.
fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

/// What stands between the quotes that `text` begins with, `\"` taken for the quote, and the bytes up to and with the last.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let (mut inside, mut escaped) = (String::new(), false);
    for (at, c) in text.char_indices().skip(1) {
        match c {
            c if c == quote && !escaped => return Some((inside, at + 1)),
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            c => {
                if escaped && c != quote {
                    inside.push('\\');
                }
                inside.push(c);
            }
        }
        escaped = false;
    }
    None
}

fn expand(
    text: &str,
    range: std::ops::Range<usize>,
    lookup: &dyn Fn(&str) -> Option<String>,
    errors: &mut Vec<Invalid>,
) -> String {
    let result = interpolate(text, lookup);
    // Between quotes the text may be another than that of the file.
    let found = result.errors.into_iter().chain(result.required);
    errors.extend(found.map(|error| {
        if text.len() == range.len() { error.shifted(range.start) } else { Invalid { range: range.clone(), ..error } }
    }));
    result.value
}

/// The escapes of a double-quoted value: those of Go with one letter, and `\0` with three octal digits; `\$` keeps the
/// dollar from being a variable.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let letter = escape.chars().next();
        let plain = match letter {
            Some('a') => Some('\u{7}'),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('v') => Some('\u{b}'),
            Some(c @ ('"' | '\\')) => Some(c),
            _ => None,
        };
        rest = &escape[letter.filter(|_| plain.is_some()).map_or(0, char::len_utf8)..];
        match (plain, letter) {
            (Some(c), _) => out.push(c),
            (None, Some('$')) => {
                out.push_str("$$");
                rest = &escape[1..];
            }
            (None, Some('0')) => {
                let digits = escape[1..].bytes().take(3).take_while(u8::is_ascii_digit).count();
                let code = &escape[1..1 + digits];
                rest = &escape[1 + digits..];
                match u8::from_str_radix(code, 8).ok().filter(|_| digits == 3) {
                    Some(code) => out.push(char::from(code)),
                    // Go's reader refuses it, and leaves it without the 0.
                    None => out.extend(['\\'].into_iter().chain(code.chars())),
                }
            }
            (None, _) => out.push('\\'),
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, String)>, usize) {
        let (variables, errors) = parse(text, &|name| (name == "SHELL_VAR").then(|| "s".to_owned()));
        (variables.into_iter().collect(), errors.len())
    }

    #[test]
    fn files_and_their_variables() {
        for (text, wanted) in [
            ("A=1\nB=two words\n", &[("A", "1"), ("B", "two words")][..]),
            ("export A=1\n# c\n\nB: 2", &[("A", "1"), ("B", "2")]),
            (
                "A='$X #y'\nB=\"a\\nb\" # c\nC=x # y\nD=x#y\n",
                &[("A", "$X #y"), ("B", "a\nb"), ("C", "x"), ("D", "x#y")],
            ),
            ("A=1\nB=${A}2\nC=\"${A}3\"\nD=$SHELL_VAR\n", &[("A", "1"), ("B", "12"), ("C", "13"), ("D", "s")]),
            ("A=\"x\ny\"\nB=1\r\nC=\n", &[("A", "x\ny"), ("B", "1"), ("C", "")]),
            ("SHELL_VAR\nNOT_SET\n", &[("SHELL_VAR", "s")]),
            ("\u{feff}A=1", &[("A", "1")]),
            ("A=\"\\$B\"", &[("A", "$B")]),
            ("A=\"x\" B=\"y\"C=z", &[("A", "x"), ("B", "y"), ("C", "z")]),
            ("A= #x\nB=# y\nC= x # y", &[("A", "#x"), ("B", "# y"), ("C", "x")]),
            ("A='it\\'s \\n' ", &[("A", "it's \\n")]),
            (r#"A="\\ \t \x \0101 \08 \0""#, &[("A", "\\ \t \\x A \\8 \\")]),
            ("é=1\nA.b-c[0]=2", &[("é", "1"), ("A.b-c[0]", "2")]),
            ("A = 1\n\tB\t=\t2", &[("A", "1"), ("B", "2")]),
        ] {
            let wanted: Vec<(String, String)> = wanted.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
            assert_eq!(read(text), (wanted, 0), "{text:?}");
        }
    }

    #[test]
    fn values_have_places() {
        let text = "A=1 # x\nexport B=\"${A}\" C\nA = 'z'\nD=\n";
        let read = parse_into(text, &|name| (name == "C").then(String::new), &mut IndexMap::new());
        let place = |name: &str| &text[read.places[name].clone()];
        assert_eq!(["A", "B", "C", "D"].map(place), ["'z'", "\"${A}\"", "C", ""]);
    }

    #[test]
    fn wrong_lines_are_said() {
        for text in ["A B=1\n", "=1\n", "A=\"x\n", "A='x", "A=${1}\n", "A%=1", "a b\n", "-----BEGIN KEY-----\n"] {
            assert_eq!(read(text).1, 1, "{text:?}");
        }
    }
}
