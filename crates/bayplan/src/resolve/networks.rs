//! `who talks to whom → networks`: the fewest we find, in which nobody meets anyone that they have no edge with.
//!
//! Every network is a clique of the graph: each pair of its members has an edge. Every edge is in one of them.

use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// A service: its stack and its name.
pub type Member = (String, String);

/// Two services that talk to each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// One of them.
    pub a: Member,
    /// The other one.
    pub b: Member,
    /// Why: `needs`, `route` …
    pub why: &'static str,
}

/// A network that follows from the links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedNetwork {
    /// Its key in the compose files.
    pub key: String,
    /// The stack that creates it; the others name it as external.
    pub owner: String,
    /// Its members, ordered.
    pub members: Vec<Member>,
}

impl DerivedNetwork {
    /// The name that Docker knows it by.
    pub fn name(&self) -> String {
        format!("{}_{}", self.owner, self.key)
    }
}

/// How many networks Docker's address pools hold by default, the default bridge aside: 172.17.0.0/16 to 172.31.0.0/16 and
/// 192.168.0.0/16 in parts of /20 (moby, `libnetwork/ipamutils`).
pub const DEFAULT_POOLS: usize = 15 + 16 - 1;

/// The longest key that is made of names only.
const LONGEST: usize = 40;

/// Derives networks. `order` is the order in which stacks start: the first stack of a network owns it.
pub fn derive(links: &[Link], order: &[String]) -> Vec<DerivedNetwork> {
    let mut names: BTreeSet<&Member> = BTreeSet::new();
    for link in links.iter().filter(|link| link.a != link.b) {
        names.extend([&link.a, &link.b]);
    }
    let names: Vec<&Member> = names.into_iter().collect();
    let index: BTreeMap<&Member, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let mut neighbours: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); names.len()];
    let mut open: BTreeSet<(usize, usize)> = BTreeSet::new();
    for link in links.iter().filter(|link| link.a != link.b) {
        let (a, b) = (index[&link.a], index[&link.b]);
        neighbours[a].insert(b);
        neighbours[b].insert(a);
        open.insert((a.min(b), a.max(b)));
    }
    let mut cliques: Vec<BTreeSet<usize>> = Vec::new();
    while let Some(&(a, b)) = open.first() {
        let mut clique = BTreeSet::from([a, b]);
        let mut common: BTreeSet<usize> = neighbours[a].intersection(&neighbours[b]).copied().collect();
        // Grow by the neighbour that settles most edges which no network has yet.
        loop {
            let gain = |candidate: usize| {
                clique
                    .iter()
                    .filter(|member| open.contains(&(candidate.min(**member), candidate.max(**member))))
                    .count()
            };
            let Some(best) = common.iter().copied().max_by_key(|candidate| (gain(*candidate), usize::MAX - candidate))
            else {
                break;
            };
            if gain(best) == 0 {
                break;
            }
            clique.insert(best);
            common = common.intersection(&neighbours[best]).copied().collect();
        }
        for a in &clique {
            for b in clique.range(a + 1..) {
                open.remove(&(*a, *b));
            }
        }
        cliques.push(clique);
    }
    let position = |stack: &str| order.iter().position(|name| name == stack).unwrap_or(usize::MAX);
    let mut networks: Vec<DerivedNetwork> = cliques
        .into_iter()
        .map(|clique| {
            let members: Vec<Member> = clique.into_iter().map(|at| names[at].clone()).collect();
            let stacks: BTreeSet<&str> = members.iter().map(|(stack, _)| stack.as_str()).collect();
            let owner = stacks.into_iter().min_by_key(|stack| (position(stack), *stack)).unwrap_or_default().to_owned();
            DerivedNetwork { key: key(&members), owner, members }
        })
        .collect();
    networks.sort_by(|x, y| {
        (position(&x.owner), &x.owner, &x.key, &x.members).cmp(&(position(&y.owner), &y.owner, &y.key, &y.members))
    });
    // Members of two stacks may have the same names.
    let mut taken = BTreeSet::new();
    for network in &mut networks {
        if !taken.insert((network.owner.clone(), network.key.clone())) {
            network.key = format!("{}-{}", network.key, hash(&network.members));
            taken.insert((network.owner.clone(), network.key.clone()));
        }
    }
    networks
}

/// A key made of the members' names: `backend-mysql`.
fn key(members: &[Member]) -> String {
    let mut names: Vec<&str> = members.iter().map(|(_, service)| service.as_str()).collect();
    names.sort_unstable();
    let all = names.join("-");
    if all.len() <= LONGEST {
        return all;
    }
    let mut short = String::new();
    for name in names {
        if short.len() + name.len() + 1 > LONGEST - 9 {
            break;
        }
        short.push_str(name);
        short.push('-');
    }
    format!("{short}{}", hash(members))
}

fn hash(members: &[Member]) -> String {
    let mut hasher = Sha256::new();
    for (stack, service) in members {
        hasher.update(format!("{stack}/{service}\n"));
    }
    hasher.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn link(a: usize, b: usize) -> Link {
        let member = |n: usize| (format!("s{}", n % 3), format!("m{n}"));
        Link { a: member(a), b: member(b), why: "needs" }
    }

    #[test]
    fn triangles_are_one_network_and_stars_are_not() {
        let order = ["s0".to_owned(), "s1".to_owned(), "s2".to_owned()];
        let triangle = derive(&[link(0, 1), link(1, 2), link(0, 2)], &order);
        assert_eq!(triangle.len(), 1);
        assert_eq!((triangle[0].key.as_str(), triangle[0].owner.as_str()), ("m0-m1-m2", "s0"));
        let star = derive(&[link(0, 1), link(0, 2), link(0, 3)], &order);
        assert_eq!(star.iter().map(|network| network.key.as_str()).collect::<Vec<_>>(), ["m0-m1", "m0-m2", "m0-m3"]);
    }

    proptest! {
        #[test]
        fn every_edge_is_covered_and_nobody_meets_a_stranger(pairs in prop::collection::vec((0usize..12, 0usize..12), 0..40), turn in 0usize..40) {
            let links: Vec<Link> = pairs.iter().filter(|(a, b)| a != b).map(|(a, b)| link(*a, *b)).collect();
            let networks = derive(&links, &[]);
            let edge = |a: &Member, b: &Member| links.iter().any(|l| (&l.a == a && &l.b == b) || (&l.a == b && &l.b == a));
            for network in &networks {
                for (at, a) in network.members.iter().enumerate() {
                    for b in &network.members[at + 1..] {
                        prop_assert!(edge(a, b));
                    }
                }
            }
            for l in &links {
                prop_assert!(networks.iter().any(|network| network.members.contains(&l.a) && network.members.contains(&l.b)));
            }
            let mut names: Vec<String> = networks.iter().map(DerivedNetwork::name).collect();
            names.dedup();
            prop_assert_eq!(names.len(), networks.len());
            let mut turned = links.clone();
            if !turned.is_empty() { let by = turn % turned.len(); turned.rotate_left(by); }
            prop_assert_eq!(derive(&turned, &[]), networks);
        }
    }
}
