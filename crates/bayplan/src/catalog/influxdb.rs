//! `influxdb`: a time series database, version 2.

use super::values::SecretName;
use super::{Archetype, Expansion, Instance, Makes, Metrics, Output, Parameters, Say, expand, schema, secret_path};
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "influxdb",
    summary: "an InfluxDB 2 server with one organisation and one bucket",
    image: "influxdb",
    versions: &["2.7", "2.8"],
    sources: &[
        "https://github.com/influxdata/influxdata-docker/blob/master/influxdb/2.8/Dockerfile (2.8: user influxdb 1000; VOLUME /var/lib/influxdb2, /etc/influxdb2; curl)",
        "https://github.com/influxdata/influxdata-docker/blob/master/influxdb/2.8/entrypoint.sh (setup on the first start; _PASSWORD_FILE, _ADMIN_TOKEN_FILE)",
    ],
    makes: Makes::Service(expand::<Influxdb>),
    metrics: Metrics::Own(8086, "/metrics"),
    schema: schema::<Influxdb>,
};

record! {
    /// The parameters of `influxdb`.
    pub struct Influxdb {
        /// The organisation that is made on the first start.
        organisation [Required]: String,
        /// The bucket that is made on the first start.
        bucket [Required]: String,
        /// The user that is made on the first start; `admin` where it is left out.
        user: Option<String>,
        /// The secret that holds the user's password; `SERVICE_password` where it is left out.
        password: Option<String> = SecretName,
        /// The secret that holds the token which may do everything; `SERVICE_token` where it is left out.
        token: Option<String> = SecretName,
        /// How long data is kept: `30d`; for ever where it is left out.
        retention: Option<String> = crate::blueprint::scalars::PrometheusTime,
    }
}

impl Parameters for Influxdb {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let Self { organisation, bucket, user, password, token, retention } = self;
        let password = password.unwrap_or_else(|| it.secret("password"));
        let token = token.unwrap_or_else(|| it.secret("token"));
        let (data, settings) = (it.volume("data"), it.volume("config"));
        let mut environment = indexmap! {
            "DOCKER_INFLUXDB_INIT_MODE" => "setup".to_owned(),
            "DOCKER_INFLUXDB_INIT_USERNAME" => user.unwrap_or_else(|| "admin".to_owned()),
            "DOCKER_INFLUXDB_INIT_PASSWORD_FILE" => secret_path(&password),
            "DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE" => secret_path(&token),
            "DOCKER_INFLUXDB_INIT_ORG" => organisation.clone(),
            "DOCKER_INFLUXDB_INIT_BUCKET" => bucket.clone(),
            "INFLUXD_REPORTING_DISABLED" => "true".to_owned(),
        };
        environment.extend(retention.map(|retention| ("DOCKER_INFLUXDB_INIT_RETENTION", retention)));
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "1000:1000",
                "environment": environment,
                "secrets": [password, token],
                "volumes": [
                    { "type": "volume", "source": data, "target": "/var/lib/influxdb2" },
                    { "type": "volume", "source": settings, "target": "/etc/influxdb2" },
                ],
                "tmpfs": ["/tmp"],
                "healthcheck": {
                    "test": ["CMD", "influx", "ping", "--host", "http://127.0.0.1:8086"],
                    "interval": "15s", "timeout": "5s", "retries": 5, "start_period": "60s",
                },
                "stop_grace_period": "1m",
                "size": { "cpus": 1, "memory": "1G" },
                "expose": ["8086"],
            }),
            volumes: vec![data, settings],
            secrets: vec![password, token.clone()],
            outputs: indexmap! {
                "port".into() => "8086".into(),
                "url".into() => format!("http://{}:8086", it.service).into(),
                "organisation".into() => organisation.into(),
                "bucket".into() => bucket.into(),
                "token_file".into() => Output::SecretFile(token),
            },
            ports: vec![8086],
            ..Expansion::default()
        }
    }
}
