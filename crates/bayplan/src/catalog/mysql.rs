//! `mysql`: a MySQL server.

use super::values::{MysqlUser, SecretName};
use super::{Archetype, Expansion, Instance, Makes, Metrics, Output, Parameters, Say, expand, schema, secret_path};
use crate::record;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "mysql",
    summary: "a MySQL server",
    image: "mysql",
    versions: &["8.4"],
    sources: &[
        "https://github.com/docker-library/mysql/blob/master/8.4/Dockerfile.oracle (8.4: user 999, VOLUME /var/lib/mysql)",
        "https://hub.docker.com/_/mysql (the variables that honour _FILE)",
    ],
    makes: Makes::Service(expand::<Mysql>),
    metrics: Metrics::None,
    schema: schema::<Mysql>,
};

record! {
    /// The parameters of `mysql`.
    pub struct Mysql {
        /// The database that is created on the first start.
        database [Required]: String,
        /// The user that is created on the first start and owns the database.
        user [Required]: String = MysqlUser,
        /// The secret that holds the user's password; `SERVICE_password` where it is left out.
        password: Option<String> = SecretName,
        /// The secret that holds root's password; `SERVICE_root_password` where it is left out.
        root_password: Option<String> = SecretName,
    }
}

impl Parameters for Mysql {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let password = self.password.unwrap_or_else(|| it.secret("password"));
        let root_password = self.root_password.unwrap_or_else(|| it.secret("root_password"));
        let data = it.volume("data");
        Expansion {
            service: json!({
                "size": { "cpus": 1, "memory": "1G" },
                "image": it.image(),
                "environment": {
                    "MYSQL_DATABASE": self.database,
                    "MYSQL_USER": self.user,
                    "MYSQL_PASSWORD_FILE": secret_path(&password),
                    "MYSQL_ROOT_PASSWORD_FILE": secret_path(&root_password),
                },
                "secrets": [password, root_password],
                "volumes": [{ "type": "volume", "source": data, "target": "/var/lib/mysql" }],
                "tmpfs": ["/tmp", "/var/run/mysqld"],
                // The entry point starts as root, takes over the data folder and steps down to `mysql`.
                "cap_add": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"],
                // By TCP: the server that runs the init scripts has no network. `ping` needs no password.
                "healthcheck": {
                    "test": ["CMD", "mysqladmin", "ping", "-h", "127.0.0.1"],
                    "interval": "5s", "timeout": "3s", "retries": 30, "start_period": "10s",
                },
                "stop_grace_period": "1m",
                "expose": ["3306"],
            }),
            volumes: vec![data],
            secrets: vec![password.clone(), root_password],
            outputs: indexmap! {
                "port".into() => "3306".into(),
                "user".into() => self.user.as_str().into(),
                "database".into() => self.database.as_str().into(),
                "password_file".into() => Output::SecretFile(password),
            },
            ports: vec![3306],
            ..Expansion::default()
        }
    }
}
