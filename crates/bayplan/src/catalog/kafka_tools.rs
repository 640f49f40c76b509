//! `kafka-topics`, `schema-registry`, `kafka-connect`, `kafka-rest`, `kafka-ui`: what goes with a Kafka cluster.

use super::archetype::{ask_by_bash, shell_word};
use super::kafka_broker::{WRITTEN_WHY, written};
use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::record;
use crate::record::Between;
use indexmap::{IndexMap, indexmap};
use serde_json::{Value, json};

const CONFLUENT: &[&str] = &["7.8", "7.9", "8"];

/// The job that makes topics.
pub const TOPICS: Archetype = Archetype {
    name: "kafka-topics",
    summary: "makes topics of a Kafka cluster that are not there, and ends",
    image: "confluentinc/cp-kafka",
    versions: CONFLUENT,
    sources: super::kafka_broker::SOURCES,
    makes: Makes::Service(expand::<KafkaTopics>),
    metrics: Metrics::None,
    schema: schema::<KafkaTopics>,
};

record! {
    /// The parameters of `kafka-topics`.
    pub struct KafkaTopics {
        /// The brokers: host and port of each.
        brokers [Required]: Vec<String>,
        /// The topics.
        topics [Required]: IndexMap<String, TopicToMake>,
    }
}

record! {
    /// A topic to make.
    pub struct TopicToMake {
        /// How many parts.
        partitions [Required]: i64 = Between<1, 10_000>,
        /// How many copies.
        replication [Required]: i64 = Between<1, 99>,
        /// Settings of the topic, as Kafka names them.
        config: IndexMap<String, String> = crate::record::Options,
    }
}

impl Parameters for KafkaTopics {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        let mut script = vec!["set -eu".to_owned()];
        let brokers = shell_word(&self.brokers.join(","));
        for (name, topic) in &self.topics {
            if !super::kafka_broker::is_topic(name) {
                let message = format!("`{}` is no name of a topic", name.escape_debug());
                say.wrong_key("topics", name, message, "use up to 249 letters, digits, `.`, `_` and `-`");
            }
            let settings: Vec<String> = topic
                .config
                .iter()
                .map(|(key, value)| format!(" --config {}", shell_word(&format!("{key}={value}"))))
                .collect();
            script.push(format!(
                "kafka-topics --bootstrap-server {brokers} --create --if-not-exists --topic {} --partitions {} --replication-factor {}{}",
                shell_word(name), topic.partitions, topic.replication, settings.concat(),
            ));
        }
        let service = json!({
            "image": it.image(),
            "user": "1000:1000",
            "command": ["bash", "-c", script.join("\n")],
            "environment": { "KAFKA_HEAP_OPTS": "-Xmx256m", "LOG_DIR": "/tmp" },
            "tmpfs": written("kafka"),
            "restart": "no",
            "size": { "cpus": 0.5, "memory": "512M" },
            "allow": { "unsafe-tmpfs": WRITTEN_WHY },
        });
        Expansion { service, ..Expansion::default() }
    }
}

/// A Java service of Confluent's that keeps everything in Kafka.
fn confluent(
    it: &Instance,
    component: &str,
    port: u16,
    ask: &str,
    memory: &str,
    environment: IndexMap<&str, String>,
) -> Expansion {
    let service = json!({
        "image": it.image(),
        "user": "1000:1000",
        "environment": environment,
        "tmpfs": written(component),
        "healthcheck": {
            "test": ask_by_bash(port, ask),
            "interval": "15s", "timeout": "10s", "retries": 5, "start_period": "2m", "start_interval": "5s",
        },
        "size": { "cpus": 0.5, "memory": memory },
        "expose": [port.to_string()],
        "allow": { "unsafe-tmpfs": WRITTEN_WHY },
    });
    Expansion {
        service,
        outputs: indexmap! {
            "port".into() => port.to_string().into(),
            "url".into() => format!("http://{}:{port}", it.service).into(),
        },
        ports: vec![port],
        ..Expansion::default()
    }
}

fn plaintext(brokers: &[String]) -> String {
    brokers.iter().map(|broker| format!("PLAINTEXT://{broker}")).collect::<Vec<_>>().join(",")
}

/// The schema registry.
pub const REGISTRY: Archetype = Archetype {
    name: "schema-registry",
    summary: "Confluent's schema registry on a Kafka cluster",
    image: "confluentinc/cp-schema-registry",
    versions: CONFLUENT,
    sources: &[
        "https://github.com/confluentinc/schema-registry-images/tree/master/schema-registry (8.1: user 1000, bash; /etc/schema-registry is written at every start)",
    ],
    makes: Makes::Service(expand::<SchemaRegistry>),
    metrics: Metrics::None,
    schema: schema::<SchemaRegistry>,
};

