//! The components that a fleet's logs, metrics and traces pass through, as structs that make blocks.
//!
//! What a component hands on has a type of its own ([`Targets`], [`LogsReceiver`] …), so that wires of the wrong kind do
//! not compile. Arguments and exports are those of grafana/alloy's reference pages (`docs/sources/reference/components`,
//! read in August 2026); none needs a stability flag.

use super::stages::Stage;
use super::syntax::{Block, Body, Expr, Ident, Key, Reference};
use indexmap::IndexMap;

macro_rules! capsule {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name(Expr);

        impl $name {
            pub(super) fn of(component: &'static str, label: &Ident, export: &'static str) -> Self {
                let names = component.split('.').map(Ident::sanitized);
                let names = names.chain([label.clone(), Ident::sanitized(export)]);
                Self(Reference::new(names).map_or(Expr::Null, Expr::Reference))
            }
        }

        impl From<$name> for Expr {
            fn from(value: $name) -> Expr {
                value.0
            }
        }
    };
}

capsule!(
    /// A list of targets: what there is to scrape or to read.
    Targets
);
capsule!(
    /// Relabelling rules that other components apply.
    RelabelRules
);
capsule!(
    /// Takes log lines.
    LogsReceiver
);
capsule!(
    /// Takes metrics.
    MetricsReceiver
);
capsule!(
    /// Takes OpenTelemetry data.
    Consumer
);

impl Targets {
    /// Targets written down: each a set of labels, `__address__` among them.
    pub fn fixed(targets: impl IntoIterator<Item = IndexMap<Key, String>>) -> Self {
        Self(Expr::Array(targets.into_iter().map(|labels| Expr::map(&labels)).collect()))
    }

    /// All targets of several lists.
    pub fn all(lists: impl IntoIterator<Item = Targets>) -> Self {
        let lists = lists.into_iter().map(Expr::from).collect();
        let concat = [Ident::sanitized("array"), Ident::sanitized("concat")];
        Self(Reference::new(concat).map_or(Expr::Null, |function| Expr::Call(function, lists)))
    }
}

fn all<T: Into<Expr>>(items: Vec<T>) -> Expr {
    Expr::Array(items.into_iter().map(Into::into).collect())
}

fn labels(map: &IndexMap<Key, String>) -> Option<Expr> {
    (!map.is_empty()).then(|| Expr::map(map))
}

/// `logging`: Alloy's own log. A file has it once.
#[derive(Debug, Clone, PartialEq)]
pub struct Logging {
    /// `debug`, `info`, `warn` or `error`.
    pub level: &'static str,
    /// `logfmt` or `json`.
    pub format: &'static str,
}

impl From<Logging> for Block {
    fn from(it: Logging) -> Block {
        Block::new("logging", None, Body::new().set("level", it.level).set("format", it.format))
    }
}

/// `discovery.docker`: the containers of a Docker daemon.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscoveryDocker {
    /// Its label.
    pub label: Ident,
    /// Address of the daemon: `unix:///var/run/docker.sock`, `tcp://socket-proxy:2375`.
    pub host: String,
    /// How often to look, as `5s`; a minute where not said.
    pub refresh_interval: Option<String>,
    /// Docker's own filters by name: `label` → `com.docker.compose.project=shop`.
    pub filters: IndexMap<String, Vec<String>>,
}

impl DiscoveryDocker {
    /// The containers, one target for each port.
    pub fn targets(&self) -> Targets {
        Targets::of("discovery.docker", &self.label, "targets")
    }
}

impl From<DiscoveryDocker> for Block {
    fn from(it: DiscoveryDocker) -> Block {
        let mut body = Body::new().set("host", it.host).maybe("refresh_interval", it.refresh_interval);
        for (name, values) in it.filters {
            body = body.block("filter", Body::new().set("name", name).set("values", Expr::strings(values)));
        }
        Block::new("discovery.docker", Some(it.label), body)
    }
}

/// One relabelling rule. What is `None` keeps Prometheus's default (`replace`, `(.*)`, `$1`, `;`).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RelabelRule {
    /// The labels whose values are joined and matched.
    pub source_labels: Vec<String>,
    /// What stands between the joined values.
    pub separator: Option<String>,
    /// What is matched, from begin to end.
    pub regex: Option<String>,
    /// The label written.
    pub target_label: Option<String>,
    /// What is written, with `$1` for groups.
    pub replacement: Option<String>,
    /// `replace`, `keep`, `drop`, `labelmap`, `labeldrop`, `labelkeep`, `lowercase`, `uppercase`, `hashmod` …
    pub action: Option<&'static str>,
}

