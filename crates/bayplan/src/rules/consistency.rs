//! What Docker Compose refuses about a project as a whole: `checkConsistency` of compose-go 2.16.2, each check with its place.
//!
//! References to nothing and dependency cycles, which that function refuses too, are rules of their own.

use super::{Findings, service_path};
use crate::compose::{Build, Service};
use crate::finding::Level::Deny;
use crate::plan::{Plan, Stack};
use crate::resolve::files::clean;
use crate::value::MountType;
use bayplan_yaml::{Node, Path};
use indexmap::IndexMap;

/// Looks at every service of every stack.
pub fn check(plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        runnable(stack, name, service, found);
        if let Some(build) = &service.compose.build {
            exclusive_build(stack, name, &service.compose, build, found);
        }
        exclusive_networks(stack, name, &service.compose, found);
        sized(stack, name, found);
        two_values(stack, name, &service.compose, found);
        scaled_names(stack, name, &service.compose, found);
        mounted_twice(stack, name, &service.compose, found);
    }
    for stack in plan.stacks.values() {
        sources_of_files(stack, found);
    }
}

fn runnable(stack: &Stack, name: &str, service: &crate::plan::Service, found: &mut Findings<'_>) {
    let compose = &service.compose;
    let with = service_path(name).key("with");
    let parameters = stack.document.at_path(&with).is_some();
    if parameters && service.archetype.is_none() && !found.is_any_refused(stack, name, &[&["use"], &["with"]]) {
        let at = stack.locate_key(&with);
        let message = format!("`{name}` has the parameters of an archetype, but names none");
        let finding = found.fault("missing-key", Deny, stack, name, with, message);
        finding.set_help("add `use:`, the archetype that `with` is for").at = at;
        return;
    }
    let keys: &[&[&str]] = &[&["image"], &["build"], &["provider"], &["use"], &["with"], &["extends"]];
    let runs =
        [compose.image.is_some(), compose.build.is_some(), compose.provider.is_some(), compose.extends.is_some()];
    if runs.contains(&true) || service.archetype.is_some() || found.is_any_refused(stack, name, keys) {
        return;
    }
    let message = format!("`{name}` has neither an `image` nor a `build`");
    found.fault("missing-key", Deny, stack, name, service_path(name), message).set_help("add `image:`");
}

fn exclusive_build(stack: &Stack, name: &str, service: &Service, build: &Build, found: &mut Findings<'_>) {
    let path = service_path(name).key("build");
    if build.dockerfile.is_some() && build.dockerfile_inline.is_some() {
        let message = format!("the build of `{name}` has both `dockerfile` and `dockerfile_inline`");
        let finding = found.fault("conflicting-keys", Deny, stack, name, path.key("dockerfile_inline"), message);
        finding.set_help("remove one of the two");
    }
    let missing = service.platform.as_ref().filter(|platform| !build.platforms.contains(platform));
    if let Some(platform) = missing.filter(|_| !build.platforms.is_empty()) {
        let message = format!("`{name}` runs on `{platform}`, for which it is not built");
        let finding = found.fault("invalid-value", Deny, stack, name, service_path(name).key("platform"), message);
        finding.set_help(format!("add `{platform}` to `build.platforms`"));
    }
}

fn exclusive_networks(stack: &Stack, name: &str, service: &Service, found: &mut Findings<'_>) {
    if let Some(mode) = service.network_mode.as_ref().filter(|_| !service.networks.is_empty()) {
        let message = format!("`{name}` has both `network_mode: {mode}` and `networks`");
        let path = service_path(name).key("network_mode");
        found.fault("conflicting-keys", Deny, stack, name, path, message).set_help("remove one of the two");
    }
}

/// A limit of the service beside its `size`, which says it too.
fn sized(stack: &Stack, name: &str, found: &mut Findings<'_>) {
    let node = |key: &str| stack.document.at_path(&service_path(name).key(key));
    let Some(size) = node("size") else { return };
    for (key, part) in [("cpus", "cpus"), ("mem_limit", "memory")] {
        let says = size.as_map().is_none_or(|size| size.contains_key(part));
        if says && node(key).is_some() {
            let message = format!("`{name}` has both `size` and `{key}`");
            let help = "write both limits in one of the two: `size: { cpus, memory }`";
            found.fault("conflicting-keys", Deny, stack, name, service_path(name).key(key), message).set_help(help);
        }
    }
}

/// Keys of a service that say the same as others below `deploy`, with another value.
fn two_values(stack: &Stack, name: &str, service: &Service, found: &mut Findings<'_>) {
    let Some(deploy) = &service.deploy else { return };
    if found.is_any_refused(stack, name, &[&["size"], &["deploy"]]) {
        return;
    }
    let resources = deploy.resources.as_ref();
    let limits = resources.and_then(|resources| resources.limits.as_ref());
    let reserved = resources.and_then(|resources| resources.reservations.as_ref());
    // Where one of the two is left out below `deploy`, it counts as 0 there.
    let cpus = service.cpus.filter(|cpus| *cpus != 0.0).zip(limits.map(|limits| limits.cpus.unwrap_or(0.0)));
    let bytes = |own: Option<crate::value::Bytes>, other: Option<Option<crate::value::Bytes>>| {
        let own = own.filter(|own| own.0 != 0);
        own.zip(other).map(|(own, other)| own.0 != other.map_or(0, |other| other.0))
    };
    let pids = service.pids_limit.filter(|pids| *pids != 0).zip(limits.map(|limits| limits.pids.unwrap_or(0)));
    let differ = [
        ("scale", "deploy.replicas", service.scale.zip(deploy.replicas).map(|(a, b)| a != b)),
        ("cpus", "deploy.resources.limits.cpus", cpus.map(|(a, b)| a != b)),
        ("mem_limit", "deploy.resources.limits.memory", bytes(service.mem_limit, limits.map(|limits| limits.memory))),
        (
            "mem_reservation",
            "deploy.resources.reservations.memory",
            bytes(service.mem_reservation, reserved.map(|reserved| reserved.memory)),
        ),
        ("pids_limit", "deploy.resources.limits.pids", pids.map(|(a, b)| a != b)),
    ];
    for (own, other, _) in differ.into_iter().filter(|(.., differ)| *differ == Some(true)) {
        let message = format!("`{name}` has different values for `{own}` and `{other}`");
        let path = service_path(name).key(own);
        let help = format!("write it once: remove `{own}`, and write its value at `{other}`");
        found.fault("conflicting-keys", Deny, stack, name, path, message).set_help(help);
    }
}