record! {
    /// The parameters of `schema-registry`.
    pub struct SchemaRegistry {
        /// The brokers: host and port of each.
        brokers [Required]: Vec<String>,
        /// How many brokers keep a copy of the schemas; 1 where it is left out.
        replication: Option<i64> = Between<1, 99>,
    }
}

impl Parameters for SchemaRegistry {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let environment = indexmap! {
            "SCHEMA_REGISTRY_HOST_NAME" => it.service.to_owned(),
            "SCHEMA_REGISTRY_LISTENERS" => "http://0.0.0.0:8081".to_owned(),
            "SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS" => plaintext(&self.brokers),
            "SCHEMA_REGISTRY_KAFKASTORE_TOPIC_REPLICATION_FACTOR" => self.replication.unwrap_or(1).to_string(),
            "SCHEMA_REGISTRY_HEAP_OPTS" => "-Xms128m -Xmx256m".to_owned(),
            "LOG_DIR" => "/tmp".to_owned(),
        };
        confluent(it, "schema-registry", 8081, "/subjects", "512M", environment)
    }
}

/// Kafka Connect.
pub const CONNECT: Archetype = Archetype {
    name: "kafka-connect",
    summary: "a worker of Kafka Connect",
    image: "confluentinc/cp-kafka-connect",
    versions: CONFLUENT,
    sources: &[
        "https://github.com/confluentinc/kafka-images/tree/master/kafka-connect-base (8.1: user 1000, bash; /etc/kafka-connect and /etc/kafka are written at every start)",
    ],
    makes: Makes::Service(expand::<KafkaConnect>),
    metrics: Metrics::None,
    schema: schema::<KafkaConnect>,
};

record! {
    /// The parameters of `kafka-connect`.
    pub struct KafkaConnect {
        /// The brokers: host and port of each.
        brokers [Required]: Vec<String>,
        /// How many brokers keep a copy of the worker's state; 1 where it is left out.
        replication: Option<i64> = Between<1, 99>,
        /// The workers that share connectors; the name of the service where it is left out.
        group: Option<String>,
        /// The URL of the schema registry: values are Avro then, else JSON.
        schema_registry: Option<String>,
    }
}

impl Parameters for KafkaConnect {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let group = self.group.unwrap_or_else(|| it.service.to_owned());
        let copies = self.replication.unwrap_or(1).to_string();
        let json_converter = "org.apache.kafka.connect.json.JsonConverter".to_owned();
        let mut environment = indexmap! {
            "CONNECT_BOOTSTRAP_SERVERS" => self.brokers.join(","),
            "CONNECT_GROUP_ID" => group.clone(),
            "CONNECT_REST_ADVERTISED_HOST_NAME" => it.service.to_owned(),
            "CONNECT_REST_PORT" => "8083".to_owned(),
            "CONNECT_CONFIG_STORAGE_TOPIC" => format!("{group}-configs"),
            "CONNECT_OFFSET_STORAGE_TOPIC" => format!("{group}-offsets"),
            "CONNECT_STATUS_STORAGE_TOPIC" => format!("{group}-status"),
            "CONNECT_CONFIG_STORAGE_REPLICATION_FACTOR" => copies.clone(),
            "CONNECT_OFFSET_STORAGE_REPLICATION_FACTOR" => copies.clone(),
            "CONNECT_STATUS_STORAGE_REPLICATION_FACTOR" => copies,
            "CONNECT_KEY_CONVERTER" => "org.apache.kafka.connect.storage.StringConverter".to_owned(),
            "CONNECT_VALUE_CONVERTER" => json_converter,
            // The default would look through folders of the host's Java, too.
            "CONNECT_PLUGIN_PATH" => "/usr/share/java,/usr/share/confluent-hub-components".to_owned(),
            "KAFKA_HEAP_OPTS" => "-Xms256m -Xmx1g".to_owned(),
            "LOG_DIR" => "/tmp".to_owned(),
        };
        if let Some(url) = self.schema_registry {
            environment.insert("CONNECT_VALUE_CONVERTER", "io.confluent.connect.avro.AvroConverter".to_owned());
            environment.insert("CONNECT_VALUE_CONVERTER_SCHEMA_REGISTRY_URL", url);
        }
        let mut made = confluent(it, "kafka-connect", 8083, "/connectors", "1536M", environment);
        if let Some(tmpfs) = made.service["tmpfs"].as_array_mut() {
            let own = |path: &str| Value::from(format!("{path}:uid=1000,gid=1000,mode=0775"));
            tmpfs.extend(["/etc/kafka-connect/jars", "/etc/kafka"].map(own));
        }
        made
    }
}

