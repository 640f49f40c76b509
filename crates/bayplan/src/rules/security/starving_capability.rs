//! `starving-capability`: a container has a capability that takes from all others.

use super::capabilities::{Reach, report};
use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "starving-capability",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "a container has a capability with which it takes processor time, memory or files from everything else: `SYS_NICE`, `IPC_LOCK`, `SYS_RESOURCE`, `LEASE` …",
    why: "limits of memory and processor time hold no longer",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [SYS_RESOURCE]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    mem_limit: 64m\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    cap_drop: [SYS_NICE]\n    ulimits: { memlock: -1 }\n",
    fix: "remove it: `ulimits` raises one limit, and leaves the others",
    sources: &["CIS Docker Benchmark 5.4", "compose-lint CL-0029"],
    check: |rule, plan, found| report(rule, plan, found, Reach::Starve),
};
