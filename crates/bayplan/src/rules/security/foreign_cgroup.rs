//! `foreign-cgroup`: a container counts to another control group than Docker's.

use super::namespaces::report;
use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "foreign-cgroup",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "a container counts to another control group than Docker's (`cgroup_parent`)",
    why: "limits that are set for all containers do not hold for it",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    cgroup_parent: other.slice\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    mem_limit: 64m\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    cgroup: private\n",
    fix: "remove `cgroup_parent`, or set the limits of the service itself",
    sources: &["CIS Docker Benchmark 5.25", "KICS Default Cgroup Not Used"],
    check: |rule, plan, found| {
        report(
            rule,
            plan,
            found,
            "cgroup_parent",
            |container| container.cgroup_parent.as_deref().is_some_and(|parent| !parent.is_empty()),
            "counts to another control group than Docker's",
        )
    },
};
