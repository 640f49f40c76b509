//! `line → line without what looks like a secret`: for texts of which nobody has said where their secrets stand.

use bayplan_yaml::Span;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// Key endings after which a value is taken for a secret.
const KEYS: [&str; 9] =
    ["password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "private_key", "credentials"];

/// `line` with the value of a key that looks like a secret's, and the password of an address, replaced.
pub fn masked(line: &str) -> String {
    match hidden(line) {
        Some(range) => format!("{}*****{}", &line[..range.start], &line[range.end..]),
        None => line.to_owned(),
    }
}

/// The part of a line that looks like a secret.
pub fn hidden(line: &str) -> Option<Range<usize>> {
    let lower = line.to_ascii_lowercase();
    for key in KEYS {
        for (at, _) in lower.match_indices(key) {
            let rest = &line[at + key.len()..];
            let value = rest.trim_start_matches(['"', '\'', ' ']);
            let Some(value) = value.strip_prefix([':', '=']).map(|value| value.trim_start_matches([' ', '"', '\'']))
            else {
                continue;
            };
            // Nothing between quotes is no secret, whatever comes behind it.
            let written = rest[rest.find([':', '=']).map_or(0, |at| at + 1)..].trim_start();
            if ["\"\"", "''"].iter().any(|none| {
                written.strip_prefix(none).is_some_and(|end| end.trim_matches([' ', '}', ']', ',']).is_empty())
            }) {
                continue;
            }
            // A reference names a secret and is none.
            if !value.is_empty() && !value.starts_with(['$', '/', '{']) {
                let closing = value.len() - value.trim_end_matches(['"', '\'', ' ', '}', ']']).len();
                let closing = if closing == value.len() { 0 } else { closing };
                return Some(line.len() - value.len()..line.len() - closing);
            }
        }
    }
    let (scheme, rest) = line.split_once("://")?;
    let (user, _) = rest.split_once('@')?;
    let (user, password) = user.split_once(':')?;
    let start = scheme.len() + "://".len() + user.len() + ":".len();
    (!password.contains(['/', ' ', '$'])).then_some(start..start + password.len())
}

/// Shorter texts, in bytes, are looked for at their places only.
const SHORTEST: usize = 4;

/// Secrets at their places in texts, in each way that they may be written, the longest first.
pub fn words(secrets: &[(Arc<str>, Span)]) -> Vec<String> {
    let mut words = BTreeSet::new();
    for (text, span) in secrets {
        for line in span.slice(text).lines() {
            let line = line.trim().trim_matches(['"', '\'']);
            let plain = line.replace("$$", "$");
            words.extend([line.to_owned(), plain.replace('$', "$$"), plain]);
        }
    }
    let mut words: Vec<String> = words.into_iter().filter(|word| word.len() >= SHORTEST).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_references_are_not() {
        for (line, shown) in [
            ("  DB_PASSWORD: hunter2", "  DB_PASSWORD: *****"),
            ("- \"API_KEY=abc\"", "- \"API_KEY=*****\""),
            ("{\"token\": \"abc\"}", "{\"token\": \"*****\"}"),
            ("postgres://app:hunter2@db/shop", "postgres://app:*****@db/shop"),
            ("  DB_PASSWORD: ${DB_PASSWORD}", "  DB_PASSWORD: ${DB_PASSWORD}"),
            ("  DB_PASSWORD_FILE: /run/secrets/db", "  DB_PASSWORD_FILE: /run/secrets/db"),
            ("  PASSWORD: /run/secrets/db", "  PASSWORD: /run/secrets/db"),
            ("http://web:8080/a@b", "http://web:8080/a@b"),
            ("secret:", "secret:"),
            ("{ PASSWORD: \"\" }", "{ PASSWORD: \"\" }"),
            ("{ PASSWORD: ''x }", "{ PASSWORD: ''***** }"),
            ("İ token: ß", "İ token: *****"),
        ] {
            assert_eq!(masked(line), shown);
        }
    }
}