impl RelabelRule {
    /// Copies the part of a label that `regex` captures.
    pub fn copy(source: &str, regex: Option<&str>, target: &str) -> Self {
        Self {
            source_labels: vec![source.to_owned()],
            regex: regex.map(str::to_owned),
            target_label: Some(target.to_owned()),
            ..Self::default()
        }
    }

    /// Writes a fixed label.
    pub fn fixed(target: &str, value: &str) -> Self {
        Self {
            target_label: Some(target.to_owned()),
            // `$` begins a group in a replacement.
            replacement: Some(value.replace('$', "$$")),
            ..Self::default()
        }
    }

    /// Keeps or drops (`action`) what has `source` matching `regex`.
    pub fn filter(action: &'static str, source: &str, regex: &str) -> Self {
        Self {
            source_labels: vec![source.to_owned()],
            regex: Some(regex.to_owned()),
            action: Some(action),
            ..Self::default()
        }
    }

    fn body(self) -> Body {
        let source = (!self.source_labels.is_empty()).then(|| Expr::strings(self.source_labels));
        Body::new()
            .maybe("action", self.action)
            .maybe("source_labels", source)
            .maybe("separator", self.separator)
            .maybe("regex", self.regex)
            .maybe("target_label", self.target_label)
            .maybe("replacement", self.replacement)
    }
}

fn rules(mut body: Body, rules: Vec<RelabelRule>) -> Body {
    for rule in rules {
        body = body.block("rule", rule.body());
    }
    body
}

/// `discovery.relabel`: rewrites the labels of targets.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscoveryRelabel {
    /// Its label.
    pub label: Ident,
    /// What is rewritten; an empty list where only the rules are wanted.
    pub targets: Targets,
    /// The rules, in order.
    pub rules: Vec<RelabelRule>,
}

impl DiscoveryRelabel {
    /// The rewritten targets.
    pub fn output(&self) -> Targets {
        Targets::of("discovery.relabel", &self.label, "output")
    }

    /// The rules, for a component that applies them itself.
    pub fn rules(&self) -> RelabelRules {
        RelabelRules::of("discovery.relabel", &self.label, "rules")
    }
}

impl From<DiscoveryRelabel> for Block {
    fn from(it: DiscoveryRelabel) -> Block {
        let body = rules(Body::new().set("targets", it.targets), it.rules);
        Block::new("discovery.relabel", Some(it.label), body)
    }
}

/// `loki.source.docker`: reads the logs of containers.
#[derive(Debug, Clone, PartialEq)]
pub struct LokiSourceDocker {
    /// Its label.
    pub label: Ident,
    /// Address of the daemon.
    pub host: String,
    /// The containers.
    pub targets: Targets,
    /// Labels put on every line.
    pub labels: IndexMap<Key, String>,
    /// Rules that make labels from those of the targets.
    pub relabel_rules: Option<RelabelRules>,
    /// Where the lines go.
    pub forward_to: Vec<LogsReceiver>,
}

impl From<LokiSourceDocker> for Block {
    fn from(it: LokiSourceDocker) -> Block {
        let body = Body::new()
            .set("host", it.host)
            .set("targets", it.targets)
            .maybe("labels", labels(&it.labels))
            .maybe("relabel_rules", it.relabel_rules)
            .set("forward_to", all(it.forward_to));
        Block::new("loki.source.docker", Some(it.label), body)
    }
}

/// `loki.process`: parses and changes log lines.
#[derive(Debug, Clone, PartialEq)]
pub struct LokiProcess {
    /// Its label.
    pub label: Ident,
    /// What is done, in order.
    pub stages: Vec<Stage>,
    /// Where the lines go.
    pub forward_to: Vec<LogsReceiver>,
}

impl LokiProcess {
    /// What takes lines.
    pub fn receiver(&self) -> LogsReceiver {
        LogsReceiver::of("loki.process", &self.label, "receiver")
    }
}

impl From<LokiProcess> for Block {
    fn from(it: LokiProcess) -> Block {
        let body = Stage::append(Body::new().set("forward_to", all(it.forward_to)), it.stages);
        Block::new("loki.process", Some(it.label), body)
    }
}

/// A name and a file that holds its password, as Alloy sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct BasicAuth {
    /// The user.
    pub username: String,
    /// The file that holds the password.
    pub password_file: String,
}

/// Where log lines or samples are pushed to.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    /// `http://loki:3100/loki/api/v1/push`, `http://prometheus:9090/api/v1/write`.
    pub url: String,
    /// Who we are there.
    pub basic_auth: Option<BasicAuth>,
}

