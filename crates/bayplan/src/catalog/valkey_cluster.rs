//! `valkey-node`, `valkey-setup` and `valkey-cluster`: Valkey with its keys spread over several servers.

use super::exporters::REDIS_USE;
use super::valkey::{USER, server};
use super::values::{RedisMemory, SecretName};
use super::{
    Archetype, Asked, Composite, Expansion, Group, Instance, Makes, Member, Metrics, Output, Parameters, Say, compose,
    expand, schema, secret_path,
};
use crate::record;
use crate::record::Between;
use indexmap::indexmap;
use serde_json::json;

const SOURCES: &[&str] = &[
    "https://github.com/valkey-io/valkey-container/blob/mainline/8.1/alpine/Dockerfile (8.1: user 999:1000, /data is open to all)",
    "https://valkey.io/topics/cluster-tutorial/ (at least three primaries; the bus at the port plus 10000)",
];
const VERSIONS: &[&str] = &["8", "9"];

/// One server.
pub const NODE: Archetype = Archetype {
    name: "valkey-node",
    summary: "one server of a Valkey cluster; `valkey-cluster` makes whole clusters",
    image: "valkey/valkey",
    versions: VERSIONS,
    sources: SOURCES,
    makes: Makes::Service(expand::<ValkeyNode>),
    metrics: Metrics::None,
    schema: schema::<ValkeyNode>,
};

/// The job that joins servers.
pub const SETUP: Archetype = Archetype {
    name: "valkey-setup",
    summary: "joins Valkey servers to a cluster, or brings together again one whose addresses changed, and ends",
    image: "valkey/valkey",
    versions: VERSIONS,
    sources: SOURCES,
    makes: Makes::Service(expand::<ValkeySetup>),
    metrics: Metrics::None,
    schema: schema::<ValkeySetup>,
};

/// A cluster.
pub const ARCHETYPE: Archetype = Archetype {
    name: "valkey-cluster",
    summary: "a Valkey cluster",
    image: "valkey/valkey",
    versions: VERSIONS,
    sources: SOURCES,
    makes: Makes::Services(compose::<ValkeyCluster>),
    metrics: Metrics::Members,
    schema: schema::<ValkeyCluster>,
};

record! {
    /// The parameters of `valkey-node`.
    pub struct ValkeyNode {
        /// The secret that holds the password, the same for all servers.
        password [Required]: String = SecretName,
        /// The memory at which writes fail, as Valkey reads it: `200mb`.
        max_memory: Option<String> = RedisMemory,
    }
}

record! {
    /// The parameters of `valkey-setup`.
    pub struct ValkeySetup {
        /// The servers, by service name.
        nodes [Required]: Vec<String>,
        /// How many copies each part of the keys has, beside the first.
        copies [Required]: i64 = Between<0, 9>,
        /// The secret that holds the password.
        password [Required]: String = SecretName,
    }
}

record! {
    /// The parameters of `valkey-cluster`.
    pub struct ValkeyCluster {
        /// How many servers; 6 where it is left out.
        replicas: Option<i64> = Between<3, 60>,
        /// How many copies each part of the keys has, beside the first; 1 where it is left out.
        copies: Option<i64> = Between<0, 9>,
        /// The secret that holds the password; `NAME_password` where it is left out.
        password: Option<String> = SecretName,
        /// The memory at which a server refuses writes, as Valkey reads it: `200mb`.
        max_memory: Option<String> = RedisMemory,
    }
}

impl Parameters for ValkeyNode {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let data = it.volume("data");
        let mut arguments: Vec<String> = [
            "--dir",
            "/data",
            "--appendonly",
            "yes",
            "--cluster-enabled",
            "yes",
            "--cluster-config-file",
            "nodes.conf",
            "--cluster-node-timeout",
            "5000",
            "--cluster-preferred-endpoint-type",
            "hostname",
            "--cluster-announce-hostname",
            it.service,
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.extend(self.max_memory.into_iter().flat_map(|memory| ["--maxmemory".to_owned(), memory]));
        let (command, test) = server(Some(&self.password), &arguments);
        Expansion {
            service: json!({
                "image": it.image(),
                "user": USER,
                "command": command,
                "secrets": [self.password],
                "volumes": [{ "type": "volume", "source": data, "target": "/data" }],
                "tmpfs": ["/tmp"],
                "healthcheck": { "test": test, "interval": "10s", "timeout": "5s", "retries": 5, "start_period": "10s" },
                "stop_grace_period": "30s",
                "size": { "cpus": 0.5, "memory": "512M" },
                "expose": ["6379", "16379"],
            }),
            volumes: vec![data],
            secrets: vec![self.password],
            outputs: indexmap! { "port".into() => "6379".into() },
            ports: vec![6379, 16379],
            ..Expansion::default()
        }
    }
}

