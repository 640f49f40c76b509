//! `host-network`: a service uses the network of the host

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-network",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Deny)],
    finds: "a service uses the network of the host",
    why: "it reaches everything that listens on the host, on `127.0.0.1` too, and whatever it listens on is open to the network",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    network_mode: host\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:8080:80']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n  debug:\n    image: nginx:1.27.3\n    network_mode: service:web\n",
    fix: "remove `network_mode: host` and publish the ports that others need",
    sources: &["CIS Docker Benchmark 5.10", "KICS: shared host network", "compose-lint CL-0008"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        if service.compose.network_mode.as_deref() == Some("host") {
            let message = format!("`{name}` uses the network of the host");
            let finding = found.service(rule, stack, name, &["network_mode"], message);
            finding.set_help("remove `network_mode: host`, and publish the ports that others need");
        }
    }
}
