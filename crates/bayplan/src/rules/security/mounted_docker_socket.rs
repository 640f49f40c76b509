//! `mounted-docker-socket`: a container can give orders to the container engine of its host.

use crate::finding::Level;
use crate::plan::{Plan, Role};
use crate::rules::container::{Container, containers};
use crate::rules::host_paths::{HostPath, host_paths, is_in, is_monitor};
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "mounted-docker-socket",
    group: Group::Security,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a container sees the socket of the container engine: itself, in a folder, or through a volume",
    why: "whoever can write to the socket starts a privileged container; mounting it read-only does not help, because orders are sent to it all the same",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { DOCKER_HOST: 'tcp://socket-proxy:2375' }\n",
    fine: "services:\n  socket-proxy:\n    image: tecnativa/docker-socket-proxy:0.3.0\n    environment: { CONTAINERS: 1 }\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']\n  web:\n    image: nginx:1.27.3\n    volumes: ['/run/udev:/run/udev:ro', './docker.sock.md:/docs/docker.sock.md']\n",
    fix: "let a socket proxy stand in between, which passes on only the requests that the program needs",
    sources: &[
        "SEC002",
        "CIS Docker Benchmark 5.32",
        "OWASP Docker rule 1",
        "KICS Docker Socket Mounted In Container",
        "compose-lint CL-0001",
    ],
    check,
};

/// The sockets of container engines, by the end of their path.
const SOCKETS: [&str; 7] = [
    "/docker.sock",
    "/docker.sock.raw",
    "/containerd.sock",
    "/podman.sock",
    "/crio.sock",
    "/cri-dockerd.sock",
    "/dockershim.sock",
];

/// Folders that hold such a socket.
const FOLDERS: [&str; 9] = [
    "/",
    "/run",
    "/run/containerd",
    "/run/podman",
    "/run/crio",
    "/run/k3s",
    "/run/k3s/containerd",
    "/run/user",
    "~/.docker/run",
];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan).filter(|container| !is_proxy(container)) {
        for path in host_paths(&container).iter().filter(|path| holds_socket(path, &container)) {
            let what = match is_socket(path) {
                true => format!("mounts the socket `{}` of the container engine", path.written),
                false => format!("mounts `{}`, where the socket of the container engine stands", path.written),
            };
            let message = format!("{} {what}: it can do everything on the host", container.called());
            let help = match is_socket(path) {
                true => "let a socket proxy stand in between; read-only does not help",
                false => "mount the one file or folder below it that is needed",
            };
            found.value(rule, container.stack, container.name, path.at.clone(), message).set_help(help);
        }
    }
}

/// Whether a container sees a socket of a container engine at `path`. Who reports about the whole host has to see it; what is
/// writable there is worse than the socket, and said as that.
pub(super) fn holds_socket(path: &HostPath, container: &Container<'_>) -> bool {
    let is_user = path.path.strip_prefix("/run/user/").is_some_and(|rest| {
        let (user, rest) = rest.split_once('/').unwrap_or((rest, ""));
        !user.is_empty() && matches!(rest, "" | "podman" | "docker")
    });
    let is_folder = FOLDERS.contains(&path.path.as_str()) || is_user;
    is_socket(path)
        || is_folder
            && !(path.path == "/" && !path.read_only)
            && !(path.read_only && is_monitor(container.image_name()))
}

fn is_socket(path: &HostPath) -> bool {
    let pipe = path.path.to_ascii_lowercase();
    SOCKETS.iter().any(|socket| path.path.ends_with(socket))
        || ["/pipe/docker_engine", "/pipe/docker_engine_linux", "/pipe/containerd-containerd"]
            .iter()
            .any(|name| pipe.ends_with(name))
        // A link to it, whatever its name: the container takes it for the socket.
        || SOCKETS[..2].iter().any(|socket| is_in(&path.target, &format!("/run{socket}")) || path.target == format!("/var/run{socket}"))
}

/// Whether it is there to filter what others may ask of the engine.
pub(super) fn is_proxy(container: &Container<'_>) -> bool {
    const PROXIES: [&str; 5] =
        ["docker-socket-proxy", "socket-proxy", "docker-proxy-filter", "docker-api-proxy", "sockguard"];
    container.service.is_some_and(|service| service.role == Some(Role::DockerApi))
        || PROXIES.contains(&container.image_name())
}
