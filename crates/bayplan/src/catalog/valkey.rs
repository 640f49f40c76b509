//! `valkey`: a Valkey server.

use super::exporters::REDIS_USE;
use super::values::{RedisMemory, SecretName};
use super::{
    Archetype, Asked, Expansion, Instance, Makes, Member, Metrics, Output, Parameters, Say, expand, schema, secret_path,
};
use crate::{choice, record};
use bayplan_yaml::Value;
use indexmap::indexmap;
use serde_json::json;

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "valkey",
    summary: "a Valkey server: cache, queue, sessions",
    image: "valkey/valkey",
    versions: &["8", "9"],
    sources: &[
        "https://github.com/valkey-io/valkey-container/blob/mainline/8.1/alpine/Dockerfile (8.1: user 999:1000, /data is open to all)",
        "https://github.com/valkey-io/valkey/blob/8.1/valkey.conf (requirepass, maxmemory-policy, appendonly)",
    ],
    makes: Makes::Service(expand::<Valkey>),
    metrics: Metrics::Beside(exporter),
    schema: schema::<Valkey>,
};

/// The user of the image.
pub const USER: &str = "999:1000";

record! {
    /// The parameters of `valkey`.
    pub struct Valkey {
        /// The secret that holds the password; `SERVICE_password` where it is left out, `false` for none.
        password: Option<Password> = PasswordForm,
        /// How data survives a restart: `append` writes every change down, `snapshot` now and then, `none` never; `append` where it
        /// is left out.
        keep: Option<Keep>,
        /// The memory at which keys are thrown out, as Valkey reads it: `200mb`.
        max_memory: Option<String> = RedisMemory,
        /// Which keys are thrown out then: `noeviction` where it is left out.
        eviction: Option<Eviction>,
    }
}

choice! {
    /// How data survives a restart.
    pub enum Keep {
        /// Every change is written down.
        Append = "append",
        /// A snapshot is written now and then.
        Snapshot = "snapshot",
        /// Not at all.
        None = "none",
    }
}

choice! {
    /// Which keys are thrown out when memory is full.
    pub enum Eviction {
        /// None: writes fail.
        Noeviction = "noeviction",
        /// Those used longest ago.
        AllkeysLru = "allkeys-lru",
        /// Those used least often.
        AllkeysLfu = "allkeys-lfu",
        /// Any.
        AllkeysRandom = "allkeys-random",
        /// Those used longest ago, of the keys that expire.
        VolatileLru = "volatile-lru",
        /// Those used least often, of the keys that expire.
        VolatileLfu = "volatile-lfu",
        /// Any of the keys that expire.
        VolatileRandom = "volatile-random",
        /// Those that expire first.
        VolatileTtl = "volatile-ttl",
    }
}

pub use password::{Password, PasswordForm};

mod password {
    use super::SecretName;
    use crate::record::{Form, schema};
    use bayplan_yaml::{Decoder, Node, Value};
    use schemars::{Schema, SchemaGenerator, json_schema};

    /// A secret, or no password at all.
    #[derive(Debug, Clone, PartialEq)]
    pub enum Password {
        /// The name of the secret.
        Secret(String),
        /// None.
        None,
    }

    /// The name of a secret, or `false`.
    pub enum PasswordForm {}

    impl Form<Password> for PasswordForm {
        fn read(node: &Node, decoder: &mut Decoder) -> Option<Password> {
            match node.value {
                Value::Bool(false) => Some(Password::None),
                _ => <SecretName as Form<String>>::read(node, decoder).map(Password::Secret),
            }
        }
        fn schema(_: &mut SchemaGenerator) -> Schema {
            schema::either([schema::string(), json_schema!({ "const": false })])
        }
    }

    impl serde::Serialize for Password {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Secret(name) => serializer.serialize_str(name),
                Self::None => serializer.serialize_bool(false),
            }
        }
    }
}

