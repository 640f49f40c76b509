//! Scrape jobs: which targets are asked, how, and what is known of them.

use super::relabel::RelabelConfig;
use crate::{choice, record};
use indexmap::IndexMap;

record! {
    /// A scrape job.
    pub struct ScrapeConfig {
        /// Its name, which no other job has.
        job_name [Required]: String,
        /// Targets that do not change.
        static_configs: Vec<StaticConfig>,
        /// Targets that a name server knows.
        dns_sd_configs: Vec<DnsSdConfig>,
        /// What becomes of the labels of targets.
        relabel_configs: Vec<RelabelConfig>,
        /// What becomes of the labels of samples.
        metric_relabel_configs: Vec<RelabelConfig>,
        /// The path; `/metrics` where it is left out.
        metrics_path: Option<String>,
        /// What is asked for behind the `?`, each with its values.
        params: IndexMap<String, Vec<String>>,
        /// The time between two scrapes.
        scrape_interval: Option<String>,
        /// How long a scrape may take.
        scrape_timeout: Option<String>,
        /// How targets are asked.
        scheme: Option<Scheme>,
        /// Whether labels of samples win over those of the target.
        honor_labels: Option<bool>,
        /// The format of answers that name none.
        fallback_scrape_protocol: Option<ScrapeProtocol>,
    }
}

choice! {
    /// How targets are asked.
    pub enum Scheme {
        /// In the clear.
        Http = "http",
        /// Over TLS.
        Https = "https",
    }
}

choice! {
    /// A format of answers.
    pub enum ScrapeProtocol {
        /// Prometheus' own text.
        Text = "PrometheusText0.0.4",
        /// Prometheus' own text, with UTF-8 names.
        TextUtf8 = "PrometheusText1.0.0",
        /// OpenMetrics.
        OpenMetrics = "OpenMetricsText1.0.0",
        /// The first OpenMetrics.
        OpenMetricsOld = "OpenMetricsText0.0.1",
        /// Protocol buffers.
        Protobuf = "PrometheusProto",
    }
}

record! {
    /// Targets that do not change.
    pub struct StaticConfig {
        /// The targets, as `host:port`.
        targets: Vec<String>,
        /// Labels of all of them.
        labels: IndexMap<String, String>,
    }
}

record! {
    /// Targets that a name server knows.
    pub struct DnsSdConfig {
        /// The names that are asked for.
        names: Vec<String>,
        /// The kind of record.
        kind ("type"): Option<DnsRecord>,
        /// The port, where the record names none.
        port: Option<i64>,
        /// The time between two questions.
        refresh_interval: Option<String>,
    }
}

choice! {
    /// A kind of record of a name server.
    pub enum DnsRecord {
        /// Hosts and ports.
        Srv = "SRV",
        /// IPv4 addresses.
        A = "A",
        /// IPv6 addresses.
        Aaaa = "AAAA",
        /// Mail servers.
        Mx = "MX",
        /// Name servers.
        Ns = "NS",
    }
}
