//! `host-uts`: a container shares the name of its host.

use super::namespaces::report;
use crate::finding::Level;
use crate::rules::{Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-uts",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "a container shares the host name of its host (`uts: host`)",
    why: "with `SYS_ADMIN` it can rename the machine; without, it only knows its name",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    uts: host\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    hostname: web\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    hostname: host\n",
    fix: "remove `uts`; to know the name of the machine, pass it in a variable",
    sources: &["CIS Docker Benchmark 5.21"],
    check: |rule, plan, found| {
        report(
            rule,
            plan,
            found,
            "uts",
            |container| container.uts.as_deref() == Some("host"),
            "shares the host name of the host",
        )
    },
};
