//! `unusable-address`: a fixed address is taken already, or its network does not have it

use super::subnets::Subnet;
use crate::compose::Network;
use crate::finding::{Label, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::Location;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unusable-address",
    group: Group::Networking,
    level: Level::Deny,
    profiles: &[],
    finds: "a fixed address is taken already, or its network does not have it",
    why: "Docker does not start the container: \"Address already in use\", \"no configured subnet contains IP address\"",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    networks: { a: { ipv4_address: 172.28.0.5 } }\n  api:\n    image: nginx:1.27.3\n    networks: { a: { ipv4_address: 172.28.0.5 } }\nnetworks:\n  a: { ipam: { config: [{ subnet: 172.28.0.0/16 }] } }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    networks: { a: { ipv4_address: 172.28.0.5 } }\nnetworks:\n  a: { ipam: { config: [{ subnet: 172.28.0.0/16 }] } }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    networks: { lan: { ipv4_address: 192.168.1.5 } }\nnetworks:\n  lan: { external: true }\n",
    fix: "remove the address: others reach the service by its name",
    sources: &["https://github.com/moby/moby/issues/49781"],
    check,
};

/// Who has an address: the stack, the service, where it says so, and its profiles.
type Taken<'a> = (&'a str, &'a str, Location, &'a [String]);

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut taken: BTreeMap<(&str, String, IpAddr), Taken<'_>> = BTreeMap::new();
    for (stack, name, service) in plan.services() {
        for (key, attachment) in &service.compose.networks {
            let addresses = [("ipv4_address", &attachment.ipv4_address), ("ipv6_address", &attachment.ipv6_address)];
            for (word, text) in addresses.into_iter().filter_map(|(word, text)| Some((word, text.as_deref()?))) {
                let Ok(address) = text.parse::<IpAddr>() else { continue };
                let path = service_path(name).key("networks").key(key.as_str()).key(word);
                let network = stack.project.networks.get(key).filter(|_| !stack.is_external(key));
                if let Some(what) = network.and_then(|network| unusable(network, address)) {
                    let message = format!("`{name}` cannot have the address `{address}`: {what} of `{key}`");
                    let finding = found.value(rule, stack, name, path, message);
                    finding.set_help("remove it: others reach the service by its name");
                    continue;
                }
                let at = found.at(stack, &path);
                let profiles = service.compose.profiles.as_slice();
                let place = (stack.host.as_str(), stack.network_name(key), address);
                match taken.get(&place) {
                    Some((.., other)) if is_apart(profiles, other) => {}
                    Some((of, other, other_at, _)) => {
                        let whose = if *of == stack.name { format!("`{other}`") } else { format!("`{of}/{other}`") };
                        let message = format!("`{name}` has the address `{address}`, as has {whose}");
                        let label = Label { at: *other_at, message: "the other one".to_owned() };
                        let finding = found.value(rule, stack, name, path, message);
                        finding.set_help("remove it: others reach the service by its name").related.push(label);
                    }
                    None => drop(taken.insert(place, (&stack.name, name, at, profiles))),
                }
            }
        }
    }
}

/// Whether two services need not run at once: they are of different profiles.
pub(in crate::rules) fn is_apart(a: &[String], b: &[String]) -> bool {
    !a.is_empty() && !b.is_empty() && !a.iter().any(|profile| b.contains(profile))
}

/// What an address of a network is, where no container can have it.
fn unusable(network: &Network, address: IpAddr) -> Option<&'static str> {
    let ipam = network.ipam.as_ref()?;
    if ipam.driver.as_deref().is_some_and(|driver| driver != "default") {
        return None;
    }
    let mut ranges = Vec::new();
    for pool in &ipam.config {
        let subnet = Subnet::parse(pool.subnet.as_deref()?)?;
        if pool.gateway.as_deref().and_then(|gateway| gateway.parse().ok()) == Some(address) {
            return Some("it is the gateway");
        }
        ranges.extend(Some(subnet).filter(|subnet| subnet.is_like(address)));
    }
    (!ranges.is_empty() && !ranges.iter().any(|range| range.holds(address))).then_some("it is in no range")
}
