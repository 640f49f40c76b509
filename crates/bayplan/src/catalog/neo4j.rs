//! `neo4j`: a graph database.

use super::archetype::with_variables;
use super::values::SecretName;
use super::{Archetype, Expansion, Instance, Makes, Metrics, Output, Parameters, Say, expand, schema, secret_path};
use crate::record;
use crate::record::Between;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "neo4j",
    summary: "a Neo4j server",
    image: "neo4j",
    versions: &["5"],
    sources: &[
        "https://github.com/neo4j/docker-neo4j/blob/master/docker-image-src/5/coredb/Dockerfile-debian (5.26: user neo4j 7474, wget, tini; VOLUME /data, /logs)",
        "https://github.com/neo4j/docker-neo4j/blob/master/docker-image-src/5/coredb/docker-entrypoint.sh (settings go into conf/neo4j.conf, NEO4J_PLUGINS into plugins)",
    ],
    makes: Makes::Service(expand::<Neo4j>),
    metrics: Metrics::None,
    schema: schema::<Neo4j>,
};

record! {
    /// The parameters of `neo4j`.
    pub struct Neo4j {
        /// The secret that holds the password of `neo4j`; `SERVICE_password` where it is left out.
        password: Option<String> = SecretName,
        /// Plugins that are fetched at every start, as the image names them: `apoc`, `graph-data-science`.
        plugins: Vec<String>,
        /// The memory of Java in megabytes; 512 where it is left out.
        heap: Option<i64> = Between<128, 31_744>,
        /// The memory for pages of the database in megabytes; 512 where it is left out.
        page_cache: Option<i64> = Between<8, 1_000_000>,
    }
}

impl Parameters for Neo4j {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        for (at, plugin) in self.plugins.iter().enumerate() {
            if plugin.is_empty() || !plugin.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
                let message = format!("`{}` is no name of a plugin", plugin.escape_debug());
                say.wrong_item("plugins", at, message, "name plugins of the image, such as `apoc`");
            }
        }
        let password = self.password.unwrap_or_else(|| it.secret("password"));
        let (data, logs) = (it.volume("data"), it.volume("logs"));
        let (heap, pages) = (self.heap.unwrap_or(512), self.page_cache.unwrap_or(512));
        let script = with_variables(
            [("WORD", secret_path(&password))],
            "env NEO4J_AUTH=\"neo4j/$WORD\" /startup/docker-entrypoint.sh neo4j",
        );
        let mut environment = indexmap! {
            "NEO4J_server_memory_heap_initial__size" => format!("{heap}m"),
            "NEO4J_server_memory_heap_max__size" => format!("{heap}m"),
            "NEO4J_server_memory_pagecache_size" => format!("{pages}m"),
        };
        if !self.plugins.is_empty() {
            environment.insert("NEO4J_PLUGINS", json!(self.plugins).to_string());
            let open: Vec<String> = self
                .plugins
                .iter()
                .map(|plugin| if plugin == "graph-data-science" { "gds.*".to_owned() } else { format!("{plugin}.*") })
                .collect();
            environment.insert("NEO4J_dbms_security_procedures_unrestricted", open.join(","));
        }
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "7474:7474",
                "entrypoint": ["tini", "-g", "--", "bash", "-c", script],
                "environment": environment,
                "secrets": [password],
                "volumes": [
                    { "type": "volume", "source": data, "target": "/data" },
                    { "type": "volume", "source": logs, "target": "/logs" },
                ],
                "tmpfs": ["/tmp"],
                "read_only": false,
                "healthcheck": {
                    "test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:7474/"],
                    "interval": "15s", "timeout": "10s", "retries": 6, "start_period": "90s",
                },
                "stop_grace_period": "2m",
                "size": { "cpus": 1, "memory": format!("{}M", heap + pages + 512) },
                "expose": ["7474", "7687"],
                "allow": { "writable-rootfs": "the entry point writes settings and plugins below /var/lib/neo4j" },
            }),
            volumes: vec![data, logs],
            secrets: vec![password.clone()],
            outputs: indexmap! {
                "port".into() => "7687".into(),
                "url".into() => format!("bolt://{}:7687", it.service).into(),
                "http_url".into() => format!("http://{}:7474", it.service).into(),
                "user".into() => "neo4j".into(),
                "password_file".into() => Output::SecretFile(password),
            },
            ports: vec![7474, 7687],
            ..Expansion::default()
        }
    }
}
