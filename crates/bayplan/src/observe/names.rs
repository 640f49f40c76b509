//! Names that are routed, and names that dnsmasq answers.

use super::Observed;
use super::dnsmasq::Line;
use super::traefik::Protocol;
use super::traefik::known::By;
use super::written::Text;
use bayplan_yaml::Location;

/// A name that a router asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Routed<'a> {
    /// The name, in lower case.
    pub name: String,
    /// Where it stands.
    pub at: Location,
    /// The router.
    pub router: &'a super::traefik::Router,
}

/// A name with an address.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered<'a> {
    /// The name, in lower case.
    pub name: String,
    /// Where it stands.
    pub text: &'a Text,
    /// Whether all names below are answered, too.
    pub is_zone: bool,
    /// The addresses.
    pub addresses: Vec<&'a str>,
    /// The file.
    pub path: &'a str,
}

impl Answered<'_> {
    /// Whether a name is answered by this.
    pub fn covers(&self, name: &str) -> bool {
        self.name == name || self.is_zone && is_below(name, &self.name)
    }
}

/// Whether a name stands below a zone.
pub fn is_below(name: &str, zone: &str) -> bool {
    matches!(zone, "" | "#") || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'))
}

impl Observed {
    /// The whole names that HTTP routers ask for, and whether there are none that cannot be told.
    pub fn routed(&self) -> (Vec<(By<'_>, Routed<'_>)>, bool) {
        let (mut found, mut is_all) = (Vec::new(), true);
        for (by, router) in self.routers().filter(|(_, router)| router.protocol != Protocol::Udp) {
            if by.labels().is_some_and(|labelled| !self.is_exposed(labelled)) {
                continue;
            }
            let Some((rule, expr)) = router.rule.as_ref().and_then(|rule| Some((rule, rule.expr.as_ref().ok()?)))
            else {
                is_all = false;
                continue;
            };
            for (matcher, at) in expr.matchers().into_iter().zip(&rule.matchers) {
                match matcher.name.to_ascii_lowercase().as_str() {
                    "host" | "hostsni" => {
                        for (argument, at) in matcher.arguments.iter().zip(&at.arguments) {
                            let name = argument.value.trim_end_matches('.').to_ascii_lowercase();
                            let whole = name.contains('.') && !name.contains('*') && !name.starts_with('.');
                            is_all &= whole;
                            if whole {
                                found.push((by, Routed { name, at: *at, router }));
                            }
                        }
                    }
                    "hostregexp" | "hostsniregexp" => is_all = false,
                    _ => {}
                }
            }
        }
        (found, is_all)
    }

    /// The names that dnsmasq answers.
    pub fn answered(&self) -> Vec<Answered<'_>> {
        let mut found = Vec::new();
        for file in &self.dnsmasq {
            for line in &file.says {
                let (names, is_zone, addresses): (_, _, Vec<&str>) = match line {
                    Line::Zone { names, address } => {
                        (names, true, address.iter().map(|text| text.value.as_str()).collect())
                    }
                    Line::Record { names, addresses } => {
                        (names, false, addresses.iter().map(|text| text.value.as_str()).collect())
                    }
                    Line::Alias { names, .. } => (names, false, Vec::new()),
                    Line::Server { .. } => continue,
                };
                for text in names {
                    let name = text.value.trim_start_matches("*.").trim_matches('.').to_ascii_lowercase();
                    found.push(Answered { name, text, is_zone, addresses: addresses.clone(), path: &file.path });
                }
            }
        }
        found
    }
}
