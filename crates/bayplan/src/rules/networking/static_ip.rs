//! `static-ip`: a service has a fixed address in a network

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "static-ip",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Deny)],
    finds: "a service has a fixed address in a network",
    why: "two containers claim one address after a restart, and every file that repeats it goes stale; Docker gives names",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    networks: { default: { ipv4_address: 172.20.0.5 } }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    networks: { default: { aliases: [www] } }\n",
    fine: "\
services:
  web:
    image: nginx:1.27.3
    networks: { lan: { aliases: [www] } }
    dns: [192.0.2.53]
networks: { lan: { ipam: { config: [{ subnet: 10.9.8.0/24 }] } } }
",
    fix: "remove the address and use the name of the service, or an alias",
    sources: &["https://github.com/docker/compose/issues/11899"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (network, attachment) in &service.compose.networks {
            let addresses = [("ipv4_address", &attachment.ipv4_address), ("ipv6_address", &attachment.ipv6_address)];
            for (key, address) in addresses.into_iter().filter_map(|(key, address)| Some((key, address.as_ref()?))) {
                let message = format!("`{name}` has the fixed address `{address}` in the network `{network}`");
                found
                    .service(rule, stack, name, &["networks", network, key], message)
                    .set_help(format!("remove it: others reach the service as `{name}`"));
            }
        }
    }
}
