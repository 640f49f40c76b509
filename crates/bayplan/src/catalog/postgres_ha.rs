//! `patroni`, `postgres-router`, `postgres-setup` and `postgres-ha`: PostgreSQL that goes on when a server is lost.

use super::archetype::{ask_by_bash, shell_word, with_variables};
use super::etcd::odd;
use super::exporters::POSTGRES_USE;
use super::values::SecretName;
use super::{
    Archetype, Asked, Composite, Expansion, Group, Instance, Makes, Member, Metrics, Output, Parameters, Say, compose,
    expand, schema, secret_path,
};
use crate::record;
use crate::record::Between;
use indexmap::{IndexMap, indexmap};
use serde_json::json;
use std::fmt::Write;

const SPILO: &[&str] = &[
    "https://github.com/zalando/spilo/blob/master/postgres-appliance/Dockerfile (4.0-p3: Patroni 4.0, PostgreSQL 13 to 17, curl; ports 5432 and 8008)",
    "https://github.com/zalando/spilo/blob/master/postgres-appliance/launch.sh (it starts as root, owns /run and parts of /etc, and runs services by runit)",
    "https://github.com/zalando/spilo/blob/master/ENVIRONMENT.rst (SCOPE, ETCD3_HOSTS, PGPASSWORD_*)",
];

/// One server.
pub const PATRONI: Archetype = Archetype {
    name: "patroni",
    summary: "one PostgreSQL server of a cluster kept by Patroni (Spilo); `postgres-ha` makes whole clusters",
    image: "ghcr.io/zalando/spilo-17",
    versions: &["4.0"],
    sources: SPILO,
    makes: Makes::Service(expand::<Patroni>),
    metrics: Metrics::Own(8008, "/metrics"),
    schema: schema::<Patroni>,
};

/// What leads clients to the primary.
pub const ROUTER: Archetype = Archetype {
    name: "postgres-router",
    summary: "leads PostgreSQL clients to the primary of a cluster kept by Patroni, or to its replicas (HAProxy)",
    image: "haproxy",
    versions: &["3.0", "3.2"],
    sources: &[
        "https://github.com/docker-library/haproxy/blob/master/3.2/alpine/Dockerfile (3.2: user haproxy 99; Alpine has wget)",
        "https://patroni.readthedocs.io/en/latest/rest_api.html (200 of /primary and /replica)",
        "https://docs.haproxy.org/3.2/configuration.html (resolvers, monitor fail, prometheus-exporter)",
    ],
    makes: Makes::Service(expand::<Router>),
    metrics: Metrics::Own(8404, "/metrics"),
    schema: schema::<Router>,
};

/// The job that makes databases and users.
pub const SETUP: Archetype = Archetype {
    name: "postgres-setup",
    summary: "makes databases and users of a PostgreSQL server that are not there, and ends",
    image: "postgres",
    versions: &["14", "15", "16", "17", "18"],
    sources: &[
        "https://github.com/docker-library/postgres/blob/master/17/alpine3.22/Dockerfile (17: psql; user postgres 70 on Alpine, 999 on Debian)",
    ],
    makes: Makes::Service(expand::<PostgresSetup>),
    metrics: Metrics::None,
    schema: schema::<PostgresSetup>,
};

/// A cluster.
pub const ARCHETYPE: Archetype = Archetype {
    name: "postgres-ha",
    summary: "a PostgreSQL cluster: Patroni servers, the etcd cluster that they vote with, a router to the primary, databases and users",
    image: "ghcr.io/zalando/spilo-17",
    versions: &["4.0"],
    sources: SPILO,
    makes: Makes::Services(compose::<PostgresHa>),
    metrics: Metrics::Members,
    schema: schema::<PostgresHa>,
};

const ETCD_USE: &str = "etcd:v3.6.5";
const ROUTER_USE: &str = "postgres-router:3.2.9-alpine";
const SETUP_USE: &str = "postgres-setup:17.7-alpine";

