//! `https://auth.example.com/check`: addresses of HTTP services.

use super::{Invalid, scalar};
use std::fmt;

/// An absolute URL with the scheme `http` or `https`, a host, and nothing that would have to be written otherwise in a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpUrl(String);

impl HttpUrl {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let help = "write a whole URL, such as `http://auth:4181/verify`";
        let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) else {
            return Err(Invalid::whole(text, format!("`{}` is no URL", text.escape_debug())).help(help));
        };
        let start = text.len() - rest.len();
        let odd = |c: &char| {
            c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
        };
        if let Some((at, c)) = rest.char_indices().find(|(_, c)| odd(c)) {
            let message = format!("`{}` cannot stand in a URL", c.escape_debug());
            return Err(Invalid::new(start + at..start + at + c.len_utf8(), message).help("write it percent-encoded"));
        }
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (host, None),
        };
        if host.is_empty() {
            return Err(Invalid::whole(text, format!("`{text}` names no host")).help(help));
        }
        if port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0)) {
            return Err(Invalid::whole(text, format!("the port of `{text}` is no number from 1 to 65535")).help(help));
        }
        Ok(Self(text.to_owned()))
    }

    /// The URL as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

scalar!(HttpUrl, "a URL", Text, "A URL that begins with `http://` or `https://`.", ["http://auth:4181/verify"]);

#[cfg(test)]
mod tests {
    use super::super::{accepts, refuses};
    use super::*;

    #[test]
    fn urls_are_absolute() {
        accepts::<HttpUrl>(&[
            ("http://auth:4181/verify", "http://auth:4181/verify"),
            ("https://a.b/c?d=$e#f", "https://a.b/c?d=$e#f"),
            ("http://[::1]:80/", "http://[::1]:80/"),
            ("http://[::1]", "http://[::1]"),
            ("http://user@host", "http://user@host"),
        ]);
        refuses::<HttpUrl>(&[
            ("", "", "`` is no URL"),
            ("not a url", "not a url", "`not a url` is no URL"),
            ("ftp://a", "ftp://a", "`ftp://a` is no URL"),
            ("auth:4181", "auth:4181", "`auth:4181` is no URL"),
            ("http://", "http://", "`http://` names no host"),
            ("http://:80/", "http://:80/", "`http://:80/` names no host"),
            ("http://a b", " ", "` ` cannot stand in a URL"),
            ("http://a/`", "`", "``` cannot stand in a URL"),
            ("http://a\n", "\n", "`\\n` cannot stand in a URL"),
            ("http://a:0/", "http://a:0/", "the port of `http://a:0/` is no number from 1 to 65535"),
            ("http://a:x/", "http://a:x/", "the port of `http://a:x/` is no number from 1 to 65535"),
        ]);
    }
}
