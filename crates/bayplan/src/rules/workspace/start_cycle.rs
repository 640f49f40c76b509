//! `start-cycle`: stacks take networks or volumes from one another in a circle

use crate::finding::{Finding, Label, Level, Subject};
use crate::plan::{Plan, Stack};
use crate::rules::told::listed;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::{Location, Path};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "start-cycle",
    group: Group::Workspace,
    level: Level::Warn,
    profiles: &[(crate::rules::Profile::Production, Level::Deny)],
    finds: "stacks take networks or volumes from one another in a circle",
    why: "none of them can start first: Compose refuses one whose external network is not there yet",
    fails: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [own, other]\nnetworks:\n  own: {}\n  other: { external: true, name: b_own }\n# file: b/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [own, other]\nnetworks:\n  own: {}\n  other: { external: true, name: a_own }\n",
    passes: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [own, other]\nnetworks:\n  own: {}\n  other: { external: true, name: b_own }\n# file: b/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [own]\nnetworks:\n  own: {}\n",
    fine: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [edge]\nnetworks:\n  edge: { external: true }\n# file: b/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [edge]\nnetworks:\n  edge: { external: true }\n",
    fix: "let one stack make all networks that they share",
    sources: &["https://github.com/docker/compose/issues/6166"],
    check,
};

/// What a stack takes from another one.
struct Edge {
    to: usize,
    at: Location,
    path: Path,
}

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let stacks: Vec<&Stack> = plan.stacks.values().filter(|stack| !stack.derived_networks && !stack.variant).collect();
    let mut makers: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for (index, stack) in stacks.iter().enumerate() {
        for own in stack.resources().filter(|own| !own.is_external) {
            makers.entry((own.section, own.name)).or_insert(index);
        }
    }
    let edges = |stack: &Stack, index: usize| -> Vec<Edge> {
        let taken = stack.resources().filter(|own| own.is_external);
        taken
            .filter_map(|own| {
                let path = own.path();
                let to = *makers.get(&(own.section, own.name)).filter(|to| **to != index)?;
                Some(Edge { to, at: stack.locate_key(&path), path })
            })
            .collect()
    };
    let edges: Vec<Vec<Edge>> = stacks.iter().enumerate().map(|(index, stack)| edges(stack, index)).collect();
    // What is left when everything that can start was started, as often as possible, waits for a circle.
    let mut waits: Vec<usize> = edges.iter().map(Vec::len).collect();
    let mut waited: Vec<Vec<usize>> = vec![Vec::new(); stacks.len()];
    for (from, edges) in edges.iter().enumerate() {
        edges.iter().for_each(|edge| waited[edge.to].push(from));
    }
    let mut ready: Vec<usize> = (0..stacks.len()).filter(|index| waits[*index] == 0).collect();
    while let Some(next) = ready.pop() {
        for from in &waited[next] {
            waits[*from] -= 1;
            if waits[*from] == 0 {
                ready.push(*from);
            }
        }
    }
    let mut seen = vec![false; stacks.len()];
    for start in 0..stacks.len() {
        let (mut way, mut at): (Vec<(usize, &Edge)>, usize) = (Vec::new(), start);
        while waits[at] > 0 && !seen[at] {
            seen[at] = true;
            let Some(edge) = edges[at].iter().find(|edge| waits[edge.to] > 0) else { break };
            way.push((at, edge));
            at = edge.to;
        }
        let Some(first) = way.iter().position(|(index, _)| *index == at) else { continue };
        let circle = &way[first..];
        let names: Vec<&str> = circle.iter().map(|(index, _)| stacks[*index].name.as_str()).collect();
        let (index, edge) = &circle[0];
        let message = format!("the stacks {} wait for networks or volumes of one another in a circle", listed(&names));
        let subject = Subject::stack(&stacks[*index].name).with_path(edge.path.clone());
        let finding = found.push(Finding::new(rule.name, rule.level, edge.at, message).about(subject));
        finding.set_help("let one stack make everything that they share");
        let label = |(_, edge): &(usize, &Edge)| Label { at: edge.at, message: "and this one".to_owned() };
        finding.related.extend(circle[1..].iter().map(label));
    }
}
