//! `blackbox-exporter`, `cadvisor`, `node-exporter` and `pushgateway`: small services that Prometheus asks about others.

use super::{Archetype, Expansion, Instance, Makes, Metrics, Parameters, Say, expand, schema};
use crate::record;
use indexmap::indexmap;
use serde_json::{Value, json};

/// Asks others from outside.
pub const BLACKBOX: Archetype = Archetype {
    name: "blackbox-exporter",
    summary: "asks services from outside, as `/probe?target=…&module=http_2xx` says",
    image: "prom/blackbox-exporter",
    versions: &["0.25", "0.26", "0.27", "0.28"],
    sources: &[
        "https://github.com/prometheus/blackbox_exporter/blob/master/Dockerfile (0.28: busybox with wget, /etc/blackbox_exporter/config.yml, port 9115)",
        "https://github.com/prometheus/blackbox_exporter/blob/master/main.go (0.28: /-/healthy)",
    ],
    makes: Makes::Service(expand::<BlackboxExporter>),
    metrics: Metrics::Own(9115, "/metrics"),
    schema: schema::<BlackboxExporter>,
};

/// The figures of containers.
pub const CADVISOR: Archetype = Archetype {
    name: "cadvisor",
    summary: "serves what each container of the host uses",
    image: "ghcr.io/google/cadvisor",
    versions: &["0.53", "0.54", "0.55", "0.56", "0.57"],
    sources: &[
        "https://github.com/google/cadvisor/blob/master/deploy/Dockerfile (0.56: Alpine with wget, root, port 8080)",
        "https://github.com/google/cadvisor/blob/master/docs/running.md (what of the host is mounted; `ghcr.io` from 0.53 on)",
    ],
    makes: Makes::Service(expand::<Cadvisor>),
    metrics: Metrics::Own(8080, "/metrics"),
    schema: schema::<Cadvisor>,
};

/// The figures of the host.
pub const NODE: Archetype = Archetype {
    name: "node-exporter",
    summary: "serves what the host uses: processors, memory, disks; of its network nothing, which a container does not see",
    image: "prom/node-exporter",
    versions: &["1.8", "1.9", "1.10", "1.11", "1.12"],
    sources: &[
        "https://github.com/prometheus/node_exporter/blob/master/Dockerfile (1.12: busybox with wget, user nobody, port 9100)",
        "https://github.com/prometheus/node_exporter/blob/master/README.md (pid of the host, `/:/host:ro,rslave`, `--path.rootfs`)",
    ],
    makes: Makes::Service(expand::<NodeExporter>),
    metrics: Metrics::Own(9100, "/metrics"),
    schema: schema::<NodeExporter>,
};

/// The figures of jobs.
pub const PUSHGATEWAY: Archetype = Archetype {
    name: "pushgateway",
    summary: "keeps the metrics of jobs that end before anybody could ask them",
    image: "prom/pushgateway",
    versions: &["1.9", "1.10", "1.11"],
    sources: &[
        "https://github.com/prometheus/pushgateway/blob/master/Dockerfile (1.11: busybox with wget, user 65534, port 9091)",
        "https://github.com/prometheus/pushgateway/blob/master/main.go (1.11: /-/ready)",
    ],
    makes: Makes::Service(expand::<Pushgateway>),
    metrics: Metrics::Own(9091, "/metrics"),
    schema: schema::<Pushgateway>,
};

record! {
    /// The parameters of `blackbox-exporter`: it has none. Other modules are mounted over `/etc/blackbox_exporter/config.yml`.
    pub struct BlackboxExporter {}
}

record! {
    /// The parameters of `cadvisor`: it has none.
    pub struct Cadvisor {}
}

record! {
    /// The parameters of `node-exporter`: it has none.
    pub struct NodeExporter {}
}

record! {
    /// The parameters of `pushgateway`: it has none. What it keeps is gone when it starts anew.
    pub struct Pushgateway {}
}

impl Parameters for BlackboxExporter {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        watcher(it, 9115, "/-/healthy", json!({ "user": "65534:65534" }))
    }
}

impl Parameters for Cadvisor {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let service = json!({
            "command": [
                "--docker_only=true",
                "--housekeeping_interval=30s",
                "--store_container_labels=false",
                "--whitelisted_container_labels=com.docker.compose.project,com.docker.compose.service",
            ],
            "volumes": [
                of_host("/", "/rootfs"),
                of_host("/sys", "/sys"),
                of_host("/var/lib/docker", "/var/lib/docker"),
                of_host("/var/run/docker.sock", "/var/run/docker.sock"),
            ],
            "size": { "cpus": 0.5, "memory": "384M" },
            "allow": { "mounted-docker-socket": "it asks Docker for the names of containers; the socket proxy does not answer `/info`" },
        });
        watcher(it, 8080, "/healthz", service)
    }
}

impl Parameters for NodeExporter {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        // They would tell of the container's own network as if it were the host's.
        let blind = ["arp", "conntrack", "netclass", "netdev", "netstat", "sockstat", "udp_queues"];
        let mut command = vec!["--path.rootfs=/host".to_owned()];
        command.extend(blind.iter().map(|collector| format!("--no-collector.{collector}")));
        let mut root = of_host("/", "/host");
        root["bind"]["propagation"] = "rslave".into();
        let service = json!({
            "user": "65534:65534", "pid": "host", "command": command, "volumes": [root],
            "allow": { "host-pid": "the figures in `/proc` are to be those of the host; as `nobody` it can end no other process" },
        });
        watcher(it, 9100, "/", service)
    }
}

impl Parameters for Pushgateway {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        watcher(it, 9091, "/-/ready", json!({ "user": "65534:65534" }))
    }
}

/// A folder or file of the host, to read.
fn of_host(source: &str, target: &str) -> Value {
    json!({ "type": "bind", "source": source, "target": target, "read_only": true, "bind": { "create_host_path": false } })
}

/// A small service at a port whose health the `wget` of BusyBox asks for.
fn watcher(it: &Instance, port: u16, health: &str, mut service: Value) -> Expansion {
    service["image"] = it.image().into();
    service["expose"] = json!([port.to_string()]);
    if service.get("size").is_none() {
        service["size"] = json!({ "cpus": 0.25, "memory": "128M" });
    }
    if it.tag.contains("distroless") {
        service["allow"]["missing-health-check"] = "the image holds nothing that could ask".into();
    } else {
        service["healthcheck"] = json!({
            "test": ["CMD", "wget", "-q", "-O", "/dev/null", format!("http://127.0.0.1:{port}{health}")],
            "interval": "30s", "timeout": "10s", "retries": 3, "start_period": "10s",
        });
    }
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
