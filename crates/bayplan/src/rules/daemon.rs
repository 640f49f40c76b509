//! What Docker's daemon refuses to start, or starts as something else than the file says. Compose passes it on unseen.

use super::{Findings, service_path};
use crate::compose::Service;
use crate::finding::Level::{Deny, Warn};
use crate::finding::{Finding, Label, Subject};
use crate::plan::{Plan, Stack};
use crate::record::form::is_name;
use crate::resolve::visit::Way;
use crate::value::Duration;
use bayplan_yaml::{Node, Path, Value};
use indexmap::IndexMap;

/// The least memory that a container can be given (moby, `linuxMinMemory`).
const LEAST_MEMORY: i64 = 6 << 20;
/// The least CPU that a container can be given: the kernel knows no smaller quota.
const LEAST_CPUS: f64 = 0.01;
/// The shortest time of a health check (moby, `container.MinimumDuration`).
const LEAST_TIME: Duration = Duration(1_000_000);
/// The longest name that a Linux machine can have for itself.
const LONGEST_HOSTNAME: usize = 64;

/// Looks at every service of every stack.
pub fn check(plan: &Plan, found: &mut Findings<'_>) {
    container_names(plan, found);
    for stack in plan.stacks.values() {
        null_bytes(stack, &stack.document, &Way::ROOT, found);
    }
    for (stack, name, service) in plan.services() {
        let mut one = One { stack, name, found };
        one.service_name();
        one.limits(&service.compose);
        one.health(&service.compose);
        one.environment(&service.compose);
        one.hostname(&service.compose);
        one.paths(&service.compose);
    }
}

/// A stack, and the name and the content of one of its services.
type Named<'a> = (&'a Stack, &'a str, &'a Service);

/// Two containers of one host cannot have one name, whichever stacks they are of.
fn container_names(plan: &Plan, found: &mut Findings<'_>) {
    let mut taken: IndexMap<(&str, &str), Vec<Named<'_>>> = IndexMap::new();
    for (stack, name, service) in plan.services() {
        let Some(container) = &service.compose.container_name else { continue };
        let earlier = taken.entry((&stack.host, container.as_str())).or_default();
        // Services of different profiles need not run at the same time.
        let apart = |other: &Service| {
            let (a, b) = (&service.compose.profiles, &other.profiles);
            !a.is_empty() && !b.is_empty() && !a.iter().any(|profile| b.contains(profile))
        };
        let path = |name: &str| service_path(name).key("container_name");
        if let Some((of, other, _)) = earlier.iter().find(|(.., other)| !apart(other)) {
            let whose = if of.name == stack.name {
                format!("`{other}`")
            } else {
                format!("`{other}` of the stack `{}`", of.name)
            };
            let at = found.at(of, &path(other));
            let message = format!("the container of `{name}` is named `{container}`, as is that of {whose}");
            // Stacks that no fleet holds together may be alternatives to each other.
            let said = plan.settings.is_some() || plan.hosts.contains_key(&stack.host);
            let level = if !said && of.name != stack.name { Warn } else { Deny };
            let finding = found.fault("duplicate-name", level, stack, name, path(name), message);
            finding.set_help("remove `container_name`: others reach a service by its own name");
            finding.related.push(Label { at, message: "the other one".to_owned() });
        }
        earlier.push((stack, name, &service.compose));
    }
}

/// Texts with a null byte: words of commands, variables and paths end there, and Compose's own reader takes one for the end.
fn null_bytes(stack: &Stack, node: &Node, way: &Way<'_>, found: &mut Findings<'_>) {
    match &node.value {
        Value::String(text) if text.contains('\0') => {
            let finding = Finding::deny("invalid-value", node.at, "a null byte cannot stand in a text")
                .help("remove it")
                .about(Subject::stack(&stack.name).with_path(way.path()));
            found.push(finding);
        }
        Value::Map(map) => {
            for (key, entry) in map.iter().filter(|(key, _)| !key.starts_with("x-")) {
                null_bytes(stack, &entry.value, &way.key(key), found);
            }
        }
        Value::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                null_bytes(stack, item, &way.index(index), found);
            }
        }
        _ => {}
    }
}

