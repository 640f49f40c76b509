//! `wildcard-device-rule`: a container may use devices that nobody named.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "wildcard-device-rule",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Deny), (Profile::Cis, Level::Warn)],
    finds: "a rule of `device_cgroup_rules` allows all devices, or all disks of a kind",
    why: "with `mknod`, which containers may call, it opens every disk of the host",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    device_cgroup_rules: ['a *:* rwm']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    devices: ['/dev/ttyUSB0']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    device_cgroup_rules: ['c 188:* rmw', 'c 1:3 mr', 'b 8:0 r']\n",
    fix: "name the kind of device and its number, as in `c 188:* rmw`",
    sources: &["Linux: Device Whitelist Controller"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        for text in container.device_cgroup_rules {
            let mut words = text.split_ascii_whitespace();
            let (kind, numbers) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let (major, minor) = numbers.split_once(':').unwrap_or((numbers, ""));
            let all = match (kind, major, minor) {
                ("a", ..) => "every device of the host",
                ("c", "*", _) => "every device of the host but its disks",
                ("b", "*", _) => "every disk of the host",
                ("b", _, "*") => "every disk of one kind",
                _ => continue,
            };
            let path = container.item("device_cgroup_rules", text);
            let fix = match container.device_cgroup_rules.len() {
                1 => Fix::unsafe_("remove `device_cgroup_rules`").delete(container.path().key("device_cgroup_rules")),
                _ => Fix::unsafe_(format!("remove `{text}`")).delete(path.clone()),
            };
            let message = format!("{} may use {all}", container.called());
            let finding = found.value(rule, container.stack, container.name, path, message);
            finding.set_help("name the kind of device and its number, as in `c 188:* rmw`").set_fix(fix);
        }
    }
}