/// The REST proxy.
pub const REST: Archetype = Archetype {
    name: "kafka-rest",
    summary: "Confluent's REST proxy of a Kafka cluster",
    image: "confluentinc/cp-kafka-rest",
    versions: CONFLUENT,
    sources: &[
        "https://github.com/confluentinc/kafka-rest-images/tree/master/kafka-rest (8.1: user 1000, bash; /etc/kafka-rest is written at every start)",
    ],
    makes: Makes::Service(expand::<KafkaRest>),
    metrics: Metrics::None,
    schema: schema::<KafkaRest>,
};

record! {
    /// The parameters of `kafka-rest`.
    pub struct KafkaRest {
        /// The brokers: host and port of each.
        brokers [Required]: Vec<String>,
        /// The URL of the schema registry.
        schema_registry: Option<String>,
    }
}

impl Parameters for KafkaRest {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let mut environment = indexmap! {
            "KAFKA_REST_HOST_NAME" => it.service.to_owned(),
            "KAFKA_REST_LISTENERS" => "http://0.0.0.0:8082".to_owned(),
            "KAFKA_REST_BOOTSTRAP_SERVERS" => plaintext(&self.brokers),
            "KAFKAREST_HEAP_OPTS" => "-Xms128m -Xmx256m".to_owned(),
            "LOG_DIR" => "/tmp".to_owned(),
        };
        environment.extend(self.schema_registry.map(|url| ("KAFKA_REST_SCHEMA_REGISTRY_URL", url)));
        confluent(it, "kafka-rest", 8082, "/v3/clusters", "512M", environment)
    }
}

/// The web page.
pub const UI: Archetype = Archetype {
    name: "kafka-ui",
    summary: "a web page that shows Kafka clusters (Kafbat)",
    image: "ghcr.io/kafbat/kafka-ui",
    versions: &["1.3", "1.4", "1.5"],
    sources: &[
        "https://github.com/kafbat/kafka-ui/blob/main/api/Dockerfile (1.5: Alpine with wget, user kafkaui 100:101, no settings are written)",
    ],
    makes: Makes::Service(expand::<KafkaUi>),
    metrics: Metrics::Own(8080, "/actuator/prometheus"),
    schema: schema::<KafkaUi>,
};

/// The tag that `kafka` takes.
pub const UI_USE: &str = "kafka-ui:v1.4.2";

record! {
    /// The parameters of `kafka-ui`.
    pub struct KafkaUi {
        /// The name of the cluster on the page; that of the service where it is left out.
        name: Option<String>,
        /// The brokers: host and port of each.
        brokers [Required]: Vec<String>,
        /// The URL of the schema registry.
        schema_registry: Option<String>,
        /// The URL of Kafka Connect.
        connect: Option<String>,
    }
}

impl Parameters for KafkaUi {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let mut environment = indexmap! {
            "KAFKA_CLUSTERS_0_NAME" => self.name.unwrap_or_else(|| it.service.to_owned()),
            "KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS" => self.brokers.join(","),
            "DYNAMIC_CONFIG_ENABLED" => "false".to_owned(),
            "JAVA_OPTS" => "-Xms64m -Xmx320m".to_owned(),
        };
        environment.extend(self.schema_registry.map(|url| ("KAFKA_CLUSTERS_0_SCHEMAREGISTRY", url)));
        if let Some(url) = self.connect {
            environment.insert("KAFKA_CLUSTERS_0_KAFKACONNECT_0_NAME", "connect".to_owned());
            environment.insert("KAFKA_CLUSTERS_0_KAFKACONNECT_0_ADDRESS", url);
        }
        let service = json!({
            "image": it.image(),
            "user": "100:101",
            "environment": environment,
            "tmpfs": ["/tmp:exec,size=128m"],
            "healthcheck": {
                "test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/actuator/health"],
                "interval": "15s", "timeout": "5s", "retries": 5, "start_period": "90s",
            },
            "size": { "cpus": 0.5, "memory": "512M" },
            "expose": ["8080"],
            "allow": { "unsafe-tmpfs": WRITTEN_WHY },
        });
        Expansion {
            service,
            outputs: indexmap! {
                "port".into() => "8080".into(),
                "url".into() => format!("http://{}:8080", it.service).into(),
            },
            ports: vec![8080],
            ..Expansion::default()
        }
    }
}
