//! `mounts → paths of the host`: what a container sees of its machine, whichever way it is mounted.

use super::container::Container;
use crate::compose::Service;
use crate::finding::Fix;
use crate::plan::Stack;
use crate::resolve::files::clean;
use crate::resolve::interpolate::interpolate;
use crate::value::mount::MountType;
use crate::value::{Bytes, MountSpec};
use bayplan_yaml::{Node, Path};

/// A path of the host that a container sees.
#[derive(Debug)]
pub struct HostPath {
    /// The path, cleaned; `~` is the home of whoever starts the project. `/var/run` is `/run`, as on every system today.
    pub path: String,
    /// The path as it was written.
    pub written: String,
    /// Where the container sees it.
    pub target: String,
    /// Whether it can only read it.
    pub read_only: bool,
    /// Where a person says so.
    pub at: Path,
    /// The mount of the container.
    pub mount: Path,
}

/// The paths of the host that a container sees: folders and files, pipes, and volumes that stand for a folder. Relative ones are the project's own; what a variable without a value says is not known.
pub fn host_paths(container: &Container<'_>) -> Vec<HostPath> {
    let mut found = Vec::new();
    for (nth, mount) in container.volumes.iter().enumerate() {
        // What lies in the project is the project's own.
        let Some(source) = mount.source.as_deref().filter(|source| !source.starts_with('.')) else { continue };
        let read_only = mount.read_only == Some(true);
        // What a variable says that nobody set stays as it was written, and looks like the name of a volume.
        let open = source.contains('$') && matches!(mount.kind, MountType::Bind | MountType::Volume);
        match mount.kind {
            _ if open => {
                let written = known_text(source, source).unwrap_or_else(|| source.to_owned());
                let path = of_host(&written).unwrap_or_else(|| written.clone());
                let (at, target) = (container.mount(nth), mount.target.clone());
                found.push(HostPath { path, written, target, read_only, mount: at.clone(), at });
            }
            MountType::Bind | MountType::Npipe => {
                let at = container.mount(nth);
                let item = container.stack.document.at_path(&at);
                let Some(written) = item.map_or(Some(source.to_owned()), |item| source_of(item, source)) else {
                    continue;
                };
                if let Some(path) = of_host(&written) {
                    let target = mount.target.clone();
                    found.push(HostPath { path, written, target, read_only, mount: at.clone(), at });
                }
            }
            MountType::Volume => {
                let Some(options) = container.stack.project.volumes.get(source).map(|volume| &volume.driver_opts)
                else {
                    continue;
                };
                let binds = |options: &str| options.split(',').any(|option| matches!(option, "bind" | "rbind"));
                let local = options.get("o").is_some_and(|options| binds(options));
                if let Some(device) = options.get("device").filter(|_| local) {
                    let at = Path::from_iter(["volumes", source, "driver_opts", "device"]);
                    let item = container.stack.document.at_path(&at);
                    let Some(written) = item.map_or(Some(device.clone()), |item| known(item, device)) else {
                        continue;
                    };
                    if let Some(path) = of_host(&written) {
                        let target = mount.target.clone();
                        found.push(HostPath { path, written, target, read_only, at, mount: container.mount(nth) });
                    }
                }
            }
            MountType::Tmpfs | MountType::Cluster | MountType::Image => {}
        }
    }
    found
}

/// The source of a mount in the words of whoever wrote it, as far as its variables are known.
fn source_of(item: &Node, source: &str) -> Option<String> {
    match item.template() {
        Some(template) => {
            let text = known_text(template, item.as_str()?)?;
            MountSpec::parse(&text).ok()?.source
        }
        None => match item.get("source") {
            Some(node) => known(node, source),
            None => Some(source.to_owned()),
        },
    }
}

/// The text of a scalar, as far as its variables are known.
fn known(node: &Node, value: &str) -> Option<String> {
    match node.template() {
        Some(template) => known_text(template, value),
        None => Some(value.to_owned()),
    }
}

