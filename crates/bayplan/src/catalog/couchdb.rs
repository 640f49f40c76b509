//! `couchdb-node`, `couchdb-setup` and `couchdb`: a document database, one server or several.

use super::archetype::{ask_by_bash, shell_word, with_variables};
use super::values::SecretName;
use super::{
    Archetype, Asked, Composite, Expansion, Group, Instance, Makes, Member, Metrics, Output, Parameters, Say, compose,
    expand, schema, secret_path,
};
use crate::record;
use crate::record::Between;
use indexmap::indexmap;
use serde_json::json;

const SOURCES: &[&str] = &[
    "https://github.com/apache/couchdb-docker/blob/main/3.5.1/Dockerfile (3.5: Debian with bash, user couchdb 5984; VOLUME /opt/couchdb/data)",
    "https://github.com/apache/couchdb-docker/blob/main/3.5.1/docker-entrypoint.sh (COUCHDB_PASSWORD goes into local.d/docker.ini; names and cookies into files beside the program)",
    "https://docs.couchdb.org/en/stable/setup/cluster.html (_cluster_setup; nodes have full names)",
];

/// One server.
pub const NODE: Archetype = Archetype {
    name: "couchdb-node",
    summary: "one CouchDB server; `couchdb` sets it up, alone or with others",
    image: "couchdb",
    versions: &["3.4", "3.5"],
    sources: SOURCES,
    makes: Makes::Service(expand::<CouchdbNode>),
    metrics: Metrics::None,
    schema: schema::<CouchdbNode>,
};

/// The job that joins servers.
pub const SETUP: Archetype = Archetype {
    name: "couchdb-setup",
    summary: "joins CouchDB servers to a cluster, and ends",
    image: "curlimages/curl",
    versions: &["8"],
    sources: &[
        "https://github.com/curl/curl-container/blob/main/Dockerfile (8: Alpine with curl and sh, user curl_user 100:101)",
        "https://docs.couchdb.org/en/stable/setup/cluster.html (enable_cluster, add_node, finish_cluster)",
    ],
    makes: Makes::Service(expand::<CouchdbSetup>),
    metrics: Metrics::None,
    schema: schema::<CouchdbSetup>,
};

/// Servers, set up.
pub const ARCHETYPE: Archetype = Archetype {
    name: "couchdb",
    summary: "CouchDB: one server, or a cluster behind one route",
    image: "couchdb",
    versions: &["3.4", "3.5"],
    sources: SOURCES,
    makes: Makes::Services(compose::<Couchdb>),
    metrics: Metrics::None,
    schema: schema::<Couchdb>,
};

/// The tag of the job's image.
const SETUP_USE: &str = "couchdb-setup:8.16.0";

record! {
    /// The parameters of `couchdb-node`.
    pub struct CouchdbNode {
        /// The user who may do everything; `admin` where it is left out.
        user: Option<String>,
        /// The secret that holds the user's password; `SERVICE_password` where it is left out.
        password: Option<String> = SecretName,
        /// The secret with which servers know one another; `SERVICE_cookie` where it is left out.
        cookie: Option<String> = SecretName,
        /// The secret that signs sessions; `SERVICE_session` where it is left out.
        session: Option<String> = SecretName,
    }
}

record! {
    /// The parameters of `couchdb-setup`.
    pub struct CouchdbSetup {
        /// The servers, by service name: the first one sets up the others.
        nodes [Required]: Vec<String>,
        /// The user who may do everything.
        user [Required]: String,
        /// The secret that holds the user's password.
        password [Required]: String = SecretName,
    }
}

record! {
    /// The parameters of `couchdb`.
    pub struct Couchdb {
        /// How many servers; 1 where it is left out.
        replicas: Option<i64> = Between<1, 16>,
        /// The user who may do everything; `admin` where it is left out.
        user: Option<String>,
        /// The secret that holds the user's password; `NAME_password` where it is left out.
        password: Option<String> = SecretName,
    }
}

/// The full name of a server: Erlang takes no other.
fn full(service: &str) -> String {
    format!("{service}.couchdb.internal")
}

fn outputs(host: &str, user: &str, password: String) -> indexmap::IndexMap<String, Output> {
    indexmap! {
        "port".into() => "5984".into(),
        "url".into() => format!("http://{host}:5984").into(),
        "user".into() => user.into(),
        "password_file".into() => Output::SecretFile(password),
    }
}

