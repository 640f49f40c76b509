//! What images are known to be, by the last part of their names.

use crate::compose::Service;

/// Images that keep data for others.
const DATASTORES: &[&str] = &[
    "arangodb",
    "cassandra",
    "clickhouse",
    "clickhouse-server",
    "cockroach",
    "couchdb",
    "dragonfly",
    "elasticsearch",
    "etcd",
    "influxdb",
    "keydb",
    "mariadb",
    "memcached",
    "mongo",
    "mongodb",
    "mysql",
    "mysql-server",
    "neo4j",
    "opensearch",
    "percona",
    "pgvector",
    "postgis",
    "postgres",
    "postgresql",
    "qdrant",
    "redis",
    "redis-stack",
    "redis-stack-server",
    "scylla",
    "surrealdb",
    "timescaledb",
    "timescaledb-ha",
    "valkey",
    "victoria-metrics",
    "weaviate",
];
/// Images that take requests from outside and pass them on.
const PROXIES: &[&str] =
    &["caddy", "caddy-docker-proxy", "haproxy", "nginx-proxy", "nginx-proxy-manager", "swag", "traefik"];

/// Whether a service keeps data for others.
pub fn is_datastore(service: &Service) -> bool {
    is_one(service, DATASTORES)
}

/// Whether a service takes requests from outside and passes them on.
pub fn is_proxy(service: &Service) -> bool {
    is_one(service, PROXIES)
}

fn is_one(service: &Service, names: &[&str]) -> bool {
    service.image.as_ref().is_some_and(|image| names.binary_search(&image.short_name()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order() {
        assert!(DATASTORES.is_sorted() && PROXIES.is_sorted());
    }
}
