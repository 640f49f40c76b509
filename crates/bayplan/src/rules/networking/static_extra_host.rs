//! `static-extra-host`: `extra_hosts` gives a name to the address of a container

use super::subnets::Subnet;
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use std::net::IpAddr;

/// The rule.
pub const RULE: Rule = Rule {
    name: "static-extra-host",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn)],
    finds: "`extra_hosts` gives a name to an address of Docker's own ranges: that of a container",
    why: "containers get other addresses when they are made anew, and the name then leads to somebody else",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    extra_hosts: ['db:172.20.0.5']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    extra_hosts: ['nas:192.168.1.20', 'host.docker.internal:host-gateway']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    extra_hosts: ['gateway:172.17.0.1', 'self:127.0.0.1']\n",
    fix: "remove it and use the name of the service, or an alias on a network that both are on",
    sources: &["https://docs.docker.com/compose/how-tos/networking/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut own: Option<Vec<Subnet>> = None;
    for (stack, name, service) in plan.services() {
        for (host, addresses) in &service.compose.extra_hosts {
            for address in addresses {
                let Ok(address) = address.trim_matches(['[', ']']).parse::<IpAddr>() else { continue };
                let own = own.get_or_insert_with(|| ranges(plan));
                if !own.iter().any(|range| range.holds(address)) || is_host(address) {
                    continue;
                }
                let path = service_path(name).key("extra_hosts").key(host.as_str());
                let message =
                    format!("`{host}` is `{address}` for `{name}`: an address that Docker gives to containers");
                let finding = found.value(rule, stack, name, path, message);
                finding.set_help("remove it, and use the name of the service");
            }
        }
    }
}

/// The first address of a range is that of the host, which does not change.
fn is_host(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(address) if address.octets()[2..] == [0, 1])
}

/// The ranges that Docker takes addresses from, and those of the networks of the plan.
fn ranges(plan: &Plan) -> Vec<Subnet> {
    let written = plan.stacks.values().flat_map(|stack| stack.project.networks.values());
    let pools = written.flat_map(|network| network.ipam.iter().flat_map(|ipam| &ipam.config));
    let subnets = pools.filter_map(|pool| pool.subnet.as_deref());
    subnets.chain(["172.16.0.0/12"]).filter_map(Subnet::parse).collect()
}
