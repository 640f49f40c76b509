//! `mongodb-node`, `mongodb-setup` and `mongodb`: a MongoDB replica set.

use super::archetype::shell_word;
use super::etcd::odd;
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
    "https://github.com/docker-library/mongo/blob/master/8.0/Dockerfile (8.0: user mongodb 999, mongosh; VOLUME /data/db, /data/configdb)",
    "https://github.com/docker-library/mongo/blob/master/8.0/docker-entrypoint.sh (MONGO_INITDB_ROOT_PASSWORD_FILE on the first start)",
    "https://www.mongodb.com/docs/v8.0/tutorial/deploy-replica-set-with-keyfile-access-control/ (the key file is its owner's alone)",
];
const VERSIONS: &[&str] = &["7", "8"];

/// One server.
pub const NODE: Archetype = Archetype {
    name: "mongodb-node",
    summary: "one server of a MongoDB replica set; `mongodb` makes whole sets",
    image: "mongo",
    versions: VERSIONS,
    sources: SOURCES,
    makes: Makes::Service(expand::<MongodbNode>),
    metrics: Metrics::None,
    schema: schema::<MongodbNode>,
};

/// The job that joins servers.
pub const SETUP: Archetype = Archetype {
    name: "mongodb-setup",
    summary: "joins MongoDB servers to a replica set, and ends",
    image: "mongo",
    versions: VERSIONS,
    sources: SOURCES,
    makes: Makes::Service(expand::<MongodbSetup>),
    metrics: Metrics::None,
    schema: schema::<MongodbSetup>,
};

/// A set.
pub const ARCHETYPE: Archetype = Archetype {
    name: "mongodb",
    summary: "a MongoDB replica set",
    image: "mongo",
    versions: VERSIONS,
    sources: SOURCES,
    makes: Makes::Services(compose::<Mongodb>),
    metrics: Metrics::None,
    schema: schema::<Mongodb>,
};

record! {
    /// The parameters of `mongodb-node`.
    pub struct MongodbNode {
        /// The name of the replica set.
        set [Required]: String,
        /// The secret with which servers know one another: 6 to 1024 letters of Base64.
        key [Required]: String = SecretName,
        /// The user who may do everything, made on the first start; of a set, one server makes it.
        user: Option<String>,
        /// The secret that holds the user's password.
        password: Option<String> = SecretName,
    }
}

record! {
    /// The parameters of `mongodb-setup`.
    pub struct MongodbSetup {
        /// The name of the replica set.
        set [Required]: String,
        /// The servers, by service name, the one with the user first.
        nodes [Required]: Vec<String>,
        /// The user who may do everything.
        user [Required]: String,
        /// The secret that holds the user's password.
        password [Required]: String = SecretName,
    }
}

record! {
    /// The parameters of `mongodb`.
    pub struct Mongodb {
        /// How many servers: an odd number; 1 where it is left out.
        replicas: Option<i64> = Between<1, 7>,
        /// The user who may do everything; `root` where it is left out.
        user: Option<String>,
        /// The secret that holds the user's password; `NAME_password` where it is left out.
        password: Option<String> = SecretName,
    }
}

impl Parameters for MongodbNode {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        let (data, settings) = (it.volume("data"), it.volume("config"));
        let mut secrets = vec![self.key.clone()];
        let mut environment = indexmap! {};
        match (&self.user, &self.password) {
            (Some(user), Some(password)) => {
                environment.insert("MONGO_INITDB_ROOT_USERNAME", user.clone());
                environment.insert("MONGO_INITDB_ROOT_PASSWORD_FILE", secret_path(password));
                secrets.push(password.clone());
            }
            (Some(_), None) => say.wrong("user", "the user has no password", "add `password:`"),
            (None, Some(_)) => say.wrong("password", "the password is nobody's", "add `user:`"),
            (None, None) => {}
        }
        // A secret keeps the permissions that its file has on the host.
        let script = format!(
            "set -eu; install -m 0400 {} /tmp/key; exec docker-entrypoint.sh mongod --bind_ip_all --replSet {} --keyFile /tmp/key",
            secret_path(&self.key),
            shell_word(&self.set)
        );
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "999:999",
                "entrypoint": ["bash", "-c", script],
                "environment": environment,
                "secrets": secrets,
                "volumes": [
                    { "type": "volume", "source": data, "target": "/data/db" },
                    { "type": "volume", "source": settings, "target": "/data/configdb" },
                ],
                "tmpfs": ["/tmp"],
                "healthcheck": {
                    // The server that runs the first start's scripts has no network.
                    "test": ["CMD", "mongosh", "--quiet", "--norc", "mongodb://127.0.0.1:27017/?directConnection=true", "--eval", "if (!db.adminCommand('ping').ok) quit(1)"],
                    "interval": "15s", "timeout": "10s", "retries": 5, "start_period": "60s",
                },
                "stop_grace_period": "1m",
                "ulimits": { "nofile": { "soft": 64000, "hard": 64000 } },
                "size": { "cpus": 1, "memory": "1G" },
                "expose": ["27017"],
            }),
            volumes: vec![data, settings],
            secrets,
            outputs: indexmap! { "port".into() => "27017".into() },
            ports: vec![27017],
            ..Expansion::default()
        }
    }
}

