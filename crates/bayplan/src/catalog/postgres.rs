//! `postgres`: a PostgreSQL server.

use super::exporters::POSTGRES_USE;
use super::postgres_ha::{Database, make};
use super::values::SecretName;
use super::{Archetype, Asked, Expansion, Instance, Makes, Member, Metrics, Output, Parameters, Say, expand, schema};
use crate::record;
use indexmap::{IndexMap, indexmap};
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "postgres",
    summary: "a PostgreSQL server",
    image: "postgres",
    versions: &["14", "15", "16", "17", "18"],
    sources: &[
        "https://github.com/docker-library/postgres/blob/master/15/bookworm/Dockerfile (15.14: user 999, VOLUME, STOPSIGNAL SIGINT)",
        "https://hub.docker.com/_/postgres (the variables that honour _FILE)",
    ],
    makes: Makes::Service(expand::<Postgres>),
    metrics: Metrics::Beside(exporter),
    schema: schema::<Postgres>,
};

record! {
    /// The parameters of `postgres`.
    pub struct Postgres {
        /// The database that is created on the first start; the name of the user where it is left out.
        database: Option<String>,
        /// The superuser that is created on the first start; `postgres` where it is left out.
        user: Option<String>,
        /// The secret that holds the password; `SERVICE_password` where it is left out.
        password: Option<String> = SecretName,
        /// Further databases that are created on the first start, by name, each with its owner.
        databases: IndexMap<String, Database>,
    }
}

impl Parameters for Postgres {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        let user = self.user.unwrap_or_else(|| "postgres".to_owned());
        let database = self.database.unwrap_or_else(|| user.clone());
        let password = self.password.unwrap_or_else(|| it.secret("password"));
        let data = it.volume("data");
        // From 18 on the image keeps its data in a folder of its own version below this one.
        let major = it.tag.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse::<u32>().ok());
        let path =
            if major.is_some_and(|major| major >= 18) { "/var/lib/postgresql" } else { "/var/lib/postgresql/data" };
        let mut volumes = vec![json!({ "type": "volume", "source": data, "target": path })];
        let (mut secrets, mut files) = (vec![password.clone()], Vec::new());
        let mut outputs: IndexMap<String, Output> = indexmap! {
            "port".into() => "5432".into(),
            "user".into() => user.as_str().into(),
            "database".into() => database.as_str().into(),
            "password_file".into() => Output::SecretFile(password.clone()),
        };
        if self.databases.contains_key(&database) {
            say.wrong_key(
                "databases",
                &database,
                format!("`{database}` is `database` already"),
                "remove one of the two",
            );
        }
        let psql = "psql --no-psqlrc --no-password --username \"$POSTGRES_USER\" --dbname postgres";
        let mut script = Vec::new();
        for (name, Database { owner, password }) in self.databases {
            script.push(make(psql, &name, owner.as_deref(), &password, say));
            outputs.insert(format!("{name}_password_file"), Output::SecretFile(password.clone()));
            if !secrets.contains(&password) {
                secrets.push(password);
            }
        }
        if !script.is_empty() {
            // The entry point reads it once, when the data folder is empty.
            let target = "/docker-entrypoint-initdb.d/10-databases.sh";
            let (file, mount) = it.config("databases.sh", target, format!("{}\n", script.join("\n")));
            files.push(file);
            volumes.push(mount);
        }
        Expansion {
            service: json!({
                "image": it.image(),
                "environment": {
                    "POSTGRES_USER": user,
                    "POSTGRES_DB": database,
                    "POSTGRES_PASSWORD_FILE": super::secret_path(&password),
                },
                "secrets": secrets,
                "volumes": volumes,
                "tmpfs": ["/tmp", "/var/run/postgresql"],
                "shm_size": "128m",
                // The entry point starts as root, takes over the data folder and steps down to `postgres`.
                "cap_add": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"],
                // By TCP: the server that runs the init scripts listens on its socket only.
                "healthcheck": {
                    "test": ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U \"$POSTGRES_USER\" -d \"$POSTGRES_DB\""],
                    "interval": "10s", "timeout": "5s", "retries": 5, "start_period": "30s",
                },
                "stop_grace_period": "1m",
                "size": { "cpus": 1, "memory": "1G" },
                "expose": ["5432"],
            }),
            volumes: vec![data],
            secrets,
            files,
            outputs,
            ports: vec![5432],
            ..Expansion::default()
        }
    }
}

/// What serves its metrics.
fn exporter(asked: &Asked) -> Member {
    let name = asked.name;
    let of = |output: &str| format!("{{{{ {name}.{output} }}}}");
    let service = json!({
        "use": POSTGRES_USE,
        "with": {
            "server": format!("{}:{}", of("host"), of("port")), "database": of("database"), "user": of("user"),
            "password_file": of("password_file"),
        },
        "metrics": true,
    });
    Member::new("exporter", service).needs([&name.to_owned()])
}
