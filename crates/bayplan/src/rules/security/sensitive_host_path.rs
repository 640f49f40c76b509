//! `sensitive-host-path`: a container can read what tells about the host, or opens it.

use super::mounted_docker_socket::{holds_socket, is_proxy};
use super::writable_host_path::{is_of_system, is_writable};
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::host_paths::{host_paths, is_in, is_monitor};
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "sensitive-host-path",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a container can read passwords, keys or the inner life of its host: `/etc`, `/proc`, `/home`, `~/.ssh` …",
    why: "what is read there (hashes, keys, other containers' files) opens the host and what it reaches",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['~/.ssh:/home/app/.ssh:ro']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./deploy_key:/run/secrets/deploy_key:ro']\n",
    fine: "services:\n  host:\n    image: quay.io/prometheus/node-exporter:v1.9.1\n    volumes: ['/:/host:ro,rslave', '/proc:/host/proc:ro']\n  web:\n    image: nginx:1.27.3\n    volumes: ['/etc/ssl/certs:/etc/ssl/certs:ro', '/lib/modules:/lib/modules:ro']\n",
    fix: "mount the one file that the program needs, or give it a secret",
    sources: &[
        "SEC006",
        "CIS Docker Benchmark 5.6",
        "KICS Volume Has Sensitive Host Directory",
        "compose-lint CL-0013",
    ],
    check,
};

/// What people keep in their homes that opens other doors.
const OF_PEOPLE: [&str; 8] =
    [".aws", ".azure", ".config/gcloud", ".docker", ".gnupg", ".kube", ".password-store", ".ssh"];

/// Programs and modules of the system: nothing in them is secret.
const PUBLIC: [&str; 11] = [
    "/bin",
    "/etc/group",
    "/etc/passwd",
    "/lib",
    "/lib64",
    "/sbin",
    "/sys/fs/cgroup",
    "/usr",
    "/etc/profile",
    "/etc/profile.d",
    "/etc/apt",
];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        for path in host_paths(&container) {
            let said = is_writable(&path) || !is_proxy(&container) && holds_socket(&path, &container);
            if said || !is_sensitive(&path.path) || path.read_only && is_monitor(container.image_name()) {
                continue;
            }
            let does = if path.read_only { "can read" } else { "can read and change" };
            let message = format!("{} {does} `{}` of the host", container.called(), path.written);
            let finding = found.value(rule, container.stack, container.name, path.at.clone(), message);
            finding.set_help("mount the one file that it needs, or give it a secret");
        }
    }
}

fn is_sensitive(path: &str) -> bool {
    let home = |path: &str| {
        let rest = path.strip_prefix("/home/")?;
        Some(rest.split_once('/').map_or("", |(_, own)| own).to_owned())
    };
    let own = match path {
        "~" | "/root" => Some(String::new()),
        _ => path.strip_prefix("~/").or_else(|| path.strip_prefix("/root/")).map(str::to_owned).or_else(|| home(path)),
    };
    match own {
        Some(own) => own.is_empty() || OF_PEOPLE.iter().any(|secret| is_in(&own, secret)),
        None => is_of_system(path) && !PUBLIC.iter().any(|public| is_in(path, public)),
    }
}
