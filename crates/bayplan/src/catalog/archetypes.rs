//! The archetypes as types: what [`Service::of`](crate::dsl::Service::of) takes, and what handles of such services give to others. One
//! without a type here is taken by [its name](crate::dsl::Service::using).
//!
//! One line an archetype: its name, its parameters, its outputs beside those that every service has (`host`, `port`, `url` …).

use crate::dsl::{Archetype, Handle, Output};

pub use super::alertmanager::{Mail as AlertMail, Slack as AlertSlack};
pub use super::kafka::{External as KafkaExternal, Topic as KafkaTopic};
pub use super::minio::User as MinioUser;
pub use super::n8n::Database as N8nDatabase;
pub use super::postgres_ha::Database as PostgresHaDatabase;
pub use super::superset::{Database as SupersetDatabase, SupersetRole};

macro_rules! archetypes {
    ($($name:literal: $module:ident::$ty:ident [$($output:ident),*];)+) => {
        $(
            pub use super::$module::$ty;

            impl Archetype for $ty {
                const NAME: &'static str = $name;
            }

            impl Handle<$ty> {
                $(
                    #[doc = concat!("The output `", stringify!($output), "` of the archetype `", $name, "`.")]
                    pub fn $output(&self) -> Output {
                        self.output(stringify!($output))
                    }
                )*
            }
        )+

        /// Each archetype and the outputs that have a method.
        #[cfg(test)]
        const TYPED: &[(&str, &[&str])] = &[$(($name, &[$(stringify!($output)),*])),+];
    };
}

archetypes! {
    "alertmanager": alertmanager::Alertmanager [];
    "alloy": alloy::Alloy [otlp_grpc, otlp_http];
    "blackbox-exporter": watchers::BlackboxExporter [];
    "cadvisor": watchers::Cadvisor [];
    "couchdb": couchdb::Couchdb [user, password_file];
    "etcd": etcd::Etcd [endpoints];
    "etcd-cluster": etcd::EtcdCluster [endpoints, urls];
    "grafana": grafana::Grafana [user, password_file];
    "influxdb": influxdb::Influxdb [organisation, bucket, token_file];
    "kafka": kafka::Kafka [bootstrap];
    "loki": loki::Loki [];
    "milvus": milvus::Milvus [];
    "minio": minio::Minio [endpoint, user, password_file];
    "mongodb": mongodb::Mongodb [hosts, set, user, password_file];
    "mysql": mysql::Mysql [user, database, password_file];
    "n8n": n8n::N8n [];
    "neo4j": neo4j::Neo4j [http_url, user, password_file];
    "node-exporter": watchers::NodeExporter [];
    "opensearch": opensearch::Opensearch [urls, user, password_file];
    "postgres": postgres::Postgres [user, database, password_file];
    "postgres-ha": postgres_ha::PostgresHa [replica_port, user, password_file];
    "prometheus": prometheus::Prometheus [];
    "pushgateway": watchers::Pushgateway [];
    "qdrant": qdrant::Qdrant [grpc_port];
    "rabbitmq": rabbitmq::Rabbitmq [user, virtual_host, password_file];
    "redis": redis::Redis [];
    "redisinsight": redisinsight::Redisinsight [];
    "smtp4dev": smtp4dev::Smtp4dev [];
    "socket-proxy": socket_proxy::SocketProxy [];
    "superset": superset::Superset [];
    "tempo": tempo::Tempo [otlp_grpc, otlp_http];
    "traefik": traefik::Traefik [];
    "valkey": valkey::Valkey [password_file];
    "valkey-cluster": valkey_cluster::ValkeyCluster [nodes, password_file];
}

#[cfg(test)]
mod tests {
    use super::TYPED;
    use crate::catalog::{Asked, Instance, Makes, find};
    use bayplan_yaml::{Decoder, SourceId};

    #[test]
    fn every_output_has_a_method_and_every_method_an_output() {
        let with =
            "{ role: app, database: { host: h, name: n, user: u, password: p, password_file: f }, redis_url: r }";
        let with = bayplan_yaml::read(with, SourceId::default(), &Default::default());
        let with = with.first().unwrap();
        for (name, methods) in TYPED {
            let archetype = find(name).unwrap();
            // Parameters that an archetype does not have are errors, and it makes the same all the same.
            let outputs = match archetype.makes {
                Makes::Service(expand) => {
                    let it = Instance {
                        service: "it",
                        tag: "1.2.3",
                        image: archetype.image,
                        url: Some("http://it"),
                        metrics: false,
                        tls: false,
                        takes_tls: false,
                        output: "..",
                    };
                    expand(with, &it, &mut Decoder::new()).unwrap().outputs
                }
                Makes::Services(compose) => {
                    let asked = Asked { name: "it", tag: "1.2.3", with: Some(with), metrics: false };
                    compose(with, &asked, &mut Decoder::new()).unwrap().outputs
                }
            };
            let outputs: Vec<&str> =
                outputs.keys().map(String::as_str).filter(|output| !["port", "url", "host"].contains(output)).collect();
            assert_eq!(outputs, **methods, "{name}");
        }
    }
}
