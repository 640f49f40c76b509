//! `host-userns`: the root of a container is the root of its host.

use super::namespaces::report;
use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-userns",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a container opts out of user namespaces (`userns_mode: host`)",
    why: "where Docker maps users, root of this container is root of the host again",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    userns_mode: host\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    user: '1000'\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    user: host\n",
    fix: "remove `userns_mode`, and give its files to the user that it is mapped to",
    sources: &["CIS Docker Benchmark 5.31", "KICS Host Namespace is Shared"],
    check: |rule, plan, found| {
        report(
            rule,
            plan,
            found,
            "userns_mode",
            |container| container.userns_mode.as_deref() == Some("host"),
            "opts out of user namespaces: its root is root of the host",
        )
    },
};
