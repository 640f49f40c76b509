//! `host-ipc`: a container shares the memory of its host's processes.

use super::namespaces::report;
use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-ipc",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a container uses the shared memory of its host (`ipc: host`)",
    why: "it reads and changes what databases and desktops of the host keep there",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    ipc: host\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    shm_size: 256m\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    ipc: shareable\n",
    fix: "remove `ipc`; for more shared memory, set `shm_size`",
    sources: &["CIS Docker Benchmark 5.17", "KICS Shared Host IPC Namespace", "compose-lint CL-0010"],
    check: |rule, plan, found| {
        report(
            rule,
            plan,
            found,
            "ipc",
            |container| container.ipc.as_deref() == Some("host"),
            "reads and changes the shared memory of the host's processes",
        )
    },
};
