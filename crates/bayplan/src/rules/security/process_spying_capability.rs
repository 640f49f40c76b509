//! `process-spying-capability`: a container has a capability that reads other processes or any file.

use super::capabilities::{Reach, report};
use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "process-spying-capability",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a container has a capability that reads the memory of other processes, or any file: `SYS_PTRACE`, `DAC_READ_SEARCH`",
    why: "with a shared process namespace or a folder of the host, it reads what belongs to the host",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [CAP_SYS_PTRACE]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [CHOWN]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    cap_drop: [sys_ptrace]\n",
    fix: "remove it; a debugger runs in a container of its own, for as long as it is needed",
    sources: &["CIS Docker Benchmark 5.4", "compose-lint CL-0027"],
    check: |rule, plan, found| report(rule, plan, found, Reach::Spy),
};