impl Parameters for CouchdbNode {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let user = self.user.unwrap_or_else(|| "admin".to_owned());
        let password = self.password.unwrap_or_else(|| it.secret("password"));
        let cookie = self.cookie.unwrap_or_else(|| it.secret("cookie"));
        let session = self.session.unwrap_or_else(|| it.secret("session"));
        let data = it.volume("data");
        let files = [("COUCHDB_PASSWORD", &password), ("COUCHDB_SECRET", &session), ("COOKIE", &cookie)];
        let variables = files.map(|(name, secret)| (name, secret_path(secret)));
        // The entry point would write name and cookie into files beside the program.
        let run = format!(
            "env ERL_FLAGS=\"-name couchdb@{} -setcookie $COOKIE\" tini -- /docker-entrypoint.sh /opt/couchdb/bin/couchdb",
            full(it.service)
        );
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "5984:5984",
                "hostname": full(it.service),
                "entrypoint": ["bash", "-c", with_variables(variables, &run)],
                "environment": { "COUCHDB_USER": user },
                "secrets": [password, cookie, session],
                "volumes": [{ "type": "volume", "source": data, "target": "/opt/couchdb/data" }],
                "tmpfs": ["/tmp", "/opt/couchdb/etc/local.d:uid=5984,gid=5984,mode=0755"],
                "healthcheck": {
                    "test": ask_by_bash(5984, "/_up"),
                    "interval": "10s", "timeout": "5s", "retries": 5, "start_period": "30s",
                },
                "stop_grace_period": "30s",
                "size": { "cpus": 0.5, "memory": "512M" },
                "expose": ["5984", "4369", "9100"],
            }),
            volumes: vec![data],
            secrets: vec![password.clone(), cookie, session],
            aliases: vec![full(it.service)],
            outputs: outputs(it.service, &user, password),
            ports: vec![5984, 4369, 9100],
            ..Expansion::default()
        }
    }
}

impl Parameters for CouchdbSetup {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        let Some(first) = self.nodes.first() else {
            say.wrong("nodes", "there is no server to set up", "name one");
            return Expansion::default();
        };
        let (user, count) = (&self.user, self.nodes.len());
        let base = format!("http://{}:5984", full(first));
        // Both stand in a file that curl reads: arguments are seen by others on the machine.
        let mut script = vec![
            "set -eu".to_owned(),
            "umask 077".to_owned(),
            format!("word=\"$(sed 's/[\\\\\"]/\\\\&/g' {})\"", secret_path(&self.password)),
            format!("printf 'user = \"%s:%s\"\\n' {} \"$word\" > /tmp/curlrc", shell_word(user)),
            "ask() { curl -fsS -K /tmp/curlrc -H 'Content-Type: application/json' \"$@\"; }".to_owned(),
            // What is said twice is answered with an error, which the state at the end outweighs.
            format!(
                "say() {{ printf '%s' \"$1\" | curl -sS -K /tmp/curlrc -H 'Content-Type: application/json' -d @- {base}/_cluster_setup; }}"
            ),
            format!("ready() {{ ask {base}/_cluster_setup | grep -q '\"cluster_finished\\|single_node_enabled'; }}"),
            "if ready; then exit 0; fi".to_owned(),
        ];
        let body = |value: serde_json::Value| shell_word(&value.to_string()).replace("@WORD@", "'\"$word\"'");
        if count == 1 {
            let single = json!({
                "action": "enable_single_node", "bind_address": "0.0.0.0", "port": 5984, "username": user, "password": "@WORD@",
            });
            script.push(format!("say {}", body(single)));
        }
        for other in self.nodes.iter().skip(1) {
            let host = full(other);
            let credentials =
                |action: &str| json!({ "action": action, "username": user, "password": "@WORD@", "port": 5984 });
            let mut enable = credentials("enable_cluster");
            enable["bind_address"] = "0.0.0.0".into();
            enable["node_count"] = count.into();
            enable["remote_node"] = host.as_str().into();
            enable["remote_current_user"] = user.as_str().into();
            enable["remote_current_password"] = "@WORD@".into();
            let mut add = credentials("add_node");
            add["host"] = host.into();
            script.push(format!("say {}", body(enable)));
            script.push(format!("say {}", body(add)));
        }
        if count > 1 {
            script.push("say '{\"action\":\"finish_cluster\"}'".to_owned());
        }
        script.push("n=0; until ready; do n=$((n+1)); [ $n -lt 30 ]; sleep 2; done".to_owned());
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "100:101",
                "entrypoint": ["sh", "-c", script.join("\n")],
                "secrets": [self.password],
                "tmpfs": ["/tmp"],
                "restart": "no",
                "size": { "cpus": 0.25, "memory": "64M" },
            }),
            secrets: vec![self.password],
            ..Expansion::default()
        }
    }
}

impl Composite for Couchdb {
    fn compose(self, asked: &Asked, _: &mut Say) -> Group {
        let user = self.user.unwrap_or_else(|| "admin".to_owned());
        let password = self.password.unwrap_or_else(|| asked.secret("password"));
        let names = asked.members(self.replicas.unwrap_or(1));
        let with = json!({
            "user": user, "password": password, "cookie": asked.secret("cookie"), "session": asked.secret("session"),
        });
        let mut members: Vec<Member> = (1..=names.len())
            .map(|number| {
                Member::new(number, json!({ "use": asked.same("couchdb-node"), "with": with })).entry().web().data()
            })
            .collect();
        let setup = json!({ "use": SETUP_USE, "with": { "nodes": names, "user": user, "password": password } });
        members.push(Member::new("setup", setup).needs(&names).job());
        Group { members, outputs: outputs(&names[0], &user, password) }
    }
}
