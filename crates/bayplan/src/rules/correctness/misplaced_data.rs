//! `misplaced-data`: a volume is mounted where the image keeps nothing

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};
use crate::value::mount::MountType;
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "misplaced-data",
    group: Group::Correctness,
    level: Level::Warn,
    profiles: &[],
    finds: "a volume is mounted where another image of the same program keeps its data",
    why: "the volume stays empty: the data is gone with the container",
    fails: "services:\n  db:\n    image: cassandra:5.0\n    volumes: ['data:/bitnami/cassandra']\nvolumes:\n  data: {}\n",
    passes: "services:\n  db:\n    image: cassandra:5.0\n    volumes: ['data:/var/lib/cassandra']\nvolumes:\n  data: {}\n",
    fine: "services:\n  db:\n    image: bitnami/cassandra:5.0\n    volumes: ['data:/bitnami/cassandra']\nvolumes:\n  data: {}\n",
    fix: "mount it where the image keeps its data",
    sources: &["seed hy-head: cassandra", "seed archive: neo4j, redisinsight"],
    check,
};

/// Official images and where they keep their data.
const OFFICIAL: &[(&str, &str)] = &[
    ("library/cassandra", "/var/lib/cassandra"),
    ("library/couchdb", "/opt/couchdb/data"),
    ("library/elasticsearch", "/usr/share/elasticsearch/data"),
    ("library/influxdb", "/var/lib/influxdb2"),
    ("library/mariadb", "/var/lib/mysql"),
    ("library/mongo", "/data/db"),
    ("library/mysql", "/var/lib/mysql"),
    ("library/neo4j", "/data"),
    ("library/postgres", "/var/lib/postgresql/data"),
    ("library/rabbitmq", "/var/lib/rabbitmq"),
    ("library/redis", "/data"),
    ("redis/redisinsight", "/data"),
    ("valkey/valkey", "/data"),
];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let Some(image) = compose.image.as_ref().filter(|_| !compose.volumes.is_empty() && compose.build.is_none())
        else {
            continue;
        };
        let repository = image.repository();
        let Some((_, right)) = OFFICIAL.iter().find(|(known, _)| *known == repository) else { continue };
        // Who sets the folder of the data, or mounts something at the right place, knows better.
        let inside = |target: &str, folder: &str| {
            target == folder || target.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        let is_told = compose
            .environment
            .values()
            .flatten()
            .any(|value| compose.volumes.iter().any(|mount| inside(value, &mount.target)));
        if is_told || compose.volumes.iter().any(|mount| inside(&mount.target, right) || inside(right, &mount.target)) {
            continue;
        }
        let wrong = |target: &str| match repository.as_str() {
            "redis/redisinsight" => target == "/db",
            _ => inside(target, "/bitnami"),
        };
        let list = service_path(name).key("volumes");
        for (index, mount) in compose.volumes.iter().enumerate() {
            if !wrong(mount.target.trim_end_matches('/')) || !matches!(mount.kind, MountType::Volume | MountType::Bind)
            {
                continue;
            }
            let is_list = stack
                .document
                .at_path(&list)
                .and_then(Node::as_seq)
                .is_some_and(|items| items.len() == compose.volumes.len());
            let path = if is_list { list.index(index) } else { list.clone() };
            let message = format!("`{name}` mounts a volume at `{}`: its image keeps data in `{right}`", mount.target);
            found.value(rule, stack, name, path, message).set_help(format!("mount it at `{right}`"));
        }
    }
}
