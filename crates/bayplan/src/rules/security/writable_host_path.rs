//! `writable-host-path`: a container can change files that the host runs or trusts.

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::host_paths::{HostPath, host_paths, is_in, read_only_fix};
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "writable-host-path",
    group: Group::Security,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a container can change files that the host runs or trusts: `/`, `/etc`, `/boot`, `/usr/bin`, `/var/lib/docker` …",
    why: "who can write there becomes root on the host: a line in a crontab, a key in `authorized_keys`, another program",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['/etc:/host/etc']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['/etc:/host/etc:ro']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['/etc/localtime:/etc/localtime', '/etc/shop:/config', '/root/shop/data:/data']\n",
    fix: "mount it with `:ro`, or mount the one folder below it that the program changes",
    sources: &[
        "SEC005",
        "CIS Docker Benchmark 5.6",
        "KICS Volume Has Sensitive Host Directory",
        "compose-lint CL-0025",
    ],
    check,
};

/// Folders of which only the whole is dangerous: what lies below may be anybody's.
const WHOLE: [&str; 9] = ["/", "/dev", "/etc", "/home", "/proc", "/root", "/sys", "/usr", "/var"];

/// Folders and files that are dangerous with all that is in them.
const TREES: [&str; 46] = [
    "/bin",
    "/boot",
    "/lib",
    "/lib64",
    "/sbin",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/sbin",
    "/usr/sbin",
    "/etc/apt",
    "/etc/cron.d",
    "/etc/cron.daily",
    "/etc/cron.hourly",
    "/etc/cron.monthly",
    "/etc/cron.weekly",
    "/etc/crontab",
    "/etc/docker",
    "/etc/group",
    "/etc/gshadow",
    "/etc/init.d",
    "/etc/kubernetes",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/modprobe.d",
    "/etc/pam.d",
    "/etc/passwd",
    "/etc/profile",
    "/etc/profile.d",
    "/etc/shadow",
    "/etc/ssh",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/systemd",
    "/etc/udev",
    "/proc/sys",
    "/root/.ssh",
    "/sys/firmware",
    "/sys/fs/bpf",
    "/sys/fs/cgroup",
    "/sys/kernel",
    "/var/lib/kubelet",
    "/var/spool/cron",
];

/// Where engines keep what their containers are made of.
const ENGINES: [&str; 3] = ["/var/lib/containerd", "/var/lib/containers", "/var/lib/docker"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        for path in host_paths(&container).iter().filter(|path| is_writable(path)) {
            let message = format!("{} can write to `{}` of the host", container.called(), path.written);
            let fix = read_only_fix(&container, &path.mount);
            let finding = found.value(rule, container.stack, container.name, path.at.clone(), message);
            finding.set_help("mount it with `:ro`, or mount the one folder below it that is to change");
            finding.fix = fix.map(Box::new);
        }
    }
}

/// Whether this can be written to, and must not be.
pub(super) fn is_writable(path: &HostPath) -> bool {
    !path.read_only && is_of_system(&path.path)
}

/// Whether the host runs or trusts what is there.
pub(super) fn is_of_system(path: &str) -> bool {
    WHOLE.contains(&path)
        || TREES.iter().any(|tree| is_in(path, tree))
        // Of the volumes of the engine, each is the data of one container.
        || ENGINES.iter().any(|tree| is_in(path, tree) && !path[tree.len()..].starts_with("/volumes/"))
        || path.strip_prefix("~/").or_else(|| Some(path.strip_prefix("/home/")?.split_once('/')?.1)).is_some_and(|own| is_in(own, ".ssh"))
}
