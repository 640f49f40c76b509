//! `redisinsight`: a web page that shows Redis and Valkey.

use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "redisinsight",
    summary: "a web page that shows Redis and Valkey servers",
    image: "redis/redisinsight",
    versions: &["2.70", "3"],
    sources: &[
        "https://github.com/redis/RedisInsight/blob/main/Dockerfile (3.0: Alpine with wget, user node 1000, port 5540, data in /data)",
    ],
    makes: Makes::Service(expand::<Redisinsight>),
    metrics: Metrics::None,
    schema: schema::<Redisinsight>,
};

record! {
    /// The parameters of `redisinsight`: it has none. Servers are added on its page.
    pub struct Redisinsight {}
}

impl Parameters for Redisinsight {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let data = it.volume("data");
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "1000:1000",
                "environment": { "RI_APP_PORT": "5540", "RI_APP_HOST": "0.0.0.0", "HOME": "/tmp" },
                "volumes": [{ "type": "volume", "source": data, "target": "/data" }],
                "tmpfs": ["/tmp"],
                "healthcheck": {
                    "test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:5540/api/health/"],
                    "interval": "30s", "timeout": "5s", "retries": 3, "start_period": "30s",
                },
                "size": { "cpus": 0.5, "memory": "512M" },
                "expose": ["5540"],
            }),
            volumes: vec![data],
            outputs: indexmap! {
                "port".into() => "5540".into(),
                "url".into() => format!("http://{}:5540", it.service).into(),
            },
            ports: vec![5540],
            ..Expansion::default()
        }
    }
}
