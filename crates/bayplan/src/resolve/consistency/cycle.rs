//! Services that wait for each other.

use crate::finding::{Finding, Report, Subject};
use crate::resolve::visit::Way;
use bayplan_yaml::{Location, Node};

/// Longer circles are shown by their ends.
const SHOWN: usize = 8;
/// Of more circles, the rest is found once these are mended: each may be as long as there are services.
const MOST: usize = 200;

/// A circle of dependencies, and the one that closes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// The services, from the one that is waited for to the one that waits.
    pub members: Vec<usize>,
    /// The number of the closing dependency among those of the last member.
    pub closing: usize,
}

impl Circle {
    /// What is wrong, with the names of services.
    pub fn message<'n>(&self, name: impl Fn(usize) -> std::borrow::Cow<'n, str>) -> String {
        let around: Vec<usize> = self.members.iter().chain(self.members.first()).copied().collect();
        let named = |member: &usize| format!("`{}`", name(*member));
        let names = |members: &[usize]| members.iter().map(named).collect::<Vec<_>>().join(" → ");
        let shown = match around.len() {
            length if length > SHOWN => {
                let (first, last) = (&around[..SHOWN / 2], &around[length - SHOWN / 2..]);
                format!("{} → … → {} ({} services)", names(first), names(last), length - 1)
            }
            _ => names(&around),
        };
        format!("dependency cycle detected: {shown}")
    }
}

/// The circles in `graph`, which says for each service the numbers of those that it waits for: without the dependencies
/// that close them there is none. Of very many only the first ones.
pub fn circles(graph: &[Vec<usize>]) -> Vec<Circle> {
    let mut found = Vec::new();
    // Where a service stands on the way; `Some(None)` where it is done.
    let mut state: Vec<Option<Option<usize>>> = vec![None; graph.len()];
    for start in 0..graph.len() {
        if state[start].is_some() {
            continue;
        }
        // The way from `start`, and how many dependencies of each service were followed.
        let mut way: Vec<(usize, usize)> = vec![(start, 0)];
        state[start] = Some(Some(0));
        while let Some((service, followed)) = way.last_mut() {
            let (service, closing) = (*service, *followed);
            let Some(next) = graph[service].get(closing).copied() else {
                state[service] = Some(None);
                way.pop();
                continue;
            };
            *followed += 1;
            match state[next] {
                None => {
                    state[next] = Some(Some(way.len()));
                    way.push((next, 0));
                }
                Some(Some(from)) => {
                    let members = way[from..].iter().map(|(service, _)| *service).collect();
                    found.push(Circle { members, closing });
                    if found.len() == MOST {
                        return found;
                    }
                }
                Some(None) => {}
            }
        }
    }
    found
}

/// Reports each circle of `depends_on` at the dependency that closes it.
pub fn dependencies(document: &Node, report: &mut Report) {
    let Some(services) = document.get("services").and_then(Node::as_map) else { return };
    let edges = |node: &Node| -> Vec<(usize, Location)> {
        let depends_on = node.get("depends_on").and_then(Node::as_map).into_iter().flatten();
        depends_on.filter_map(|(name, entry)| Some((services.get_index_of(name)?, entry.key_at))).collect()
    };
    let edges: Vec<Vec<(usize, Location)>> = services.values().map(|entry| edges(&entry.value)).collect();
    let graph: Vec<Vec<usize>> = edges.iter().map(|edges| edges.iter().map(|(next, _)| *next).collect()).collect();
    let name = |service: usize| services.get_index(service).map_or("", |(name, _)| &**name);
    for circle in circles(&graph) {
        let (Some(first), Some(last)) = (circle.members.first(), circle.members.last()) else { continue };
        let section = Way::ROOT.key("services");
        let path = section.key(name(*last)).key("depends_on").key(name(*first)).path();
        let (_, at) = edges[*last][circle.closing];
        let finding = Finding::deny("dependency-cycle", at, circle.message(|service| name(service).into()));
        report.push(finding.help("remove one of the dependencies").about(Subject::path(path)));
    }
}
