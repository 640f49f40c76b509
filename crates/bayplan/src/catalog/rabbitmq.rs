//! `rabbitmq`: a message broker.

use super::archetype::with_variables;
use super::values::SecretName;
use super::{Archetype, Expansion, Instance, Makes, Metrics, Output, Parameters, Say, expand, schema, secret_path};
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "rabbitmq",
    summary: "a RabbitMQ server with its web page",
    image: "rabbitmq",
    versions: &["4.0", "4.1", "4.2"],
    sources: &[
        "https://github.com/docker-library/rabbitmq/blob/master/4.2/alpine/Dockerfile (4.2: user rabbitmq 100:101 on Alpine, 999:999 on Ubuntu; VOLUME /var/lib/rabbitmq; rabbitmq_prometheus is on)",
        "https://github.com/docker-library/rabbitmq/blob/master/docker-entrypoint.sh (it refuses RABBITMQ_DEFAULT_PASS_FILE)",
    ],
    makes: Makes::Service(expand::<Rabbitmq>),
    metrics: Metrics::Own(15692, "/metrics"),
    schema: schema::<Rabbitmq>,
};

record! {
    /// The parameters of `rabbitmq`.
    pub struct Rabbitmq {
        /// The user that is made on the first start; `rabbit` where it is left out.
        user: Option<String>,
        /// The secret that holds the user's password; `SERVICE_password` where it is left out.
        password: Option<String> = SecretName,
        /// The virtual host that is made on the first start; `/` where it is left out.
        virtual_host: Option<String>,
    }
}

impl Parameters for Rabbitmq {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        let user = self.user.unwrap_or_else(|| "rabbit".to_owned());
        if user == "guest" {
            say.wrong("user", "`guest` may only come from the container itself", "name another user");
        }
        if !it.tag.is_empty() && !it.tag.starts_with('@') && !it.tag.contains("-management") {
            let message = format!("the image of the tag `{}` has no web page", it.tag);
            let (version, rest) =
                it.tag.split_once('-').map_or((it.tag, String::new()), |(v, rest)| (v, format!("-{rest}")));
            say.wrong("use", message, format!("write `use: rabbitmq:{version}-management{rest}`"));
        }
        let password = self.password.unwrap_or_else(|| it.secret("password"));
        let data = it.volume("data");
        let script =
            with_variables([("RABBITMQ_DEFAULT_PASS", secret_path(&password))], "docker-entrypoint.sh rabbitmq-server");
        let host = self.virtual_host.unwrap_or_else(|| "/".to_owned());
        Expansion {
            service: json!({
                "image": it.image(),
                "user": if it.tag.contains("alpine") { "100:101" } else { "999:999" },
                // The data lie in a folder of this name.
                "hostname": it.service,
                "entrypoint": ["sh", "-c", script],
                "environment": { "RABBITMQ_DEFAULT_USER": user, "RABBITMQ_DEFAULT_VHOST": host },
                "secrets": [password],
                "volumes": [{ "type": "volume", "source": data, "target": "/var/lib/rabbitmq" }],
                "tmpfs": ["/tmp"],
                "healthcheck": {
                    "test": ["CMD", "rabbitmq-diagnostics", "-q", "check_running"],
                    "interval": "30s", "timeout": "20s", "retries": 3, "start_period": "60s",
                },
                "stop_grace_period": "1m",
                "ulimits": { "nofile": { "soft": 65536, "hard": 65536 } },
                "size": { "cpus": 0.5, "memory": "512M" },
                "expose": ["5672", "15672", "15692"],
            }),
            volumes: vec![data],
            secrets: vec![password.clone()],
            outputs: indexmap! {
                "port".into() => "5672".into(),
                "user".into() => user.into(),
                "virtual_host".into() => host.into(),
                "password_file".into() => Output::SecretFile(password),
            },
            // The page is what is routed to.
            ports: vec![15672, 5672, 15692],
            ..Expansion::default()
        }
    }
}
