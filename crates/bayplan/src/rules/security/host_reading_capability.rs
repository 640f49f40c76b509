//! `host-reading-capability`: a container has a capability that reads the kernel's logs.

use super::capabilities::{Reach, report};
use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-reading-capability",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a container has a capability that reads the logs of the kernel: `SYSLOG`, `AUDIT_READ`",
    why: "addresses of the kernel and messages of other programs help with the next break-in",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [SYSLOG]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [CHOWN]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [AUDIT_WRITE]\n",
    fix: "remove it, and let a program of the host send its log",
    sources: &["CIS Docker Benchmark 5.4", "compose-lint CL-0030"],
    check: |rule, plan, found| report(rule, plan, found, Reach::Disclose),
};
