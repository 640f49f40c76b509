//! `shop.example.com`, `*.example.com`: host names for routes and DNS: letters, digits and hyphens, 63 bytes a label and
//! 253 in all, in lower case; others become punycode.

use super::{Invalid, scalar};
use std::fmt;

/// A host name in lower case and punycode, without a dot at its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(String);

/// A [`HostName`], or all names one label below one (`*.example.com`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPattern {
    /// Whether the first label is `*`.
    pub wildcard: bool,
    /// The name, or the one that all stand below.
    pub name: HostName,
}

impl HostName {
    /// Reads a host name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.is_empty() {
            return Err(Invalid::whole(text, "the host name is empty").help("write a name, such as `shop.example.com`"));
        }
        let mut labels = Vec::new();
        let mut start = 0;
        for label in name.split('.') {
            labels.push(parse_label(label).map_err(|(message, help)| {
                let range = if label.is_empty() { 0..text.len() } else { start..start + label.len() };
                Invalid::new(range, message).help(help)
            })?);
            start += label.len() + 1;
        }
        let numeric = labels.last().is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()));
        if numeric {
            return Err(Invalid::whole(text, format!("`{text}` is not a host name"))
                .help("a name does not end in a number: an address cannot stand here"));
        }
        let host = labels.join(".");
        if host.len() > 253 {
            return Err(Invalid::whole(text, format!("the host name has {} bytes, more than 253", host.len()))
                .help("write a shorter name"));
        }
        Ok(Self(host))
    }

    /// The name in lower case and punycode.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The labels, left to right.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }

    /// Whether this name is `zone` or stands below it.
    pub fn is_within(&self, zone: &Self) -> bool {
        self.0.strip_suffix(zone.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    }

    /// This name as a label below `zone`.
    pub fn below(&self, zone: &Self) -> Result<Self, Invalid> {
        Self::parse(&format!("{self}.{zone}"))
    }
}

impl HostPattern {
    /// Reads a host name, or one whose first label is `*`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text.strip_prefix("*.") {
            Some(rest) => {
                let name = HostName::parse(rest).map_err(|invalid| invalid.shifted(2))?;
                Ok(Self { wildcard: true, name })
            }
            None => HostName::parse(text).map(|name| Self { wildcard: false, name }),
        }
    }

    /// Whether `name` is meant: the name itself, or any name exactly one label below a wildcard.
    pub fn matches(&self, name: &HostName) -> bool {
        if !self.wildcard {
            return self.name == *name;
        }
        name.0.split_once('.').is_some_and(|(_, parent)| parent == self.name.0)
    }
}

fn parse_label(label: &str) -> Result<String, (String, String)> {
    let helped = |message: String, help: &str| (message, help.to_owned());
    if label.is_empty() {
        return Err(("a label of the host name is empty".to_owned(), "remove the extra dot".to_owned()));
    }
    if label == "*" {
        let help = "write `*.` at the beginning, where a wildcard is taken at all";
        return Err(("`*` cannot stand here".to_owned(), help.to_owned()));
    }
    let odd = |c: &char| c.is_ascii() && !c.is_ascii_alphanumeric() && *c != '-';
    if let Some(odd) = label.chars().find(odd) {
        let message = format!("{} cannot stand in a host name", name_of(odd));
        return Err((message, "use letters, digits, `-` and dots".to_owned()));
    }
    let ascii = if label.is_ascii() {
        label.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii_strict(label)
            .map_err(|_| helped(format!("`{label}` cannot be written in punycode"), "use letters and digits"))?
    };
    if ascii.starts_with("xn--") && idna::domain_to_unicode(&ascii).1.is_err() {
        return Err(helped(format!("`{label}` is not valid punycode"), "write the name in its own letters"));
    }
    if ascii.starts_with('-') || ascii.ends_with('-') {
        return Err(helped(
            format!("`{label}` begins or ends with a hyphen"),
            "begin and end it with a letter or digit",
        ));
    }
    if ascii.len() > 63 {
        return Err(helped(
            format!("the label `{label}` has {} bytes, more than 63", ascii.len()),
            "write a shorter one",
        ));
    }
    if ascii.contains('.') {
        return Err(helped(format!("`{label}` holds a character that stands for a dot"), "write a plain dot"));
    }
    Ok(ascii)
}

