//! `root-user`: a service is told to run as root.

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "root-user",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a service is told to run as root (`user: root`, `user: \"0\"`)",
    why: "root of a container is root of the host for every file that is mounted, and for every hole of the kernel",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    user: root\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    user: '1000:1000'\n",
    fine: "services:\n  web:\n    image: lscr.io/linuxserver/heimdall:2.6.3\n    user: '0:0'\n    environment: { PUID: 1000, PGID: 1000 }\n  other:\n    image: nginx:1.27.3\n    user: '1000:0'\n    pre_start: [{ image: 'busybox:1.37.0', user: root, command: [chown, '1000', /data] }]\n",
    fix: "name another user, and give it the files that it writes",
    sources: &["CIS Docker Benchmark 4.1", "OWASP Docker rule 2", "compose-lint CL-0018", "Semgrep missing-user"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        // What runs before a service, once, prepares files for it.
        let (Some(_), Some(user)) = (container.service, container.user) else { continue };
        // Images that begin as root and become this user.
        let drops = ["PUID", "UID", "USER_ID", "APP_UID"].iter().any(|key| {
            container.environment.get(*key).and_then(Option::as_deref).is_some_and(|id| !matches!(id, "" | "0"))
        });
        if is_root(user) && !drops {
            let message = format!("{} runs as root", container.called());
            let path = container.path().key("user");
            let finding = found.value(rule, container.stack, container.name, path, message);
            finding.set_help("name another user, such as `1000:1000`, and give it the files that it writes");
        }
    }
}

/// Whether a user, with a group or without, is root.
pub(super) fn is_root(user: &str) -> bool {
    let user = user.split(':').next().unwrap_or(user);
    user == "root" || !user.is_empty() && user.bytes().all(|byte| byte == b'0')
}