/// A text with those variables that mean the same on every machine; nothing where another one has no value.
fn known_text(template: &str, value: &str) -> Option<String> {
    let everywhere = |name: &str| match name {
        "HOME" => Some("~".to_owned()),
        "PWD" => Some(".".to_owned()),
        "XDG_RUNTIME_DIR" => Some("/run/user/1000".to_owned()),
        _ => None,
    };
    let read = interpolate(template, &everywhere);
    if !read.errors.is_empty() {
        return None;
    }
    let special = read.used.iter().any(|used| everywhere(&used.name).is_some());
    let unknown = read.used.iter().any(|used| !used.settled);
    match (special, unknown) {
        (true, false) => Some(read.value),
        (true, true) => None,
        // The value has gaps where it is what the text says without its variables.
        (false, true) if read.value == value => None,
        (false, _) => Some(value.to_owned()),
    }
}

/// The path as the host has it; nothing where it is relative.
fn of_host(source: &str) -> Option<String> {
    let slashes = source.replace('\\', "/");
    if slashes.to_ascii_lowercase().contains("/pipe/") {
        return Some(slashes);
    }
    if slashes.starts_with('~') {
        return Some(clean(&slashes));
    }
    if !slashes.starts_with('/') {
        // A drive of Windows.
        return (slashes.as_bytes().get(1) == Some(&b':')).then(|| clean(&slashes));
    }
    let path = clean(&slashes);
    Some(match path.strip_prefix("/var/run") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/run{rest}"),
        _ => path,
    })
}

/// Whether `path` is `folder` or lies below it.
pub fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A fix that lets a container only read what it mounts; nothing where variables stand in the way.
pub fn read_only_fix(container: &Container<'_>, mount: &Path) -> Option<Fix> {
    let item = container.stack.document.at_path(mount)?;
    let fix = Fix::unsafe_("mount it read-only");
    let Some(text) = item.as_str() else {
        return item.as_map().map(|_| fix.set(mount.key("read_only"), true));
    };
    let spec = MountSpec::parse(text).ok().filter(|_| item.template().is_none())?;
    Some(fix.set(mount.clone(), MountSpec { read_only: true, ..spec }.to_string()))
}

/// The memory that a service may take.
pub fn memory_limit(service: &Service) -> Option<Bytes> {
    let limits = service.deploy.as_ref().and_then(|deploy| deploy.resources.as_ref()?.limits.as_ref());
    limits.and_then(|limits| limits.memory).or(service.mem_limit).filter(|limit| limit.0 > 0)
}

/// Folders as `tmpfs` has them: with a size, where no limit of memory bounds what they hold.
pub fn as_tmpfs(service: &Service, folders: &[&str]) -> Vec<String> {
    let size = if memory_limit(service).is_some() { "" } else { ":size=64m" };
    folders.iter().map(|folder| format!("{folder}{size}")).collect()
}

/// Adds folders to the `tmpfs` of a service, which may be one text.
pub fn add_tmpfs(fix: Fix, stack: &Stack, path: &Path, service: &Service, folders: &[&str]) -> Fix {
    let path = path.key("tmpfs");
    let folders = as_tmpfs(service, folders);
    match stack.document.at_path(&path).and_then(Node::as_str) {
        Some(own) => fix.set(path, std::iter::once(own.to_owned()).chain(folders).collect::<Vec<_>>()),
        None => folders.into_iter().fold(fix, |fix, folder| fix.append(path.clone(), folder)),
    }
}

/// Whether an image is known to look at its whole host: metrics, logs, inventories. It has to read what it reports.
pub fn is_monitor(image: &str) -> bool {
    const MONITORS: [&str; 21] = [
        "alloy",
        "beszel-agent",
        "cadvisor",
        "datadog-agent",
        "falco",
        "fluent-bit",
        "fluentd",
        "glances",
        "grafana-agent",
        "metricbeat",
        "filebeat",
        "netdata",
        "newrelic-infra",
        "node-exporter",
        "node_exporter",
        "opentelemetry-collector-contrib",
        "promtail",
        "scrutiny",
        "telegraf",
        "vector",
        "zabbix-agent2",
    ];
    MONITORS.contains(&image)
}
