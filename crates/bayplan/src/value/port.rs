//! `127.0.0.1:8080:80/tcp`: published ports, by the grammar of `docker/go-connections` `nat` as Compose uses it:
//! `[[ip:]published[-end]:]target[-end][/protocol]`.

use super::{Invalid, scalar};
use std::fmt;
use std::net::IpAddr;

/// One port number or an unbroken range of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    /// The first port.
    pub first: u16,
    /// The last port; the first again where there is only one.
    pub last: u16,
}

/// A transport protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Protocol {
    /// TCP, where nothing is written.
    #[default]
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

/// A port of a container and where it is published, as one short text says it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PortSpec {
    /// The address of the host; all addresses where there is none.
    pub host_ip: Option<IpAddr>,
    /// The ports of the host; any free port where there are none. A range longer than the target's means "any free one of these".
    pub published: Option<PortRange>,
    /// The ports of the container.
    pub target: PortRange,
    /// The protocol.
    pub protocol: Protocol,
}

impl PortRange {
    /// The range of one port.
    pub const fn one(port: u16) -> Self {
        Self { first: port, last: port }
    }

    /// How many ports there are.
    pub const fn count(self) -> usize {
        (self.last - self.first) as usize + 1
    }

    /// The port, where there is only one.
    pub fn single(self) -> Option<u16> {
        (self.first == self.last).then_some(self.first)
    }

    /// Whether a port of one range is in the other.
    pub const fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Reads `80` or `8000-8010`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::parse_at(text, 0)
    }

    fn parse_at(text: &str, at: usize) -> Result<Self, Invalid> {
        let number = |text: &str, at: usize| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            if !digits {
                let message = if text.is_empty() {
                    "a port number is missing".to_owned()
                } else {
                    format!("`{text}` is not a port number")
                };
                return Err(Invalid::part(at, text, message).help("write a number from 0 to 65535"));
            }
            text.parse::<u16>().map_err(|_| {
                Invalid::part(at, text, format!("`{text}` is not a port number")).help("write a number from 0 to 65535")
            })
        };
        let Some((first, last)) = text.split_once('-') else {
            return number(text, at).map(Self::one);
        };
        let range = Self { first: number(first, at)?, last: number(last, at + first.len() + 1)? };
        if range.last < range.first {
            return Err(Invalid::part(at, text, format!("the range `{text}` runs backwards"))
                .help(format!("write `{last}-{first}`")));
        }
        Ok(range)
    }
}

impl Protocol {
    /// The protocol in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }

    /// Reads `tcp`, `udp` or `sctp` in any case.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text.to_ascii_lowercase().as_str() {
            "tcp" => Ok(Self::Tcp),
            "udp" => Ok(Self::Udp),
            "sctp" => Ok(Self::Sctp),
            _ => Err(Invalid::whole(text, format!("`{text}` is not a protocol")).help("use `tcp`, `udp` or `sctp`")),
        }
    }
}

impl PortSpec {
    /// Reads the short form.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let (before, container) = match text.rsplit_once(':') {
            Some((before, container)) => (Some(before), container),
            None => (None, text),
        };
        let container_at = text.len() - container.len();
        let (ports, protocol) = container.split_once('/').unwrap_or((container, ""));
        if ports.is_empty() {
            return Err(Invalid::whole(text, format!("`{text}` names no port of the container"))
                .help("write the port last, as in `8080:80`"));
        }
        let protocol = match protocol {
            "" => Protocol::Tcp,
            _ => Protocol::parse(protocol).map_err(|invalid| invalid.shifted(container_at + ports.len() + 1))?,
        };
        let (host_ip, published) = match before {
            Some(before) => parse_host(before)?,
            None => (None, None),
        };
        let target = PortRange::parse_at(ports, container_at)?;
        if target.first == 0 {
            return Err(Invalid::part(container_at, ports, "nothing can listen on port 0 of a container")
                .help("write a number from 1 to 65535"));
        }
        match published {
            Some(published) if target.count() > 1 && target.count() != published.count() => {
                let message =
                    format!("`{published}` has {} ports, `{target}` has {}", published.count(), target.count());
                Err(Invalid::whole(text, message).help("make both ranges the same length"))
            }
            _ => Ok(Self { host_ip, published, target, protocol }),
        }
    }

    /// One entry for each port of the container, as Compose makes them.
    pub fn expand(&self) -> Vec<Self> {
        let Some(_) = self.target.single() else {
            return (self.target.first..=self.target.last)
                .enumerate()
                .map(|(index, port)| {
                    let published = self.published.map(|range| {
                        PortRange::one(range.first.saturating_add(u16::try_from(index).unwrap_or(u16::MAX)))
                    });
                    Self { target: PortRange::one(port), published, ..self.clone() }
                })
                .collect();
        };
        vec![self.clone()]
    }
}

