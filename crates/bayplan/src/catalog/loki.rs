//! `loki`: stores log lines.

use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::plan::Role;
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "loki",
    summary: "a single Loki that keeps log lines on its volume",
    image: "grafana/loki",
    versions: &["3"],
    sources: &[
        "https://github.com/grafana/loki/blob/main/cmd/loki/Dockerfile (3.5: uid 10001, busybox with wget, /loki, /etc/loki/local-config.yaml)",
    ],
    makes: Makes::Service(expand::<Loki>),
    metrics: Metrics::Own(3100, "/metrics"),
    schema: schema::<Loki>,
};

record! {
    /// The parameters of `loki`: it has none. Another configuration is mounted over `/etc/loki/local-config.yaml`.
    pub struct Loki {}
}

impl Parameters for Loki {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let data = it.volume("data");
        let volumes = vec![json!({ "type": "volume", "source": data, "target": "/loki" })];
        Expansion {
            service: json!({
                "size": { "cpus": 1, "memory": "1G" },
                "image": it.image(),
                "user": "10001:10001",
                "command": ["-config.file=/etc/loki/local-config.yaml"],
                "volumes": volumes,
                "tmpfs": ["/tmp"],
                "healthcheck": {
                    "test": ["CMD", "wget", "-q", "--spider", "http://127.0.0.1:3100/ready"],
                    "interval": "10s", "timeout": "5s", "retries": 10, "start_period": "45s",
                },
                "expose": ["3100"],
            }),
            volumes: vec![data],
            outputs: indexmap! {
                "port".into() => "3100".into(),
                "url".into() => format!("http://{}:3100", it.service).into(),
            },
            ports: vec![3100],
            role: Some(Role::Logs),
            ..Expansion::default()
        }
    }
}
