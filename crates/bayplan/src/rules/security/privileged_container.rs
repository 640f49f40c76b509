//! `privileged-container`: a container has all rights on its host.

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "privileged-container",
    group: Group::Security,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a container has all rights on its host",
    why: "it sees every device and can mount the disks of the host: whoever breaks in owns the machine",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    privileged: true\n",
    passes: "services:\n  vpn:\n    image: nginx:1.27.3\n    cap_add: [NET_ADMIN]\n    devices: [/dev/net/tun]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    privileged: false\n",
    fix: "remove `privileged`, and add the one capability or device that the program needs",
    sources: &[
        "SEC001",
        "CIS Docker Benchmark 5.5",
        "OWASP Docker rule 3",
        "KICS Privileged Containers Enabled",
        "compose-lint CL-0002",
    ],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan).filter(|container| *container.privileged == Some(true)) {
        let message = format!("{} is privileged: it owns the host", container.called());
        let path = container.path().key("privileged");
        let finding = found.value(rule, container.stack, container.name, path, message);
        finding.set_help("remove `privileged`; add the one capability or device that it needs");
    }
}
