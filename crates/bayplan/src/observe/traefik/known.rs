//! Everything that Traefik is told in one place: what a name in a label or a file can mean.

use super::install::Install;
use super::labels::Labelled;
use super::{Dynamic, Middleware, Protocol, Router, reference};
use crate::observe::Observed;
use crate::plan::reach::Reach;
use crate::plan::{Plan, Stack};
use bayplan_yaml::Path;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Who says something.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// The labels of a service.
    Labels(&'a Labelled),
    /// A file of the file provider, by its place among them.
    File(usize),
}

impl<'a> By<'a> {
    /// The provider that a name without one belongs to.
    pub fn provider(self) -> &'static str {
        match self {
            Self::Labels(_) => "docker",
            Self::File(_) => "file",
        }
    }

    /// The labels.
    pub fn labels(self) -> Option<&'a Labelled> {
        match self {
            Self::Labels(labelled) => Some(labelled),
            Self::File(_) => None,
        }
    }
}

impl Labelled {
    /// The name that the Docker provider gives what the labels give none.
    pub fn default_name(&self) -> String {
        let name = format!("{}_{}", self.service, self.stack);
        let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        words.join("-")
    }

    /// The path of what is said about a thing of this protocol.
    pub fn path(&self, protocol: Protocol, section: &str, name: &str, key: &str) -> Path {
        let key = format!("traefik.{}.{section}.{name}.{key}", protocol.key());
        Path::from_iter(["services", self.service.as_str(), "labels"]).key(key)
    }
}

/// What is defined, by what names it.
#[derive(Debug, Default)]
pub struct Known<'a> {
    /// The names of middlewares, in lower case, by protocol and provider.
    middlewares: BTreeMap<(Protocol, &'static str), BTreeMap<String, &'a Middleware>>,
    /// The names of services, in lower case, by protocol and provider.
    services: BTreeMap<(Protocol, &'static str), BTreeSet<String>>,
    /// The names of services and middlewares in the labels of `deploy`, which Swarm's Traefik reads.
    deployed: OnceCell<BTreeSet<String>>,
    /// Whether files of the file provider were read, and none was there that could not be.
    has_files: bool,
}

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// It is defined, or may be: by a provider that nobody can see from here.
    Found,
    /// Nothing that was read defines it; here is what it may mean.
    Missing {
        /// The name to write in its place.
        near: Option<String>,
        /// Whether everything that could define it was read, as far as that can be known.
        is_sure: bool,
    },
}

impl Observed {
    /// Everything that is defined, with who defines it.
    pub fn dynamics(&self) -> impl Iterator<Item = (By<'_>, &Dynamic)> {
        let labelled = self.labelled.iter().map(|labelled| (By::Labels(labelled), &labelled.dynamic));
        labelled.chain(self.dynamic_files.iter().enumerate().map(|(index, file)| (By::File(index), &file.says)))
    }

    /// Every router, with who defines it.
    pub fn routers(&self) -> impl Iterator<Item = (By<'_>, &Router)> {
        self.dynamics().flat_map(|(by, dynamic)| dynamic.routers.iter().map(move |router| (by, router)))
    }

    /// What is defined, by name.
    pub fn known(&self) -> Known<'_> {
        let mut known =
            Known { has_files: !self.dynamic_files.is_empty() && self.unread_files.is_empty(), ..Known::default() };
        for (by, dynamic) in self.dynamics() {
            let provider = by.provider();
            for middleware in &dynamic.middlewares {
                let of = known.middlewares.entry((middleware.protocol, provider)).or_default();
                of.insert(middleware.name.value.to_ascii_lowercase(), middleware);
            }
            for service in &dynamic.services {
                let of = known.services.entry((service.protocol, provider)).or_default();
                of.insert(service.name.value.to_ascii_lowercase());
            }
            // The Docker provider makes a service of each container that defines none.
            let Some(labelled) = by.labels() else { continue };
            for protocol in [Protocol::Http, Protocol::Tcp, Protocol::Udp] {
                if dynamic.services.iter().all(|service| service.protocol != protocol) {
                    let name = labelled.default_name().to_ascii_lowercase();
                    known.services.entry((protocol, provider)).or_default().insert(name);
                }
            }
        }
        known
    }

    /// Whether Traefik looks at the labels of a service; it may where nobody knows.
    pub fn is_exposed(&self, labelled: &Labelled) -> bool {
        labelled.enable.unwrap_or_else(|| {
            let mut known = self.installs.iter().filter(|install| install.is_known()).peekable();
            known.peek().is_none() || known.any(Install::exposes_by_default)
        })
    }

    /// The Traefiks whose settings are known.
    pub fn known_installs(&self) -> impl Iterator<Item = &Install> {
        self.installs.iter().filter(|install| install.is_known())
    }
}

