//! The names that generated files speak of: in dnsmasq lines and in Traefik rules.

use serde_json::Value as Json;
use std::net::IpAddr;

/// What a dnsmasq file answers by itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Every name with an address, in the order of the file.
    pub names: Vec<(String, IpAddr)>,
}

impl Records {
    /// Reads `address=/name/…/address` and `host-record=name,…,address` lines.
    pub fn read(text: &str) -> Self {
        let mut records = Self::default();
        for line in text.lines() {
            let Some((key, value)) = line.split_once('=') else { continue };
            let (names, addresses): (Vec<&str>, Vec<&str>) = match key.trim() {
                "address" => {
                    let mut parts: Vec<&str> = value.trim().trim_start_matches('/').split('/').collect();
                    let address = parts.pop().into_iter().collect();
                    (parts, address)
                }
                "host-record" => value.trim().split(',').partition(|part| part.parse::<IpAddr>().is_err()),
                _ => continue,
            };
            for address in addresses.iter().filter_map(|text| text.parse().ok()) {
                for name in names.iter().filter(|name| !name.is_empty() && !name.bytes().all(|b| b.is_ascii_digit())) {
                    // `*.zone` is every name in the zone but not the zone.
                    let name = name.strip_prefix("*.").map_or((*name).to_owned(), |zone| format!("any.{zone}"));
                    records.names.push((name, address));
                }
            }
        }
        records
    }
}

/// The names in the `Host(…)` and `HostSNI(…)` rules of a dynamic configuration, sorted.
pub fn host_names(dynamic: &Json) -> Vec<String> {
    let mut names = Vec::new();
    for section in ["http", "tcp"] {
        let routers = dynamic.get(section).and_then(|section| section.get("routers")).and_then(Json::as_object);
        for router in routers.into_iter().flat_map(|routers| routers.values()) {
            let hosts = hosts_of_rule(router.get("rule").and_then(Json::as_str).unwrap_or_default());
            // A wildcard is asked for by one of the names that it stands for.
            names.extend(hosts.into_iter().map(|host| match host.strip_prefix("*.") {
                Some(zone) => format!("any.{zone}"),
                None => host,
            }));
        }
    }
    names.sort();
    names.dedup();
    names
}

/// The names in one Traefik rule.
pub fn hosts_of_rule(rule: &str) -> Vec<String> {
    let mut names = Vec::new();
    for function in ["Host(", "HostSNI("] {
        for (at, _) in rule.match_indices(function) {
            let before = rule[..at].chars().next_back();
            let argument = rule[at + function.len()..].trim_start();
            let quote = argument.chars().next().filter(|c| matches!(c, '`' | '"'));
            let inner = quote.and_then(|quote| argument[1..].split(quote).next());
            if let Some(name) = inner
                && !before.is_some_and(char::is_alphanumeric)
                && name != "*"
            {
                names.push(name.strip_prefix("*.").map_or(name.to_owned(), |zone| format!("any.{zone}")));
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_both_kinds_are_read() {
        let text = "local=/a.x/\naddress=/a.x/b.x/10.0.0.1\nhost-record=c.x,d.x,10.0.0.2,fd00::1,60\naddress=/gone/\n";
        let read = Records::read(text);
        let shown: Vec<String> = read.names.iter().map(|(name, address)| format!("{name} {address}")).collect();
        assert_eq!(
            shown,
            ["a.x 10.0.0.1", "b.x 10.0.0.1", "c.x 10.0.0.2", "d.x 10.0.0.2", "c.x fd00::1", "d.x fd00::1"]
        );
    }

    #[test]
    fn hosts_of_rules_are_read() {
        let dynamic = serde_json::json!({
            "http": {"routers": {"a": {"rule": "(Host(`b.x`) || Host(`a.x`)) && PathPrefix(`/p`)"}}},
            "tcp": {"routers": {"t": {"rule": "HostSNI(\"*\")"}, "u": {"rule": "HostSNI(`*.u.x`)"}}},
        });
        assert_eq!(host_names(&dynamic), ["a.x", "any.u.x", "b.x"]);
    }
}