impl Parameters for ValkeySetup {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        let Some(first) = self.nodes.first() else {
            say.wrong("nodes", "there is no server to join", "name three or more");
            return Expansion::default();
        };
        let all = self.nodes.join(" ");
        // Servers meet by address. Where containers were made anew, those that they remember are old: they meet again.
        let script = format!(
            "set -eu\n\
             VALKEYCLI_AUTH=\"$(cat {path})\"; export VALKEYCLI_AUTH\n\
             value() {{ valkey-cli -h {first} cluster info | tr -d '\\r' | sed -n \"s/^$1://p\"; }}\n\
             address() {{ line=\"$(getent hosts \"$1\")\"; echo \"${{line%% *}}\"; }}\n\
             if [ \"$(value cluster_slots_assigned)\" = 0 ]; then\n\
             set --; for node in {all}; do set -- \"$@\" \"$(address \"$node\"):6379\"; done\n\
             valkey-cli --cluster create \"$@\" --cluster-replicas {copies} --cluster-yes\n\
             else\n\
             for node in {all}; do valkey-cli -h {first} cluster meet \"$(address \"$node\")\" 6379; done\n\
             fi\n\
             n=0; until [ \"$(value cluster_state)\" = ok ]; do n=$((n+1)); [ $n -lt 60 ]; sleep 1; done",
            path = secret_path(&self.password),
            copies = self.copies,
        );
        Expansion {
            service: json!({
                "image": it.image(),
                "user": USER,
                "command": ["sh", "-c", script],
                "secrets": [self.password],
                "tmpfs": ["/data"],
                "restart": "no",
                "size": { "cpus": 0.25, "memory": "64M" },
            }),
            secrets: vec![self.password],
            ..Expansion::default()
        }
    }
}

impl Composite for ValkeyCluster {
    fn compose(self, asked: &Asked, say: &mut Say) -> Group {
        let count = self.replicas.unwrap_or(6);
        let copies = self.copies.unwrap_or(1);
        if count / (copies + 1) < 3 {
            let least = 3 * (copies + 1);
            let message = format!(
                "{count} servers with {copies} copies leave {} primaries: a cluster has 3",
                count / (copies + 1)
            );
            say.wrong("replicas", message, format!("write at least {least}, or fewer `copies`"));
        }
        let password = self.password.unwrap_or_else(|| asked.secret("password"));
        let names = asked.members(count);
        let mut members: Vec<Member> = (1..=count)
            .map(|number| {
                let mut with = json!({ "password": password });
                if let Some(memory) = &self.max_memory {
                    with["max_memory"] = memory.as_str().into();
                }
                Member::new(number, json!({ "use": asked.same("valkey-node"), "with": with })).entry().data()
            })
            .collect();
        let setup = json!({ "nodes": names, "copies": copies, "password": password });
        members.push(
            Member::new("setup", json!({ "use": asked.same("valkey-setup"), "with": setup })).needs(&names).job(),
        );
        let nodes: Vec<String> = names.iter().map(|name| format!("{name}:6379")).collect();
        if asked.metrics {
            // One exporter asks every server for its numbers.
            let scrapes: Vec<_> = names
                .iter()
                .map(|name| json!({ "port": 9121, "path": "/scrape", "params": { "target": [format!("redis://{name}:6379")] }, "labels": { "node": name } }))
                .collect();
            let with = json!({ "password_file": format!("{{{{ {}.password_file }}}}", asked.name) });
            let exporter = json!({ "use": REDIS_USE, "with": with, "metrics": scrapes });
            members.push(Member::new("exporter", exporter).needs(&names));
        }
        let outputs = indexmap! {
            "port".into() => "6379".into(),
            "nodes".into() => nodes.join(",").into(),
            "password_file".into() => Output::SecretFile(password),
        };
        Group { members, outputs }
    }
}