impl Keep {
    /// What the server is told.
    pub fn arguments(self) -> Vec<String> {
        let words: &[&str] = match self {
            Keep::Append => &["--appendonly", "yes", "--save", ""],
            Keep::Snapshot => &["--appendonly", "no"],
            Keep::None => &["--appendonly", "no", "--save", ""],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }
}

/// How a server is started and asked for its health: with a password, the shell reads it from its file.
pub fn server(password: Option<&str>, arguments: &[String]) -> (serde_json::Value, serde_json::Value) {
    let ask = "valkey-cli -h 127.0.0.1 ping";
    let Some(secret) = password else {
        let command: Vec<String> =
            std::iter::once("valkey-server".to_owned()).chain(arguments.iter().cloned()).collect();
        return (json!(command), json!(["CMD-SHELL", format!("{ask} | grep -q PONG")]));
    };
    let path = secret_path(secret);
    // Not as an argument: others on the machine see those. Inside quotes, the server takes `\` and `"` for its own.
    let script = format!(
        "set -eu; umask 077; word=\"$(sed 's/[\\\\\"]/\\\\&/g' {path})\"; \
         printf 'requirepass \"%s\"\\nprimaryauth \"%s\"\\n' \"$word\" \"$word\" > /tmp/valkey.conf; \
         exec valkey-server /tmp/valkey.conf \"$@\""
    );
    let mut command = vec!["sh".to_owned(), "-c".to_owned(), script, "valkey".to_owned()];
    command.extend(arguments.iter().cloned());
    (json!(command), json!(["CMD-SHELL", format!("VALKEYCLI_AUTH=\"$(cat {path})\" {ask} | grep -q PONG")]))
}

impl Parameters for Valkey {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        if self.eviction.is_some_and(|eviction| eviction != Eviction::Noeviction) && self.max_memory.is_none() {
            say.wrong("eviction", "no key is thrown out while memory has no limit", "add `max_memory:`");
        }
        let secret = match self.password {
            None => Some(it.secret("password")),
            Some(Password::Secret(secret)) => Some(secret),
            Some(Password::None) => None,
        };
        let keep = self.keep.unwrap_or_default();
        let mut arguments = vec!["--dir".to_owned(), "/data".to_owned()];
        arguments.extend(keep.arguments());
        for (name, value) in [
            ("--maxmemory", self.max_memory),
            ("--maxmemory-policy", self.eviction.map(|eviction| eviction.as_str().to_owned())),
        ] {
            arguments.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        }
        let (command, test) = server(secret.as_deref(), &arguments);
        let data = it.volume("data");
        let mut outputs = indexmap! {
            "port".into() => "6379".into(),
            "url".into() => format!("redis://{}:6379", it.service).into(),
        };
        outputs.extend(secret.clone().map(|secret| ("password_file".to_owned(), Output::SecretFile(secret))));
        let kept = keep != Keep::None;
        Expansion {
            service: json!({
                "image": it.image(),
                "user": USER,
                "command": command,
                "secrets": secret.iter().collect::<Vec<_>>(),
                "volumes": kept.then(|| json!({ "type": "volume", "source": data, "target": "/data" })).into_iter().collect::<Vec<_>>(),
                "tmpfs": if kept { vec!["/tmp"] } else { vec!["/tmp", "/data:uid=999,gid=1000,mode=0755"] },
                "healthcheck": { "test": test, "interval": "10s", "timeout": "5s", "retries": 5, "start_period": "10s" },
                "stop_grace_period": "30s",
                "size": { "cpus": 0.5, "memory": "256M" },
                "expose": ["6379"],
            }),
            volumes: if kept { vec![data] } else { Vec::new() },
            secrets: secret.into_iter().collect(),
            outputs,
            ports: vec![6379],
            ..Expansion::default()
        }
    }
}

/// What serves its metrics.
fn exporter(asked: &Asked) -> Member {
    let name = asked.name;
    let mut with = json!({ "url": format!("{{{{ {name}.url }}}}") });
    let password = asked.with.and_then(|with| with.get("password"));
    if password.is_none_or(|password| password.value != Value::Bool(false)) {
        with["password_file"] = format!("{{{{ {name}.password_file }}}}").into();
    }
    Member::new("exporter", json!({ "use": REDIS_USE, "with": with, "metrics": true })).needs([&name.to_owned()])
}
