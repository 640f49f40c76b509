//! `opensearch-node`, `opensearch-dashboards`, `elasticsearch-exporter` and `opensearch`: search, and its web page.

use super::archetype::with_variables;
use super::values::SecretName;
use super::{
    Archetype, Asked, Composite, Expansion, Group, Instance, Makes, Member, Metrics, Output, Parameters, Say, compose,
    expand, schema, secret_path,
};
use crate::record;
use crate::record::Between;
use indexmap::indexmap;
use serde_json::json;

const SOURCES: &[&str] = &[
    "https://github.com/opensearch-project/opensearch-build/blob/main/docker/release/dockerfiles/opensearch.al2023.dockerfile (3.3: Amazon Linux with bash and curl, user 1000)",
    "https://github.com/opensearch-project/opensearch-build/blob/main/docker/release/config/opensearch/opensearch-docker-entrypoint-3.x.sh (variables with a dot are settings; certificates are written below config)",
];
const VERSIONS: &[&str] = &["2.12", "2.13", "2.14", "2.15", "2.16", "2.17", "2.18", "2.19", "3"];

/// One server.
pub const NODE: Archetype = Archetype {
    name: "opensearch-node",
    summary: "one OpenSearch server; `opensearch` makes whole clusters",
    image: "opensearchproject/opensearch",
    versions: VERSIONS,
    sources: SOURCES,
    makes: Makes::Service(expand::<OpensearchNode>),
    metrics: Metrics::None,
    schema: schema::<OpensearchNode>,
};

/// The web page.
pub const DASHBOARDS: Archetype = Archetype {
    name: "opensearch-dashboards",
    summary: "the web page of an OpenSearch cluster",
    image: "opensearchproject/opensearch-dashboards",
    versions: VERSIONS,
    sources: &[
        "https://github.com/opensearch-project/opensearch-build/blob/main/docker/release/dockerfiles/opensearch-dashboards.al2023.dockerfile (3.3: Amazon Linux with bash and curl, user 1000, port 5601)",
        "https://github.com/opensearch-project/opensearch-build/blob/main/docker/release/config/opensearch-dashboards/opensearch-dashboards-docker-entrypoint-3.x.sh (settings by variables in capitals)",
    ],
    makes: Makes::Service(expand::<Dashboards>),
    metrics: Metrics::None,
    schema: schema::<Dashboards>,
};

/// The exporter.
pub const EXPORTER: Archetype = Archetype {
    name: "elasticsearch-exporter",
    summary: "serves the metrics of an OpenSearch or Elasticsearch cluster",
    image: "quay.io/prometheuscommunity/elasticsearch-exporter",
    versions: &["1.8", "1.9", "1.10"],
    sources: &[
        "https://github.com/prometheus-community/elasticsearch_exporter/blob/master/Dockerfile (1.9: busybox, user nobody, port 9114; ES_USERNAME, ES_PASSWORD)",
    ],
    makes: Makes::Service(expand::<Exporter>),
    metrics: Metrics::Own(9114, "/metrics"),
    schema: schema::<Exporter>,
};

/// A cluster.
pub const ARCHETYPE: Archetype = Archetype {
    name: "opensearch",
    summary: "OpenSearch: one server or a cluster, with its web page where it is asked for",
    image: "opensearchproject/opensearch",
    versions: VERSIONS,
    sources: SOURCES,
    makes: Makes::Services(compose::<Opensearch>),
    metrics: Metrics::Members,
    schema: schema::<Opensearch>,
};

const EXPORTER_USE: &str = "elasticsearch-exporter:v1.9.0";

record! {
    /// The parameters of `opensearch-node`.
    pub struct OpensearchNode {
        /// The name of the cluster.
        cluster [Required]: String,
        /// The services of all servers; this one alone where they are left out.
        members: Vec<String>,
        /// The secret that holds the password of `admin`; `SERVICE_password` where it is left out.
        password: Option<String> = SecretName,
        /// The memory of Java in megabytes, half of what the container has; 1024 where it is left out.
        heap: Option<i64> = Between<128, 31_744>,
        /// `false`: anybody who reaches it may do anything, in the clear.
        security: Option<bool>,
    }
}

record! {
    /// The parameters of `opensearch-dashboards`.
    pub struct Dashboards {
        /// The URLs of the servers.
        hosts [Required]: Vec<String>,
        /// The secret that holds the password of `kibanaserver`, where the servers ask for one.
        password: Option<String> = SecretName,
    }
}

