//! `kafka`: a Kafka cluster without ZooKeeper, and what goes with it.

use super::exporters::KAFKA_USE;
use super::{Archetype, Asked, Composite, Group, Makes, Member, Metrics, Say, compose, schema};
use crate::record;
use crate::record::Between;
use indexmap::{IndexMap, indexmap};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The catalog entry.
pub const ARCHETYPE: Archetype = Archetype {
    name: "kafka",
    summary: "a Kafka cluster (KRaft), with topics, schema registry, Connect, REST proxy and web page where they are asked for",
    image: "confluentinc/cp-kafka",
    versions: &["7.8", "7.9", "8"],
    sources: super::kafka_broker::SOURCES,
    makes: Makes::Services(compose::<Kafka>),
    metrics: Metrics::Members,
    schema: schema::<Kafka>,
};

record! {
    /// The parameters of `kafka`.
    pub struct Kafka {
        /// How many brokers; 1 where it is left out.
        replicas: Option<i64> = Between<1, 99>,
        /// How many of them vote on who leads: the largest odd number up to 5 where it is left out.
        controllers: Option<i64> = Between<1, 9>,
        /// How many brokers keep a copy of a topic that says nothing else: 3, or all where there are fewer.
        replication: Option<i64> = Between<1, 99>,
        /// The identity of the cluster, 22 letters; made of its name where it is left out.
        cluster_id: Option<String>,
        /// Where clients outside of Docker reach the brokers: each has a port of its own, the first one this.
        external: Option<External>,
        /// Topics that are made once.
        topics: IndexMap<String, Topic>,
        /// Whether there is a schema registry.
        schema_registry: Option<bool>,
        /// Whether there is a Kafka Connect worker.
        connect: Option<bool>,
        /// Whether there is a REST proxy.
        rest: Option<bool>,
        /// Whether there is a web page.
        ui: Option<bool>,
    }
}

record! {
    /// Where clients outside of Docker reach the brokers.
    pub struct External {
        /// The host name or address that clients are told.
        host [Required]: String,
        /// The port of the first broker on the host; 9094 where it is left out.
        port: Option<i64> = Between<1, 65535>,
        /// The address of the host that it is published on; `127.0.0.1` where it is left out.
        bind: Option<String> = super::values::HostAddress,
    }
}

record! {
    /// A topic.
    pub struct Topic {
        /// How many parts; 1 where it is left out.
        partitions: Option<i64> = Between<1, 10_000>,
        /// How many copies; as many as the cluster's `replication` where it is left out.
        replication: Option<i64> = Between<1, 99>,
        /// Settings of the topic, as Kafka names them: `retention.ms`.
        config: IndexMap<String, String> = crate::record::Options,
    }
}

