//! `stacks and texts → what other programs are told`: Traefik's labels and files, Prometheus', Alloy's and dnsmasq's files,
//! as people wrote them, each word with its place. Nothing is judged here.
//!
//! A file is known by what mounts it, else by its content. One that cannot be read, or is no file of these programs, is
//! passed over.

pub mod alloy;
pub mod dnsmasq;
pub mod mounts;
pub mod names;
pub mod prometheus;
mod read;
pub mod rule;
pub mod traefik;
pub mod written;

use bayplan_yaml::Location;
pub use read::read;
use traefik::Dynamic;
use traefik::install::Install;
use traefik::labels::Labelled;

/// What was read beside the compose files, and in their labels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observed {
    /// What the labels of services tell Traefik, in the order of the plan.
    pub labelled: Vec<Labelled>,
    /// Every Traefik.
    pub installs: Vec<Install>,
    /// The files of Traefik's file provider.
    pub dynamic_files: Vec<Artifact<Dynamic>>,
    /// The texts of files of the file provider that could not be read, in lower case: templates, TOML.
    pub unread_files: Vec<String>,
    /// The files with scrape jobs.
    pub prometheus: Vec<Artifact<Vec<prometheus::Job>>>,
    /// The files of Alloy.
    pub alloy: Vec<Artifact<Vec<alloy::Block>>>,
    /// The files of dnsmasq.
    pub dnsmasq: Vec<Artifact<Vec<dnsmasq::Line>>>,
}

/// A file of another program.
#[derive(Debug, Clone, PartialEq)]
pub struct Artifact<T> {
    /// Its path.
    pub path: String,
    /// Its beginning.
    pub at: Location,
    /// The stack and the service that read it, where that is known.
    pub reader: Option<(String, String)>,
    /// What it says.
    pub says: T,
}

#[cfg(test)]
mod tests;
