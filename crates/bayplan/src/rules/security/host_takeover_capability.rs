//! `host-takeover-capability`: a container has a capability that runs commands on the host.

use super::capabilities::{Reach, report};
use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-takeover-capability",
    group: Group::Security,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a container has a capability with which it runs commands on the host: `ALL`, `SYS_ADMIN`, `SYS_MODULE`, `SYS_RAWIO`, `MAC_ADMIN`, `MAC_OVERRIDE`",
    why: "it is the same as `privileged`: the way out of the container is well known",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [SYS_ADMIN]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [NET_BIND_SERVICE]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    cap_drop: [ALL, SYS_ADMIN]\n",
    fix: "remove it; most programs need one device, a sysctl or a mount of the host instead",
    sources: &["CIS Docker Benchmark 5.4", "compose-lint CL-0024"],
    check: |rule, plan, found| report(rule, plan, found, Reach::Takeover),
};