/// Ports as a message names them: all of a few, the first of many.
pub fn listed(ports: &[u16]) -> String {
    const MOST: usize = 8;
    let shown = ports.iter().take(MOST).map(|port| format!("`{port}`")).collect::<Vec<_>>().join(", ");
    if ports.len() > MOST { format!("{shown} and {} more", ports.len() - MOST) } else { shown }
}

/// `[ip:]published`, either of which may be empty.
fn parse_host(before: &str) -> Result<(Option<IpAddr>, Option<PortRange>), Invalid> {
    let (ip, published) = match before.rsplit_once(':') {
        Some((ip, published)) => (Some(ip), published),
        None => (None, before),
    };
    let ip = match ip {
        None | Some("") => None,
        Some(written) => Some(parse_ip(written)?),
    };
    let published = match published {
        "" => None,
        _ => Some(PortRange::parse_at(published, before.len() - published.len())?),
    };
    Ok((ip, published))
}

fn parse_ip(written: &str) -> Result<IpAddr, Invalid> {
    let bare = written.strip_prefix('[').and_then(|ip| ip.strip_suffix(']'));
    let ip = bare.unwrap_or(written).parse::<IpAddr>();
    match ip {
        Ok(IpAddr::V6(ip)) if bare.is_none() => {
            Err(Invalid::part(0, written, format!("the IPv6 address `{ip}` needs brackets"))
                .help(format!("write `[{ip}]`")))
        }
        Ok(ip) => Ok(ip),
        Err(_) => Err(Invalid::part(0, written, format!("`{written}` is not an IP address"))
            .help("write an address of the host, such as `127.0.0.1`")),
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.single() {
            Some(port) => port.fmt(f),
            None => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for PortSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host_ip {
            Some(IpAddr::V6(ip)) => write!(f, "[{ip}]:")?,
            Some(ip) => write!(f, "{ip}:")?,
            None => {}
        }
        match self.published {
            Some(published) => write!(f, "{published}:")?,
            None if self.host_ip.is_some() => f.write_str(":")?,
            None => {}
        }
        self.target.fmt(f)?;
        match self.protocol {
            Protocol::Tcp => Ok(()),
            protocol => write!(f, "/{protocol}"),
        }
    }
}

scalar!(
    PortRange,
    "a port or a range of ports",
    Integer,
    "A port number, or the first and last of a range.",
    ["8080", "8000-8010"]
);
scalar!(Protocol, "a protocol", Text, "A transport protocol: `tcp`, `udp` or `sctp`.", ["tcp", "udp"]);
scalar!(
    PortSpec,
    "a port",
    Integer,
    "A port of the container and where it is published: `[[ip:]published[-end]:]target[-end][/protocol]`.",
    ["8080:80", "127.0.0.1:5432:5432", "9000-9010:9000-9010/udp"]
);

#[cfg(test)]
mod tests {
    use super::super::{accepts, refuses};
    use super::*;

    #[test]
    fn the_short_form_is_read() {
        accepts::<PortSpec>(&[
            ("80", "80"),
            ("8080:80", "8080:80"),
            ("8080:80/tcp", "8080:80"),
            ("6060:6060/UDP", "6060:6060/udp"),
            ("80/", "80"),
            ("80/sctp", "80/sctp"),
            (":80", "80"),
            ("::80", "80"),
            ("3000-3005", "3000-3005"),
            ("9090-9091:8080-8081", "9090-9091:8080-8081"),
            ("3000-3005:4000", "3000-3005:4000"),
            ("127.0.0.1:8001:8001", "127.0.0.1:8001:8001"),
            ("127.0.0.1:5000-5010:5000-5010", "127.0.0.1:5000-5010:5000-5010"),
            ("0.0.0.0::80", "0.0.0.0::80"),
            ("[::1]:6001:6001", "[::1]:6001:6001"),
            ("[::]:80:80/udp", "[::]:80:80/udp"),
            ("[127.0.0.1]:80:80", "127.0.0.1:80:80"),
            ("0:80", "0:80"),
            ("080:80", "80:80"),
            ("80-80:90", "80:90"),
            ("65535", "65535"),
        ]);
    }

    #[test]
    fn other_texts_are_refused() {
        refuses::<PortSpec>(&[
            ("", "", "`` names no port of the container"),
            ("8080:", "8080:", "`8080:` names no port of the container"),
            ("8080:/tcp", "8080:/tcp", "`8080:/tcp` names no port of the container"),
            ("8080:80/http", "http", "`http` is not a protocol"),
            ("80/tcp/udp", "tcp/udp", "`tcp/udp` is not a protocol"),
            ("a:80", "a", "`a` is not a port number"),
            ("80:a", "a", "`a` is not a port number"),
            ("65536", "65536", "`65536` is not a port number"),
            ("127.0.0.1:80:0", "0", "nothing can listen on port 0 of a container"),
            ("0-5", "0-5", "nothing can listen on port 0 of a container"),
            ("-1:80", "", "a port number is missing"),
            ("+80", "+80", "`+80` is not a port number"),
            ("80 :80", "80 ", "`80 ` is not a port number"),
            ("5-:80", "", "a port number is missing"),
            ("90-80:1", "90-80", "the range `90-80` runs backwards"),
            ("1-2-3", "2-3", "`2-3` is not a port number"),
            ("3000-3005:4000-4001", "3000-3005:4000-4001", "`3000-3005` has 6 ports, `4000-4001` has 2"),
            ("80:90-91", "80:90-91", "`80` has 1 ports, `90-91` has 2"),
            ("::1:81:81", "::1", "the IPv6 address `::1` needs brackets"),
            ("localhost:80:80", "localhost", "`localhost` is not an IP address"),
            ("300.0.0.1:80:80", "300.0.0.1", "`300.0.0.1` is not an IP address"),
            ("127.0.0.01:80:80", "127.0.0.01", "`127.0.0.01` is not an IP address"),
            ("[::1:80:80", "[::1", "`[::1` is not an IP address"),
            ("[fe80::1%eth0]:80:80", "[fe80::1%eth0]", "`[fe80::1%eth0]` is not an IP address"),
            ("${PORT}:80", "${PORT}", "`${PORT}` is not a port number"),
        ]);
    }

    #[test]
    fn ranges_become_one_entry_for_each_port() {
        let expand =
            |text: &str| PortSpec::parse(text).unwrap().expand().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(expand("9090-9091:8080-8081/udp"), ["9090:8080/udp", "9091:8081/udp"]);
        assert_eq!(expand("3000-3005:4000"), ["3000-3005:4000"]);
        assert_eq!(expand("3000-3001"), ["3000", "3001"]);
        assert_eq!(expand("127.0.0.1::5-6"), ["127.0.0.1::5", "127.0.0.1::6"]);
        assert_eq!(expand("1-65535").len(), 65_535);
    }
}
