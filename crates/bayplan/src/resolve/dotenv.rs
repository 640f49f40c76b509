//! `.env text → variables`: environment files as compose-go 2.16.2 reads them (`dotenv/`).
//!
//! `KEY=value`, `KEY: value`, `export KEY=value`; `'…'` is taken as it is; `"…"` knows escapes and variables; an unquoted
//! value ends at ` #`; a key without `=` is taken from `lookup`. Earlier lines are visible to later ones.

use super::interpolate::interpolate;
use crate::value::Invalid;
use indexmap::IndexMap;

/// Reads an environment file. Everything that is wrong is in the second part, with its bytes in `text`.
pub fn parse(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> (IndexMap<String, String>, Vec<Invalid>) {
    let mut variables = IndexMap::new();
    let errors = parse_into(text, lookup, &mut variables);
    (variables, errors)
}

/// As [`parse`], into variables that are there already: the text sees them, below those of `lookup`, and replaces them.
pub fn parse_into(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
    variables: &mut IndexMap<String, String>,
) -> Vec<Invalid> {
    let mut errors = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        let line = text[at..line_end].trim_end_matches('\r');
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            at = line_end + 1;
            continue;
        }
        let mut key_start = at + line.len() - trimmed.len();
        if let Some(rest) = trimmed.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])) {
            key_start += trimmed.len() - rest.trim_start().len();
        }
        let rest = &text[key_start..at + line.len()];
        let key_len = rest.find(['=', ':']).unwrap_or(rest.len());
        let key = rest[..key_len].trim_end();
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-[]".contains(&b)) {
            let message = format!("`{key}` is no name of a variable");
            errors.push(Invalid::new(key_start..key_start + rest.len(), message).help("write `NAME=value`"));
            at = line_end + 1;
            continue;
        }
        if key_len == rest.len() {
            if let Some(value) = lookup(key) {
                variables.insert(key.to_owned(), value);
            }
            at = line_end + 1;
            continue;
        }
        let mut value_start = key_start + key_len + 1;
        value_start +=
            text[value_start..line_end].len() - text[value_start..line_end].trim_start_matches([' ', '\t']).len();
        let seen = |name: &str| lookup(name).or_else(|| variables.get(name).cloned());
        let (value, next) = match text[value_start..].chars().next() {
            Some(quote @ ('\'' | '"')) => match closing(text, value_start, quote) {
                Some(end) => {
                    let raw = &text[value_start + 1..end];
                    let value = if quote == '"' {
                        expand(&unescape(raw), value_start + 1, &seen, &mut errors)
                    } else {
                        raw.to_owned()
                    };
                    (value, text[end..].find('\n').map_or(text.len(), |rest| end + rest + 1))
                }
                None => {
                    let range = value_start..line_end;
                    errors
                        .push(Invalid::new(range, "the quote that opens here is never closed").help("close the quote"));
                    return errors;
                }
            },
            _ => {
                let raw = &text[value_start..line_end];
                let end = raw.find(" #").unwrap_or(raw.len());
                let raw = if raw.starts_with('#') { "" } else { raw[..end].trim() };
                (expand(raw, value_start, &seen, &mut errors), line_end + 1)
            }
        };
        variables.insert(key.to_owned(), value);
        at = next;
    }
    errors
}

fn expand(text: &str, start: usize, lookup: &dyn Fn(&str) -> Option<String>, errors: &mut Vec<Invalid>) -> String {
    let result = interpolate(text, lookup);
    errors.extend(result.errors.into_iter().chain(result.required).map(|error| error.shifted(start)));
    result.value
}

/// Where the quote at byte `open` closes.
fn closing(text: &str, open: usize, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text[open + 1..].char_indices() {
        match c {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            c if c == quote && !escaped => return Some(open + 1 + at),
            _ => {}
        }
        escaped = false;
    }
    None
}

/// The escapes of a double-quoted value; `\$` keeps the dollar from being a variable.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('$') => out.push_str("$$"),
            Some(c @ ('"' | '\\' | '\'')) => out.push(c),
            Some(c) => {
                out.push('\\');
                out.push(c);
            }
            None => out.push('\\'),
        }
    }
    out
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
        ] {
            let wanted: Vec<(String, String)> = wanted.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
            assert_eq!(read(text), (wanted, 0), "{text:?}");
        }
    }

    #[test]
    fn wrong_lines_are_said() {
        for text in ["A B=1\n", "=1\n", "A=\"x\n", "A='x", "A=${1}\n", "é=1"] {
            assert_eq!(read(text).1, 1, "{text:?}");
        }
    }
}
