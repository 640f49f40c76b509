//! `writable-rootfs`: a service can write to its root file system

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::host_paths::add_tmpfs;
use crate::rules::images::known;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "writable-rootfs",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a service can write to its root file system",
    why: "whoever breaks in can plant a program that survives a restart",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    read_only: false\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    read_only: true\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    read_only: 'yes'\n    tmpfs: [/run, /var/cache/nginx]\n",
    fix: "set `read_only: true` and mount a volume or tmpfs where it has to write",
    sources: &["CIS Docker Benchmark 5.13", "OWASP Docker rule 8"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        if service.compose.read_only != Some(true) {
            let message = format!("`{name}` can write to its root file system");
            let finding = found.service(rule, stack, name, &["read_only"], message);
            finding.set_help("set `read_only: true`, and `tmpfs: [/tmp]` where it needs a place to write");
            if let Some(known) = known(service.compose.image.as_ref()) {
                let path = service_path(name);
                let fix = Fix::unsafe_("set `read_only: true`, with a tmpfs where the image has to write");
                let fix = fix.set(path.key("read_only"), true);
                finding.set_fix(add_tmpfs(fix, stack, &path, &service.compose, &known.unwritable(&service.compose)));
            }
        }
    }
}
