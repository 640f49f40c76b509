//! `overlapping-subnet`: two networks of a host have addresses in common

use super::subnets::Subnet;
use crate::compose::Service;
use crate::finding::{Finding, Label, Level, Subject};
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Path;
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub const RULE: Rule = Rule {
    name: "overlapping-subnet",
    group: Group::Networking,
    level: Level::Deny,
    profiles: &[],
    finds: "two networks of a host have addresses in common",
    why: "Docker refuses to make the second one: \"Pool overlaps with other one on this address space\"",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [a, b]\nnetworks:\n  a: { ipam: { config: [{ subnet: 172.28.0.0/16 }] } }\n  b: { ipam: { config: [{ subnet: 172.28.5.0/24 }] } }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [a, b]\nnetworks:\n  a: { ipam: { config: [{ subnet: 172.28.0.0/16 }] } }\n  b: { ipam: { config: [{ subnet: 172.29.0.0/16 }] } }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [a]\nnetworks:\n  a: { ipam: { config: [{ subnet: 172.28.0.0/16 }] } }\n  unused: { ipam: { config: [{ subnet: 172.28.5.0/24 }] } }\n",
    fix: "give one of them another range, or leave `ipam` out: Docker finds free addresses",
    sources: &["https://github.com/docker/for-linux/issues/599"],
    check,
};

/// A range of a network.
struct Taken<'a> {
    subnet: Subnet,
    stack: &'a Stack,
    key: &'a str,
    name: String,
    path: Path,
}

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut by_host: BTreeMap<&str, Vec<Taken<'_>>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for stack in plan.stacks.values() {
        let mut used_keys = None;
        for (key, network) in &stack.project.networks {
            let Some(ipam) = network.ipam.as_ref().filter(|ipam| !ipam.config.is_empty()) else { continue };
            let mut is_used = || used_keys.get_or_insert_with(|| used(stack)).contains(key.as_str());
            let by_other = ipam.driver.as_deref().is_some_and(|driver| driver != "default");
            if stack.is_external(key) || by_other || !is_used() {
                continue;
            }
            let name = stack.network_name(key);
            if !seen.insert((stack.host.as_str(), name.clone())) {
                continue;
            }
            let list = Path::from_iter(["networks", key.as_str(), "ipam", "config"]);
            for (index, pool) in ipam.config.iter().enumerate() {
                let Some(subnet) = pool.subnet.as_deref().and_then(Subnet::parse) else { continue };
                let path = list.index(index).key("subnet");
                by_host.entry(&stack.host).or_default().push(Taken { subnet, stack, key, name: name.clone(), path });
            }
        }
    }
    for mut taken in by_host.into_values() {
        // In this order, a range meets another one where it begins before the one that reaches farthest so far ends.
        taken.sort_by_key(|taken| taken.subnet);
        let mut widest: Option<usize> = None;
        for index in 0..taken.len() {
            let clash = widest.filter(|widest| taken[*widest].subnet.meets(taken[index].subnet));
            if let Some(other) = clash {
                report(rule, &taken[other], &taken[index], found);
            }
            if clash.is_none_or(|widest| taken[index].subnet.last > taken[widest].subnet.last) {
                widest = Some(index);
            }
        }
    }
}

fn report(rule: &Rule, first: &Taken<'_>, second: &Taken<'_>, found: &mut Findings<'_>) {
    let at = second.stack.locate(&second.path);
    let of = match (first.stack.name == second.stack.name, first.name == second.name) {
        (true, true) => "of the same network".to_owned(),
        (true, false) => format!("of `{}`", first.key),
        (false, _) => format!("of `{}` of the stack `{}`", first.key, first.stack.name),
    };
    let message = format!("the addresses of the network `{}` overlap those {of}", second.key);
    let subject = Subject::stack(&second.stack.name).with_path(second.path.clone());
    let finding = found.push(Finding::new(rule.name, rule.level, at, message).about(subject));
    finding.set_help("give it another range, or leave `ipam` out: Docker finds free addresses");
    finding.related.push(Label { at: first.stack.locate(&first.path), message: "the other range".to_owned() });
}

/// The networks that services of a stack are on: Compose makes no others.
pub(in crate::rules) fn used(stack: &Stack) -> BTreeSet<&str> {
    let services = || stack.services.values().map(|service| &*service.compose);
    let on_default = |service: &&Service| service.networks.is_empty() && service.network_mode.is_none();
    let default = services().find(on_default).map(|_| "default");
    services().flat_map(|service| service.networks.keys()).map(String::as_str).chain(default).collect()
}
