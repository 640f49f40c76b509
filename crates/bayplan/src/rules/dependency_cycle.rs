//! Services that wait for one another in a circle, in one stack or across several.

use super::{Findings, names, service_path};
use crate::compose::Service;
use crate::finding::Level::Deny;
use crate::plan::Plan;
use crate::resolve::consistency::circles;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// A dependency: the service that is waited for, and the keys under which that is written.
struct Edge<'a> {
    to: usize,
    written: Vec<&'a str>,
}

/// Looks at all services together.
pub fn check(plan: &Plan, found: &mut Findings<'_>) {
    let services: Vec<_> = plan.services().collect();
    let index: HashMap<(&str, &str), usize> =
        services.iter().enumerate().map(|(at, (stack, name, _))| ((stack.name.as_str(), *name), at)).collect();
    let edges: Vec<Vec<Edge<'_>>> = services
        .iter()
        .map(|(stack, _, service)| {
            let needs = service.needs.iter().map(|edge| (vec!["needs"], edge.stack.as_str(), edge.service.as_str()));
            let rest = references(&service.compose).into_iter().map(|(keys, to)| (keys, stack.name.as_str(), to));
            let mut seen = HashSet::new();
            needs
                .chain(rest)
                .filter_map(|(written, stack, name)| Some(Edge { to: *index.get(&(stack, name))?, written }))
                .filter(|edge| seen.insert(edge.to))
                .collect()
        })
        .collect();
    let graph: Vec<Vec<usize>> = edges.iter().map(|edges| edges.iter().map(|edge| edge.to).collect()).collect();
    for circle in circles(&graph) {
        let Some(last) = circle.members.last() else { continue };
        let (stack, name, _) = services[*last];
        let Edge { to, written } = &edges[*last][circle.closing];
        let called = |service: usize| -> Cow<'_, str> {
            let (of, name, _) = services[service];
            if of.name == stack.name { name.into() } else { format!("{}/{name}", of.name).into() }
        };
        let wanted = called(*to);
        let mut path = written.iter().fold(service_path(name), |path, key| path.key(*key));
        // `needs` and `depends_on` are lists or mappings by name.
        if written.as_slice() == ["needs"] {
            path = path.key(&*wanted);
        }
        let message = circle.message(called);
        let at = match written[0] {
            "needs" | "depends_on" => found.key_at(stack, &path),
            _ => {
                let items = stack.document.at_path(&path).and_then(bayplan_yaml::Node::as_seq);
                if let Some(item) = items.and_then(|items| items.iter().position(|item| names(item, &wanted))) {
                    path = path.index(item);
                }
                found.at(stack, &path)
            }
        };
        let finding = found.fault("dependency-cycle", Deny, stack, name, path, message);
        finding.set_help("remove one of the dependencies").at = at;
    }
}

/// The services of the same project that `service` refers to outside of `needs`, each with the keys where it does.
fn references(service: &Service) -> Vec<(Vec<&str>, &str)> {
    let mut named: Vec<(Vec<&str>, &str)> =
        service.depends_on.keys().map(|target| (vec!["depends_on", target.as_str()], target.as_str())).collect();
    let modes =
        [("network_mode", &service.network_mode), ("ipc", &service.ipc), ("pid", &service.pid), ("uts", &service.uts)];
    for (key, mode) in modes {
        let target = mode.as_ref().and_then(|mode| mode.strip_prefix("service:"));
        named.extend(target.map(|target| (vec![key], target)));
    }
    named.extend(service.links.iter().map(|link| (vec!["links"], link.split(':').next().unwrap_or(link))));
    let from = service.volumes_from.iter().filter(|from| !from.starts_with("container:"));
    named.extend(from.map(|from| (vec!["volumes_from"], from.split(':').next().unwrap_or(from))));
    named
}
