//! `bayplan.yaml`: what a repository of hand-written compose files says about itself, and about rules.

use crate::blueprint::Host;
use crate::finding::Report;
use crate::record;
use crate::record::{Form, Plain};
use crate::rules::{Policy, PolicyLayer, Profile, RuleSettings};
use crate::source::Sources;
use bayplan_yaml::{Decoder, SourceId};
use indexmap::IndexMap;

/// The files that hold the settings of a repository, the strongest first.
pub const SETTINGS: [&str; 2] = ["bayplan.yaml", ".bayplan.yaml"];

record! {
    /// The settings of a repository. Every key may be left out, and the file too.
    pub struct Repository {
        /// Patterns of paths that are not looked at, such as `archive/**`.
        exclude: Vec<String>,
        /// The machines, by name; `stacks` holds project names or patterns of folders. Stacks that no machine names run on
        /// one with those that share an external network or volume with them.
        hosts: IndexMap<String, Host>,
        ..policy: RuleSettings,
    }
}

impl Repository {
    /// Reads the settings; what is wrong with them is reported. `base` is the way from their folder to the one that shown
    /// paths start from; empty where the two are one.
    pub fn read(file: SourceId, base: &str, sources: &Sources, report: &mut Report) -> (Self, Policy) {
        let Some(node) = crate::compile::read(file, sources, report) else {
            return (Self::default(), Policy::of(Profile::Default));
        };
        let mut decoder = Decoder::new();
        let repository = <Plain as Form<Self>>::read(&node, &mut decoder).unwrap_or_default();
        report.extend(decoder.finish());
        let settings = repository.policy.clone();
        let layer = PolicyLayer { settings, node: Some(node), base: base.to_owned() };
        let policy = Policy { layers: vec![layer], ..Policy::default() };
        (repository, policy)
    }
}
