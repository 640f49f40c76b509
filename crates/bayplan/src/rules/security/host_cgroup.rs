//! `host-cgroup`: a container sees the control groups of its host.

use super::namespaces::report;
use crate::compose::container::Cgroup;
use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-cgroup",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a container sees the control groups of its host (`cgroup: host`)",
    why: "it sees what else runs, and with a writable `/sys/fs/cgroup` it starts programs on the host",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    cgroup: host\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    cgroup: private\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    cgroup_parent: web.slice\n",
    fix: "remove `cgroup`",
    sources: &["CIS Docker Benchmark 5.25"],
    check: |rule, plan, found| {
        report(
            rule,
            plan,
            found,
            "cgroup",
            |container| *container.cgroup == Some(Cgroup::Host),
            "sees the control groups of the host",
        )
    },
};
