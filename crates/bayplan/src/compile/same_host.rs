//! Which machine each hand-written stack runs on: what `hosts` of `bayplan.yaml` says; else that of the stacks that it shares an
//! external network or volume with, because those are there only once, and of the one that makes it.

use crate::blueprint;
use crate::finding::{Finding, Report, Subject};
use crate::plan::{Host, Plan, Stack};
use crate::resolve::networks::DEFAULT_POOLS;
use crate::rules::{PolicyLayer, fits};
use bayplan_yaml::{Location, Path};
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};

/// Gives every stack its host. A variant that is not named itself keeps one of its own, as it never runs beside the stack
/// that it is a variant of.
pub(super) fn settle(plan: &mut Plan, hosts: &IndexMap<String, blueprint::Host>, report: &mut Report) {
    plan.hosts = hosts.iter().map(|(name, host)| (name.clone(), machine(host))).collect();
    let named = named(plan, hosts, report);
    let open = || hosts.iter().filter(|(_, host)| host.stacks.is_empty()).map(|(name, _)| name.as_str());
    // Where one machine says nothing, it runs all that no other one names.
    let rest = open().next().filter(|_| open().count() == 1);
    let mut makers: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for stack in plan.stacks.values().filter(|stack| !stack.variant) {
        for made in stack.resources().filter(|made| !made.is_external) {
            *makers.entry((made.section, made.name)).or_default() += 1;
        }
    }
    let mut first_of: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut of_named: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
    for (stack, host) in plan.stacks.values().zip(&named) {
        let Some(host) = host else { continue };
        for shared in shared(stack, &makers) {
            of_named.entry(shared).or_default().insert(host);
        }
    }
    let mut group: Vec<usize> = (0..plan.stacks.len()).collect();
    let mut near: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); plan.stacks.len()];
    for (index, stack) in plan.stacks.values().enumerate().filter(|(_, stack)| !stack.variant) {
        if named[index].is_some() {
            continue;
        }
        for shared in shared(stack, &makers) {
            near[index].extend(of_named.get(&shared).into_iter().flatten());
            let first = *first_of.entry(shared).or_insert(index);
            let (a, b) = (root(&group, first), root(&group, index));
            group[a.max(b)] = a.min(b);
        }
    }
    let roots: Vec<usize> = (0..group.len()).map(|index| root(&group, index)).collect();
    let mut near_group: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); group.len()];
    for (index, root) in roots.iter().enumerate() {
        near_group[*root].extend(&near[index]);
    }
    let settled: Vec<String> = plan
        .stacks
        .values()
        .enumerate()
        .map(|(index, stack)| {
            let near = &near_group[roots[index]];
            let host = named[index]
                .or_else(|| near.first().copied().filter(|_| near.len() == 1))
                .or(rest.filter(|_| near.is_empty() && !stack.variant));
            match host {
                Some(host) => host.to_owned(),
                // The name of a machine is not to be met by chance.
                None => format!("that of {}", plan.stacks[roots[index]].name),
            }
        })
        .collect();
    for (stack, host) in plan.stacks.values_mut().zip(settled) {
        stack.host = host;
    }
}

fn machine(host: &blueprint::Host) -> Host {
    Host {
        ingress: None,
        memory: host.memory.and_then(|bytes| u64::try_from(bytes.0).ok()),
        cpus: host.cpus,
        networks: host.networks.map_or(DEFAULT_POOLS, |count| count.unsigned_abs() as usize),
    }
}

/// The machine that names each stack, by its project name, its folder or its file. A variant is meant only where its own file
/// is named.
fn named<'a>(plan: &Plan, hosts: &'a IndexMap<String, blueprint::Host>, report: &mut Report) -> Vec<Option<&'a str>> {
    let mut named: Vec<Option<&str>> = vec![None; plan.stacks.len()];
    let base = plan.policy.layers.last().map_or("", |layer| layer.base.as_str());
    for (host, settings) in hosts {
        for (item, pattern) in settings.stacks.iter().enumerate() {
            let patterns = std::slice::from_ref(pattern);
            let mut is_known = false;
            for (index, stack) in plan.stacks.values().enumerate() {
                let by_file = pattern.ends_with(".yaml") || pattern.ends_with(".yml");
                let fits = match stack.variant {
                    true => by_file && fits(base, patterns, &stack.file),
                    false => {
                        stack.project_name() == pattern
                            || fits(base, patterns, &stack.directory)
                            || fits(base, patterns, &stack.file)
                    }
                };
                if !fits {
                    continue;
                }
                is_known = true;
                match named[index] {
                    Some(other) if other != host => {
                        let message = format!("the stack `{}` runs on `{other}` already", stack.name);
                        let path = Path::from_iter(["hosts", host.as_str(), "stacks"]).index(item);
                        let at = written(plan, &path);
                        let finding = Finding::deny("unplaced-stack", at, message);
                        report.push(finding.help("name it under one of the two").about(Subject::path(path)));
                    }
                    _ => named[index] = Some(host),
                }
            }
            if !is_known && plan.policy.whole {
                let path = Path::from_iter(["hosts", host.as_str(), "stacks"]).index(item);
                let message = format!("no stack fits `{pattern}`");
                let finding = Finding::warn("undefined-stack", written(plan, &path), message);
                let help = "name a project, or a folder with a compose file";
                report.push(finding.help(help).about(Subject::path(path)));
            }
        }
    }
    named
}

fn written(plan: &Plan, path: &Path) -> Location {
    let node = |layer: &PolicyLayer| Some(layer.node.as_ref()?.at_path(path)?.at);
    plan.policy.layers.iter().rev().find_map(node).unwrap_or_default()
}

fn root(group: &[usize], mut index: usize) -> usize {
    while group[index] != index {
        index = group[index];
    }
    index
}

/// The real names of the networks and volumes that a stack takes from outside, and of those that nobody else makes.
fn shared<'a>(
    stack: &'a Stack,
    makers: &'a BTreeMap<(&str, String), usize>,
) -> impl Iterator<Item = (&'static str, String)> + 'a {
    stack.resources().filter_map(|own| {
        let key = (own.section, own.name);
        (own.is_external || makers.get(&key) == Some(&1)).then_some(key)
    })
}
