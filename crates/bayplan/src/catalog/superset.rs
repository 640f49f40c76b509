//! `superset`: one of the containers of Apache Superset; the database is MySQL, the cache and queue are Redis.

use super::values::SecretName;
use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema, secret_path};
use crate::{choice, record};
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "superset",
    summary: "a container of Apache Superset: init, app, worker or beat",
    image: "apache/superset",
    versions: &["4"],
    sources: &[
        "https://github.com/apache/superset/blob/master/Dockerfile (4.1: user superset, curl and a shell in the image)",
        "https://github.com/apache/superset/blob/master/docker-compose-image-tag.yml (the commands of worker and beat)",
    ],
    makes: Makes::Service(expand::<Superset>),
    metrics: Metrics::None,
    schema: schema::<Superset>,
};

record! {
    /// The parameters of `superset`.
    pub struct Superset {
        /// Which of Superset's containers this is.
        role [Required]: SupersetRole,
        /// The MySQL database that holds Superset's own data.
        database [Required]: Database,
        /// The URL of the Redis server that is cache and queue.
        redis_url [Required]: String,
        /// The secret that holds the key which signs sessions; `superset_secret_key` where it is left out.
        secret_key: Option<String> = SecretName,
    }
}

choice! {
    /// The containers of Superset.
    pub enum SupersetRole {
        /// Brings the database up to date and ends.
        Init = "init",
        /// The web application.
        App = "app",
        /// Runs queries and reports.
        Worker = "worker",
        /// Hands the worker what is due.
        Beat = "beat",
    }
}

record! {
    /// The database of `superset`.
    pub struct Database {
        /// The host.
        host [Required]: String,
        /// The port; 3306 where it is left out.
        port: Option<i64> = crate::record::Between<1, 65535>,
        /// The database.
        name [Required]: String,
        /// The user.
        user [Required]: String,
        /// The secret that holds the password.
        password [Required]: String = SecretName,
    }
}

impl Parameters for Superset {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let key = self.secret_key.unwrap_or_else(|| "superset_secret_key".to_owned());
        let home = "superset-home".to_owned();
        let Database { host, port, name, user, password } = self.database;
        let run = match self.role {
            SupersetRole::Init => "superset db upgrade && exec superset init",
            SupersetRole::App => "exec /usr/bin/run-server.sh",
            SupersetRole::Worker => {
                "exec celery --app=superset.tasks.celery_app:app worker --pool=prefork -O fair -c 2"
            }
            SupersetRole::Beat => {
                "exec celery --app=superset.tasks.celery_app:app beat --pidfile /tmp/celerybeat.pid -s /tmp/celerybeat-schedule"
            }
        };
        // Superset has no variable that names a file: a shell reads the secrets.
        let command = format!(
            "export SUPERSET_SECRET_KEY=\"$(cat {key_file})\" \
             DATABASE_URL=\"mysql+mysqldb://$SUPERSET_DB_USER:$(cat {password_file})@$SUPERSET_DB_HOST/$SUPERSET_DB_NAME\" && {run}",
            key_file = secret_path(&key),
            password_file = secret_path(&password),
        );
        let health = match self.role {
            SupersetRole::Init | SupersetRole::Beat => None,
            SupersetRole::App => {
                Some(json!(["CMD", "curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8088/health"]))
            }
            SupersetRole::Worker => Some(json!([
                "CMD-SHELL",
                "SUPERSET_SECRET_KEY=\"$(cat /run/secrets/superset_secret_key)\" celery --app=superset.tasks.celery_app:app inspect ping -d \"celery@$HOSTNAME\""
            ])),
        };
        let mut service = json!({
            "size": { "cpus": 1, "memory": "1G" },
            "image": it.image(),
            "command": ["bash", "-c", command],
            "environment": indexmap! {
                "SUPERSET_DB_HOST" => format!("{host}:{}", port.unwrap_or(3306)),
                "SUPERSET_DB_NAME" => name,
                "SUPERSET_DB_USER" => user,
                "REDIS_URL" => self.redis_url,
            },
            "secrets": [key, password],
            "volumes": [{ "type": "volume", "source": home, "target": "/app/superset_home" }],
            "tmpfs": ["/tmp"],
        });
        if let Some(test) = health {
            service["healthcheck"] =
                json!({ "test": test, "interval": "30s", "timeout": "15s", "retries": 5, "start_period": "60s" });
        }
        let mut ports = Vec::new();
        if self.role == SupersetRole::Init {
            service["restart"] = json!("no");
        }
        if self.role == SupersetRole::App {
            service["expose"] = json!(["8088"]);
            ports.push(8088);
        }
        Expansion { service, volumes: vec![home], secrets: vec![key, password], ports, ..Expansion::default() }
    }
}