record! {
    /// The parameters of `elasticsearch-exporter`.
    pub struct Exporter {
        /// The URL of a server.
        url [Required]: String,
        /// The user.
        user: Option<String>,
        /// The file with the user's password, in the container.
        password_file: Option<String>,
    }
}

record! {
    /// The parameters of `opensearch`.
    pub struct Opensearch {
        /// How many servers: an odd number; 1 where it is left out.
        replicas: Option<i64> = Between<1, 9>,
        /// The secret that holds the password of `admin`; `NAME_password` where it is left out.
        password: Option<String> = SecretName,
        /// The memory of Java in megabytes, half of what a container has; 1024 where it is left out.
        heap: Option<i64> = Between<128, 31_744>,
        /// `false`: anybody who reaches it may do anything, in the clear.
        security: Option<bool>,
        /// Whether there is a web page.
        dashboards: Option<bool>,
    }
}

impl Parameters for OpensearchNode {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let data = it.volume("data");
        let secure = self.security.unwrap_or(true);
        let password = self.password.unwrap_or_else(|| it.secret("password"));
        let heap = self.heap.unwrap_or(1024);
        let mut environment = indexmap! {
            "cluster.name" => self.cluster,
            "node.name" => it.service.to_owned(),
            "bootstrap.memory_lock" => "true".to_owned(),
            "OPENSEARCH_JAVA_OPTS" => format!("-Xms{heap}m -Xmx{heap}m"),
            "DISABLE_PERFORMANCE_ANALYZER_AGENT_CLI" => "true".to_owned(),
        };
        match self.members.as_slice() {
            [] | [_] => drop(environment.insert("discovery.type", "single-node".to_owned())),
            many => {
                environment.insert("discovery.seed_hosts", many.join(","));
                environment.insert("cluster.initial_cluster_manager_nodes", many.join(","));
            }
        }
        let mut service = json!({
            "image": it.image(),
            "user": "1000:1000",
            "volumes": [{ "type": "volume", "source": data, "target": "/usr/share/opensearch/data" }],
            "tmpfs": ["/tmp"],
            "read_only": false,
            "cap_add": ["IPC_LOCK"],
            "shm_size": "1g",
            "ulimits": { "memlock": { "soft": -1, "hard": -1 }, "nofile": { "soft": 65536, "hard": 65536 } },
            "stop_grace_period": "2m",
            "size": { "cpus": 1, "memory": format!("{}M", heap * 2) },
            "expose": ["9200", "9300"],
            "allow": { "writable-rootfs": "certificates, settings and logs are written below /usr/share/opensearch" },
        });
        let (scheme, test) = if secure {
            let script = with_variables(
                [("OPENSEARCH_INITIAL_ADMIN_PASSWORD", secret_path(&password))],
                "./opensearch-docker-entrypoint.sh opensearch",
            );
            service["entrypoint"] = json!(["bash", "-c", script]);
            service["secrets"] = json!([password]);
            // Any answer is one of a server that is up: with another password it says 401.
            ("https", "curl -sk -o /dev/null -w '%{http_code}' https://127.0.0.1:9200/ | grep -qE '^(200|401)$'")
        } else {
            environment.insert("DISABLE_SECURITY_PLUGIN", "true".to_owned());
            ("http", "curl -fsS -o /dev/null http://127.0.0.1:9200/_cluster/health")
        };
        service["environment"] = json!(environment);
        service["healthcheck"] = json!({ "test": ["CMD-SHELL", test], "interval": "20s", "timeout": "10s", "retries": 6, "start_period": "2m" });
        let mut outputs = indexmap! {
            "port".into() => "9200".into(),
            "url".into() => format!("{scheme}://{}:9200", it.service).into(),
        };
        if secure {
            outputs.insert("user".to_owned(), "admin".into());
            outputs.insert("password_file".to_owned(), Output::SecretFile(password.clone()));
        }
        Expansion {
            service,
            volumes: vec![data],
            secrets: if secure { vec![password] } else { Vec::new() },
            outputs,
            ports: vec![9200, 9300],
            ..Expansion::default()
        }
    }
}

