//! Prometheus' configuration as plain structs: what its files can say, with the names of Prometheus 3 (`config/config.go`,
//! `model/rulefmt/rulefmt.go`). The part that a fleet uses. Knows nothing of the plan.

pub mod query;
pub mod relabel;
pub mod rules;
pub mod scrape;

use crate::record;
use crate::record::Part;
use bayplan_yaml::{Location, print, to_node};
use indexmap::IndexMap;
use serde::Serialize;

record! {
    /// `prometheus.yml`.
    pub struct Config {
        /// What is so where a job says nothing else.
        global: Option<Global>,
        /// Where alerts go.
        alerting: Option<Alerting>,
        /// Files with scrape jobs; `*` stands in the last part of a path only.
        scrape_config_files: Vec<String>,
        /// Files with rules.
        rule_files: Vec<String>,
        /// Scrape jobs.
        scrape_configs: Vec<scrape::ScrapeConfig>,
    }
}

record! {
    /// What is so where a job says nothing else.
    pub struct Global {
        /// The time between two scrapes.
        scrape_interval: Option<String>,
        /// How long a scrape may take.
        scrape_timeout: Option<String>,
        /// The time between two evaluations of rules.
        evaluation_interval: Option<String>,
        /// Labels of everything that leaves this server.
        external_labels: IndexMap<String, String>,
    }
}

record! {
    /// Where alerts go.
    pub struct Alerting {
        /// The servers that tell people of them.
        alertmanagers: Vec<Alertmanagers>,
    }
}

record! {
    /// Servers that tell people of alerts.
    pub struct Alertmanagers {
        /// Their addresses.
        static_configs: Vec<scrape::StaticConfig>,
    }
}

record! {
    /// A file with scrape jobs.
    pub struct ScrapeFile {
        /// The jobs.
        scrape_configs: Vec<scrape::ScrapeConfig>,
    }
}

record! {
    /// A file with rules.
    pub struct RuleFile {
        /// The groups.
        groups: Vec<rules::RuleGroup>,
    }
}

/// The text of a file.
pub fn text<T: Part + Serialize>(file: &T) -> String {
    to_node(file, Location::default()).map(|node| print(&node)).unwrap_or_default()
}
