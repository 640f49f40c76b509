//! Who meets whom: the networks of services by the names that Docker knows them by, across stacks.

use super::{Plan, Service, Stack};
use std::collections::BTreeSet;

/// Where a service can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// On these networks.
    Networks(BTreeSet<String>),
    /// On the network of its host.
    Host,
    /// Nowhere.
    Nowhere,
    /// Nobody here knows: it shares the network of a container that no stack names.
    Unknown,
}

impl Stack {
    /// The name that Docker knows the network `key` by.
    pub fn network_name(&self, key: &str) -> String {
        let network = self.project.networks.get(key);
        if let Some(name) = network.and_then(|network| network.name.clone()) {
            return name;
        }
        match self.is_external(key) {
            true => key.to_owned(),
            false => format!("{}_{key}", self.name),
        }
    }

    /// Whether the network `key` is made by somebody else.
    pub fn is_external(&self, key: &str) -> bool {
        let network = self.project.networks.get(key).and_then(|network| network.external.as_ref());
        network.is_some_and(crate::compose::storage::External::is_external)
    }

    /// The service whose network `service` uses, by `network_mode`; itself where it has its own.
    pub fn network_owner<'a>(&'a self, name: &'a str) -> Option<(&'a str, &'a Service)> {
        let mut name = name;
        // A chain of them ends, or is refused as a cycle.
        for _ in 0..=self.services.len() {
            let (key, service) = self.services.get_key_value(name)?;
            match service.compose.network_mode.as_deref().and_then(|mode| mode.strip_prefix("service:")) {
                Some(next) => name = next,
                None => return Some((key, service)),
            }
        }
        None
    }
}

impl Plan {
    /// Where a service can be reached.
    pub fn reach(&self, stack: &Stack, name: &str) -> Reach {
        let Some((_, service)) = stack.network_owner(name) else { return Reach::Unknown };
        match service.compose.network_mode.as_deref() {
            Some("host") => return Reach::Host,
            Some("none") => return Reach::Nowhere,
            Some("bridge" | "default") => return Reach::Networks(BTreeSet::from(["bridge".to_owned()])),
            Some(_) => return Reach::Unknown,
            None => {}
        }
        let keys = service.compose.networks.keys();
        let mut names: BTreeSet<String> = keys.map(|key| stack.network_name(key)).collect();
        if names.is_empty() {
            names.insert(stack.network_name("default"));
        }
        Reach::Networks(names)
    }
}

impl Reach {
    /// Whether one can call the other; nothing where nobody knows.
    pub fn meets(&self, other: &Self) -> Option<bool> {
        Some(match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => return None,
            (Self::Nowhere, _) | (_, Self::Nowhere) => false,
            (Self::Networks(own), Self::Networks(other)) => !own.is_disjoint(other),
            // A process on the host reaches the addresses of containers, and they reach it by the host's.
            (Self::Host, _) | (_, Self::Host) => true,
        })
    }
}

/// The names that Docker's resolver knows, and whose they are.
#[derive(Debug, Default)]
pub struct Names<'a>(std::collections::BTreeMap<String, Vec<(&'a Stack, &'a str)>>);

impl Plan {
    /// Every name of every service: its own, that of its container, and its aliases.
    pub fn names(&self) -> Names<'_> {
        let mut names = Names::default();
        for (stack, name, service) in self.services() {
            let mut own = BTreeSet::from([name.to_owned()]);
            match &service.compose.container_name {
                Some(container) => drop(own.insert(container.to_string())),
                None => own.extend([format!("{}-{name}-1", stack.name), format!("{}_{name}_1", stack.name)]),
            }
            own.extend(service.compose.networks.values().flat_map(|network| network.aliases.iter().cloned()));
            for one in own {
                names.0.entry(one.to_ascii_lowercase()).or_default().push((stack, name));
            }
        }
        names
    }
}

impl<'a> Names<'a> {
    /// Whose name this is.
    pub fn whose(&self, name: &str) -> &[(&'a Stack, &'a str)] {
        self.0.get(&name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// A name that may be meant.
    pub fn near(&self, name: &str) -> Option<&str> {
        let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
        crate::record::nearest(name, &known)
    }
}
