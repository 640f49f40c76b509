//! `host-control-capability`: a container has a capability that changes what all share.

use super::capabilities::{Reach, report};
use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-control-capability",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Deny), (Profile::Cis, Level::Warn)],
    finds: "a container has a capability that changes what the host and all containers share: `BPF`, `SYS_TIME`, `SYS_BOOT`, `PERFMON`, `NET_ADMIN` in the network of the host …",
    why: "one container that is broken into disturbs, or watches, everything on the machine",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    network_mode: host\n    cap_add: [NET_ADMIN]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [NET_BIND_SERVICE]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [NET_ADMIN]\n    devices: [/dev/net/tun]\n",
    fix: "remove it, or let a program of the host do it",
    sources: &["CIS Docker Benchmark 5.4", "compose-lint CL-0011 and CL-0028"],
    check: |rule, plan, found| report(rule, plan, found, Reach::Control),
};