fn scaled_names(stack: &Stack, name: &str, service: &Service, found: &mut Findings<'_>) {
    let (key, count) = match (service.scale, service.deploy.as_ref().and_then(|deploy| deploy.replicas)) {
        (Some(count), _) => (service_path(name).key("scale"), count),
        (None, Some(count)) => (service_path(name).key("deploy").key("replicas"), count),
        (None, None) => return,
    };
    if count < 0 {
        let message = format!("`{name}` cannot have {count} containers");
        found.fault("invalid-value", Deny, stack, name, key, message).set_help("write a number from 0");
    } else if let Some(container) = service.container_name.as_ref().filter(|_| count > 1) {
        let message = format!("`{name}` has {count} containers, but only one can be named `{container}`");
        let path = service_path(name).key("container_name");
        found.fault("conflicting-keys", Deny, stack, name, path, message).set_help("remove `container_name`");
    }
}

/// Two things at one path of a container. Compose refuses a `tmpfs` and a volume; of two volumes it takes the last.
fn mounted_twice(stack: &Stack, name: &str, service: &Service, found: &mut Findings<'_>) {
    let mut taken: IndexMap<String, (&str, usize)> = IndexMap::new();
    let tmpfs = service.tmpfs.iter().map(|text| text.split(':').next().unwrap_or(text));
    let volumes = service.volumes.iter().map(|mount| mount.target.as_str());
    let tmpfs = tmpfs.enumerate().map(|(index, target)| ("tmpfs", index, target));
    let volumes = volumes.enumerate().map(|(index, target)| ("volumes", index, target));
    for (key, index, target) in tmpfs.chain(volumes).filter(|(.., target)| !target.is_empty()) {
        if let Some((other, first)) = taken.insert(clean(target), (key, index)) {
            let path = service_path(name).key(key);
            let path =
                if stack.document.at_path(&path).and_then(Node::as_seq).is_some() { path.index(index) } else { path };
            let at = found.at(stack, &service_path(name).key(other).index(first));
            let message = format!("`{name}` has two mounts at `{target}`");
            let finding = found.fault("duplicate-mount", Deny, stack, name, path, message);
            finding.set_help("remove one of the two, or mount it somewhere else");
            finding.related.push(crate::finding::Label { at, message: "the other one".to_owned() });
        }
    }
    for (index, mount) in service.volumes.iter().enumerate() {
        if mount.kind == MountType::Bind && mount.source.as_deref().unwrap_or_default().is_empty() {
            let message = format!("the mount of `{name}` at `{}` has no source", mount.target);
            let path = service_path(name).key("volumes").index(index);
            let finding = found.fault("missing-key", Deny, stack, name, path, message);
            finding.set_help("add `source:`, the path on the host");
        }
    }
}

/// Secrets and configs come from exactly one place.
fn sources_of_files(stack: &Stack, found: &mut Findings<'_>) {
    let mut one = |section: &str, kind: &str, name: &str, written: Vec<&str>, elsewhere: bool, all: &str| {
        let path = Path::root().key(section).key(name);
        if written.len() > 1 {
            let message = format!("the {kind} `{name}` has both `{}` and `{}`", written[0], written[1]);
            let finding = found.top("conflicting-keys", Deny, stack, path.key(written[1]), message);
            finding.set_help("remove one of the two");
        } else if written.is_empty() && !elsewhere {
            let message = format!("the {kind} `{name}` comes from nowhere");
            found.top("missing-key", Deny, stack, path, message).set_help(format!("add {all}"));
        }
    };
    for (name, secret) in &stack.project.secrets {
        let keys = [("file", secret.file.is_some()), ("environment", secret.environment.is_some())];
        let written = keys.into_iter().filter(|(_, is)| *is).map(|(key, _)| key).collect();
        let elsewhere = secret.external.is_some() || secret.driver.is_some();
        one("secrets", "secret", name, written, elsewhere, "`file:`, `environment:` or `external: true`");
    }
    for (name, config) in &stack.project.configs {
        let keys = [
            ("file", config.file.is_some()),
            ("environment", config.environment.is_some()),
            ("content", config.content.is_some()),
        ];
        let written = keys.into_iter().filter(|(_, is)| *is).map(|(key, _)| key).collect();
        one("configs", "config", name, written, config.external.is_some(), "`file:`, `content:` or `external: true`");
    }
    for job in stack.project.jobs.keys().filter(|job| stack.services.contains_key(*job)) {
        let message = format!("`{job}` is the name of a service and of a job");
        let path = Path::root().key("jobs").key(job.as_str());
        found.top("duplicate-name", Deny, stack, path, message).set_help("rename one of the two");
    }
}