impl<'a> Known<'a> {
    /// What a reference to a middleware leads to.
    pub fn middleware(&self, protocol: Protocol, by: By<'_>, text: &str, plan: &Plan) -> Lookup {
        let of = |provider| self.middlewares.get(&(protocol, provider));
        let all = |provider| of(provider).into_iter().flat_map(BTreeMap::keys).map(String::as_str).collect();
        self.look(by, text, plan, |provider, name| of(provider).is_some_and(|of| of.contains_key(name)), all)
    }

    /// What a reference to a service leads to.
    pub fn service(&self, protocol: Protocol, by: By<'_>, text: &str, plan: &Plan) -> Lookup {
        let of = |provider| self.services.get(&(protocol, provider));
        let all = |provider| of(provider).into_iter().flatten().map(String::as_str).collect();
        self.look(by, text, plan, |provider, name| of(provider).is_some_and(|of| of.contains(name)), all)
    }

    /// The middleware that a reference leads to, where it was read.
    pub fn find(&self, protocol: Protocol, by: By<'_>, text: &str) -> Option<&'a Middleware> {
        let (name, provider) = reference(text);
        let provider = match provider.unwrap_or(by.provider()) {
            "docker" => "docker",
            "file" => "file",
            _ => return None,
        };
        self.middlewares.get(&(protocol, provider))?.get(&name.to_ascii_lowercase()).copied()
    }

    fn deployed(&self, plan: &Plan) -> &BTreeSet<String> {
        self.deployed.get_or_init(|| {
            let deploys = plan.services().filter_map(|(.., service)| service.compose.deploy.as_ref());
            let keys = deploys.flat_map(|deploy| deploy.labels.keys()).filter_map(|key| key.strip_prefix("traefik."));
            let name = |key: &str| key.split('.').nth(2).map(str::to_ascii_lowercase);
            keys.filter_map(name).collect()
        })
    }

    fn look<'k>(
        &self,
        by: By<'_>,
        text: &str,
        plan: &Plan,
        has: impl Fn(&'static str, &str) -> bool,
        all: impl Fn(&'static str) -> Vec<&'k str>,
    ) -> Lookup {
        let (name, written) = reference(text);
        let name = name.to_ascii_lowercase();
        let (provider, other) = match written.unwrap_or(by.provider()) {
            "docker" | "swarm" => ("docker", "file"),
            "file" => ("file", "docker"),
            _ => return Lookup::Found,
        };
        if has(provider, &name) {
            return Lookup::Found;
        }
        if provider == "docker" && self.deployed(plan).contains(&name) {
            return Lookup::Found;
        }
        // What cannot be read may define what it speaks of.
        if provider == "file" && plan.observed.unread_files.iter().any(|text| text.contains(&name)) {
            return Lookup::Found;
        }
        if has(other, &name) {
            return Lookup::Missing { near: Some(format!("{name}@{other}")), is_sure: true };
        }
        let near = crate::record::nearest(&name, &all(provider)).map(|near| match written {
            Some(provider) => format!("{near}@{provider}"),
            None => near.to_owned(),
        });
        let is_sure = match provider {
            "file" => self.has_files,
            // Whoever keeps the gateway here keeps what it routes here, too.
            _ => !plan.observed.installs.is_empty(),
        };
        Lookup::Missing { near, is_sure }
    }
}

impl Observed {
    /// Every Traefik with its stack, and where it can reach services.
    pub fn gateways<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = (&'a Install, &'a Stack, Reach)> {
        self.installs.iter().filter_map(|install| {
            let stack = plan.stacks.get(&install.stack)?;
            Some((install, stack, plan.reach(stack, &install.service)))
        })
    }
}

impl Labelled {
    /// Whether the labels say themselves where the servers are.
    pub fn names_servers(&self) -> bool {
        let services = &self.dynamic.services;
        !services.is_empty() && services.iter().all(|service| !service.servers.is_empty())
    }
}
