//! `disabled-confinement`: the filters that Docker puts around every container are switched off for one.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "disabled-confinement",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a container runs without the filter of system calls, AppArmor, SELinux, or the hidden parts of `/proc`",
    why: "most ways out of a container need a system call or a file that these filters keep shut",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    security_opt: ['seccomp:unconfined']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    security_opt: ['no-new-privileges:true']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    security_opt: ['seccomp:./profile.json', 'apparmor=docker-nginx', 'label=type:svirt_apache_t']\n",
    fix: "remove it; where the program needs one more system call, name a profile that allows it",
    sources: &[
        "CIS Docker Benchmark 5.2, 5.3 and 5.22",
        "OWASP Docker rule 6",
        "KICS Security Opt Not Set",
        "compose-lint CL-0009",
    ],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // A privileged container has none of them anyhow.
    for container in containers(plan).filter(|container| *container.privileged != Some(true)) {
        for option in container.security_opt {
            let Some((kind, value)) = option.split_once(['=', ':']) else { continue };
            let without = match (kind, value) {
                ("seccomp", "unconfined") => "the filter of system calls",
                ("apparmor", "unconfined") => "AppArmor",
                ("label", "disable") => "SELinux",
                ("systempaths", "unconfined") => "the parts of `/proc` and `/sys` that Docker hides",
                _ => continue,
            };
            let without = match kind {
                "systempaths" => format!("sees {without}"),
                _ => format!("runs without {without}"),
            };
            let path = container.item("security_opt", option);
            let fix = match container.security_opt.len() {
                1 => Fix::unsafe_("remove `security_opt`").delete(container.path().key("security_opt")),
                _ => Fix::unsafe_(format!("remove `{option}`")).delete(path.clone()),
            };
            let message = format!("{} {without}", container.called());
            let finding = found.value(rule, container.stack, container.name, path, message);
            finding.set_help("remove it, or name a profile that allows what the program needs").set_fix(fix);
        }
    }
}
