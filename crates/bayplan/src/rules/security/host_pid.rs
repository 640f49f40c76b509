//! `host-pid`: a container sees the processes of its host.

use super::namespaces::report;
use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-pid",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a container sees, and may signal, the processes of its host (`pid: host`)",
    why: "the environment of every process, with its passwords, can be read there",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    pid: host\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    init: true\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    pid: service:db\n  db:\n    image: postgres:17.5\n",
    fix: "remove `pid`; for one other service, write `pid: service:NAME`",
    sources: &["CIS Docker Benchmark 5.16", "KICS Shared Host PID Namespace", "compose-lint CL-0010"],
    check: |rule, plan, found| {
        report(
            rule,
            plan,
            found,
            "pid",
            |container| container.pid.as_deref() == Some("host"),
            "sees and may end every process of the host",
        )
    },
};