/// One service, and where to report about it.
struct One<'a, 'f, 'p> {
    stack: &'a Stack,
    name: &'a str,
    found: &'f mut Findings<'p>,
}

impl One<'_, '_, '_> {
    fn deny(&mut self, path: Path, message: String, help: &str) {
        self.found.fault("invalid-value", Deny, self.stack, self.name, path, message).set_help(help);
    }

    fn path(&self, keys: &[&str]) -> Path {
        keys.iter().fold(service_path(self.name), |path, key| path.key(*key))
    }

    fn service_name(&mut self) {
        let name = self.name;
        if name.starts_with('-') && is_name(name) {
            let message = format!("the name `{name}` begins with `-`: `docker compose` takes it for an option");
            let path = service_path(name);
            let finding = self.found.fault("invalid-value", Warn, self.stack, name, path, message);
            finding.set_help("begin it with a letter or digit");
        }
    }

    fn limits(&mut self, service: &Service) {
        let name = self.name;
        let limits = service.deploy.as_ref().and_then(|deploy| deploy.resources.as_ref()?.limits.as_ref());
        let deployed = ["deploy", "resources", "limits"];
        let own = |own: Option<i64>, key: &'static str| own.map(|value| (vec![key], value));
        let below = |key: &'static str| deployed.into_iter().chain([key]).collect::<Vec<_>>();
        let memory = own(service.mem_limit.map(|bytes| bytes.0), "mem_limit")
            .or(limits.and_then(|limits| limits.memory).map(|bytes| (below("memory"), bytes.0)));
        if let Some((keys, bytes)) = memory.as_ref().filter(|(_, bytes)| (1..LEAST_MEMORY).contains(bytes)) {
            let message = format!("`{name}` may use {bytes} bytes of memory; Docker gives a container at least 6 MiB");
            self.deny(self.written(keys, "memory"), message, "write a larger limit, such as `64m`");
        }
        let reserved =
            service.deploy.as_ref().and_then(|deploy| deploy.resources.as_ref()?.reservations.as_ref()?.memory);
        let least = own(service.mem_reservation.map(|bytes| bytes.0), "mem_reservation")
            .or(reserved.map(|bytes| (vec!["deploy", "resources", "reservations", "memory"], bytes.0)));
        if let (Some((keys, least)), Some((_, most))) = (least, &memory)
            && *most > 0
            && least > *most
        {
            let path = self.path(&keys);
            let path =
                if self.found.is_written(self.stack, &path) { path } else { self.path(&["size", "reserve", "memory"]) };
            let message = format!("`{name}` reserves more memory than its limit");
            self.deny(path, message, "reserve less, or raise the limit");
        }
        let cpus = service.cpus.map(|cpus| (vec!["cpus"], cpus));
        let cpus = cpus.or(limits.and_then(|limits| limits.cpus).map(|cpus| (below("cpus"), cpus)));
        if let Some((keys, cpus)) = cpus.filter(|(_, cpus)| *cpus != 0.0 && *cpus < LEAST_CPUS) {
            let message = format!("`{name}` may use {cpus} processors; Docker gives a container at least 0.01");
            self.deny(self.written(&keys, "cpus"), message, "write a larger number, such as `0.5`");
        }
        if let Some(size) = service.shm_size.filter(|size| size.0 < 0) {
            let message = format!("the shared memory of `{name}` has a negative size: {}", size.0);
            self.deny(self.path(&["shm_size"]), message, "write a size such as `64m`");
        }
    }

    /// Where a limit was written: at `keys`, or under `size`.
    fn written(&self, keys: &[&str], in_size: &str) -> Path {
        let path = self.path(keys);
        if self.found.is_written(self.stack, &path) { path } else { self.path(&["size", in_size]) }
    }

    fn health(&mut self, service: &Service) {
        let Some(health) = &service.healthcheck else { return };
        for (key, time) in [
            ("interval", health.interval),
            ("timeout", health.timeout),
            ("start_period", health.start_period),
            ("start_interval", health.start_interval),
        ] {
            // 0 stands for Docker's own default.
            if let Some(time) = time.filter(|time| time.0 != 0 && *time < LEAST_TIME) {
                let message =
                    format!("`{key}` of the health check of `{}` is {time}; Docker wants at least 1ms", self.name);
                self.deny(self.path(&["healthcheck", key]), message, "write a time such as `10s`");
            }
        }
        if let Some(retries) = health.retries.filter(|retries| *retries < 0) {
            let message = format!("the health check of `{}` cannot have {retries} retries", self.name);
            self.deny(self.path(&["healthcheck", "retries"]), message, "write a number such as `3`");
        }
    }

    fn environment(&mut self, service: &Service) {
        let name = self.name;
        for key in service.environment.keys() {
            let path = self.path(&["environment", key]);
            if key.is_empty() {
                self.deny(path, format!("a variable in the environment of `{name}` has no name"), "write `NAME=value`");
            } else if key.contains('=') {
                let is = key.split('=').next().unwrap_or(key);
                let message = format!("`{key}` is no name of a variable: `{name}` would get the variable `{is}`");
                self.deny(path, message, "write the name without `=`");
            } else if key.contains('\0') {
                let message = format!("the variable `{}` of `{name}` holds a null byte", key.escape_debug());
                self.deny(path, message, "remove it: no variable can hold one");
            }
        }
    }

    fn hostname(&mut self, service: &Service) {
        let Some(host) = &service.hostname else { return };
        let (name, path) = (self.name, self.path(&["hostname"]));
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        if host.len() > LONGEST_HOSTNAME {
            let message = format!("the host name of `{name}` has {} bytes, more than {LONGEST_HOSTNAME}", host.len());
            self.deny(path, message, "write a shorter one");
        } else if !host.is_empty()
            && !host.contains('\0')
            && (!host.chars().all(fits) || host.starts_with('-') || host.ends_with('-'))
        {
            let message = format!("`{}` is no valid host name: many programs refuse it", host.escape_debug());
            let finding = self.found.fault("invalid-value", Warn, self.stack, name, path, message);
            finding.set_help("use letters, digits, `-` and dots");
        }
    }

    fn paths(&mut self, service: &Service) {
        let name = self.name;
        if let Some(folder) = service.working_dir.as_ref().filter(|folder| !folder.is_empty() && !is_absolute(folder)) {
            let message = format!("the working directory `{folder}` of `{name}` is no absolute path");
            self.deny(self.path(&["working_dir"]), message, "begin it with `/`");
        }
        let volumes = service.volumes.iter().map(|mount| ("volumes", mount.target.as_str()));
        let tmpfs = service.tmpfs.iter().map(|text| ("tmpfs", text.split(':').next().unwrap_or(text)));
        let volumes = volumes.enumerate().map(|(index, (key, target))| (key, index, target));
        for (key, index, target) in tmpfs.enumerate().map(|(index, (key, target))| (key, index, target)).chain(volumes)
        {
            let help = match target {
                _ if !is_absolute(target) => "begin it with `/`: it is a path in the container",
                "/" => "name a folder below it",
                _ => continue,
            };
            let list = self.path(&[key]);
            let items = self.stack.document.at_path(&list).and_then(bayplan_yaml::Node::as_seq);
            let path = if items.is_some() { list.index(index) } else { list };
            self.deny(path, format!("`{name}` cannot have a mount at `{target}`"), help);
        }
    }
}

/// Whether a container, of Linux or Windows, takes a path for absolute.
fn is_absolute(path: &str) -> bool {
    let mut letters = path.chars();
    let drive = letters.next().is_some_and(char::is_alphabetic) && letters.next() == Some(':');
    path.starts_with(['/', '\\']) || drive
}
