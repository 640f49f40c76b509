//! `prometheus.yml → jobs and their targets`, each target with its place.

use super::written::{Text, Written};
use crate::record::scalar::text_of;
use bayplan_yaml::{Location, Node};

/// One scrape job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its name.
    pub name: Text,
    /// The targets that it lists itself.
    pub targets: Vec<Target>,
    /// The patterns of files with further targets.
    pub files: Vec<Text>,
    /// How it finds targets by itself, with the keys that say so: `docker_sd_configs`.
    pub discovers: Vec<Text>,
    /// How it finds the containers of a Docker by itself.
    pub containers: Vec<Containers>,
    /// Whether what is listed is not what is asked: `__address__` is replaced.
    pub is_relabeled: bool,
    /// The path that is asked for; `/metrics` where none is written.
    pub path: Option<String>,
    /// Whether requests have parameters, such as those of a prober.
    pub has_parameters: bool,
    /// Whether the targets are asked through a proxy.
    pub has_proxy: bool,
}

/// An item of `docker_sd_configs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Containers {
    /// Where it stands.
    pub at: Location,
    /// Whether a container is one target, however many networks it is on; nothing where that is not said.
    pub one_network: Option<bool>,
    /// Whether it is said where containers on the network of the host answer.
    pub names_host: bool,
    /// Whether what is found is sifted by network.
    pub sifts_networks: bool,
}

/// `HOST:PORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As written.
    pub text: Text,
    /// The host.
    pub host: String,
    /// The port, where it is written and a number.
    pub port: Option<u16>,
}

impl Target {
    /// Reads `HOST:PORT`.
    pub fn of(text: Text) -> Self {
        let bare = text.value.split_once("://").map_or(text.value.as_str(), |(_, rest)| rest);
        let bare = bare.split('/').next().unwrap_or_default();
        let (host, port) = match bare.rsplit_once(':') {
            Some((host, port)) if !host.ends_with(':') => (host, port.parse().ok()),
            _ => (bare, None),
        };
        Self { host: host.trim_matches(['[', ']']).to_owned(), port, text }
    }

    /// The place of the port; that of all where there is none.
    pub fn port_at(&self) -> Location {
        let mut at = self.text.at;
        if let Some((before, _)) = self.text.value.rsplit_once(':')
            && at.span.len() == self.text.value.len()
        {
            at.span.start += before.len() as u32 + 1;
        }
        at
    }
}

/// Whether a tree is Prometheus' settings, or a file with scrape jobs.
pub fn is_prometheus(root: &Node) -> bool {
    jobs(root).is_some_and(|jobs| jobs.iter().any(|job| job.get("job_name").is_some()))
}

fn jobs(root: &Node) -> Option<&[Node]> {
    root.get("scrape_configs")?.as_seq()
}

/// The jobs of a tree.
pub fn read(root: &Node) -> Vec<Job> {
    jobs(root).unwrap_or_default().iter().filter_map(job).collect()
}

fn job(node: &Node) -> Option<Job> {
    let name = text(node.get("job_name")?)?;
    let relabels = node.get("relabel_configs").and_then(Node::as_seq).unwrap_or_default();
    let replaces = |relabel: &Node| relabel.get("target_label").and_then(Node::as_str) == Some("__address__");
    let list = |key: &str| node.get(key).and_then(Node::as_seq).unwrap_or_default();
    let files = list("file_sd_configs").iter().filter_map(|sd| sd.get("files")?.as_seq()).flatten();
    let discovers = node
        .as_map()
        .into_iter()
        .flatten()
        .filter(|(key, _)| key.ends_with("_sd_configs") && &***key != "file_sd_configs");
    let sources = relabels.iter().filter_map(|relabel| relabel.get("source_labels")?.as_seq()).flatten();
    let by_network = |label: &Node| label.as_str().is_some_and(|label| label.starts_with("__meta_docker_network_"));
    let sifts_networks = sources.into_iter().any(by_network);
    let containers = list("docker_sd_configs").iter().map(|item| Containers {
        at: item.at,
        one_network: item.get("match_first_network").and_then(text_of).map(|value| value == "true"),
        names_host: item.get("host_networking_host").is_some(),
        sifts_networks,
    });
    Some(Job {
        containers: containers.collect(),
        name,
        targets: list("static_configs").iter().flat_map(targets).collect(),
        files: files.filter_map(text).collect(),
        discovers: discovers.map(|(key, entry)| Text { value: key.to_string(), at: entry.key_at }).collect(),
        is_relabeled: relabels.iter().any(replaces),
        path: node.get("metrics_path").and_then(text_of),
        has_parameters: node.get("params").is_some(),
        has_proxy: node.get("proxy_url").is_some() || node.get("proxy_from_environment").is_some(),
    })
}

/// The targets of one group, `{ targets: […], labels: … }`.
fn targets(group: &Node) -> Vec<Target> {
    let items = group.get("targets").and_then(Node::as_seq).unwrap_or_default();
    items.iter().filter_map(text).map(Target::of).collect()
}

/// The targets of a file that `file_sd_configs` names.
pub fn targets_of_file(root: &Node) -> Vec<Target> {
    root.as_seq().unwrap_or_default().iter().flat_map(targets).collect()
}

fn text(node: &Node) -> Option<Text> {
    match Written::whole(node) {
        Some(written) => Some(written.all()),
        None => text_of(node).map(|value| Text { value, at: node.at }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_hosts_and_ports() {
        for (text, host, port) in [
            ("web:9090", "web", Some(9090)),
            ("web", "web", None),
            ("https://web:8443/x", "web", Some(8443)),
            ("[::1]:9100", "::1", Some(9100)),
            ("web:port", "web", None),
            ("", "", None),
            ("::", "::", None),
        ] {
            let target = Target::of(Text { value: text.to_owned(), at: Location::default() });
            assert_eq!((target.host.as_str(), target.port), (host, port), "{text}");
        }
    }
}
