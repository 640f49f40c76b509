//! `default-bridge`: a service is on the bridge that all containers of Docker share

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "default-bridge",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a service is on the bridge that all containers of Docker share",
    why: "names of services do not resolve there, and every container that nobody gave a network can be reached",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    network_mode: bridge\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [bridge]\nnetworks:\n  bridge: {}\n",
    fix: "remove `network_mode: bridge`: the service is on the network of its project then",
    sources: &["CIS Docker Benchmark 5.30", "KICS: default bridge"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let mode = service.compose.network_mode.as_deref().filter(|mode| matches!(*mode, "bridge" | "default"));
        if let Some(mode) = mode {
            let message = format!("`{name}` is on Docker's own bridge, where names of services do not resolve");
            let finding = found.service(rule, stack, name, &["network_mode"], message);
            finding.set_help(format!("remove `network_mode: {mode}`"));
        }
    }
}