impl Composite for Kafka {
    fn compose(self, asked: &Asked, say: &mut Say) -> Group {
        let count = self.replicas.unwrap_or(1);
        let odd = count.min(5) - (count.min(5) + 1) % 2;
        let controllers = self.controllers.unwrap_or(odd.max(1));
        super::etcd::odd("controllers", controllers, say);
        if controllers > count {
            say.wrong(
                "controllers",
                format!("{controllers} voters are more than the brokers: {count}"),
                "write at most `replicas`",
            );
        }
        let replication = self.replication.unwrap_or(count.min(3));
        if replication > count {
            let message = format!("{replication} copies are more than the brokers: {count}");
            say.wrong("replication", message, format!("write at most {count}, or more `replicas`"));
        }
        for (name, topic) in &self.topics {
            if let Some(copies) = topic.replication.filter(|copies| *copies > count) {
                let message = format!("{copies} copies of `{name}` are more than the brokers: {count}");
                say.wrong_key("topics", name, message, format!("write at most {count}, or more `replicas`"));
            }
            if !super::kafka_broker::is_topic(name) {
                let message = format!("`{}` is no name of a topic", name.escape_debug());
                say.wrong_key("topics", name, message, "use up to 249 letters, digits, `.`, `_` and `-`");
            }
        }
        if self.cluster_id.as_ref().is_some_and(|id| !is_cluster_id(id)) {
            let help = "take what `kafka-storage random-uuid` prints: 22 letters, digits, `-` and `_`";
            say.wrong("cluster_id", "this is no identity of a cluster", help);
        }
        if let Some(external) = &self.external
            && external.port.unwrap_or(9094) + count > 65536
        {
            say.wrong("external", format!("there are no {count} ports from that one on"), "begin at a lower port");
        }
        let cluster_id = self.cluster_id.clone().unwrap_or_else(|| identity(asked.name));
        let names = asked.members(count);
        let bootstrap: Vec<String> = names.iter().map(|name| format!("{name}:9092")).collect();
        let mut members: Vec<Member> = (1..=count)
            .map(|number| {
                let mut with = json!({
                    "node": number, "members": names, "controllers": controllers, "replication": replication,
                    "cluster_id": cluster_id,
                });
                let mut service = json!({ "use": asked.same("kafka-broker") });
                if let Some(External { host, port, bind }) = &self.external {
                    let port = port.unwrap_or(9094) + number - 1;
                    with["external"] = format!("{host}:{port}").into();
                    let bind = bind.as_deref().unwrap_or("127.0.0.1");
                    service["ports"] =
                        json!([{ "target": 9094, "published": port.to_string(), "host_ip": bind, "protocol": "tcp" }]);
                }
                service["with"] = with;
                Member::new(number, service).entry().data()
            })
            .collect();
        let beside = |suffix: &str, archetype: String, with: Value| {
            Member::new(suffix, json!({ "use": archetype, "with": with })).needs(&names)
        };
        let registry = asked.member("schema-registry");
        let connect = asked.member("connect");
        let registry_url = self.schema_registry.unwrap_or(false).then(|| format!("http://{registry}:8081"));
        if !self.topics.is_empty() {
            let topics: IndexMap<&String, Value> = self
                .topics
                .iter()
                .map(|(name, topic)| {
                    let Topic { partitions, replication: copies, config } = topic;
                    let partitions = partitions.unwrap_or(1);
                    (name, json!({ "partitions": partitions, "replication": copies.unwrap_or(replication), "config": config }))
                })
                .collect();
            let with = json!({ "brokers": bootstrap, "topics": topics });
            members.push(beside("topics", asked.same("kafka-topics"), with).job());
        }
        if registry_url.is_some() {
            let with = json!({ "brokers": bootstrap, "replication": replication });
            members.push(beside("schema-registry", asked.same("schema-registry"), with).entry());
        }
        if self.connect.unwrap_or(false) {
            let mut with = json!({ "brokers": bootstrap, "replication": replication });
            with["schema_registry"] = json!(registry_url);
            strip(&mut with);
            let mut member = beside("connect", asked.same("kafka-connect"), with).entry();
            if registry_url.is_some() {
                member = member.needs([&registry]);
            }
            members.push(member);
        }
        if self.rest.unwrap_or(false) {
            let mut with = json!({ "brokers": bootstrap, "schema_registry": registry_url });
            strip(&mut with);
            members.push(beside("rest", asked.same("kafka-rest"), with).entry());
        }
        if self.ui.unwrap_or(false) {
            let mut with = json!({ "name": asked.name, "brokers": bootstrap, "schema_registry": registry_url });
            if self.connect.unwrap_or(false) {
                with["connect"] = format!("http://{connect}:8083").into();
            }
            strip(&mut with);
            members.push(beside("ui", super::kafka_tools::UI_USE.to_owned(), with).web());
        }
        if asked.metrics {
            let exporter = beside("exporter", KAFKA_USE.to_owned(), json!({ "brokers": bootstrap }));
            members.push(exporter);
            if let Some(exporter) = members.last_mut() {
                exporter.service["metrics"] = true.into();
            }
        }
        let mut outputs = indexmap! {
            "port".to_owned() => "9092".into(),
            "bootstrap".to_owned() => bootstrap.join(",").into(),
        };
        outputs.extend(registry_url.map(|url| ("schema_registry_url".to_owned(), url.into())));
        if self.connect.unwrap_or(false) {
            outputs.insert("connect_url".to_owned(), format!("http://{connect}:8083").into());
        }
        if self.rest.unwrap_or(false) {
            outputs.insert("rest_url".to_owned(), format!("http://{}:8082", asked.member("rest")).into());
        }
        Group { members, outputs }
    }
}

/// Takes away parameters without a value.
fn strip(with: &mut Value) {
    if let Value::Object(with) = with {
        with.retain(|_, value| !value.is_null());
    }
}

/// Sixteen bytes made of a name, as Kafka writes them: Base64 for URLs without padding.
fn identity(name: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digest = Sha256::digest(format!("bayplan kafka {name}"));
    let mut bytes = [0; 18];
    bytes[..16].copy_from_slice(&digest[..16]);
    // A first letter `-` would be taken for an option.
    bytes[0] &= 0x7f;
    let letters = bytes.chunks(3).flat_map(|part| {
        let bits = u32::from(part[0]) << 16 | u32::from(part[1]) << 8 | u32::from(part[2]);
        [18, 12, 6, 0].map(|shift| char::from(LETTERS[(bits >> shift & 63) as usize]))
    });
    letters.take(22).collect()
}

fn is_cluster_id(id: &str) -> bool {
    id.len() == 22 && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_sixteen_bytes() {
        for name in ["kafka", "k", "", "events-2"] {
            let id = identity(name);
            assert!(is_cluster_id(&id) && !id.starts_with('-') && id.ends_with(['A', 'Q', 'g', 'w']), "{id}");
        }
        assert_ne!(identity("a"), identity("b"));
    }
}