impl Endpoint {
    /// An endpoint that asks no name.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), basic_auth: None }
    }

    fn body(self) -> Body {
        let body = Body::new().set("url", self.url);
        match self.basic_auth {
            Some(auth) => body.block(
                "basic_auth",
                Body::new().set("username", auth.username).set("password_file", auth.password_file),
            ),
            None => body,
        }
    }
}

/// `loki.write`: pushes log lines to Loki.
#[derive(Debug, Clone, PartialEq)]
pub struct LokiWrite {
    /// Its label.
    pub label: Ident,
    /// Labels put on every line.
    pub external_labels: IndexMap<Key, String>,
    /// Where to; all of them get every line.
    pub endpoints: Vec<Endpoint>,
}

impl LokiWrite {
    /// What takes lines.
    pub fn receiver(&self) -> LogsReceiver {
        LogsReceiver::of("loki.write", &self.label, "receiver")
    }
}

impl From<LokiWrite> for Block {
    fn from(it: LokiWrite) -> Block {
        let mut body = Body::new().maybe("external_labels", labels(&it.external_labels));
        for endpoint in it.endpoints {
            body = body.block("endpoint", endpoint.body());
        }
        Block::new("loki.write", Some(it.label), body)
    }
}

/// `prometheus.exporter.self`: Alloy's own metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct PrometheusExporterSelf {
    /// Its label.
    pub label: Ident,
}

impl PrometheusExporterSelf {
    /// What to scrape.
    pub fn targets(&self) -> Targets {
        Targets::of("prometheus.exporter.self", &self.label, "targets")
    }
}

impl From<PrometheusExporterSelf> for Block {
    fn from(it: PrometheusExporterSelf) -> Block {
        Block::new("prometheus.exporter.self", Some(it.label), Body::new())
    }
}

/// `prometheus.scrape`: reads metrics from targets.
#[derive(Debug, Clone, PartialEq)]
pub struct PrometheusScrape {
    /// Its label.
    pub label: Ident,
    /// What is read.
    pub targets: Targets,
    /// The value of the `job` label.
    pub job_name: Option<String>,
    /// How often, as `15s`.
    pub scrape_interval: Option<String>,
    /// Where the samples go.
    pub forward_to: Vec<MetricsReceiver>,
}

impl From<PrometheusScrape> for Block {
    fn from(it: PrometheusScrape) -> Block {
        let body = Body::new()
            .set("targets", it.targets)
            .maybe("job_name", it.job_name)
            .maybe("scrape_interval", it.scrape_interval)
            .set("forward_to", all(it.forward_to));
        Block::new("prometheus.scrape", Some(it.label), body)
    }
}

/// `prometheus.relabel`: rewrites the labels of samples.
#[derive(Debug, Clone, PartialEq)]
pub struct PrometheusRelabel {
    /// Its label.
    pub label: Ident,
    /// The rules, in order.
    pub rules: Vec<RelabelRule>,
    /// Where the samples go.
    pub forward_to: Vec<MetricsReceiver>,
}

impl PrometheusRelabel {
    /// What takes samples.
    pub fn receiver(&self) -> MetricsReceiver {
        MetricsReceiver::of("prometheus.relabel", &self.label, "receiver")
    }
}

impl From<PrometheusRelabel> for Block {
    fn from(it: PrometheusRelabel) -> Block {
        let body = rules(Body::new().set("forward_to", all(it.forward_to)), it.rules);
        Block::new("prometheus.relabel", Some(it.label), body)
    }
}

/// `prometheus.remote_write`: pushes samples to Prometheus.
#[derive(Debug, Clone, PartialEq)]
pub struct PrometheusRemoteWrite {
    /// Its label.
    pub label: Ident,
    /// Labels put on every sample.
    pub external_labels: IndexMap<Key, String>,
    /// Where to; all of them get every sample.
    pub endpoints: Vec<Endpoint>,
}

impl PrometheusRemoteWrite {
    /// What takes samples.
    pub fn receiver(&self) -> MetricsReceiver {
        MetricsReceiver::of("prometheus.remote_write", &self.label, "receiver")
    }
}

impl From<PrometheusRemoteWrite> for Block {
    fn from(it: PrometheusRemoteWrite) -> Block {
        let mut body = Body::new().maybe("external_labels", labels(&it.external_labels));
        for endpoint in it.endpoints {
            body = body.block("endpoint", endpoint.body());
        }
        Block::new("prometheus.remote_write", Some(it.label), body)
    }
}
