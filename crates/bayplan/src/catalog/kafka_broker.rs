//! `kafka-broker`: one broker of a Kafka cluster without ZooKeeper, a voter of its quorum or not.

use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::record;
use crate::record::Between;
use indexmap::indexmap;
use serde_json::json;

/// Where the facts about Confluent's images come from.
pub const SOURCES: &[&str] = &[
    "https://github.com/confluentinc/kafka-images/blob/master/kafka/Dockerfile.ubi9 (8.1: user 1000; VOLUME /var/lib/kafka/data, /etc/kafka/secrets)",
    "https://github.com/confluentinc/kafka-images/tree/master/kafka/include/etc/confluent/docker (8.1: /etc/kafka is written at every start; the storage is formatted once)",
    "https://github.com/confluentinc/common-docker/blob/master/base-java-micro/Dockerfile.ubi9 (8.3: bash, but no curl)",
];

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "kafka-broker",
    summary: "one broker of a Kafka cluster; `kafka` makes whole clusters",
    image: "confluentinc/cp-kafka",
    versions: &["7.8", "7.9", "8"],
    sources: SOURCES,
    makes: Makes::Service(expand::<KafkaBroker>),
    metrics: Metrics::None,
    schema: schema::<KafkaBroker>,
};

/// The folders that Confluent's images write to, beside their data.
pub fn written(component: &str) -> Vec<String> {
    let own = |path: &str| format!("{path}:uid=1000,gid=1000,mode=0775");
    // Codecs unpack their native libraries there and load them.
    vec!["/tmp:exec,size=128m".to_owned(), own(&format!("/etc/{component}")), own(&format!("/etc/{component}/secrets"))]
}

/// The exemption that goes with it.
pub const WRITTEN_WHY: &str = "snappy and zstd load the native libraries that they unpack to /tmp";

record! {
    /// The parameters of `kafka-broker`.
    pub struct KafkaBroker {
        /// The number of this broker.
        node [Required]: i64 = Between<1, 2_147_483_647>,
        /// The services of all brokers, in the order of their numbers, from 1.
        members [Required]: Vec<String>,
        /// How many of them vote on who leads, from the first on.
        controllers [Required]: i64 = Between<1, 99>,
        /// How many brokers keep a copy of a topic that says nothing else.
        replication [Required]: i64 = Between<1, 99>,
        /// The identity of the cluster, 22 letters.
        cluster_id [Required]: String,
        /// The host and port that clients outside of Docker are told.
        external: Option<String>,
    }
}

/// Whether a text is the name of a topic.
pub fn is_topic(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=249).contains(&name.len()) && name.chars().all(fits) && name != "." && name != ".."
}

impl Parameters for KafkaBroker {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        let name = it.service;
        let at = usize::try_from(self.node - 1).unwrap_or_default();
        if self.members.get(at).is_none_or(|member| member != name) {
            let message = format!("broker {} is not `{name}` among `members`", self.node);
            say.wrong("members", message, format!("write `{name}` in its place"));
        }
        let voters = self.members.iter().enumerate().take(usize::try_from(self.controllers).unwrap_or(1));
        let voters: Vec<String> = voters.map(|(at, member)| format!("{}@{member}:9093", at + 1)).collect();
        let votes = self.node <= self.controllers;
        let outside = |address: &str| self.external.as_ref().map(|_| address.to_owned());
        let join = |parts: [Option<String>; 3]| parts.into_iter().flatten().collect::<Vec<_>>().join(",");
        let controller = |address: &str| votes.then(|| address.to_owned());
        let copies = self.replication.to_string();
        let environment = indexmap! {
            "CLUSTER_ID" => self.cluster_id.clone(),
            "KAFKA_NODE_ID" => self.node.to_string(),
            "KAFKA_PROCESS_ROLES" => if votes { "broker,controller" } else { "broker" }.to_owned(),
            "KAFKA_CONTROLLER_QUORUM_VOTERS" => voters.join(","),
            "KAFKA_CONTROLLER_LISTENER_NAMES" => "CONTROLLER".to_owned(),
            "KAFKA_INTER_BROKER_LISTENER_NAME" => "INTERNAL".to_owned(),
            "KAFKA_LISTENERS" => join([
                Some("INTERNAL://0.0.0.0:9092".to_owned()), controller("CONTROLLER://0.0.0.0:9093"), outside("EXTERNAL://0.0.0.0:9094"),
            ]),
            "KAFKA_ADVERTISED_LISTENERS" => join([
                Some(format!("INTERNAL://{name}:9092")), self.external.as_ref().map(|at| format!("EXTERNAL://{at}")), None,
            ]),
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP" => "INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT,EXTERNAL:PLAINTEXT".to_owned(),
            "KAFKA_DEFAULT_REPLICATION_FACTOR" => copies.clone(),
            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR" => copies.clone(),
            "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR" => copies,
            "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR" => least(self.replication),
            "KAFKA_MIN_INSYNC_REPLICAS" => least(self.replication),
            "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS" => "0".to_owned(),
            "KAFKA_HEAP_OPTS" => "-Xms512m -Xmx1g".to_owned(),
            "LOG_DIR" => "/var/log/kafka".to_owned(),
        };
        let data = it.volume("data");
        let mut tmpfs = written("kafka");
        tmpfs.push("/var/log/kafka:uid=1000,gid=1000,mode=0775".to_owned());
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "1000:1000",
                "hostname": name,
                "environment": environment,
                "volumes": [{ "type": "volume", "source": data, "target": "/var/lib/kafka/data" }],
                "tmpfs": tmpfs,
                "healthcheck": {
                    // With its own, small heap: it is a Java program, too.
                    "test": ["CMD-SHELL", "unset KAFKA_OPTS KAFKA_JMX_OPTS; KAFKA_HEAP_OPTS='-Xmx64m' kafka-broker-api-versions --bootstrap-server 127.0.0.1:9092 > /dev/null"],
                    "interval": "30s", "timeout": "20s", "retries": 5, "start_period": "90s", "start_interval": "5s",
                },
                "stop_grace_period": "2m",
                "ulimits": { "nofile": { "soft": 65536, "hard": 65536 } },
                "size": { "cpus": 1, "memory": "2G" },
                "expose": if votes { vec!["9092", "9093"] } else { vec!["9092"] },
                "allow": { "unsafe-tmpfs": WRITTEN_WHY },
            }),
            volumes: vec![data],
            outputs: indexmap! {
                "port".into() => "9092".into(),
                "bootstrap".into() => format!("{name}:9092").into(),
            },
            ports: vec![9092],
            ..Expansion::default()
        }
    }
}

/// How many copies have to be there for a write: a majority.
fn least(replication: i64) -> String {
    (replication / 2 + 1).min(replication).to_string()
}
