//! `postgres-exporter`, `redis-exporter`, `kafka-exporter`: what serves the metrics of programs that serve none.

use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::record;
use serde_json::{Value, json};

/// The exporter of PostgreSQL.
pub const POSTGRES: Archetype = Archetype {
    name: "postgres-exporter",
    summary: "serves the metrics of a PostgreSQL server",
    image: "quay.io/prometheuscommunity/postgres-exporter",
    versions: &["0.17", "0.18"],
    sources: &[
        "https://github.com/prometheus-community/postgres_exporter/blob/master/Dockerfile (0.18: busybox, user nobody, port 9187)",
        "https://github.com/prometheus-community/postgres_exporter/blob/master/README.md (DATA_SOURCE_URI, _USER, _PASS_FILE)",
    ],
    makes: Makes::Service(expand::<PostgresExporter>),
    metrics: Metrics::Own(9187, "/metrics"),
    schema: schema::<PostgresExporter>,
};

/// The tag of an exporter that an archetype adds by itself.
pub const POSTGRES_USE: &str = "postgres-exporter:v0.18.1";

record! {
    /// The parameters of `postgres-exporter`.
    pub struct PostgresExporter {
        /// The host and port of the server.
        server [Required]: String,
        /// The database.
        database [Required]: String,
        /// The user.
        user [Required]: String,
        /// The file with the user's password, in the container: `{{ db.password_file }}`.
        password_file [Required]: String,
    }
}

impl Parameters for PostgresExporter {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let Self { server, database, user, password_file } = self;
        exporter(
            it,
            9187,
            json!({
                "environment": {
                    "DATA_SOURCE_URI": format!("{server}/{database}?sslmode=disable"),
                    "DATA_SOURCE_USER": user,
                    "DATA_SOURCE_PASS_FILE": password_file,
                },
                "user": "65534:65534",
            }),
        )
    }
}

/// The exporter of Redis and Valkey.
pub const REDIS: Archetype = Archetype {
    name: "redis-exporter",
    summary: "serves the metrics of Redis and Valkey servers",
    image: "oliver006/redis_exporter",
    versions: &["1.80", "1.81", "1.82"],
    sources: &[
        "https://github.com/oliver006/redis_exporter/blob/master/docker/Dockerfile (1.80: user 59000, port 9121; `-alpine` tags have a shell, the others nothing)",
        "https://github.com/oliver006/redis_exporter/blob/master/README.md (--redis.password-file is JSON; REDIS_PASSWORD is the password)",
    ],
    makes: Makes::Service(expand::<RedisExporter>),
    metrics: Metrics::Own(9121, "/metrics"),
    schema: schema::<RedisExporter>,
};

/// The tag of an exporter that an archetype adds by itself.
pub const REDIS_USE: &str = "redis-exporter:v1.80.1-alpine";

record! {
    /// The parameters of `redis-exporter`.
    pub struct RedisExporter {
        /// The URL of the server; without one, targets are asked for at `/scrape?target=…`.
        url: Option<String>,
        /// The file with the password, in the container. It takes an `-alpine` tag: another has no shell to read it with.
        password_file: Option<String>,
    }
}

impl Parameters for RedisExporter {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        if self.password_file.is_some() && !it.tag.is_empty() && !it.tag.contains("alpine") {
            let message =
                format!("the image of the tag `{}` has no shell that could read a password from a file", it.tag);
            say.wrong("password_file", message, format!("write `use: redis-exporter:{}-alpine`", it.tag));
        }
        let mut service = json!({
            "environment": { "REDIS_ADDR": self.url.unwrap_or_default() },
            "user": "59000:59000",
        });
        if let Some(file) = self.password_file {
            let script = super::archetype::with_variables([("REDIS_PASSWORD", file)], "/redis_exporter");
            service["entrypoint"] = json!(["sh", "-c", script]);
        }
        if !it.tag.contains("alpine") {
            // Nothing in the image could ask it.
            return Expansion { service: unchecked(it, 9121, service), ports: vec![9121], ..Expansion::default() };
        }
        exporter(it, 9121, service)
    }
}

/// The exporter of Kafka.
pub const KAFKA: Archetype = Archetype {
    name: "kafka-exporter",
    summary: "serves the lag of consumers and the state of topics of a Kafka cluster",
    image: "danielqsj/kafka-exporter",
    versions: &["1.9"],
    sources: &[
        "https://github.com/danielqsj/kafka_exporter/blob/master/Dockerfile (1.9: busybox, user nobody, port 9308)",
    ],
    makes: Makes::Service(expand::<KafkaExporter>),
    metrics: Metrics::Own(9308, "/metrics"),
    schema: schema::<KafkaExporter>,
};

/// The tag of an exporter that an archetype adds by itself.
pub const KAFKA_USE: &str = "kafka-exporter:v1.9.0";

record! {
    /// The parameters of `kafka-exporter`.
    pub struct KafkaExporter {
        /// The brokers: host and port of each.
        brokers [Required]: Vec<String>,
    }
}

impl Parameters for KafkaExporter {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let servers: Vec<String> = self.brokers.iter().map(|broker| format!("--kafka.server={broker}")).collect();
        exporter(it, 9308, json!({ "command": servers, "user": "65534:65534" }))
    }
}

/// A small service that serves metrics at a port, asked by the `wget` of BusyBox.
fn exporter(it: &Instance, port: u16, service: Value) -> Expansion {
    let mut service = unchecked(it, port, service);
    let url = format!("http://127.0.0.1:{port}/metrics");
    service["healthcheck"] = json!({
        "test": ["CMD", "wget", "-q", "-O", "/dev/null", url],
        "interval": "30s", "timeout": "10s", "retries": 3, "start_period": "10s",
    });
    Expansion { service, ports: vec![port], ..Expansion::default() }
}

fn unchecked(it: &Instance, port: u16, mut service: Value) -> Value {
    service["image"] = it.image().into();
    service["size"] = json!({ "cpus": 0.25, "memory": "128M" });
    service["expose"] = json!([port.to_string()]);
    if !it.tag.contains("alpine") && it.image.contains("redis") {
        service["allow"] = json!({ "missing-health-check": "the image holds nothing that could ask" });
    }
    service
}
