//! `network-budget`: a host would need more networks than its address pools hold

use crate::compose::Network;
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::{Node, Path};
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub const RULE: Rule = Rule {
    name: "network-budget",
    group: Group::Workspace,
    level: Level::Deny,
    profiles: &[],
    finds: "a host would need more networks than its address pools hold",
    why: "the next `docker compose up` fails with no available address pool",
    fails: "\
# file: bayplan.yaml
hosts: { main: { cpus: 2, memory: 2G, networks: 1, stacks: [shop] } }
# file: compose.yaml
name: shop
services: { web: { image: 'nginx:1.27.3', networks: [front, back] } }
networks: { front: {}, back: {} }
",
    passes: "\
# file: bayplan.yaml
hosts: { main: { cpus: 2, memory: 2G, networks: 1, stacks: [shop] } }
# file: compose.yaml
name: shop
services: { web: { image: 'nginx:1.27.3', networks: [front] } }
networks: { front: {} }
",
    fine: "\
# file: bayplan.yaml
hosts: { main: { cpus: 2, memory: 2G, networks: 1, stacks: [shop] } }
# file: compose.yaml
name: shop
services: { web: { image: 'nginx:1.27.3', networks: [front, back] } }
networks: { front: {}, back: { ipam: { config: [{ subnet: 10.9.8.0/24 }] } } }
",
    fix: "let services that share their trust share an explicit network, or widen the pools and say so in `hosts.NAME.networks`",
    sources: &["https://github.com/concourse/concourse/issues/2155"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for stack in plan.stacks.values() {
        let networks = used.entry(&stack.host).or_default();
        for (key, network) in stack.project.networks.iter().filter(|(_, network)| takes_from_pools(network)) {
            networks.insert(network.name.clone().unwrap_or_else(|| stack.network_name(key)));
        }
        if stack
            .services
            .values()
            .any(|service| service.compose.networks.is_empty() && service.compose.network_mode.is_none())
        {
            networks.insert(format!("{}_default", stack.name));
        }
    }
    for (host, networks) in used {
        let budget = plan.hosts.get(host).map_or(crate::resolve::networks::DEFAULT_POOLS, |host| host.networks);
        if networks.len() > budget && (plan.settings.is_some() || plan.hosts.contains_key(host)) {
            let message =
                format!("the host `{host}` would have {} networks; its address pools hold {budget}", networks.len());
            let help = format!(
                "let services that trust each other share a network, or widen Docker's `default-address-pools` and set `hosts.{host}.networks`"
            );
            let place = |node: &Node| {
                let host = node.as_map()?.get(host)?;
                Some(host.value.get("networks").map_or(host.key_at, |networks| networks.at))
            };
            let top = || plan.setting(&Path::root()).map(|node| node.at);
            let at = plan.setting(&Path::from_iter(["hosts"])).and_then(place).or_else(top).unwrap_or_default();
            found.push(crate::finding::Finding::new(rule.name, rule.level, at, message)).set_help(help);
        }
    }
}

/// Whether Docker gives a network addresses of its pools: not where they are written, nor for what is no bridge.
fn takes_from_pools(network: &Network) -> bool {
    let written = network.ipam.iter().flat_map(|ipam| &ipam.config).any(|pool| pool.subnet.is_some());
    !written && network.driver.as_deref().is_none_or(|driver| driver == "bridge")
}
