//! Which routes can take the same request, and which of them is asked first.
//!
//! The more specific route wins. Traefik asks the router with the higher priority first, and a router without one has the
//! length of its rule (`GetRulePriority`, `pkg/muxer/http/mux.go` of 3.7). Between equal priorities the order is not defined
//! (`sort.Sort` is not stable), and ``Host(`*.example.org`)`` is as long as ``Host(`a.example.org`)``. So every route that
//! overlaps another has an explicit [priority](Route::priority), in this order:
//!
//! 1. a full name before a wildcard, whatever their paths are;
//! 2. of one name, the longer path before the shorter one (as by Traefik's own default);
//! 3. `priority` in a blueprint stands in place of that number.
//!
//! HTTP routes whose TLS the gateway ends are asked before TCP routes, whatever their priorities are (`ServeTCP`,
//! `pkg/server/router/tcp/router.go`).

use super::{Plan, Route, Stack};
use crate::value::HostPattern;
use std::collections::BTreeMap;

/// A route and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Owned<'a> {
    /// The stack.
    pub stack: &'a Stack,
    /// The service.
    pub service: &'a str,
    /// The route.
    pub route: &'a Route,
}

impl Owned<'_> {
    /// The service, as it is named in messages about `stack`.
    pub fn whose(&self, stack: &Stack) -> String {
        if self.stack.name == stack.name {
            format!("`{}`", self.service)
        } else {
            format!("`{}` of the stack `{}`", self.service, self.stack.name)
        }
    }
}

/// What a wildcard's priority is less than a full name's: more than any rule is long.
const WILDCARD: i64 = 10_000;

impl Route {
    /// Which route is asked first: that with the higher number. The length of host and path, less 10,000 for a wildcard,
    /// where the blueprint does not say it.
    pub fn priority(&self) -> i64 {
        // The number 0 means none to Traefik.
        if let Some(priority) = self.intent.priority.filter(|priority| *priority != 0) {
            return priority;
        }
        let length = self.host.to_string().len() + self.prefix().len();
        i64::try_from(length).unwrap_or(i64::MAX) - if self.host.wildcard { WILDCARD } else { 0 }
    }

    /// The path prefix; empty for every path.
    pub fn prefix(&self) -> &str {
        self.path.as_deref().filter(|path| *path != "/").unwrap_or_default()
    }

    /// Whether this route fits every request that `other` fits.
    pub fn covers(&self, other: &Self) -> bool {
        let host = self.host == other.host || (!other.host.wildcard && self.host.matches(&other.host.name));
        host && other.prefix().starts_with(self.prefix())
    }

    /// Where its requests come in: with TLS, or without. A TCP route is told apart by its TLS server name.
    pub fn comes_by_tls(&self) -> bool {
        self.tls || self.is_tcp()
    }
}

impl Plan {
    /// Every pair of routes that some request fits both of, in the order of the plan.
    pub fn overlaps(&self) -> Vec<[Owned<'_>; 2]> {
        let routes: Vec<Owned<'_>> = self
            .services()
            .flat_map(|(stack, service, settled)| {
                settled.routes.iter().map(move |route| Owned { stack, service, route })
            })
            .collect();
        let mut by_host: BTreeMap<&HostPattern, Vec<usize>> = BTreeMap::new();
        for (at, owned) in routes.iter().enumerate() {
            by_host.entry(&owned.route.host).or_default().push(at);
        }
        let mut pairs = Vec::new();
        for (at, owned) in routes.iter().enumerate() {
            let own = by_host[&owned.route.host].iter().copied().filter(|other| *other > at);
            let above = wildcard_above(&owned.route.host);
            let above = above.as_ref().and_then(|host| by_host.get(host)).into_iter().flatten().copied();
            pairs.extend(own.chain(above).map(|other| (at.min(other), at.max(other))));
        }
        pairs.sort_unstable();
        let meet = |a: &Route, b: &Route| {
            let paths = a.prefix().starts_with(b.prefix()) || b.prefix().starts_with(a.prefix());
            a.comes_by_tls() == b.comes_by_tls() && paths
        };
        pairs.into_iter().map(|(a, b)| [routes[a], routes[b]]).filter(|[a, b]| meet(a.route, b.route)).collect()
    }
}

/// The wildcard that a full name stands below.
fn wildcard_above(host: &HostPattern) -> Option<HostPattern> {
    if host.wildcard {
        return None;
    }
    let (_, parent) = host.name.as_str().split_once('.')?;
    HostPattern::parse(&format!("*.{parent}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint;

    fn route(host: &str, path: &str) -> Route {
        Route {
            name: String::new(),
            host: HostPattern::parse(host).unwrap(),
            path: (!path.is_empty()).then(|| path.to_owned()),
            beside: Vec::new(),
            port: 80,
            tls: false,
            index: 0,
            intent: blueprint::Route::default(),
        }
    }

    #[test]
    fn the_more_specific_route_is_asked_first() {
        let order = [
            route("shop.example.org", "/api/v1"),
            route("shop.example.org", "/api"),
            route("shop.example.org", "/"),
            route("*.example.org", "/a/path/that/is/longer/than/the/name"),
            route("*.example.org", "/api"),
            route("*.example.org", ""),
        ];
        assert!(order.windows(2).all(|pair| pair[0].priority() > pair[1].priority()));
        assert!(order.iter().all(|route| route.priority() != 0));
    }

    #[test]
    fn covering() {
        let cases = [
            (("*.example.org", ""), ("a.example.org", "/x"), true),
            (("*.example.org", "/x"), ("a.example.org", ""), false),
            (("*.example.org", ""), ("a.b.example.org", ""), false),
            (("*.example.org", ""), ("example.org", ""), false),
            (("*.example.org", ""), ("*.example.org", "/x"), true),
            (("a.example.org", ""), ("*.example.org", ""), false),
            (("a.example.org", "/api"), ("a.example.org", "/api/v1"), true),
            (("a.example.org", "/api"), ("a.example.org", "/apix"), true),
            (("a.example.org", "/api"), ("a.example.org", "/ap"), false),
            (("a.example.org", "/"), ("a.example.org", ""), true),
        ];
        for ((host, path), (other_host, other_path), covers) in cases {
            assert_eq!(
                route(host, path).covers(&route(other_host, other_path)),
                covers,
                "{host}{path} {other_host}{other_path}"
            );
        }
    }
}
