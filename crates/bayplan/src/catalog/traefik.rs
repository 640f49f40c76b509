//! `traefik`: the gateway, fed by files, without access to the Docker socket.

use super::values::HostAddress;
use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::plan::Role;
use crate::record;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "traefik",
    summary: "the gateway: Traefik v3 with the generated static configuration and file provider",
    image: "traefik",
    versions: &["3"],
    sources: &[
        "https://github.com/traefik/traefik-library-image/blob/master/v3.6/alpine/Dockerfile",
        "https://doc.traefik.io/traefik/v3.6/reference/install-configuration/providers/others/file/ (mount the folder, not the file)",
    ],
    makes: Makes::Service(expand::<Traefik>),
    metrics: Metrics::Own(METRICS_PORT, "/metrics"),
    schema: schema::<Traefik>,
};

/// The port of the entry point for health checks and metrics.
pub const METRICS_PORT: u16 = 8082;

record! {
    /// The parameters of `traefik`.
    pub struct Traefik {
        /// The address of the host that ports 80 and 443 are published on; all of them where it is left out.
        bind: Option<String> = HostAddress,
    }
}

impl Parameters for Traefik {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let publish = |port: u16| {
            let mut entry =
                json!({ "target": port, "published": port.to_string(), "protocol": "tcp", "mode": "ingress" });
            if let Some(bind) = &self.bind {
                entry["host_ip"] = json!(bind);
            }
            entry
        };
        let certificates = it.volume("acme");
        let mut volumes = vec![json!({
            "type": "bind", "source": format!("{}/traefik", it.output), "target": "/etc/traefik", "read_only": true,
            "bind": { "create_host_path": false },
        })];
        let mut ports = vec![publish(80)];
        if it.tls {
            volumes.push(json!({ "type": "volume", "source": certificates, "target": "/acme" }));
        }
        if it.takes_tls {
            ports.push(publish(443));
        }
        Expansion {
            service: json!({
                "size": { "cpus": 1, "memory": "256M" },
                "image": it.image(),
                "command": ["--configFile=/etc/traefik/traefik.yaml"],
                "ports": ports,
                "volumes": volumes,
                "tmpfs": ["/tmp"],
                "healthcheck": {
                    "test": ["CMD", "traefik", "healthcheck", "--configFile=/etc/traefik/traefik.yaml"],
                    "interval": "10s", "timeout": "5s", "retries": 3, "start_period": "5s",
                },
                "expose": [METRICS_PORT.to_string()],
            }),
            volumes: if it.tls { vec![certificates] } else { Vec::new() },
            ports: vec![METRICS_PORT, 80, 443],
            role: Some(Role::Gateway),
            ..Expansion::default()
        }
    }
}
