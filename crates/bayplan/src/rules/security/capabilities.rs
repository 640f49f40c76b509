//! `capability → what it opens`: the rights of Linux that reach past a container.

use crate::finding::Fix;
use crate::plan::Plan;
use crate::rules::container::{Container, containers};
use crate::rules::{Findings, Rule};

/// How far a capability reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Commands on the host.
    Takeover,
    /// Settings that the host and all containers share.
    Control,
    /// Time and memory that others lack then.
    Starve,
    /// What the kernel tells about the host.
    Disclose,
    /// Other processes and files of the container.
    Spy,
    /// No further than the container.
    Inside,
}

/// Every capability of Linux 6.9, how far it reaches, and what it allows (capabilities(7)).
pub(super) const CAPABILITIES: [(&str, Reach, &str); 41] = [
    ("AUDIT_CONTROL", Reach::Control, "change the audit rules of the kernel"),
    ("AUDIT_READ", Reach::Disclose, "read the audit log of the host"),
    ("AUDIT_WRITE", Reach::Inside, "write to the audit log"),
    ("BLOCK_SUSPEND", Reach::Starve, "keep the host from sleeping"),
    ("BPF", Reach::Control, "load programs into the kernel"),
    ("CHECKPOINT_RESTORE", Reach::Inside, "restore processes"),
    ("CHOWN", Reach::Inside, "change owners of files"),
    ("DAC_OVERRIDE", Reach::Inside, "pass over permissions of files"),
    ("DAC_READ_SEARCH", Reach::Spy, "open any file by its handle, of the host too where a folder of it is mounted"),
    ("FOWNER", Reach::Inside, "act as the owner of files"),
    ("FSETID", Reach::Inside, "keep set-user-ID bits"),
    ("IPC_LOCK", Reach::Starve, "keep any amount of memory from being swapped out"),
    ("IPC_OWNER", Reach::Inside, "use shared memory of others"),
    ("KILL", Reach::Inside, "send signals"),
    ("LEASE", Reach::Starve, "make others wait when they open files"),
    ("LINUX_IMMUTABLE", Reach::Inside, "make files unchangeable"),
    ("MAC_ADMIN", Reach::Takeover, "change the rules of AppArmor or SELinux"),
    ("MAC_OVERRIDE", Reach::Takeover, "pass over AppArmor or SELinux"),
    ("MKNOD", Reach::Inside, "make device files"),
    ("NET_ADMIN", Reach::Inside, "configure its network"),
    ("NET_BIND_SERVICE", Reach::Inside, "listen on low ports"),
    ("NET_BROADCAST", Reach::Inside, "send broadcasts"),
    ("NET_RAW", Reach::Inside, "send raw packets"),
    ("PERFMON", Reach::Control, "watch every process of the host"),
    ("SETFCAP", Reach::Inside, "give files capabilities"),
    ("SETGID", Reach::Inside, "change its group"),
    ("SETPCAP", Reach::Inside, "drop capabilities"),
    ("SETUID", Reach::Inside, "change its user"),
    ("SYSLOG", Reach::Disclose, "read the kernel's log, with addresses of the kernel"),
    ("SYS_ADMIN", Reach::Takeover, "mount file systems and leave its namespaces"),
    ("SYS_BOOT", Reach::Control, "restart the host"),
    ("SYS_CHROOT", Reach::Inside, "change its root folder"),
    ("SYS_MODULE", Reach::Takeover, "load modules into the kernel"),
    ("SYS_NICE", Reach::Starve, "take processor time from everything else"),
    ("SYS_PACCT", Reach::Control, "switch accounting of processes on and off"),
    ("SYS_PTRACE", Reach::Spy, "read the memory of every process it sees"),
    ("SYS_RAWIO", Reach::Takeover, "write to memory and disks past the kernel"),
    ("SYS_RESOURCE", Reach::Starve, "go past its limits"),
    ("SYS_TIME", Reach::Control, "set the clock of the host"),
    ("SYS_TTY_CONFIG", Reach::Control, "hang up terminals of the host"),
    ("WAKE_ALARM", Reach::Starve, "wake the host up"),
];

/// A capability as Docker knows it: in any case, with `CAP_` or without.
pub(in crate::rules) fn plain(written: &str) -> String {
    let upper = written.to_ascii_uppercase();
    upper.strip_prefix("CAP_").map_or_else(|| upper.clone(), str::to_owned)
}

/// Reports the added capabilities that reach so far.
pub(super) fn report(rule: &Rule, plan: &Plan, found: &mut Findings<'_>, reach: Reach) {
    // A privileged container has all of them: that is said as such.
    for container in containers(plan).filter(|container| *container.privileged != Some(true)) {
        for written in container.cap_add {
            let Some((name, what)) = reaching(&container, written, reach) else { continue };
            let message = format!("{} has the capability `{name}`: it can {what}", container.called());
            let path = container.item("cap_add", written);
            let finding = found.value(rule, container.stack, container.name, path.clone(), message);
            finding
                .set_help(format!("remove `{written}`, or give the one thing that the program needs in another way"));
            if container.cap_add.len() == 1 {
                finding.set_fix(Fix::unsafe_("remove `cap_add`").delete(container.path().key("cap_add")));
            } else {
                finding.set_fix(Fix::unsafe_(format!("remove `{written}`")).delete(path));
            }
        }
    }
}

fn reaching(container: &Container<'_>, written: &str, reach: Reach) -> Option<(String, &'static str)> {
    let name = plain(written);
    if name == "ALL" {
        return (reach == Reach::Takeover).then_some((name, "do everything that root of the host can"));
    }
    // Its network is that of the host.
    if name == "NET_ADMIN" && container.network_mode.as_deref() == Some("host") {
        return (reach == Reach::Control).then_some((name, "configure the network and the firewall of the host"));
    }
    let (_, of, what) = CAPABILITIES.iter().find(|(known, ..)| *known == name)?;
    (*of == reach).then_some((name, what))
}
