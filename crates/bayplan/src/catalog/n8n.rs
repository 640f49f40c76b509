//! `n8n`: workflow automation on a PostgreSQL database.

use super::values::SecretName;
use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema, secret_path};
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "n8n",
    summary: "n8n workflow automation, one instance, on PostgreSQL",
    image: "n8nio/n8n",
    versions: &["1", "2"],
    sources: &[
        "https://github.com/n8n-io/n8n/blob/master/docker/images/n8n/Dockerfile (1.113: user node 1000, /home/node/.n8n)",
        "https://docs.n8n.io/hosting/configuration/configuration-methods/ (the variables that honour _FILE)",
    ],
    makes: Makes::Service(expand::<N8n>),
    metrics: Metrics::Own(5678, "/metrics"),
    schema: schema::<N8n>,
};

record! {
    /// The parameters of `n8n`.
    pub struct N8n {
        /// The PostgreSQL database that holds workflows and credentials.
        database [Required]: Database,
        /// The secret that holds the key for stored credentials; `SERVICE_encryption_key` where it is left out.
        encryption_key: Option<String> = SecretName,
        /// Whether `/metrics` is served.
        metrics: Option<bool>,
    }
}

record! {
    /// The database of `n8n`.
    pub struct Database {
        /// The host.
        host [Required]: String,
        /// The port; 5432 where it is left out.
        port: Option<i64> = crate::record::Between<1, 65535>,
        /// The database.
        name [Required]: String,
        /// The user.
        user [Required]: String,
        /// The file that holds the password, in the container: `{{ db.password_file }}`.
        password_file [Required]: String,
    }
}

impl Parameters for N8n {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let data = it.volume("data");
        let key = self.encryption_key.unwrap_or_else(|| it.secret("encryption_key"));
        let mut environment = indexmap! {
            "DB_TYPE" => "postgresdb".to_owned(),
            "DB_POSTGRESDB_HOST" => self.database.host,
            "DB_POSTGRESDB_PORT" => self.database.port.unwrap_or(5432).to_string(),
            "DB_POSTGRESDB_DATABASE" => self.database.name,
            "DB_POSTGRESDB_USER" => self.database.user,
            "DB_POSTGRESDB_PASSWORD_FILE" => self.database.password_file,
            "N8N_ENCRYPTION_KEY_FILE" => secret_path(&key),
            "N8N_PORT" => "5678".to_owned(),
            "N8N_METRICS" => self.metrics.unwrap_or(it.metrics).to_string(),
            "N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS" => "true".to_owned(),
        };
        if let Some((scheme, host)) = it.url.and_then(|url| url.split_once("://")) {
            environment.extend([
                ("N8N_HOST", host.to_owned()),
                ("N8N_PROTOCOL", scheme.to_owned()),
                ("WEBHOOK_URL", format!("{scheme}://{host}/")),
                ("N8N_PROXY_HOPS", "1".to_owned()),
            ]);
        }
        Expansion {
            service: json!({
                "size": { "cpus": 1, "memory": "1G" },
                "image": it.image(),
                "user": "1000:1000",
                "environment": environment,
                "secrets": [key],
                "volumes": [{ "type": "volume", "source": data, "target": "/home/node/.n8n" }],
                "tmpfs": ["/tmp", "/home/node/.cache:uid=1000,gid=1000,mode=0700"],
                "healthcheck": {
                    "test": ["CMD", "wget", "-q", "--spider", "http://127.0.0.1:5678/healthz"],
                    "interval": "15s", "timeout": "5s", "retries": 5, "start_period": "30s",
                },
                "expose": ["5678"],
            }),
            volumes: vec![data],
            secrets: vec![key],
            outputs: indexmap! {
                "port".into() => "5678".into(),
                "url".into() => format!("http://{}:5678", it.service).into(),
            },
            ports: vec![5678],
            ..Expansion::default()
        }
    }
}
