//! `plan and texts → what other programs are told`: Traefik's labels and files, Prometheus', Alloy's and dnsmasq's files,
//! as people wrote them, each word with its place. Nothing is judged here.

pub mod rule;
pub mod traefik;
pub mod written;

use crate::plan::Stack;
use traefik::Dynamic;
use traefik::install::{self, Install};
use traefik::labels::{self, Labelled};

/// What was read beside the compose files, and in their labels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observed {
    /// What the labels of services tell Traefik, in the order of the plan.
    pub labelled: Vec<Labelled>,
    /// Every Traefik.
    pub installs: Vec<Install>,
    /// The files of Traefik's file provider.
    pub dynamic_files: Vec<DynamicFile>,
}

/// A file of Traefik's file provider.
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicFile {
    /// Its path.
    pub path: String,
    /// What it defines.
    pub dynamic: Dynamic,
}

impl Observed {
    /// What the stacks of a plan say.
    pub fn of<'a>(stacks: impl IntoIterator<Item = &'a Stack>) -> Self {
        let mut observed = Self::default();
        for stack in stacks {
            let services = stack.document.get("services").and_then(bayplan_yaml::Node::as_map);
            for (name, entry) in services.into_iter().flatten() {
                observed.labelled.extend(labels::read(&stack.name, name, &entry.value));
                let service = stack.services.get(&**name);
                observed.installs.extend(service.and_then(|service| install::read(stack, name, service, &entry.value)));
            }
        }
        observed
    }
}
