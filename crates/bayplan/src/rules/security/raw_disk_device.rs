//! `raw-disk-device`: a container can read and write disks, or the memory, of its host past the file system.

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::container::{Container, containers};
use crate::rules::host_paths::is_in;
use crate::rules::{Findings, Group, Profile, Rule};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "raw-disk-device",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a container gets a disk, all devices, or the memory of its host",
    why: "it reads every file of the host and changes any of them, whatever their permissions say",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    devices: ['/dev/sda:/dev/sda']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['/mnt/disk/media:/media']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    devices: ['/dev/dri', '/dev/net/tun', '/dev/ttyUSB0', '/dev/serial/by-id/usb-1:/dev/zigbee', '/dev/sdr0', '/dev/sg0']\n",
    fix: "mount the folder of the disk that the program needs",
    sources: &["CIS Docker Benchmark 5.18", "compose-lint CL-0016"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        for (nth, device) in container.devices.iter().enumerate() {
            let Some(what) = what(&device.source) else { continue };
            report(rule, &container, container.device(nth), &device.source, what, found);
        }
    }
}

fn report(rule: &Rule, container: &Container<'_>, path: Path, source: &str, what: &str, found: &mut Findings<'_>) {
    let message = format!("{} gets `{source}`, {what}", container.called());
    let finding = found.value(rule, container.stack, container.name, path, message);
    finding.set_help("remove it; mount the folder that it needs");
}

/// What a device is, where it opens the host.
fn what(source: &str) -> Option<&'static str> {
    let source = crate::resolve::files::clean(source);
    let name = source.strip_prefix("/dev")?;
    if name.is_empty() {
        return Some("every device of the host");
    }
    let name = name.strip_prefix('/')?;
    if matches!(name, "mem" | "kmem" | "port") {
        return Some("the memory of the host");
    }
    let is_disk = is_in(name, "mapper") && name != "mapper/control"
        || is_in(name, "disk")
        || is_numbered(name, &["dm-", "loop", "md", "nbd", "rbd", "bcache", "drbd", "zd"])
        || is_partition(name);
    is_disk.then_some("a disk of the host")
}

/// `md0`, `dm-3`.
fn is_numbered(name: &str, kinds: &[&str]) -> bool {
    let digits = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    kinds.iter().any(|kind| name.strip_prefix(kind).is_some_and(digits))
}

/// `sda`, `sdaa3`, `nvme0n1p2`, `mmcblk0`: no `sdr0`, which is a radio.
fn is_partition(name: &str) -> bool {
    let letters = |rest: &str| {
        let letters = rest.trim_end_matches(|c: char| c.is_ascii_digit());
        !letters.is_empty()
            && letters.len() <= 2
            && letters.bytes().all(|byte| byte.is_ascii_lowercase())
            && !rest.ends_with('0')
    };
    ["sd", "hd", "vd", "xvd"].iter().any(|kind| name.strip_prefix(kind).is_some_and(letters))
        || name.strip_prefix("mmcblk").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        // `nvme0` is the controller, which can wipe its disks as well.
        || name.strip_prefix("nvme").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}
