//! `dnsmasq's lines → the names that it answers`: `address=`, `host-record=`, `cname=`, `local=`, `server=`.

use super::written::Text;
use bayplan_yaml::{Location, SourceId, Span};

/// What one line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A name, and all names below it, have this address: `address=/NAME/ADDRESS`.
    Zone {
        /// The names; an empty one, or `#`, stands for all.
        names: Vec<Text>,
        /// The address; none where the names are to be unknown.
        address: Option<Text>,
    },
    /// Names have these addresses: `host-record=NAME,ADDRESS`.
    Record {
        /// The names.
        names: Vec<Text>,
        /// The addresses.
        addresses: Vec<Text>,
    },
    /// Names are other names of a name: `cname=ALIAS,TARGET`.
    Alias {
        /// The names.
        names: Vec<Text>,
        /// The name that they stand for.
        target: Text,
    },
    /// Names of this zone are asked nobody else for: `local=/ZONE/`, or of that server: `server=/ZONE/SERVER`.
    Server {
        /// The zones; none for all names.
        zones: Vec<Text>,
        /// Who is asked; nobody for `local=`.
        server: Option<Text>,
    },
}

/// The keys by which a file is known to be dnsmasq's.
const KEYS: &[&str] =
    &["address", "host-record", "cname", "local", "server", "no-resolv", "domain-needed", "listen-address"];

/// Whether a text is dnsmasq's, by its lines.
pub fn is_dnsmasq(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
    lines.peek().is_some()
        && lines.all(|line| {
            let key = line.split('=').next().unwrap_or_default().trim_end();
            !key.is_empty()
                && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        })
        && text.lines().any(|line| KEYS.contains(&line.split('=').next().unwrap_or_default().trim()))
}

/// The lines of a text; what is none of these is passed over.
pub fn read(text: &str, source: SourceId) -> Vec<Line> {
    let mut found = Vec::new();
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let at = start;
        start += whole.len();
        // A `#` at the beginning or behind a blank begins a comment.
        let end = whole
            .char_indices()
            .find(|(index, c)| *c == '#' && (*index == 0 || whole[..*index].ends_with([' ', '\t'])))
            .map_or(whole.len(), |(index, _)| index);
        let line = Slice { text: &whole[..end], at, source }.trim();
        let Some((key, value)) = line.split_once('=') else { continue };
        let value = value.trim();
        match key.trim().text {
            "address" => found.extend(value.zones().map(|(names, address)| Line::Zone { names, address })),
            "local" | "server" => {
                let read = value.zones().unwrap_or_else(|| (Vec::new(), Some(value.word())));
                found.push(Line::Server { zones: read.0, server: read.1 });
            }
            "host-record" => {
                let is_address = |part: &Slice<'_>| part.text.parse::<std::net::IpAddr>().is_ok();
                // A number at the end is how long the record may be kept.
                let parts: Vec<Slice<'_>> =
                    value.parts(',').into_iter().filter(|part| part.text.parse::<u32>().is_err()).collect();
                let names = parts.iter().filter(|part| !is_address(part)).map(|part| part.word()).collect();
                let addresses = parts.iter().filter(|part| is_address(part)).map(|part| part.word()).collect();
                found.push(Line::Record { names, addresses });
            }
            "cname" => {
                let mut parts: Vec<Slice<'_>> = value.parts(',');
                if parts.len() > 2 && parts.last().is_some_and(|part| part.text.parse::<u32>().is_ok()) {
                    parts.pop();
                }
                if let Some(target) = parts.pop().filter(|_| !parts.is_empty()) {
                    let names = parts.iter().map(|part| part.word()).collect();
                    found.push(Line::Alias { names, target: target.word() });
                }
            }
            _ => {}
        }
    }
    found
}

/// A part of a text and where it begins.
#[derive(Clone, Copy)]
struct Slice<'a> {
    text: &'a str,
    at: usize,
    source: SourceId,
}

impl<'a> Slice<'a> {
    fn trim(self) -> Self {
        let text = self.text.trim_start();
        Self { at: self.at + self.text.len() - text.len(), text: text.trim_end(), ..self }
    }

    fn split_once(self, by: char) -> Option<(Self, Self)> {
        let (before, behind) = self.text.split_once(by)?;
        let at = self.at + self.text.len() - behind.len();
        Some((Self { text: before, ..self }, Self { text: behind, at, ..self }))
    }

    fn parts(self, by: char) -> Vec<Self> {
        let mut at = self.at;
        let part = |text: &'a str| {
            let part = Self { text, at, ..self };
            at += text.len() + by.len_utf8();
            part.trim()
        };
        self.text.split(by).map(part).collect()
    }

    /// `/NAME/NAME/VALUE`.
    fn zones(self) -> Option<(Vec<Text>, Option<Text>)> {
        let mut parts = self.text.starts_with('/').then(|| self.parts('/'))?;
        let last = parts.pop()?;
        let names = parts.iter().skip(1).map(|part| part.word()).collect();
        Some((names, Some(last.word()).filter(|text| !text.value.is_empty())))
    }

    fn word(self) -> Text {
        let span = Span::new(self.at as u32, (self.at + self.text.len()) as u32);
        Text { value: self.text.to_owned(), at: Location { source: self.source, span } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_with_their_places() {
        let text = "# zone\naddress=/apps.lan/b.lan/10.0.0.1 # all\n  host-record=nas.lan,nas,10.0.0.2,300\ncname=www.lan, nas.lan\nlocal=/lan/\nserver=1.1.1.1\nserver=/x.org/127.0.0.11#53\naddress=/ads.org/\nlog-queries\naddress=broken\n";
        let shown: Vec<String> = read(text, SourceId(1))
            .iter()
            .map(|line| {
                let show = |texts: &[Text]| {
                    let check = |it: &Text| {
                        assert_eq!(it.at.span.slice(text), it.value);
                        it.value.clone()
                    };
                    texts.iter().map(check).collect::<Vec<_>>().join(" ")
                };
                match line {
                    Line::Zone { names, address } => format!("zone {} = {}", show(names), show(address.as_slice())),
                    Line::Record { names, addresses } => format!("record {} = {}", show(names), show(addresses)),
                    Line::Alias { names, target } => format!("alias {} = {}", show(names), target.value),
                    Line::Server { zones, server } => format!("server {} = {}", show(zones), show(server.as_slice())),
                }
            })
            .collect();
        assert_eq!(
            shown,
            [
                "zone apps.lan b.lan = 10.0.0.1",
                "record nas.lan nas = 10.0.0.2",
                "alias www.lan = nas.lan",
                "server lan = ",
                "server  = 1.1.1.1",
                "server x.org = 127.0.0.11#53",
                "zone ads.org = ",
            ]
        );
        assert!(is_dnsmasq(text));
        assert!(!is_dnsmasq("server {\n  listen 80;\n}\n") && !is_dnsmasq("") && !is_dnsmasq("[mysqld]\nport=3306\n"));
    }
}
