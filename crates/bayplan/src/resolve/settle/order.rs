//! `edges → the order in which stacks start`.

use super::*;

/// The order in which stacks start: those that others need first, the gateway's before those that it routes to.
pub(super) fn order(
    documents: &IndexMap<String, Node>,
    edges: &IndexMap<(String, String), Vec<Edge>>,
    gateway: Option<&(String, String)>,
) -> Vec<String> {
    let mut before: BTreeMap<&str, BTreeSet<&str>> =
        documents.keys().map(|name| (name.as_str(), BTreeSet::new())).collect();
    for ((stack, _), edges) in edges {
        let others = edges.iter().filter(|edge| edge.stack != *stack).map(|edge| edge.stack.as_str());
        before.entry(stack).or_default().extend(others);
    }
    let first = gateway.map(|(stack, _)| stack.as_str());
    let mut order: Vec<String> = Vec::new();
    while order.len() < documents.len() {
        let open = |name: &&str| !order.iter().any(|done| done == name);
        let ready = |name: &&str| before[name].iter().all(|other| !open(other) || !before.contains_key(other));
        let candidates: Vec<&str> = before.keys().copied().filter(open).collect();
        let next =
            candidates.iter().copied().filter(|name| ready(name)).min_by_key(|name| (Some(*name) != first, *name));
        let Some(next) = next.or_else(|| candidates.first().copied()) else { break };
        order.push(next.to_owned());
    }
    order
}
