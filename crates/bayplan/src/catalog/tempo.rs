//! `tempo`: stores traces.

use super::archetype::{numbers, yaml};
use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::record;
use crate::record::Between;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "tempo",
    summary: "a single Tempo that keeps traces on its volume and takes them by OTLP",
    image: "grafana/tempo",
    versions: &["2.8", "2.9", "2.10"],
    sources: &[
        "https://github.com/grafana/tempo/blob/main/cmd/tempo/Dockerfile (2.8: user 10001, /var/tempo, ENTRYPOINT /tempo)",
        "https://github.com/grafana/tempo/issues/5352 (2.8: /busybox/wget, no /bin/sh)",
        "https://github.com/grafana/tempo/pull/7410 (2.9.3, 2.10: no busybox); https://github.com/grafana/tempo/issues/6536 (nothing in its place)",
        "https://grafana.com/docs/tempo/latest/configuration/ (2.10: storage, block_retention, receivers)",
    ],
    makes: Makes::Service(expand::<Tempo>),
    metrics: Metrics::Own(3200, "/metrics"),
    schema: schema::<Tempo>,
};

record! {
    /// The parameters of `tempo`.
    pub struct Tempo {
        /// For how many hours traces are kept; 336 where it is left out.
        retention_hours: Option<i64> = Between<1, 87_600>,
    }
}

impl Parameters for Tempo {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let config = json!({
            "server": { "http_listen_port": 3200 },
            "distributor": { "receivers": { "otlp": { "protocols": {
                "grpc": { "endpoint": "0.0.0.0:4317" },
                "http": { "endpoint": "0.0.0.0:4318" },
            } } } },
            "compactor": { "compaction": { "block_retention": format!("{}h", self.retention_hours.unwrap_or(336)) } },
            "storage": { "trace": {
                "backend": "local",
                "wal": { "path": "/var/tempo/wal" },
                "local": { "path": "/var/tempo/blocks" },
            } },
            "usage_report": { "reporting_enabled": false },
        });
        let (file, mount) = it.config("tempo.yaml", "/etc/tempo.yaml", yaml(&config));
        let data = it.volume("data");
        let mut service = json!({
            "image": it.image(),
            "user": "10001:10001",
            "command": ["-config.file=/etc/tempo.yaml"],
            "volumes": [mount, { "type": "volume", "source": data, "target": "/var/tempo" }],
            "tmpfs": ["/tmp"],
            "stop_grace_period": "1m",
            "size": { "cpus": 0.5, "memory": "1G" },
            "expose": ["3200", "4317", "4318"],
        });
        if has_busybox(it.tag) {
            service["healthcheck"] = json!({
                "test": ["CMD", "/busybox/wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3200/ready"],
                "interval": "10s", "timeout": "5s", "retries": 10, "start_period": "45s",
            });
        } else {
            service["allow"] = json!({ "missing-health-check": "the image holds nothing that could ask" });
        }
        Expansion {
            service,
            volumes: vec![data],
            files: vec![file],
            outputs: indexmap! {
                "port".into() => "3200".into(),
                "url".into() => format!("http://{}:3200", it.service).into(),
                "otlp_grpc".into() => format!("http://{}:4317", it.service).into(),
                "otlp_http".into() => format!("http://{}:4318", it.service).into(),
            },
            ports: vec![3200, 4317, 4318],
            ..Expansion::default()
        }
    }
}

/// Whether the image brings BusyBox: from 2.8 to 2.9.2. Where a tag leaves the last number out, it is the latest: without.
fn has_busybox(tag: &str) -> bool {
    match numbers(tag).as_slice() {
        [2, 8, ..] => true,
        [2, 9, patch, ..] => *patch <= 2,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_with_busybox() {
        let with = ["2.8.2", "2.9.0", "2.9.2", "2.9.3", "2.9", "2.10.1", "2.7.2", "latest", ""].map(has_busybox);
        assert_eq!(with, [true, true, true, false, false, false, false, false, false]);
    }
}
