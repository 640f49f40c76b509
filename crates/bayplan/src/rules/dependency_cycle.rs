//! `dependency-cycle`: services wait for one another in a circle, in one stack or across several.

use super::undefined_service::references;
use super::{Findings, Rule, names, service_path};
use crate::finding::Level;
use crate::plan::Plan;
use std::collections::{BTreeMap, VecDeque};

/// The rule.
pub const RULE: Rule = Rule {
    name: "dependency-cycle",
    level: Level::Deny,
    finds: "services wait for one another in a circle",
    why: "none of them can start first",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db]\n  db:\n    image: nginx:1.27.3\n    depends_on: [web]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db]\n  db:\n    image: nginx:1.27.3\n",
    fix: "remove one of the dependencies",
    sources: &["compose-go 2.16.2 graph/cycle.go"],
    check,
};

/// A dependency: the service that is waited for, and the keys under which that is written.
struct Edge<'a> {
    to: usize,
    written: Vec<&'a str>,
}

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let services: Vec<_> = plan.services().collect();
    let index: BTreeMap<(&str, &str), usize> =
        services.iter().enumerate().map(|(at, (stack, name, _))| ((stack.name.as_str(), *name), at)).collect();
    let edges: Vec<Vec<Edge<'_>>> = services
        .iter()
        .map(|(stack, _, service)| {
            let needs = service.needs.iter().map(|edge| (vec!["needs"], edge.stack.as_str(), edge.service.as_str()));
            let rest = references(&service.compose).into_iter().map(|(keys, to)| (keys, stack.name.as_str(), to));
            needs
                .chain(rest)
                .filter_map(|(written, stack, name)| Some(Edge { to: *index.get(&(stack, name))?, written }))
                .collect()
        })
        .collect();
    for group in circles(&edges) {
        let Some((start, cycle)) = group.iter().find_map(|start| Some((*start, shortest(&edges, *start)?))) else {
            continue;
        };
        let (stack, name, _) = services[start];
        let shown = |at: &usize| {
            let (of, name, _) = services[*at];
            if of.name == stack.name { format!("`{name}`") } else { format!("`{}/{name}`", of.name) }
        };
        let round = cycle.iter().chain([&start]).map(shown).collect::<Vec<_>>().join(" → ");
        let next = *cycle.get(1).unwrap_or(&start);
        let Some(edge) = edges[start].iter().find(|edge| edge.to == next) else { continue };
        let (of, target, _) = services[next];
        let full = format!("{}/{target}", of.name);
        let wanted = if of.name == stack.name { target } else { &full };
        let mut path = edge.written.iter().fold(service_path(name), |path, key| path.key(*key));
        // `needs` and `depends_on` are lists or mappings by name.
        if edge.written == ["needs"] {
            path = path.key(wanted);
        }
        let message = match cycle.len() {
            1 => format!("`{name}` waits for itself"),
            _ => format!("services wait for one another: {round}"),
        };
        let finding = match edge.written[0] {
            "needs" | "depends_on" => found.entry(rule, stack, name, path, message),
            _ => found.item_at(rule, stack, name, path, |item| names(item, wanted), message),
        };
        finding.set_help("remove one of these dependencies");
    }
}

/// The groups of services of which each waits for every other (Tarjan's algorithm, without recursion), and those that
/// wait for themselves.
fn circles(edges: &[Vec<Edge<'_>>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let (mut order, mut low) = (vec![NEW; edges.len()], vec![NEW; edges.len()]);
    let (mut stack, mut on_stack, mut groups) = (Vec::new(), vec![false; edges.len()], Vec::new());
    let mut next = 0;
    for root in 0..edges.len() {
        let mut calls = if order[root] == NEW { vec![(root, 0)] } else { Vec::new() };
        while let Some((node, at)) = calls.pop() {
            if at == 0 {
                (order[node], low[node]) = (next, next);
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            } else {
                low[node] = low[node].min(low[edges[node][at - 1].to]);
            }
            let open = edges[node][at..].iter().position(|edge| {
                if on_stack[edge.to] {
                    low[node] = low[node].min(order[edge.to]);
                }
                order[edge.to] == NEW
            });
            if let Some(skipped) = open {
                let child = at + skipped;
                calls.push((node, child + 1));
                calls.push((edges[node][child].to, 0));
            } else if low[node] == order[node] {
                let group = stack.split_off(stack.iter().rposition(|other| *other == node).unwrap_or(0));
                group.iter().for_each(|member| on_stack[*member] = false);
                if group.len() > 1 || edges[node].iter().any(|edge| edge.to == node) {
                    groups.push(group);
                }
            }
        }
    }
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups.sort_unstable();
    groups
}

/// The shortest way from `start` back to it.
fn shortest(edges: &[Vec<Edge<'_>>], start: usize) -> Option<Vec<usize>> {
    let mut came: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for edge in &edges[node] {
            if edge.to == start {
                let mut way = vec![node];
                while let Some(before) = way.last().and_then(|last| came.get(last)) {
                    way.push(*before);
                }
                way.reverse();
                return Some(way);
            }
            if let std::collections::btree_map::Entry::Vacant(entry) = came.entry(edge.to) {
                entry.insert(node);
                queue.push_back(edge.to);
            }
        }
    }
    None
}
