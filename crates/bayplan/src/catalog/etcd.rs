//! `etcd`: a member of an etcd cluster, or one alone; `etcd-cluster`: several.

use super::{
    Archetype, Asked, Composite, Expansion, Group, Instance, Makes, Member, Metrics, Output, Parameters, Say, compose,
    expand, schema,
};
use crate::record;
use crate::record::Between;
use indexmap::{IndexMap, indexmap};
use serde_json::json;

const SOURCES: &[&str] = &[
    "https://github.com/etcd-io/etcd/blob/main/Dockerfile (3.6: distroless without a shell; etcd and etcdctl in /usr/local/bin)",
    "https://etcd.io/docs/v3.6/op-guide/configuration/ (the variables ETCD_*)",
];

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "etcd",
    summary: "an etcd server",
    image: "quay.io/coreos/etcd",
    versions: &["3.5", "3.6"],
    sources: SOURCES,
    makes: Makes::Service(expand::<Etcd>),
    metrics: Metrics::Own(2379, "/metrics"),
    schema: schema::<Etcd>,
};

/// The catalog entry of several.
pub const CLUSTER: Archetype = Archetype {
    name: "etcd-cluster",
    summary: "an etcd cluster",
    image: "quay.io/coreos/etcd",
    versions: &["3.5", "3.6"],
    sources: SOURCES,
    makes: Makes::Services(compose::<EtcdCluster>),
    metrics: Metrics::Members,
    schema: schema::<EtcdCluster>,
};

record! {
    /// The parameters of `etcd`.
    pub struct Etcd {
        /// The services that the cluster starts with, this one among them; it alone where they are left out.
        members: Vec<String>,
        /// The size in bytes at which writes are refused.
        quota: Option<i64> = Between<1_048_576, 8_589_934_592>,
        /// The number of revisions that are kept.
        revisions: Option<i64> = Between<1, 1_000_000>,
    }
}

record! {
    /// The parameters of `etcd-cluster`.
    pub struct EtcdCluster {
        /// How many servers; 3 where it is left out.
        replicas: Option<i64> = Between<1, 9>,
    }
}

impl Parameters for Etcd {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        let name = it.service;
        let members = if self.members.is_empty() { vec![name.to_owned()] } else { self.members };
        if !members.iter().any(|member| member == name) {
            say.wrong("members", format!("`{name}` is not among its own members"), format!("add `{name}`"));
        }
        let data = it.volume("data");
        let peers: Vec<String> = members.iter().map(|member| format!("{member}=http://{member}:2380")).collect();
        let mut environment = indexmap! {
            "ETCD_NAME" => name.to_owned(),
            "ETCD_DATA_DIR" => "/etcd-data".to_owned(),
            "ETCD_LISTEN_CLIENT_URLS" => "http://0.0.0.0:2379".to_owned(),
            "ETCD_ADVERTISE_CLIENT_URLS" => format!("http://{name}:2379"),
            "ETCD_LISTEN_PEER_URLS" => "http://0.0.0.0:2380".to_owned(),
            "ETCD_INITIAL_ADVERTISE_PEER_URLS" => format!("http://{name}:2380"),
            "ETCD_INITIAL_CLUSTER" => peers.join(","),
            "ETCD_INITIAL_CLUSTER_STATE" => "new".to_owned(),
        };
        environment.extend(self.quota.map(|quota| ("ETCD_QUOTA_BACKEND_BYTES", quota.to_string())));
        if let Some(revisions) = self.revisions {
            environment.insert("ETCD_AUTO_COMPACTION_MODE", "revision".to_owned());
            environment.insert("ETCD_AUTO_COMPACTION_RETENTION", revisions.to_string());
        }
        Expansion {
            service: json!({
                "image": it.image(),
                "command": ["/usr/local/bin/etcd"],
                "environment": environment,
                "volumes": [{ "type": "volume", "source": data, "target": "/etcd-data" }],
                "healthcheck": {
                    "test": ["CMD", "/usr/local/bin/etcdctl", "endpoint", "health", "--endpoints=http://127.0.0.1:2379"],
                    "interval": "10s", "timeout": "5s", "retries": 6, "start_period": "30s",
                },
                "stop_grace_period": "30s",
                "size": { "cpus": 0.5, "memory": "256M" },
                "expose": ["2379", "2380"],
            }),
            volumes: vec![data],
            outputs: indexmap! {
                "port".into() => "2379".into(),
                "url".into() => format!("http://{name}:2379").into(),
                "endpoints".into() => format!("{name}:2379").into(),
            },
            ports: vec![2379, 2380],
            ..Expansion::default()
        }
    }
}

/// Says that a quorum of an even number of members survives no more losses than the odd number below.
pub fn odd(name: &str, count: i64, say: &mut Say) {
    if count % 2 == 0 {
        let message = format!("{count} members survive as many losses as {}, and have one more to lose", count - 1);
        say.wrong(name, message, format!("write {} or {}", count - 1, count + 1));
    }
}

impl Composite for EtcdCluster {
    fn compose(self, asked: &Asked, say: &mut Say) -> Group {
        let count = self.replicas.unwrap_or(3);
        odd("replicas", count, say);
        let names = asked.members(count);
        let members = (1..=count).map(|number| {
            let service = json!({
                "use": asked.same("etcd"), "with": { "members": names }, "metrics": asked.metrics,
            });
            Member::new(number, service).entry().data()
        });
        Group { members: members.collect(), outputs: outputs(&names) }
    }
}

fn outputs(names: &[String]) -> IndexMap<String, Output> {
    let each = |prefix: &str| names.iter().map(|name| format!("{prefix}{name}:2379")).collect::<Vec<_>>().join(",");
    indexmap! {
        "port".into() => "2379".into(),
        "endpoints".into() => each("").into(),
        "urls".into() => each("http://").into(),
    }
}
