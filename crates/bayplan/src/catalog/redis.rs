//! `redis`: a Redis server that keeps its data.

use super::values::RedisMemory;
use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "redis",
    summary: "a Redis server with an append-only file",
    image: "redis",
    versions: &["7", "8"],
    sources: &[
        "https://github.com/redis/docker-library-redis/blob/release/7.4/alpine/Dockerfile (7.4: uid 999, gid 1000, VOLUME /data)",
    ],
    makes: Makes::Service(expand::<Redis>),
    metrics: Metrics::None,
    schema: schema::<Redis>,
};

record! {
    /// The parameters of `redis`.
    pub struct Redis {
        /// Whether every write is kept in an append-only file; it is, unless this says `false`.
        appendonly: Option<bool>,
        /// The memory at which keys are evicted, as Redis writes it (`200mb`); none where it is left out.
        maxmemory: Option<String> = RedisMemory,
    }
}

impl Parameters for Redis {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let data = it.volume("data");
        let mut command = vec!["redis-server".to_owned()];
        if self.appendonly.unwrap_or(true) {
            command.extend(["--appendonly".to_owned(), "yes".to_owned()]);
        }
        if let Some(limit) = self.maxmemory {
            command.extend([
                "--maxmemory".to_owned(),
                limit,
                "--maxmemory-policy".to_owned(),
                "allkeys-lru".to_owned(),
            ]);
        }
        Expansion {
            service: json!({
                "size": { "cpus": 0.5, "memory": "256M" },
                "image": it.image(),
                "command": command,
                // The image's own user; started so, the entry point needs no capability.
                "user": if it.tag.contains("alpine") { "999:1000" } else { "999:999" },
                "volumes": [{ "type": "volume", "source": data, "target": "/data" }],
                "tmpfs": ["/tmp"],
                "healthcheck": {
                    "test": ["CMD", "redis-cli", "-h", "127.0.0.1", "ping"],
                    "interval": "10s", "timeout": "3s", "retries": 3,
                },
                "expose": ["6379"],
            }),
            volumes: vec![data],
            outputs: indexmap! {
                "port".into() => "6379".into(),
                "url".into() => format!("redis://{}:6379/0", it.service).into(),
            },
            ports: vec![6379],
            ..Expansion::default()
        }
    }
}
