//! `small-shared-memory`: a program that needs shared memory has the usual 64 MB

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, image_contents, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "small-shared-memory",
    group: Group::Resources,
    level: Level::Allow,
    profiles: &[],
    finds: "a program that needs shared memory has the 64 MB that Docker gives",
    why: "browsers crash on large pages, and PostgreSQL fails parallel queries with `could not resize shared memory segment`",
    fails: "services:\n  chrome:\n    image: selenium/standalone-chrome:4.33.0\n",
    passes: "services:\n  chrome:\n    image: selenium/standalone-chrome:4.33.0\n    shm_size: 2g\n",
    fine: "services:\n  chrome:\n    image: selenium/standalone-chrome:4.33.0\n    volumes: ['/dev/shm:/dev/shm']\n  other:\n    image: selenium/standalone-chrome:4.33.0\n    ipc: host\n",
    fix: "set `shm_size`",
    sources: &["https://hub.docker.com/_/postgres", "https://github.com/SeleniumHQ/docker-selenium"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let Some(wanted) = image_contents::of(compose).and_then(|(known, _)| known.shared_memory) else { continue };
        let mounted = compose.volumes.iter().any(|mount| mount.target.trim_end_matches('/') == "/dev/shm")
            || compose.tmpfs.iter().any(|text| text.split(':').next() == Some("/dev/shm"));
        let refused = found.is_any_refused(stack, name, &[&["shm_size"], &["volumes"], &["tmpfs"]]);
        if compose.shm_size.is_some()
            || mounted
            || refused
            || compose.ipc.as_deref().is_some_and(|ipc| ipc != "private")
        {
            continue;
        }
        let message = format!("`{name}` has 64 MB of shared memory, and wants {wanted}");
        let finding = found.service(rule, stack, name, &["shm_size"], message);
        finding.set_help(format!("set `shm_size: {wanted}`"));
        finding.set_fix(Fix::safe(format!("set `shm_size: {wanted}`")).set(service_path(name).key("shm_size"), wanted));
    }
}
