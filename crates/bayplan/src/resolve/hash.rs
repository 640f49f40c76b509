//! `text → the password hashes in it`: what `htpasswd`, `mkpasswd` and web frameworks print, with its `$`.
//!
//! Where such a `$` is not doubled, Compose takes what follows for a variable, and the pieces of a hash are no names to say.

use std::ops::Range;

/// The places of the hashes in `text`, whether their `$` are doubled, half doubled or single.
pub(crate) fn hashes(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if text.bytes().filter(|byte| *byte == b'$').nth(1).is_none() {
        return found;
    }
    let mut end = 0;
    while let Some(next) = text[end..].find(is_part) {
        let start = end + next;
        end = text[start..].find(|c| !is_part(c)).map_or(text.len(), |length| start + length);
        let run = &text[start..end];
        if run.contains('$')
            && let Some(inset) = begins(run, &text[..start])
        {
            found.push(start + inset..end);
        }
    }
    found
}

/// Whether hashes, and what stands around them in a list of users, are written with it.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '$' | '.' | '/' | '=' | ',' | '+' | '-' | '_')
}

/// Where in a run of such letters the hash begins.
fn begins(run: &str, before: &str) -> Option<usize> {
    let bytes = run.as_bytes();
    // `pbkdf2:sha256:260000$salt$hash` of Werkzeug: the method is split from the rest.
    let word = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == ':')).next().unwrap_or_default();
    if before.ends_with(':') && ["pbkdf2:", "scrypt:"].iter().any(|method| word.contains(method)) {
        return Some(0);
    }
    let mut said = 0;
    for at in 0..bytes.len() {
        let name = match bytes[at] {
            b'$' if at.checked_sub(1).is_none_or(|last| bytes[last] != b'$') => run[at..].trim_start_matches('$'),
            // Django's hashes begin with the method, without a `$`.
            b'a'..=b'z' if at == 0 || matches!(bytes[at - 1], b'=' | b',') => &run[at..],
            _ => continue,
        };
        // What was looked through once tells nothing new: a list of a thousand variables is one look each.
        said += 1;
        if said > MOST {
            return None;
        }
        if is_hash(name, bytes[at] == b'$') {
            return Some(at);
        }
    }
    None
}

/// A hash has fewer parts before it in one word.
const MOST: usize = 64;

/// Whether a text that stands behind a `$` is the rest of a hash; without one, whether a hash of Django.
fn is_hash(text: &str, behind_dollar: bool) -> bool {
    let mut parts = text.split('$').filter(|part| !part.is_empty());
    let (name, first) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let second = parts.next().unwrap_or_default();
    let salted = !first.is_empty() && !second.is_empty();
    let method = ["argon2", "pbkdf2", "scrypt", "bcrypt"].iter().any(|method| name.starts_with(method));
    if method && !first.is_empty() || matches!(name, "sha1" | "md5" | "sha256" | "sha512") && salted {
        return behind_dollar || salted;
    }
    if !behind_dollar {
        return false;
    }
    match name {
        "apr1" => !first.is_empty(),
        "2" | "2a" | "2b" | "2x" | "2y" => first.bytes().all(|byte| byte.is_ascii_digit()) && salted,
        // In `$1$HOST$PATH` stand variables.
        "1" | "3" | "5" | "6" | "7" => salted && [first, second].iter().any(|part| !is_constant(part)),
        "y" | "gy" => salted && first.starts_with('j'),
        "P" | "H" | "S" => first.len() >= 30,
        _ => false,
    }
}

/// Whether a text looks as the names of variables do.
fn is_constant(text: &str) -> bool {
    text.len() < 20 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_known_however_their_dollars_stand() {
        for (text, hash) in [
            ("admin:$apr1$xyz$AbCdEf", "$apr1$xyz$AbCdEf"),
            ("admin:$$apr1$$xyz$$AbCdEf", "$$apr1$$xyz$$AbCdEf"),
            ("HASH=$2y$10$abc.def/ghi", "$2y$10$abc.def/ghi"),
            ("$$2b$$12$abc", "$$2b$$12$abc"),
            ("a $1$salt$hash b", "$1$salt$hash"),
            ("$5$rounds=5000$salt$hash", "$5$rounds=5000$salt$hash"),
            ("{CRYPT}$6$salt$hash", "$6$salt$hash"),
            ("$y$j9T$salt$hash", "$y$j9T$salt$hash"),
            ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"),
            ("'$pbkdf2-sha512$310000$salt$hash'", "$pbkdf2-sha512$310000$salt$hash"),
            ("X=pbkdf2_sha256$260000$salt$hash=", "pbkdf2_sha256$260000$salt$hash="),
            ("pbkdf2:sha256:260000$salt$hash", "260000$salt$hash"),
            ("scrypt:32768:8:1$salt$hash", "1$salt$hash"),
            ("$P$B12345678abcdefghijklmnopqrstu.", "$P$B12345678abcdefghijklmnopqrstu."),
            ("${USERS:-a:$apr1$x$y}", "$apr1$x$y"),
        ] {
            let found: Vec<&str> = hashes(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, [hash], "{text}");
        }
    }

    #[test]
    fn variables_are_no_hashes() {
        for text in [
            "$A$B",
            "$x$y$z",
            "$x$y$z$w",
            "${A}$1$B",
            "https://$1$HOST$PATH",
            "$REGISTRY/$NAME:$TAG",
            "$$5",
            "costs $5 or $6 $or",
            "$P$H$S",
            "$argon2",
            "$$",
            "é$ü$",
            "$2a$HOME",
            "sha256:$DIGEST$X",
        ] {
            assert_eq!(hashes(text), [], "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn places_are_apart_and_hold_a_dollar(text in "[$a12y:jé ,=pr]{0,40}(apr1|2y|6|pbkdf2_)[$a1:é]{0,20}") {
            let mut end = 0;
            for range in hashes(&text) {
                proptest::prop_assert!(range.start >= end && text[range.clone()].contains('$'));
                end = range.end;
            }
        }
    }
}
