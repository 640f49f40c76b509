//! `prometheus`: scrapes what has `metrics` and evaluates the generated alert rules.

use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::blueprint::scalars::PrometheusTime;
use crate::plan::Role;
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "prometheus",
    summary: "a Prometheus server with the generated scrape configuration",
    image: "prom/prometheus",
    versions: &["3"],
    sources: &[
        "https://github.com/prometheus/prometheus/blob/main/Dockerfile (v3: user nobody, busybox with wget, VOLUME /prometheus)",
        "https://github.com/prometheus/prometheus/blob/main/CHANGELOG.md (3.12: reloading by itself is a flag, no longer a feature)",
    ],
    makes: Makes::Service(expand::<Prometheus>),
    metrics: Metrics::Own(9090, "/metrics"),
    schema: schema::<Prometheus>,
};

record! {
    /// The parameters of `prometheus`.
    pub struct Prometheus {
        /// How long samples are kept, as Prometheus writes it; `15d` where it is left out.
        retention: Option<String> = PrometheusTime,
    }
}

impl Parameters for Prometheus {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let data = it.volume("data");
        Expansion {
            service: json!({
                "size": { "cpus": 1, "memory": "1536M" },
                "image": it.image(),
                "user": "65534:65534",
                "command": [
                    "--config.file=/etc/prometheus/prometheus.yml",
                    "--storage.tsdb.path=/prometheus",
                    format!("--storage.tsdb.retention.time={}", self.retention.as_deref().unwrap_or("15d")),
                    "--config.auto-reload-interval=30s",
                    if reloads_by_flag(it.tag) { "--config.auto-reload" } else { "--enable-feature=auto-reload-config" },
                ],
                "volumes": [
                    { "type": "bind", "source": format!("{}/prometheus", it.output), "target": "/etc/prometheus",
                      "read_only": true, "bind": { "create_host_path": false } },
                    { "type": "volume", "source": data, "target": "/prometheus" },
                ],
                "healthcheck": {
                    "test": ["CMD", "wget", "-q", "--spider", "http://127.0.0.1:9090/-/healthy"],
                    "interval": "10s", "timeout": "5s", "retries": 5, "start_period": "30s",
                },
                "stop_grace_period": "1m",
                "expose": ["9090"],
            }),
            volumes: vec![data],
            outputs: indexmap! {
                "port".into() => "9090".into(),
                "url".into() => format!("http://{}:9090", it.service).into(),
            },
            ports: vec![9090],
            role: Some(Role::Metrics),
            ..Expansion::default()
        }
    }
}

/// Whether the version knows `--config.auto-reload`: from 3.12 on.
fn reloads_by_flag(tag: &str) -> bool {
    let mut numbers =
        tag.trim_start_matches('v').split(|c: char| !c.is_ascii_digit()).map(|number| number.parse::<u32>());
    match (numbers.next(), numbers.next()) {
        (Some(Ok(3)), Some(Ok(minor))) => minor >= 12,
        (Some(Ok(major)), _) => major > 3,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_know_the_flag() {
        let known = ["v3.12.0", "3.15.0-distroless", "v4.0.0", "v3.5.0", "v3", "latest", ""].map(reloads_by_flag);
        assert_eq!(known, [true, true, true, false, false, false, false]);
    }
}