record! {
    /// The parameters of `patroni`.
    pub struct Patroni {
        /// The name of the cluster, the same for all its servers.
        scope [Required]: String,
        /// The etcd servers: host and port of each.
        etcd [Required]: Vec<String>,
        /// The secret that holds the password of `postgres`, who may do everything.
        password [Required]: String = SecretName,
        /// The secret that holds the password with which servers copy from one another.
        replication_password [Required]: String = SecretName,
    }
}

record! {
    /// The parameters of `postgres-router`.
    pub struct Router {
        /// The servers, by service name.
        servers [Required]: Vec<String>,
    }
}

record! {
    /// A database.
    pub struct Database {
        /// The user who owns it; one of the database's name where it is left out.
        owner: Option<String>,
        /// The secret that holds the owner's password.
        password [Required]: String = SecretName,
    }
}

record! {
    /// The parameters of `postgres-setup`.
    pub struct PostgresSetup {
        /// The host of the server.
        host [Required]: String,
        /// The user who may do everything.
        user [Required]: String,
        /// The secret that holds the user's password.
        password [Required]: String = SecretName,
        /// The databases to make, by name.
        databases [Required]: IndexMap<String, Database>,
    }
}

record! {
    /// The parameters of `postgres-ha`.
    pub struct PostgresHa {
        /// How many PostgreSQL servers; 3 where it is left out.
        replicas: Option<i64> = Between<2, 9>,
        /// How many etcd servers vote on which one leads: an odd number; 3 where it is left out.
        voters: Option<i64> = Between<1, 7>,
        /// The secret that holds the password of `postgres`, who may do everything; `NAME_password` where it is left out.
        password: Option<String> = SecretName,
        /// Databases that are made once, by name.
        databases: IndexMap<String, Database>,
    }
}

impl Parameters for Patroni {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let data = it.volume("data");
        let quoted: Vec<String> = self.etcd.iter().map(|host| format!("\"{host}\"")).collect();
        let words = [("PGPASSWORD_SUPERUSER", &self.password), ("PGPASSWORD_STANDBY", &self.replication_password)];
        let script = with_variables(words.map(|(name, secret)| (name, secret_path(secret))), "/bin/sh /launch.sh init");
        Expansion {
            service: json!({
                "image": it.image(),
                "command": ["sh", "-c", script],
                "hostname": it.service,
                "environment": {
                    "SCOPE": self.scope,
                    "ETCD3_HOSTS": quoted.join(","),
                    "PGUSER_SUPERUSER": "postgres",
                    "PGUSER_STANDBY": "standby",
                    "ALLOW_NOSSL": "true",
                    "USE_ADMIN": "false",
                    "PGROOT": "/home/postgres/pgdata/pgroot",
                },
                "secrets": [self.password, self.replication_password],
                "volumes": [{ "type": "volume", "source": data, "target": "/home/postgres/pgdata" }],
                "read_only": false,
                "cap_add": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"],
                "shm_size": "256m",
                "healthcheck": {
                    "test": ask_by_bash(8008, "/health"),
                    "interval": "10s", "timeout": "5s", "retries": 6, "start_period": "2m",
                },
                "stop_grace_period": "2m",
                "size": { "cpus": 1, "memory": "2G" },
                "expose": ["5432", "8008"],
                "allow": {
                    "writable-rootfs": "Spilo writes its services and settings below /etc and /run when it starts",
                    "root-user": "Spilo starts as root and runs PostgreSQL as `postgres`",
                },
            }),
            volumes: vec![data],
            secrets: vec![self.password.clone(), self.replication_password],
            outputs: indexmap! {
                "port".into() => "5432".into(),
                "user".into() => "postgres".into(),
                "password_file".into() => Output::SecretFile(self.password),
            },
            ports: vec![5432, 8008],
            ..Expansion::default()
        }
    }
}

