//! `static-mac`: a service has a fixed MAC address

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "static-mac",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[],
    finds: "a service has a fixed MAC address",
    why: "two containers with one address, as after a copy of the file, take each other's packets",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    mac_address: 02:42:ac:11:65:43\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    networks: { lan: { mac_address: '02:42:ac:11:65:43' } }\nnetworks:\n  lan: { driver: macvlan, driver_opts: { parent: eth0 } }\n",
    fix: "remove it: Docker gives each container its own",
    sources: &["compose specification: mac_address"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let message = || format!("`{name}` has a fixed MAC address");
        if compose.mac_address.as_ref().is_some_and(|address| !address.is_empty()) {
            let finding = found.service(rule, stack, name, &["mac_address"], message());
            finding.set_help("remove it: Docker gives each container its own");
        }
        for (key, attachment) in &compose.networks {
            // In a network of the LAN, routers know the container by it.
            let driver = stack.project.networks.get(key).and_then(|network| network.driver.as_deref());
            let is_lan = matches!(driver, Some("macvlan" | "ipvlan")) || stack.is_external(key);
            if attachment.mac_address.is_some() && !is_lan {
                let finding = found.service(rule, stack, name, &["networks", key, "mac_address"], message());
                finding.set_help("remove it: Docker gives each container its own");
            }
        }
    }
}