impl Parameters for Dashboards {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let run = "./opensearch-dashboards-docker-entrypoint.sh opensearch-dashboards";
        let mut environment = indexmap! {
            "OPENSEARCH_HOSTS" => json!(self.hosts).to_string(),
            "SERVER_HOST" => "0.0.0.0".to_owned(),
        };
        let mut service = json!({
            "image": it.image(),
            "user": "1000:1000",
            "tmpfs": ["/tmp", "/usr/share/opensearch-dashboards/data:uid=1000,gid=1000,mode=0755"],
            "read_only": false,
            "healthcheck": {
                "test": ["CMD-SHELL", "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:5601/api/status | grep -qE '^(200|401)$'"],
                "interval": "20s", "timeout": "10s", "retries": 6, "start_period": "2m",
            },
            "size": { "cpus": 0.5, "memory": "1G" },
            "expose": ["5601"],
            "allow": { "writable-rootfs": "the entry point writes settings below config" },
        });
        match &self.password {
            Some(password) => {
                environment.insert("OPENSEARCH_USERNAME", "kibanaserver".to_owned());
                // The servers sign their certificates themselves.
                environment.insert("OPENSEARCH_SSL_VERIFICATIONMODE", "none".to_owned());
                service["entrypoint"] =
                    json!(["bash", "-c", with_variables([("OPENSEARCH_PASSWORD", secret_path(password))], run)]);
                service["secrets"] = json!([password]);
            }
            None => drop(environment.insert("DISABLE_SECURITY_DASHBOARDS_PLUGIN", "true".to_owned())),
        }
        service["environment"] = json!(environment);
        Expansion {
            service,
            secrets: self.password.into_iter().collect(),
            outputs: indexmap! {
                "port".into() => "5601".into(),
                "url".into() => format!("http://{}:5601", it.service).into(),
            },
            ports: vec![5601],
            ..Expansion::default()
        }
    }
}

impl Parameters for Exporter {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let mut environment = indexmap! {};
        environment.extend(self.user.map(|user| ("ES_USERNAME", user)));
        let arguments = ["--es.all", "--es.indices", "--es.ssl-skip-verify"].map(str::to_owned);
        let arguments = [&[format!("--es.uri={}", self.url)], arguments.as_slice()].concat();
        let mut service = json!({
            "image": it.image(),
            "user": "65534:65534",
            "environment": environment,
            "healthcheck": {
                "test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9114/healthz"],
                "interval": "30s", "timeout": "10s", "retries": 3, "start_period": "10s",
            },
            "size": { "cpus": 0.25, "memory": "128M" },
            "expose": ["9114"],
        });
        match self.password_file {
            Some(file) => {
                let script = with_variables([("ES_PASSWORD", file)], "/bin/elasticsearch_exporter \"$@\"");
                let mut command = vec!["sh".to_owned(), "-c".to_owned(), script, "exporter".to_owned()];
                command.extend(arguments);
                service["entrypoint"] = json!(command);
            }
            None => service["command"] = json!(arguments),
        }
        Expansion { service, ports: vec![9114], ..Expansion::default() }
    }
}

impl Composite for Opensearch {
    fn compose(self, asked: &Asked, say: &mut Say) -> Group {
        let count = self.replicas.unwrap_or(1);
        super::etcd::odd("replicas", count, say);
        let secure = self.security.unwrap_or(true);
        let password = self.password.unwrap_or_else(|| asked.secret("password"));
        let names = asked.members(count);
        let mut with = json!({ "cluster": asked.name, "security": secure });
        if count > 1 {
            with["members"] = json!(names);
        }
        if secure {
            with["password"] = password.as_str().into();
        }
        if let Some(heap) = self.heap {
            with["heap"] = heap.into();
        }
        let mut members: Vec<Member> = (1..=count)
            .map(|number| {
                Member::new(number, json!({ "use": asked.same("opensearch-node"), "with": with })).entry().data()
            })
            .collect();
        let scheme = if secure { "https" } else { "http" };
        let urls: Vec<String> = names.iter().map(|name| format!("{scheme}://{name}:9200")).collect();
        if self.dashboards.unwrap_or(false) {
            let mut with = json!({ "hosts": urls });
            if secure {
                with["password"] = asked.secret("dashboards_password").into();
            }
            let service = json!({ "use": asked.same("opensearch-dashboards"), "with": with });
            members.push(Member::new("dashboards", service).needs(&names).web());
        }
        if asked.metrics {
            let mut with = json!({ "url": urls[0] });
            if secure {
                with["user"] = "admin".into();
                with["password_file"] = format!("{{{{ {}.password_file }}}}", asked.name).into();
            }
            let exporter = json!({ "use": EXPORTER_USE, "with": with, "metrics": true });
            members.push(Member::new("exporter", exporter).needs(&names));
        }
        let mut outputs = indexmap! {
            "port".into() => "9200".into(),
            "url".into() => urls[0].as_str().into(),
            "urls".into() => urls.join(",").into(),
        };
        if secure {
            outputs.insert("user".to_owned(), "admin".into());
            outputs.insert("password_file".to_owned(), Output::SecretFile(password));
        }
        Group { members, outputs }
    }
}