fn name_of(odd: char) -> String {
    match odd {
        '\n' | '\r' => "a line break".to_owned(),
        '`' => "a backtick".to_owned(),
        ' ' => "a space".to_owned(),
        odd if odd.is_control() => "a control character".to_owned(),
        odd => format!("`{odd}`"),
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.wildcard {
            f.write_str("*.")?;
        }
        self.name.fmt(f)
    }
}

scalar!(
    HostName,
    "a host name",
    Text,
    "A host name: labels of letters, digits and hyphens, joined by dots.",
    ["shop.example.com"]
);
scalar!(
    HostPattern,
    "a host name",
    Text,
    "A host name, or `*.` and a host name for all names one label below it.",
    ["shop.example.com", "*.example.com"]
);

#[cfg(test)]
mod tests {
    use super::super::{accepts, refuses};
    use super::*;

    #[test]
    fn names_become_lower_case_and_punycode() {
        accepts::<HostPattern>(&[
            ("localhost", "localhost"),
            ("Shop.Example.COM", "shop.example.com"),
            ("shop.example.com.", "shop.example.com"),
            ("*.example.com", "*.example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("a-b.c--d.e", "a-b.c--d.e"),
            ("0x1.1a", "0x1.1a"),
            ("3.example", "3.example"),
        ]);
        assert!(HostName::parse(&"a".repeat(63)).is_ok());
        assert!(HostName::parse(&format!("{}a", "a.".repeat(126))).is_ok());
    }

    #[test]
    fn other_texts_are_refused() {
        refuses::<HostPattern>(&[
            ("", "", "the host name is empty"),
            (".", ".", "the host name is empty"),
            ("a..b", "a..b", "a label of the host name is empty"),
            (".a", ".a", "a label of the host name is empty"),
            ("*", "*", "`*` cannot stand here"),
            ("a.*.b", "*", "`*` cannot stand here"),
            ("a*.b", "a*", "`*` cannot stand in a host name"),
            ("a_b.c", "a_b", "`_` cannot stand in a host name"),
            ("-a.b", "-a", "`-a` begins or ends with a hyphen"),
            ("a.b-", "b-", "`b-` begins or ends with a hyphen"),
            ("a b.c", "a b", "a space cannot stand in a host name"),
            ("a.b`) || Host(`x", "b`) || Host(`x", "a backtick cannot stand in a host name"),
            ("a.b\nserver=1", "b\nserver=1", "a line break cannot stand in a host name"),
            ("a/b", "a/b", "`/` cannot stand in a host name"),
            ("a,b", "a,b", "`,` cannot stand in a host name"),
            ("a#b", "a#b", "`#` cannot stand in a host name"),
            ("a\"b", "a\"b", "`\"` cannot stand in a host name"),
            ("${HOST}", "${HOST}", "`$` cannot stand in a host name"),
            ("{{ x }}", "{{ x }}", "`{` cannot stand in a host name"),
            ("shop:8080", "shop:8080", "`:` cannot stand in a host name"),
            ("192.168.0.1", "192.168.0.1", "`192.168.0.1` is not a host name"),
            ("*.10", "10", "`10` is not a host name"),
            ("xn--a.b", "xn--a", "`xn--a` is not valid punycode"),
        ]);
        assert!(HostName::parse(&"a".repeat(64)).is_err());
        assert!(HostName::parse(&format!("{}aa", "a.".repeat(126))).is_err());
        assert!(HostName::parse("a。b").is_err());
        assert!(HostName::parse("*.example.com").is_err());
    }

    #[test]
    fn a_wildcard_is_one_label() {
        let host = |text: &str| HostName::parse(text).unwrap();
        let pattern = HostPattern::parse("*.example.com").unwrap();
        assert!(pattern.matches(&host("a.example.com")));
        assert!(!pattern.matches(&host("example.com")));
        assert!(!pattern.matches(&host("a.b.example.com")));
        assert!(host("a.b.example.com").is_within(&host("example.com")));
        assert!(!host("badexample.com").is_within(&host("example.com")));
        assert_eq!(host("shop").below(&host("example.com")).unwrap().as_str(), "shop.example.com");
    }
}