/// The settings of HAProxy.
fn haproxy(servers: &[String]) -> String {
    let mut text = String::from(
        "global\n  maxconn 2000\n  log stdout format raw local0 info\n\n\
         resolvers docker\n  nameserver dns 127.0.0.11:53\n  hold valid 5s\n\n\
         defaults\n  mode tcp\n  log global\n  option dontlognull\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n  timeout check 5s\n",
    );
    for (name, port) in [("primary", 5432), ("replica", 5433)] {
        let _ = write!(
            text,
            "\nlisten {name}\n  bind :{port}\n  option httpchk\n  http-check send meth GET uri /{name}\n  http-check expect status 200\n  \
             default-server inter 3s fall 3 rise 2 on-marked-down shutdown-sessions resolvers docker init-addr none\n"
        );
        for server in servers {
            let _ = writeln!(text, "  server {server} {server}:5432 check port 8008");
        }
    }
    text.push_str(
        "\nfrontend status\n  bind :8404\n  mode http\n  timeout client 10s\n  http-request use-service prometheus-exporter if { path /metrics }\n  \
         acl leaderless nbsrv(primary) lt 1\n  monitor-uri /health\n  monitor fail if leaderless\n",
    );
    text
}

impl Parameters for Router {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        if self.servers.is_empty() {
            say.wrong("servers", "there is no server to lead to", "name one");
        }
        for (at, server) in self.servers.iter().enumerate() {
            if server.parse::<crate::value::ServiceName>().is_err() {
                let message = format!("`{}` is no name of a service", server.escape_debug());
                say.wrong_item("servers", at, message, "name services: letters, digits, `.`, `_` and `-`");
            }
        }
        let (file, mount) = it.config("haproxy.cfg", "/usr/local/etc/haproxy/haproxy.cfg", haproxy(&self.servers));
        let test = match it.tag.contains("alpine") {
            true => json!(["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8404/health"]),
            false => ask_by_bash(8404, "/health"),
        };
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "99:99",
                "volumes": [mount],
                "tmpfs": ["/tmp", "/var/lib/haproxy"],
                // It is healthy when there is a primary.
                "healthcheck": { "test": test, "interval": "10s", "timeout": "5s", "retries": 6, "start_period": "2m" },
                "size": { "cpus": 0.5, "memory": "256M" },
                "expose": ["5432", "5433", "8404"],
            }),
            files: vec![file],
            outputs: indexmap! { "port".into() => "5432".into(), "replica_port".into() => "5433".into() },
            ports: vec![5432, 5433, 8404],
            ..Expansion::default()
        }
    }
}

/// What makes a database and its owner where they are not there; `psql` is called so. psql quotes the values, and reads the password
/// itself.
pub(super) fn make(psql: &str, name: &str, owner: Option<&str>, password: &str, say: &mut Say) -> String {
    let owner = owner.unwrap_or(name);
    if [name, owner].into_iter().any(|name| name.is_empty() || name.len() > 63 || name.contains(char::is_control)) {
        say.wrong_key("databases", name, "a name of PostgreSQL has 1 to 63 bytes", "choose a shorter one");
    }
    format!(
        "{psql} -q -v ON_ERROR_STOP=1 -v name={} -v owner={} <<'SQL'\n\
         \\set word `cat {}`\n\
         select format('create role %I login', :'owner') where not exists (select from pg_roles where rolname = :'owner') \\gexec\n\
         alter role :\"owner\" login password :'word';\n\
         select format('create database %I owner %I', :'name', :'owner') where not exists (select from pg_database where datname = :'name') \\gexec\n\
         SQL",
        shell_word(name),
        shell_word(owner),
        secret_path(password),
    )
}

