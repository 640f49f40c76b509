//! `qdrant`: a vector database.

use super::archetype::{ask_by_bash, with_variables};
use super::values::SecretName;
use super::{Archetype, Expansion, Instance, Makes, Metrics, Output, Parameters, Say, expand, schema, secret_path};
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "qdrant",
    summary: "a Qdrant server: vectors and search in them",
    image: "qdrant/qdrant",
    versions: &["1.14", "1.15", "1.16", "1.17", "1.18"],
    sources: &[
        "https://github.com/qdrant/qdrant/blob/master/Dockerfile (1.17: Debian with bash, neither curl nor wget; `-unprivileged` tags have user 1000)",
        "https://github.com/qdrant/qdrant/blob/master/tools/entrypoint.sh (QDRANT_INIT_FILE_PATH is written beside the program)",
        "https://github.com/qdrant/qdrant/blob/master/config/config.yaml (storage, snapshots, service.api_key)",
    ],
    makes: Makes::Service(expand::<Qdrant>),
    metrics: Metrics::Own(6333, "/metrics"),
    schema: schema::<Qdrant>,
};

record! {
    /// The parameters of `qdrant`.
    pub struct Qdrant {
        /// The secret that holds the key which clients send; anybody may do anything where it is left out.
        api_key: Option<String> = SecretName,
    }
}

impl Parameters for Qdrant {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        if !it.tag.is_empty() && !it.tag.starts_with('@') && !it.tag.contains("-unprivileged") {
            // Its folders belong to root: another user could write nothing.
            let message = format!("the image of the tag `{}` runs as root", it.tag);
            say.wrong("use", message, format!("write `use: qdrant:{}-unprivileged`", it.tag));
        }
        if it.metrics && self.api_key.is_some() {
            let message = "metrics are behind the key, too, which Prometheus does not have";
            say.wrong("api_key", message, "remove `metrics`, or the key");
        }
        let (data, snapshots) = (it.volume("data"), it.volume("snapshots"));
        let mut service = json!({
            "image": it.image(),
            "user": "1000:1000",
            "environment": {
                "QDRANT__STORAGE__STORAGE_PATH": "/qdrant/storage",
                "QDRANT__STORAGE__SNAPSHOTS_PATH": "/qdrant/snapshots",
                "QDRANT__TELEMETRY_DISABLED": "true",
                "QDRANT_INIT_FILE_PATH": "/tmp/.qdrant-initialized",
            },
            "volumes": [
                { "type": "volume", "source": data, "target": "/qdrant/storage" },
                { "type": "volume", "source": snapshots, "target": "/qdrant/snapshots" },
            ],
            "tmpfs": ["/tmp"],
            "healthcheck": {
                "test": ask_by_bash(6333, "/readyz"),
                "interval": "10s", "timeout": "5s", "retries": 5, "start_period": "30s",
            },
            "stop_grace_period": "1m",
            "size": { "cpus": 1, "memory": "1G" },
            "expose": ["6333", "6334"],
        });
        let mut outputs = indexmap! {
            "port".into() => "6333".into(),
            "grpc_port".into() => "6334".into(),
            "url".into() => format!("http://{}:6333", it.service).into(),
        };
        if let Some(key) = &self.api_key {
            let script = with_variables([("QDRANT__SERVICE__API_KEY", secret_path(key))], "./entrypoint.sh");
            service["command"] = json!(["bash", "-c", script]);
            service["secrets"] = json!([key]);
            outputs.insert("api_key_file".to_owned(), Output::SecretFile(key.clone()));
        }
        Expansion {
            service,
            volumes: vec![data, snapshots],
            secrets: self.api_key.into_iter().collect(),
            outputs,
            ports: vec![6333, 6334],
            ..Expansion::default()
        }
    }
}
