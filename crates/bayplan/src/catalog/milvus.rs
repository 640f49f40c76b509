//! `milvus-server` and `milvus`: a vector database, with the etcd and the object storage that it keeps its data in.

use super::archetype::with_variables;
use super::values::SecretName;
use super::{
    Archetype, Asked, Composite, Expansion, Group, Instance, Makes, Member, Metrics, Parameters, Say, compose, expand,
    schema, secret_path,
};
use crate::record;
use indexmap::indexmap;
use serde_json::json;

const SOURCES: &[&str] = &[
    "https://github.com/milvus-io/milvus/blob/master/build/docker/milvus/ubuntu22.04/Dockerfile (2.5: Ubuntu with bash and curl, tini; it starts as root)",
    "https://github.com/milvus-io/milvus/blob/master/deployments/docker/standalone/docker-compose.yml (2.5: etcd, MinIO, seccomp:unconfined, /healthz at 9091)",
    "https://github.com/milvus-io/milvus/blob/master/configs/milvus.yaml (ETCD_ENDPOINTS, MINIO_ADDRESS, MINIO_ACCESS_KEY_ID, MINIO_SECRET_ACCESS_KEY)",
];

/// The server.
pub const SERVER: Archetype = Archetype {
    name: "milvus-server",
    summary: "Milvus alone, with an etcd and an object storage of yours; `milvus` brings its own",
    image: "milvusdb/milvus",
    versions: &["2.4", "2.5", "2.6"],
    sources: SOURCES,
    makes: Makes::Service(expand::<MilvusServer>),
    metrics: Metrics::Own(9091, "/metrics"),
    schema: schema::<MilvusServer>,
};

/// All of it.
pub const ARCHETYPE: Archetype = Archetype {
    name: "milvus",
    summary: "Milvus, a vector database, with its own etcd and MinIO",
    image: "milvusdb/milvus",
    versions: &["2.4", "2.5", "2.6"],
    sources: SOURCES,
    makes: Makes::Services(compose::<Milvus>),
    metrics: Metrics::Members,
    schema: schema::<Milvus>,
};

const ETCD_USE: &str = "etcd:v3.5.24";
const MINIO_USE: &str = "minio-node:RELEASE.2025-09-07T16-13-09Z";

record! {
    /// The parameters of `milvus-server`.
    pub struct MilvusServer {
        /// The etcd servers: host and port of each.
        etcd [Required]: Vec<String>,
        /// Host and port of the object storage.
        storage [Required]: String,
        /// The user of the object storage.
        user [Required]: String,
        /// The secret that holds the user's password.
        password [Required]: String = SecretName,
    }
}

record! {
    /// The parameters of `milvus`.
    pub struct Milvus {
        /// The secret that holds the password of its object storage; `NAME_storage_password` where it is left out.
        storage_password: Option<String> = SecretName,
    }
}

impl Parameters for MilvusServer {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let data = it.volume("data");
        let script =
            with_variables([("MINIO_SECRET_ACCESS_KEY", secret_path(&self.password))], "milvus run standalone");
        Expansion {
            service: json!({
                "image": it.image(),
                "command": ["bash", "-c", script],
                "environment": {
                    "ETCD_ENDPOINTS": self.etcd.join(","),
                    "MINIO_ADDRESS": self.storage,
                    "MINIO_ACCESS_KEY_ID": self.user,
                },
                "secrets": [self.password],
                "volumes": [{ "type": "volume", "source": data, "target": "/var/lib/milvus" }],
                "tmpfs": ["/tmp"],
                "read_only": false,
                "security_opt": ["no-new-privileges:true", "seccomp:unconfined"],
                "healthcheck": {
                    "test": ["CMD", "curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:9091/healthz"],
                    "interval": "30s", "timeout": "20s", "retries": 3, "start_period": "90s",
                },
                "stop_grace_period": "1m",
                "size": { "cpus": 2, "memory": "4G" },
                "expose": ["19530", "9091"],
                "allow": {
                    "writable-rootfs": "the server writes settings below /milvus",
                    "root-user": "the image names no user, and its volume belongs to root",
                    "disabled-confinement": "its own compose file asks for it: the filter of older Docker versions stops system calls that it needs",
                },
            }),
            volumes: vec![data],
            secrets: vec![self.password],
            outputs: indexmap! {
                "port".into() => "19530".into(),
                "url".into() => format!("http://{}:19530", it.service).into(),
            },
            ports: vec![19530, 9091],
            ..Expansion::default()
        }
    }
}

impl Composite for Milvus {
    fn compose(self, asked: &Asked, _: &mut Say) -> Group {
        let password = self.storage_password.unwrap_or_else(|| asked.secret("storage_password"));
        let [etcd, storage, server] = ["etcd", "storage", "server"].map(|suffix| asked.member(suffix));
        let etcd_with = json!({ "quota": 4_294_967_296_i64, "revisions": 1000 });
        let with = json!({
            "etcd": [format!("{etcd}:2379")], "storage": format!("{storage}:9000"), "user": "milvus", "password": password,
        });
        let members = vec![
            Member::new("etcd", json!({ "use": ETCD_USE, "with": etcd_with, "metrics": asked.metrics })).data(),
            Member::new("storage", json!({ "use": MINIO_USE, "with": { "user": "milvus", "password": password }, "metrics": asked.metrics })).data(),
            Member::new("server", json!({ "use": asked.same("milvus-server"), "with": with, "metrics": asked.metrics }))
                .needs([&etcd, &storage])
                .entry()
                .web()
                .data(),
        ];
        let outputs = indexmap! {
            "port".into() => "19530".into(),
            "url".into() => format!("http://{server}:19530").into(),
        };
        Group { members, outputs }
    }
}
