//! `loki`: stores log lines.

use super::archetype::numbers;
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
        "https://github.com/grafana/loki/issues/20149 (3.6: neither a shell nor wget)",
        "https://github.com/grafana/loki/pull/20313 (3.7, by 20590 also 3.6.5: `-health` asks /ready)",
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
        let mut service = json!({
            "size": { "cpus": 1, "memory": "1G" },
            "image": it.image(),
            "user": "10001:10001",
            "command": ["-config.file=/etc/loki/local-config.yaml"],
            "volumes": [{ "type": "volume", "source": data, "target": "/loki" }],
            "tmpfs": ["/tmp"],
            "expose": ["3100"],
        });
        match health_test(it.tag) {
            Some(test) => {
                service["healthcheck"] =
                    json!({ "test": test, "interval": "10s", "timeout": "5s", "retries": 10, "start_period": "45s" });
            }
            None => service["allow"] = json!({ "missing-health-check": "the image holds nothing that could ask" }),
        }
        Expansion {
            service,
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

/// What asks whether it is ready: the image's `wget`, and after that was gone the program itself. Between the two, nothing could.
fn health_test(tag: &str) -> Option<&'static [&'static str]> {
    let version = numbers(tag);
    let is_before = |other: &[u64]| version.as_slice() < other;
    if !version.is_empty() && is_before(&[3, 6]) && version != [3] {
        return Some(&["CMD", "wget", "-q", "--spider", "http://127.0.0.1:3100/ready"]);
    }
    // `3.6` and `3` are the last of them.
    if version.len() == 3 && is_before(&[3, 6, 5]) { None } else { Some(&["CMD", "/usr/bin/loki", "-health"]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks() {
        let program = |tag| health_test(tag).map_or("", |test| if test[1] == "wget" { "wget" } else { "loki" });
        let cases = [
            ("2.9.10", "wget"),
            ("3.5.8", "wget"),
            ("3.5", "wget"),
            ("3.6.0", ""),
            ("3.6.4@sha256:00", ""),
            ("3.6.5", "loki"),
            ("3.6", "loki"),
            ("3.7.0-amd64", "loki"),
            ("3", "loki"),
            ("", "loki"),
        ];
        for (tag, wanted) in cases {
            assert_eq!(program(tag), wanted, "{tag}");
        }
    }
}
