//! Which `traefik.*` labels there are: those of Traefik 2 and 3.7 (`pkg/config/dynamic`, without fields of `label:"-"`).

use crate::record::nearest;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One key a line, without `traefik.`: `*` stands for a name, `**` for anything, `[]` for an index.
const KEYS: &str = include_str!("keys.txt");

/// What may follow a part of a key.
#[derive(Default)]
struct Branch {
    parts: BTreeMap<&'static str, Branch>,
    /// Whether a key may end here.
    ends: bool,
}

static ROOT: LazyLock<Branch> = LazyLock::new(|| {
    let mut root = Branch::default();
    for key in KEYS.lines().filter(|line| !line.is_empty()) {
        let branch = key.split('.').fold(&mut root, |branch, part| branch.parts.entry(part).or_default());
        branch.ends = true;
    }
    root
});

/// Roots of Traefik 1, which no later version reads.
const OF_VERSION_1: &[&str] = &["frontend", "backend", "port", "protocol", "weight", "domain", "portindex"];

/// What is wrong with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The bytes of the part that is not known.
    pub at: std::ops::Range<usize>,
    /// Whether Traefik drops everything that the container says because of it; it only passes over the label otherwise.
    pub refuses: bool,
    /// The part that may be meant.
    pub near: Option<String>,
    /// Whether the label is one of Traefik 1.
    pub of_version_1: bool,
    /// Whether the key only ends too early.
    pub is_short: bool,
}

/// What is wrong with the label `key`, which begins with `traefik.`; nothing where Traefik knows it, or where it may be a
/// label of somebody's own, for constraints.
pub fn unknown(key: &str) -> Option<Unknown> {
    let mut branch = &*ROOT;
    let mut start = key.find('.')? + 1;
    let root = key[start..].split('.').next()?.to_ascii_lowercase();
    let refuses = matches!(root.as_str(), "http" | "tcp" | "udp" | "docker" | "swarm");
    if root == "tls" {
        return None;
    }
    let parts: Vec<&str> = key[start..].split('.').collect();
    for (depth, part) in parts.iter().enumerate() {
        let at = start..start + part.len();
        start = at.end + 1;
        let lower = part.to_ascii_lowercase();
        let plain = match lower.split_once('[') {
            Some((name, index)) if index.strip_suffix(']').is_some_and(|index| index.parse::<u16>().is_ok()) => {
                format!("{name}[]")
            }
            _ => lower,
        };
        if branch.parts.contains_key("**") {
            return None;
        }
        let name = || branch.parts.get("*").filter(|_| !part.is_empty());
        if let Some(next) = branch.parts.get(plain.as_str()).or_else(name) {
            branch = next;
            continue;
        }
        let of_version_1 = depth == 0 && (OF_VERSION_1.contains(&plain.as_str()) || is_segment(&parts));
        let near = || {
            let known: Vec<&str> = branch.parts.keys().copied().filter(|part| *part != "*").collect();
            let near = nearest(&plain, &known).map(|near| near.trim_end_matches("[]").to_owned());
            near.or_else(|| below(branch, &plain, &parts[depth + 1..]))
        };
        // Labels of Traefik 1 are like nothing that there is now.
        let near = if of_version_1 { None } else { near() };
        if depth == 0 && !of_version_1 && near.is_none() {
            return None;
        }
        return Some(Unknown { at, refuses, near, of_version_1, is_short: false });
    }
    let short = Unknown { at: 0..key.len(), refuses, near: None, of_version_1: false, is_short: true };
    (!branch.ends && !branch.parts.contains_key("**")).then_some(short)
}

/// `traefik.admin.frontend.rule` of Traefik 1.
fn is_segment(parts: &[&str]) -> bool {
    parts.len() > 2 && matches!(parts[1], "frontend" | "backend")
        || parts.len() == 2 && matches!(parts[1], "port" | "protocol") && parts[0] != "docker"
}

/// The part below which `part` would be known: `loadbalancer` where that was left out.
fn below(branch: &Branch, part: &str, rest: &[&str]) -> Option<String> {
    let fits = |child: &Branch| {
        let mut at = child.parts.get(part)?;
        for part in rest {
            at = at.parts.get(part.to_ascii_lowercase().as_str()).or_else(|| at.parts.get("*"))?;
        }
        at.ends.then_some(())
    };
    // Of several, what every server has: `server.port`, not `healthcheck.port`.
    let mut names: Vec<&str> =
        branch.parts.iter().filter(|(_, child)| fits(child).is_some()).map(|(name, _)| *name).collect();
    names.sort_by_key(|name| *name != "server");
    let name = names.first().filter(|name| **name != "*")?;
    Some(format!("{name}.{part}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_traefik_are_known_in_any_case() {
        for key in [
            "traefik.enable",
            "Traefik.Enable",
            "traefik.http.routers.a.rule",
            "traefik.HTTP.Routers.My-App.EntryPoints",
            "traefik.http.routers.a.tls.domains[10].main",
            "traefik.http.services.a.loadbalancer.server.port",
            "traefik.http.middlewares.a.plugin.bouncer.any.thing[0].at",
            "traefik.http.middlewares.a.headers.customrequestheaders.X-A",
            "traefik.http.middlewares.a.compress",
            "traefik.tcp.routers.a.tls.passthrough",
            "traefik.docker.network",
            "traefik.constraint-label",
            "traefik.tags",
            "traefik.tls.stores.default.defaultgeneratedcert.resolver",
        ] {
            assert_eq!(unknown(key), None, "{key}");
        }
    }

    #[test]
    fn other_keys_are_said_at_the_part_that_is_wrong() {
        for (key, part, near, refuses, old) in [
            ("traefik.enabled", "enabled", Some("enable"), false, false),
            ("traefik.http.router.a.rule", "router", Some("routers"), true, false),
            ("traefik.http.routers.a.entrypoint", "entrypoint", Some("entrypoints"), true, false),
            ("traefik.http.services.a.server.port", "server", Some("loadbalancer.server"), true, false),
            ("traefik.http.services.a.loadbalancer.servers.port", "servers", Some("server"), true, false),
            ("traefik.http.services.a.loadbalancer.port", "port", Some("server.port"), true, false),
            ("traefik.http.routers.a.tls.domains.main", "domains", Some("domains"), true, false),
            ("traefik.http.routers.a.nonsense", "nonsense", None, true, false),
            ("traefik.frontend.rule", "frontend", None, false, true),
            ("traefik.admin.frontend.rule", "admin", None, false, true),
            ("traefik.port", "port", None, false, true),
        ] {
            let found = unknown(key).unwrap_or_else(|| panic!("{key}"));
            let seen = (&key[found.at], found.near.as_deref(), found.refuses, found.of_version_1);
            assert_eq!(seen, (part, near, refuses, old), "{key}");
        }
        assert!(unknown("traefik.http.routers.a").is_some_and(|found| found.is_short));
        assert!(unknown("traefik.http.routers..rule").is_some());
    }
}
