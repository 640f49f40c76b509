//! Services that wait for each other.

use crate::finding::{Finding, Report, Subject};
use crate::resolve::visit::Way;
use bayplan_yaml::{Location, Node};
use indexmap::IndexMap;

/// A service: those it waits for, each at the place that says so.
type Graph<'a> = IndexMap<&'a str, Vec<(usize, Location)>>;

/// Reports each circle of dependencies once, at the dependency that closes it.
pub(super) fn check(document: &Node, report: &mut Report) {
    let graph = graph(document);
    // 0: not seen; 1: on the way; 2: done.
    let mut state = vec![0u8; graph.len()];
    for start in 0..graph.len() {
        if state[start] != 0 {
            continue;
        }
        // The way from `start`, and how many dependencies of each service were followed.
        let mut way: Vec<(usize, usize)> = vec![(start, 0)];
        state[start] = 1;
        while let Some((service, followed)) = way.last_mut() {
            let (name, edges) = graph.get_index(*service).map_or(("", [].as_slice()), |(name, edges)| (*name, edges));
            let Some((next, at)) = edges.get(*followed).copied() else {
                state[*service] = 2;
                way.pop();
                continue;
            };
            *followed += 1;
            match state[next] {
                0 => {
                    state[next] = 1;
                    way.push((next, 0));
                }
                1 => {
                    let circle = way.iter().map(|(service, _)| *service).skip_while(|service| *service != next);
                    report.push(found(&graph, circle.collect(), name, at));
                }
                _ => {}
            }
        }
    }
}

fn graph(document: &Node) -> Graph<'_> {
    let services = document.get("services").and_then(Node::as_map);
    let number = |name: &str| services.and_then(|services| services.get_index_of(name));
    let edges = |node: &Node| {
        let depends_on = node.get("depends_on").and_then(Node::as_map).into_iter().flatten();
        depends_on.filter_map(|(name, entry)| Some((number(name)?, entry.key_at))).collect()
    };
    services.into_iter().flatten().map(|(name, entry)| (&**name, edges(&entry.value))).collect()
}

fn found(graph: &Graph<'_>, mut circle: Vec<usize>, name: &str, at: Location) -> Finding {
    circle.extend(circle.first().copied());
    let names: Vec<&str> =
        circle.iter().filter_map(|service| graph.get_index(*service)).map(|(name, _)| *name).collect();
    let message = format!("dependency cycle detected: {}", names.join(" → "));
    let (services, depended) = (Way::ROOT.key("services"), names.last().copied().unwrap_or_default());
    let service = services.key(name);
    let path = service.key("depends_on").key(depended).path();
    Finding::deny("dependency-cycle", at, message).help("remove one of the dependencies").about(Subject::path(path))
}