impl Parameters for MongodbSetup {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        let Self { set, nodes, user, password } = self;
        let Some(first) = nodes.first() else {
            say.wrong("nodes", "there is no server to join", "name one");
            return Expansion::default();
        };
        let members: Vec<_> =
            nodes.iter().enumerate().map(|(id, node)| json!({ "_id": id, "host": format!("{node}:27017") })).collect();
        // Values go in by the environment of the script, as JSON.
        let script = "const fs = require('fs'); const o = JSON.parse(process.env.SETUP);\n\
            const word = fs.readFileSync(o.password, 'utf8').trimEnd();\n\
            const d = connect(`mongodb://${o.first}:27017/admin?directConnection=true`); d.auth(o.user, word);\n\
            let state; try { state = d.adminCommand({ replSetGetStatus: 1 }) } catch (e) { state = e }\n\
            if (state.ok !== 1) { if (state.codeName !== 'NotYetInitialized') throw state;\n\
              const done = d.adminCommand({ replSetInitiate: { _id: o.set, members: o.members } }); if (done.ok !== 1) throw done }\n\
            for (let n = 0; d.hello().isWritablePrimary !== true && !d.hello().primary; n++) { if (n > 60) quit(1); sleep(1000) }";
        let setup =
            json!({ "first": first, "set": set, "members": members, "user": user, "password": secret_path(&password) });
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "999:999",
                "entrypoint": ["mongosh", "--quiet", "--norc", "--nodb", "--eval", script],
                "environment": { "SETUP": setup.to_string(), "HOME": "/tmp" },
                "secrets": [password],
                "tmpfs": ["/tmp"],
                "restart": "no",
                "size": { "cpus": 0.5, "memory": "256M" },
            }),
            secrets: vec![password],
            ..Expansion::default()
        }
    }
}

impl Composite for Mongodb {
    fn compose(self, asked: &Asked, say: &mut Say) -> Group {
        let count = self.replicas.unwrap_or(1);
        odd("replicas", count, say);
        let user = self.user.unwrap_or_else(|| "root".to_owned());
        let password = self.password.unwrap_or_else(|| asked.secret("password"));
        let (names, key) = (asked.members(count), asked.secret("key"));
        let mut members: Vec<Member> = (1..=count)
            .map(|number| {
                let mut with = json!({ "set": asked.name, "key": key });
                if number == 1 {
                    with["user"] = user.as_str().into();
                    with["password"] = password.as_str().into();
                }
                Member::new(number, json!({ "use": asked.same("mongodb-node"), "with": with })).entry().data()
            })
            .collect();
        let setup = json!({
            "use": asked.same("mongodb-setup"),
            "with": { "set": asked.name, "nodes": names, "user": user, "password": password },
        });
        members.push(Member::new("setup", setup).needs(&names).job());
        let hosts: Vec<String> = names.iter().map(|name| format!("{name}:27017")).collect();
        let outputs = indexmap! {
            "port".into() => "27017".into(),
            "hosts".into() => hosts.join(",").into(),
            "set".into() => asked.name.into(),
            "url".into() => format!("mongodb://{}/?replicaSet={}", hosts.join(","), asked.name).into(),
            "user".into() => user.into(),
            "password_file".into() => Output::SecretFile(password),
        };
        Group { members, outputs }
    }
}
