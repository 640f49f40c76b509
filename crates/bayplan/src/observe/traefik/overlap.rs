//! Which routers can take the same request, and which of them Traefik asks first.

use super::known::By;
use super::requests::Requests;
use super::{Protocol, Router};
use crate::observe::Observed;
use crate::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// A router whose requests are known.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Who defines it.
    pub by: By<'a>,
    /// The router.
    pub router: &'a Router,
    /// The requests that it takes.
    pub requests: Vec<Requests>,
    /// Traefik asks the router with the higher number first.
    pub priority: i64,
}

impl Asked<'_> {
    /// Whether every request that `other` takes is one that this router takes.
    pub fn covers(&self, other: &Self) -> bool {
        other.requests.iter().all(|one| self.requests.iter().any(|own| own.cover(one)))
    }

    /// The stack, where labels define it.
    fn stack(&self) -> Option<&str> {
        self.by.labels().map(|labelled| labelled.stack.as_str())
    }
}

/// Of many routers for one host, each is compared with so many of those that follow it.
const NEIGHBOURS: usize = 64;

impl Observed {
    /// Every pair of routers that some requests of one host fit both of, at the same entry points.
    pub fn overlaps(&self, plan: &Plan) -> Vec<[Asked<'_>; 2]> {
        let all: Vec<Asked<'_>> = self
            .routers()
            .filter(|(by, _)| by.labels().is_none_or(|labelled| self.is_exposed(labelled)))
            .filter_map(|(by, router)| {
                let rule = router.rule.as_ref()?;
                let requests = Requests::of(rule)?;
                let length = i64::try_from(rule.text.value.len()).unwrap_or(i64::MAX);
                let priority = router.priority.filter(|priority| *priority != 0).unwrap_or(length);
                Some(Asked { by, router, requests, priority })
            })
            .collect();
        let mut by_host: BTreeMap<(Protocol, Option<&crate::value::HostPattern>), BTreeSet<usize>> = BTreeMap::new();
        for (index, asked) in all.iter().enumerate() {
            for request in &asked.requests {
                by_host.entry((asked.router.protocol, request.host.as_ref())).or_default().insert(index);
            }
        }
        let mut pairs = BTreeSet::new();
        for together in by_host.values() {
            let together: Vec<usize> = together.iter().copied().collect();
            for (at, first) in together.iter().enumerate() {
                pairs.extend(together[at + 1..].iter().take(NEIGHBOURS).map(|second| (*first, *second)));
            }
        }
        pairs
            .into_iter()
            .map(|(first, second)| [all[first].clone(), all[second].clone()])
            .filter(|[a, b]| self.meet(a, b, plan))
            .collect()
    }

    /// Whether requests can come to both.
    fn meet(&self, a: &Asked<'_>, b: &Asked<'_>, plan: &Plan) -> bool {
        let same_router = a.router.name.value == b.router.name.value && a.by.provider() == b.by.provider();
        // Two Traefiks see different containers.
        let apart = self.installs.len() > 1 && a.stack() != b.stack();
        let host = |asked: &Asked<'_>| plan.stacks.get(asked.stack()?).map(|stack| stack.host.clone());
        let apart = apart || host(a).zip(host(b)).is_some_and(|(a, b)| a != b);
        let tls = a.router.tls.is_some() == b.router.tls.is_some();
        !same_router
            && !apart
            && tls
            && a.router.name.at != b.router.name.at
            && self.share_entry_point(a.router, b.router)
    }

    fn share_entry_point(&self, a: &Router, b: &Router) -> bool {
        let defaults: Option<BTreeSet<String>> = self
            .known_installs()
            .next()
            .map(|install| install.default_entry_points().into_iter().map(str::to_owned).collect());
        let of = |router: &Router| -> Option<BTreeSet<String>> {
            match &router.entry_points {
                Some(names) => Some(names.iter().map(|name| name.value.to_ascii_lowercase()).collect()),
                None => defaults.clone(),
            }
        };
        match (of(a), of(b)) {
            (Some(a), Some(b)) => !a.is_disjoint(&b),
            // Without names they are where all others are, as far as anybody can know.
            _ => true,
        }
    }
}
