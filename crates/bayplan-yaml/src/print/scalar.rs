//! `string or number → the characters that every reader takes for it`.

use std::fmt::Write as _;

/// A scalar as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Text<'a> {
    /// One line.
    Line(String),
    /// A literal block.
    Literal(Literal<'a>),
}

/// A string that a literal block (`|`) shows to every reader as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Literal<'a>(pub(crate) &'a str);

impl<'a> Literal<'a> {
    /// The block for `text`, where it may be one.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        let body = text.strip_suffix('\n').unwrap_or(text);
        let line = |line: &str| {
            !line.ends_with([' ', '\t'])
                && line.chars().all(|c| c == '\t' || is_printable(c))
                // A tab, a comment or a document mark at the start of a line confuses some reader.
                && !line.starts_with(['\t', '#'])
                && !line.starts_with("---")
                && !line.starts_with("...")
        };
        let fits = text.contains('\n')
            && !body.is_empty()
            && !body.ends_with('\n')
            && !body.starts_with([' ', '\n'])
            && body.split('\n').all(line);
        fits.then_some(Self(text))
    }

    /// What stands on the line of the key.
    pub(crate) fn header(self) -> &'static str {
        if self.0.ends_with('\n') { "|" } else { "|-" }
    }

    /// The lines below, without their indentation.
    pub(crate) fn lines(self) -> impl Iterator<Item = &'a str> {
        self.0.strip_suffix('\n').unwrap_or(self.0).split('\n')
    }
}

/// A string: plain, as a literal block, or double-quoted.
pub(crate) fn text(value: &str) -> Text<'_> {
    if is_plain(value) {
        return Text::Line(value.to_owned());
    }
    Literal::of(value).map_or_else(|| Text::Line(quoted(value)), Text::Literal)
}

/// A float as every reader takes it for one: with a point, and a sign in its exponent.
pub(crate) fn float(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-5..1e15).contains(&magnitude) {
        let text = value.to_string();
        return if text.contains('.') { text } else { text + ".0" };
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = if digits.contains('.') { digits.to_owned() } else { format!("{digits}.0") };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{digits}e{sign}{exponent}")
}

/// Whether every reader takes the unquoted `text` for itself, in block and in flow collections.
pub(crate) fn is_plain(text: &str) -> bool {
    let starts_safely = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'/' | b'$');
    if !text.as_bytes().first().is_some_and(starts_safely) {
        return false;
    }
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b" _./:@%+=~^$;<>()-".contains(&byte);
    if !text.bytes().all(safe) || text.contains(": ") || text.ends_with([' ', ':']) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    !matches!(
        lower.as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null" | "nan" | "inf" | "infinity" | "none"
    )
}

/// Whether no reader changes `c` when it stands there as it is.
pub(crate) fn is_printable(c: char) -> bool {
    matches!(c,
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{61b}' | '\u{61d}'..='\u{200a}' | '\u{2010}'..='\u{2027}'
        | '\u{2030}'..='\u{205f}' | '\u{2070}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fefe}'
        | '\u{ff00}'..='\u{ffef}' | '\u{10000}'..='\u{1fffd}' | '\u{20000}'..='\u{2fffd}')
}

/// A string in double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        let code = c as u32;
        // Writing to a string does not fail.
        let _ = match c {
            '"' => out.write_str("\\\""),
            '\\' => out.write_str("\\\\"),
            '\n' => out.write_str("\\n"),
            '\t' => out.write_str("\\t"),
            '\r' => out.write_str("\\r"),
            c if is_printable(c) => out.write_char(c),
            _ if code < 0x100 => write!(out, "\\x{code:02x}"),
            _ if code < 0x10000 => write!(out, "\\u{code:04x}"),
            _ => write!(out, "\\U{code:08x}"),
        };
    }
    out.push('"');
    out
}

/// A string in single quotes, where they can hold it as it is.
pub(crate) fn single_quoted(text: &str) -> Option<String> {
    text.chars().all(is_printable).then(|| format!("'{}'", text.replace('\'', "''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_only_where_no_reader_objects() {
        for text in ["a", "postgres:17.5", "/var/lib", "$HOME", "a=b", "_x", "a - b", "http://x:80/y"] {
            assert!(is_plain(text), "{text}");
        }
        let refused = [
            "",
            "y",
            "No",
            "ON",
            "null",
            "NaN",
            "1",
            "1_000",
            "-",
            "a: b",
            "a #b",
            "a:",
            "a ",
            "{{ x }}",
            "${X}",
            "é",
            "a,b",
            "<<",
            "=",
            "2001-12-14",
            ".inf",
            "~",
            "a\tb",
            "a\nb",
            "*a",
            "&a",
            "!a",
            "@a",
            "`a",
        ];
        for text in refused {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn floats_have_a_point_and_a_signed_exponent() {
        let table = [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (1e15, "1.0e+15"),
            (1e30, "1.0e+30"),
            (1.5e-7, "1.5e-7"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (f64::NEG_INFINITY, "-.inf"),
        ];
        for (value, text) in table {
            assert_eq!(float(value), text);
        }
    }

    #[test]
    fn literal_blocks_only_where_every_line_is_safe() {
        for text in ["a\nb", "a\n", "a\n\nb\n", "a\n b", "a\n\tb".trim_end_matches("\tb")] {
            assert!(Literal::of(text).is_some(), "{text:?}");
        }
        for text in ["a", "", "\n", "a\n\n", " a\nb", "a \nb", "a\n\tb", "a\r\nb", "a\n#b", "a\n---", "a\u{85}\nb"] {
            assert!(Literal::of(text).is_none(), "{text:?}");
        }
    }
}