impl Parameters for PostgresSetup {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        let Self { host, user, password, databases } = self;
        let mut script = vec![
            "set -eu".to_owned(),
            format!("PGPASSWORD=\"$(cat {})\"; export PGPASSWORD", secret_path(&password)),
            "n=0; until psql -qtc 'select 1' > /dev/null; do n=$((n+1)); [ $n -lt 60 ]; sleep 2; done".to_owned(),
        ];
        let mut secrets = vec![password];
        for (name, Database { owner, password }) in databases {
            script.push(make("psql", &name, owner.as_deref(), &password, say));
            if !secrets.contains(&password) {
                secrets.push(password);
            }
        }
        Expansion {
            service: json!({
                "image": it.image(),
                "user": if it.tag.contains("alpine") { "70:70" } else { "999:999" },
                "entrypoint": ["sh", "-c", script.join("\n")],
                "environment": { "PGHOST": host, "PGUSER": user, "PGDATABASE": "postgres", "PGCONNECT_TIMEOUT": "5" },
                "secrets": secrets,
                "tmpfs": ["/tmp", "/var/run/postgresql"],
                "volumes": [{ "type": "tmpfs", "target": if it.major().is_some_and(|major| major >= 18) { "/var/lib/postgresql" } else { "/var/lib/postgresql/data" } }],
                "restart": "no",
                "size": { "cpus": 0.25, "memory": "128M" },
            }),
            secrets,
            ..Expansion::default()
        }
    }
}

impl Composite for PostgresHa {
    fn compose(self, asked: &Asked, say: &mut Say) -> Group {
        let (count, voters) = (self.replicas.unwrap_or(3), self.voters.unwrap_or(3));
        odd("voters", voters, say);
        let password = self.password.unwrap_or_else(|| asked.secret("password"));
        let names = asked.members(count);
        let etcd: Vec<String> = (1..=voters).map(|number| asked.member(format!("etcd-{number}"))).collect();
        let endpoints: Vec<String> = etcd.iter().map(|name| format!("{name}:2379")).collect();
        let router = asked.member("router");
        let mut members: Vec<Member> = (1..=voters)
            .map(|number| {
                let with = json!({ "members": etcd });
                let service = json!({
                    "use": ETCD_USE, "with": with, "metrics": asked.metrics,
                    "backup": { "exempt": "it holds who leads, which is voted on again" },
                });
                Member::new(format!("etcd-{number}"), service)
            })
            .collect();
        members.extend((1..=count).map(|number| {
            let with = json!({
                "scope": asked.name, "etcd": endpoints, "password": password, "replication_password": asked.secret("replication_password"),
            });
            let service = json!({ "use": asked.same("patroni"), "with": with, "metrics": asked.metrics });
            Member::new(number, service).needs(&etcd).data()
        }));
        let service = json!({ "use": ROUTER_USE, "with": { "servers": names }, "metrics": asked.metrics });
        members.push(Member::new("router", service).needs(&names).entry());
        if !self.databases.is_empty() {
            let with = json!({ "host": router, "user": "postgres", "password": password, "databases": self.databases });
            members.push(Member::new("setup", json!({ "use": SETUP_USE, "with": with })).needs([&router]).job());
        }
        if asked.metrics {
            members.extend(names.iter().enumerate().map(|(at, name)| {
                let with = json!({
                    "server": format!("{name}:5432"), "database": "postgres", "user": "postgres",
                    "password_file": format!("{{{{ {}.password_file }}}}", asked.name),
                });
                let exporter = json!({ "use": POSTGRES_USE, "with": with, "metrics": true });
                Member::new(format!("exporter-{}", at + 1), exporter).needs([name])
            }));
        }
        let outputs = indexmap! {
            "port".into() => "5432".into(),
            "replica_port".into() => "5433".into(),
            "user".into() => "postgres".into(),
            "password_file".into() => Output::SecretFile(password),
        };
        Group { members, outputs }
    }
}

#[cfg(test)]
mod tests {
    use super::haproxy;

    #[test]
    fn both_ways_lead_to_every_server() {
        let text = haproxy(&["pg-1".to_owned(), "pg-2".to_owned()]);
        for server in ["server pg-1 pg-1:5432 check port 8008\n", "server pg-2 pg-2:5432 check port 8008\n"] {
            assert_eq!(text.matches(server).count(), 2, "{text}");
        }
    }
}
