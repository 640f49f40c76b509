//! `socket-proxy`: the one service that holds the Docker socket; the others may read container names and logs from it.

use super::values::HostPath;
use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::plan::Role;
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "socket-proxy",
    summary: "read-only access to the Docker API over TCP",
    image: "ghcr.io/tecnativa/docker-socket-proxy",
    versions: &["0.3", "0.4"],
    sources: &[
        "https://github.com/Tecnativa/docker-socket-proxy (v0.4: the sections of the API that each variable opens)",
    ],
    makes: Makes::Service(expand::<SocketProxy>),
    metrics: Metrics::None,
    schema: schema::<SocketProxy>,
};

record! {
    /// The parameters of `socket-proxy`.
    pub struct SocketProxy {
        /// The socket on the host; `/var/run/docker.sock` where it is left out.
        socket: Option<String> = HostPath,
    }
}

impl Parameters for SocketProxy {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let socket = self.socket.unwrap_or_else(|| "/var/run/docker.sock".to_owned());
        Expansion {
            service: json!({
                "size": { "cpus": 0.25, "memory": "64M" },
                "image": it.image(),
                // Containers (with their logs) and networks; everything else, and every write, stays shut.
                "environment": { "CONTAINERS": "1", "NETWORKS": "1", "POST": "0", "LOG_LEVEL": "warning" },
                "volumes": [{ "type": "bind", "source": socket, "target": "/var/run/docker.sock", "read_only": true,
                              "bind": { "create_host_path": false } }],
                "tmpfs": ["/run", "/tmp", "/var/lib/haproxy"],
                "healthcheck": {
                    "test": ["CMD", "wget", "-q", "--spider", "http://127.0.0.1:2375/_ping"],
                    "interval": "10s", "timeout": "5s", "retries": 3,
                },
                "expose": ["2375"],
            }),
            outputs: indexmap! {
                "port".into() => "2375".into(),
                "url".into() => format!("tcp://{}:2375", it.service).into(),
            },
            ports: vec![2375],
            role: Some(Role::DockerApi),
            ..Expansion::default()
        }
    }
}
