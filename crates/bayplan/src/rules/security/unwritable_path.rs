//! `unwritable-path`: an image has to write where nothing can be written.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::host_paths::{add_tmpfs, as_tmpfs};
use crate::rules::images::known;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unwritable-path",
    group: Group::Security,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Allow)],
    finds: "the root file system is read-only, and a well-known image has to write to a folder of it",
    why: "the program stops when it starts, for want of its pid file, its socket or its cache",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    read_only: true\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    read_only: true\n    tmpfs: [/run, /var/cache/nginx]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    read_only: true\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']\n  db:\n    image: postgres:17.5\n    read_only: true\n    tmpfs: /var/run\n",
    fix: "add a tmpfs for each of the folders",
    sources: &[
        "compose-lint CL-0007 (what a fix of it has to bring along)",
        "the Dockerfiles and entry points of the images",
    ],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services().filter(|(.., service)| service.compose.read_only == Some(true)) {
        let Some(known) = known(service.compose.image.as_ref()) else { continue };
        let folders = known.unwritable(&service.compose);
        if folders.is_empty() {
            continue;
        }
        let shown = folders.iter().map(|folder| format!("`{folder}`")).collect::<Vec<_>>().join(" and ");
        let message = format!("`{name}` has to write to {shown}, but its root file system is read-only");
        let fix = Fix::safe(format!("add a tmpfs for {shown}"));
        let fix = add_tmpfs(fix, stack, &service_path(name), &service.compose, &folders);
        let finding = found.service(rule, stack, name, &["read_only"], message);
        finding.set_help(format!("add `tmpfs: [{}]`", as_tmpfs(&service.compose, &folders).join(", "))).set_fix(fix);
    }
}
