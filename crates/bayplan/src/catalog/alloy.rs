//! `alloy`: collects log lines and traces, and sends them where the fleet says.

use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::plan::Role;
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "alloy",
    summary: "the collector: Grafana Alloy with the generated pipelines",
    image: "grafana/alloy",
    versions: &["1"],
    sources: &[
        "https://github.com/grafana/alloy/blob/main/Dockerfile (1.13: user alloy 473, bash in the image, /var/lib/alloy/data)",
    ],
    makes: Makes::Service(expand::<Alloy>),
    metrics: Metrics::Own(12345, "/metrics"),
    schema: schema::<Alloy>,
};

record! {
    /// The parameters of `alloy`: it has none.
    pub struct Alloy {}
}

impl Parameters for Alloy {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let data = it.volume("data");
        Expansion {
            service: json!({
                "size": { "cpus": 0.5, "memory": "512M" },
                "image": it.image(),
                "user": "473:473",
                "command": [
                    "run", "--server.http.listen-addr=0.0.0.0:12345", "--storage.path=/var/lib/alloy/data",
                    "--disable-reporting", "/etc/alloy",
                ],
                "volumes": [
                    { "type": "bind", "source": format!("{}/alloy", it.output), "target": "/etc/alloy",
                      "read_only": true, "bind": { "create_host_path": false } },
                    { "type": "volume", "source": data, "target": "/var/lib/alloy/data" },
                ],
                "tmpfs": ["/tmp"],
                // The image has bash, but neither curl nor wget.
                "healthcheck": {
                    "test": ["CMD", "bash", "-c",
                        "exec 3<>/dev/tcp/127.0.0.1/12345 && printf 'GET /-/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200 '* ]]"],
                    "interval": "10s", "timeout": "5s", "retries": 5, "start_period": "20s",
                },
                "expose": ["12345", "4317", "4318"],
            }),
            volumes: vec![data],
            outputs: indexmap! {
                "port".into() => "12345".into(),
                "otlp_grpc".into() => format!("http://{}:4317", it.service).into(),
                "otlp_http".into() => format!("http://{}:4318", it.service).into(),
            },
            ports: vec![12345, 4317, 4318],
            role: Some(Role::Collector),
            ..Expansion::default()
        }
    }
}
