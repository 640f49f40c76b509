//! Rules: which requests a router takes, in Traefik's rule language.

use serde::{Serialize, Serializer};
use std::fmt;

/// A rule: all of its matchers have to match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule(pub Vec<Matcher>);

/// One matcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matcher {
    /// The host of an HTTP request; `*.` at its beginning stands for exactly one label.
    Host(String),
    /// What the path of an HTTP request begins with.
    PathPrefix(String),
    /// The server name of a TLS connection, or `*` for every connection.
    HostSni(String),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, matcher) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" && ")?;
            }
            let (name, value) = match matcher {
                Matcher::Host(host) => ("Host", host),
                Matcher::PathPrefix(path) => ("PathPrefix", path),
                Matcher::HostSni(host) => ("HostSNI", host),
            };
            write!(f, "{name}({})", argument(value))?;
        }
        Ok(())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A string of the rule language, which takes Go's: raw in backticks, or in double quotes with escapes.
pub fn argument(text: &str) -> String {
    if !text.contains('`') && !text.chars().any(char::is_control) {
        return format!("`{text}`");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_data() {
        assert_eq!(argument("a.b"), "`a.b`");
        assert_eq!(argument("/a`) || Host(`x"), "\"/a`) || Host(`x\"");
        assert_eq!(argument("a\"`\n"), "\"a\\\"`\\u000a\"");
    }

    #[test]
    fn matchers_are_joined_by_and() {
        let rule = Rule(vec![Matcher::Host("shop.example.org".to_owned()), Matcher::PathPrefix("/api".to_owned())]);
        assert_eq!(rule.to_string(), "Host(`shop.example.org`) && PathPrefix(`/api`)");
        assert_eq!(Rule(vec![Matcher::HostSni("*".to_owned())]).to_string(), "HostSNI(`*`)");
    }
}
