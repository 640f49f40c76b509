//! `text → words`, as Docker Compose splits a `command` that is written as a text (go-shellwords 1.0.12).
//!
//! It is not what a shell does: the words end, without an error, at the first unquoted `;`, `&`, `|`, `<` or `>`;
//! `$(…)` and `` `…` `` stay as they are; `#` begins no comment; a backslash drops itself, inside `"…"` too.

use crate::value::Invalid;

/// The words of a text, and where they end early.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// The words.
    pub words: Vec<String>,
    /// The byte at which an unquoted `;`, `&`, `|`, `<` or `>` ended them.
    pub cut_at: Option<usize>,
}

/// What the word under construction is made of.
#[derive(Clone, Copy, PartialEq)]
enum Got {
    Nothing,
    Something,
}

/// Splits `text` into words.
pub fn split(text: &str) -> Result<Words, Invalid> {
    let mut read = Words::default();
    let (mut word, mut got) = (String::new(), Got::Nothing);
    let (mut escaped, mut double, mut single, mut back, mut dollar) = (false, false, false, false, false);
    let mut opened_at = 0;
    for (at, c) in text.char_indices() {
        if escaped {
            word.push(c);
            escaped = false;
            got = Got::Something;
            continue;
        }
        match c {
            '\\' if !single => {
                escaped = true;
                opened_at = at;
                continue;
            }
            '\\' => {
                word.push(c);
                continue;
            }
            ' ' | '\t' | '\r' | '\n' => {
                if single || double || back || dollar {
                    word.push(c);
                } else if got == Got::Something {
                    read.words.push(std::mem::take(&mut word));
                    got = Got::Nothing;
                }
                continue;
            }
            '`' if !single && !double && !dollar => {
                back = !back;
                opened_at = at;
            }
            ')' if !single && !double && !back => {
                dollar = !dollar;
                opened_at = at;
            }
            '(' if !single && !double && !back => {
                if dollar || !word.ends_with('$') {
                    let message = "a `(` stands outside of quotes";
                    return Err(
                        Invalid::part(at, "(", message).help("put it in quotes, or write the command as a list")
                    );
                }
                dollar = true;
                opened_at = at;
                word.push(c);
                continue;
            }
            '"' if !single && !dollar => {
                if double {
                    got = Got::Something;
                }
                double = !double;
                opened_at = at;
                continue;
            }
            '\'' if !double && !dollar => {
                if single {
                    got = Got::Something;
                }
                single = !single;
                opened_at = at;
                continue;
            }
            ';' | '&' | '|' | '<' | '>' if !(single || double || back || dollar) => {
                if c == '>' && word.starts_with(|first: char| first.is_ascii_digit()) {
                    got = Got::Nothing;
                }
                read.cut_at = Some(at);
                break;
            }
            _ => {}
        }
        got = Got::Something;
        word.push(c);
    }
    if got == Got::Something {
        read.words.push(word);
    }
    if escaped || single || double || back || dollar {
        let opened = text.get(opened_at..).and_then(|rest| rest.chars().next()).map(String::from).unwrap_or_default();
        let message = format!("`{opened}` has no counterpart in the command");
        return Err(Invalid::part(opened_at, &opened, message).help("close it, or write the command as a list"));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_split_as_docker_compose_splits_them() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("echo a  b", &["echo", "a", "b"]),
            ("echo a && echo b", &["echo", "a"]),
            ("echo 'a b' \"c d\"", &["echo", "a b", "c d"]),
            ("echo \"\" ''", &["echo", "", ""]),
            (r#"echo "a\nb" 'a\nb' a\ b"#, &["echo", "anb", r"a\nb", "a b"]),
            ("echo $(ls a b) `c d`", &["echo", "$(ls a b)", "`c d`"]),
            ("echo # no comment", &["echo", "#", "no", "comment"]),
            ("run 2>log", &["run"]),
            ("run a>log", &["run", "a"]),
            ("run; stop", &["run"]),
            ("a\tb\r\nc", &["a", "b", "c"]),
            ("x'y'\"z\"", &["xyz"]),
            ("échø 😀", &["échø", "😀"]),
        ];
        for (text, words) in cases {
            assert_eq!(
                split(text).map(|read| read.words).as_deref(),
                Ok(&words.iter().map(|w| w.to_string()).collect::<Vec<_>>()[..]),
                "{text}"
            );
        }
        assert_eq!(split("a && b").unwrap().cut_at, Some(2));
    }

    #[test]
    fn open_quotes_and_brackets_are_refused_at_their_place() {
        for (text, at) in
            [("a 'b", 2), ("a \"b", 2), ("(a)", 0), ("a b)", 3), ("a `b", 2), ("$(a", 1), ("a\\", 1), ("f(x)", 1)]
        {
            assert_eq!(split(text).map_err(|invalid| invalid.range.start), Err(at), "{text}");
        }
    }
}
