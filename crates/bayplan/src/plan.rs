//! `Plan`: every stack of one fleet in one environment, every reference settled; `Vetted` is the only way to an emitter.

use crate::blueprint::{Backup, Exemption, Fleet, Logs, Need, Scrape};
use crate::catalog::ConfigFile;
use crate::compose;
use crate::finding::{Level, Report};
use crate::observe::Observed;
use crate::resolve::networks::DerivedNetwork;
use crate::rules::Policy;
use crate::value::{HostName, HostPattern};
use bayplan_yaml::{Location, Node, Path, Segment};
use indexmap::IndexMap;

pub mod overlap;
pub mod reach;
pub mod storage;

/// What the emitters make files from and the rules look at.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The settings of the fleet.
    pub fleet: Fleet,
    /// The name of the environment.
    pub environment: String,
    /// The domain of the environment.
    pub domain: Option<HostName>,
    /// How TLS is ended in this environment.
    pub tls: Tls,
    /// The hosts of the fleet, with what this environment says about them.
    pub hosts: IndexMap<String, Host>,
    /// The stacks, those that others need first.
    pub stacks: IndexMap<String, Stack>,
    /// The committed, non-secret variables of the environment.
    pub variables: IndexMap<String, String>,
    /// The networks that follow from the intents.
    pub networks: Vec<DerivedNetwork>,
    /// What is said about rules.
    pub policy: Policy,
    /// Where `fleet.yaml` stands.
    pub settings: Option<Node>,
    /// What people wrote for other programs, in labels and beside the compose files.
    pub observed: Observed,
}

/// How the gateway ends TLS.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Tls {
    /// It does not: routes are plain HTTP.
    #[default]
    None,
    /// With certificates that an ACME resolver of this name gets.
    Acme {
        /// The name of the resolver.
        resolver: String,
        /// The account's mail address.
        email: String,
    },
    /// With certificate files, as the gateway's container sees them.
    Files(Vec<(String, String)>),
}

/// A machine that runs stacks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Host {
    /// The address that routed names resolve to.
    pub ingress: Option<std::net::IpAddr>,
    /// Memory in bytes.
    pub memory: Option<u64>,
    /// CPU cores.
    pub cpus: Option<f64>,
    /// How many Docker networks its address pools hold.
    pub networks: usize,
}

/// One Compose project.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The project name.
    pub name: String,
    /// The folder that relative paths of the blueprint start from, seen from the folder of the stack's compose file.
    pub folder: String,
    /// The blueprint's path, as shown.
    pub file: String,
    /// The files that it was named by: the main one, then those merged over it.
    pub files: Vec<String>,
    /// The host that runs it.
    pub host: String,
    /// The evaluated and merged document: where every value came from, and its template.
    pub document: Node,
    /// The project as Compose will see it, without its services.
    pub project: compose::Project,
    /// Its services.
    pub services: IndexMap<String, Service>,
    /// The trees that its values come from, where they were wanted.
    pub layers: Vec<crate::resolve::load::Layer>,
    /// The folder that its relative paths start from, as the reader opens it.
    pub directory: String,
    /// Whether it is another stack of the repository with other files over it: the two never run at once.
    pub variant: bool,
    /// Whether the blueprint uses intents that opt in to derived networks.
    pub derived_networks: bool,
}

/// One service, with its intents settled.
#[derive(Debug, Clone)]
pub struct Service {
    /// The service as Compose will see it.
    pub compose: Box<compose::Service>,
    /// The name of the archetype that it was made from.
    pub archetype: Option<String>,
    /// What the service is to the fleet.
    pub role: Option<Role>,
    /// The services that it needs.
    pub needs: Vec<Edge>,
    /// Its routes.
    pub routes: Vec<Route>,
    /// Its scrape targets.
    pub scrapes: Vec<Scrape>,
    /// How its log lines are collected.
    pub logs: Logs,
    /// How its data is backed up.
    pub backup: Option<Backup>,
    /// Whether it sends traces to the collector.
    pub traces: bool,
    /// Whether it may reach what lies outside its networks.
    pub egress: bool,
    /// The rules that it may break.
    pub allow: IndexMap<String, Exemption>,
    /// The container ports that it listens on, as far as known.
    pub ports: Vec<u16>,
    /// The configuration files that its archetype writes for it.
    pub files: Vec<ConfigFile>,
    /// What it is a member of: the name behind which its archetype makes several services.
    pub group: Option<String>,
}

/// What a service is to the fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Routes requests from outside to services.
    Gateway,
    /// Scrapes metrics.
    Metrics,
    /// Tells people of alerts.
    Alerts,
    /// Collects log lines and traces.
    Collector,
    /// Stores log lines.
    Logs,
    /// Gives read access to the Docker API.
    DockerApi,
}

/// A `needs` edge, settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// The stack of the needed service.
    pub stack: String,
    /// The needed service.
    pub service: String,
    /// What was said about it.
    pub need: Need,
}

/// A route, settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Its place among the routes of the service, as written.
    pub index: usize,
    /// A name that is unique in the fleet.
    pub name: String,
    /// The full host name, or all names one label below one.
    pub host: HostPattern,
    /// The path prefix, starting with `/`.
    pub path: Option<String>,
    /// The container port.
    pub port: u16,
    /// Further services that answer the same requests.
    pub beside: Vec<String>,
    /// Whether the gateway ends TLS.
    pub tls: bool,
    /// What was written.
    pub intent: crate::blueprint::Route,
}

impl Route {
    /// Whether it routes TCP connections, not HTTP requests.
    pub fn is_tcp(&self) -> bool {
        self.intent.protocol == Some(crate::blueprint::Protocol::Tcp)
    }
}

impl Plan {
    /// A stack by the names of its fleet and its own, for the headers of what is made from it: the same wherever the compiler runs,
    /// and whether the fleet is written in YAML or in Rust.
    pub fn origin(&self, stack: &Stack) -> String {
        format!("the stack {}/{}", self.fleet.name.as_deref().unwrap_or("fleet"), stack.name)
    }

    /// A plan without stacks.
    pub fn empty(policy: Policy) -> Self {
        Self {
            fleet: Fleet::default(),
            environment: "default".to_owned(),
            policy,
            domain: None,
            tls: Tls::None,
            hosts: IndexMap::new(),
            stacks: IndexMap::new(),
            variables: IndexMap::new(),
            networks: Vec::new(),
            observed: Observed::default(),
            settings: None,
        }
    }

    /// What people wrote at `path` of the settings of the fleet, or of the repository.
    pub fn setting(&self, path: &Path) -> Option<&Node> {
        let layers = self.policy.layers.iter().rev().filter_map(|layer| layer.node.as_ref());
        self.settings.iter().chain(layers).find_map(|node| node.at_path(path))
    }

    /// The service of this role, where the fleet has one.
    pub fn role(&self, role: Role) -> Option<(&Stack, &str, &Service)> {
        self.services().find(|(_, _, service)| service.role == Some(role))
    }

    /// Every service with its stack and name.
    pub fn services(&self) -> impl Iterator<Item = (&Stack, &str, &Service)> {
        self.stacks
            .values()
            .flat_map(|stack| stack.services.iter().map(move |(name, service)| (stack, name.as_str(), service)))
    }

    /// The service `name` of `stack`.
    pub fn service(&self, stack: &str, name: &str) -> Option<&Service> {
        self.stacks.get(stack)?.services.get(name)
    }
}

impl Stack {
    /// The name of its project: that of two stacks may be the same, then the later one is named after its file, too.
    pub fn project_name(&self) -> &str {
        self.name.split_once(" (").map_or(self.name.as_str(), |(name, _)| name)
    }

    /// Where the value at `path` was written: the nearest ancestor that was written at all.
    ///
    /// A key of a mapping that was written as a list (`environment: [A=1]`) is found in the list.
    pub fn locate(&self, path: &Path) -> Location {
        locate(&self.document, &path.0, false)
    }

    /// Where the key at the end of `path` was written; see [`Stack::locate`].
    pub fn locate_key(&self, path: &Path) -> Location {
        locate(&self.document, &path.0, true)
    }
}

/// Where the value at `path` below `root` was written, or the key at its end: see [`Stack::locate`].
pub(crate) fn locate(root: &Node, path: &[Segment], key: bool) -> Location {
    let mut node = root;
    let mut at = root.at;
    for (depth, segment) in path.iter().enumerate() {
        let last = depth + 1 == path.len();
        let next = match segment {
            Segment::Key(name) => match node.as_map().and_then(|map| map.get(name.as_str())) {
                Some(entry) => {
                    if last && key {
                        return entry.key_at;
                    }
                    Some(&entry.value)
                }
                None => node.as_seq().and_then(|items| items.iter().find(|item| names(item, name))),
            },
            Segment::Index(index) => node.as_seq().and_then(|items| items.get(*index)),
        };
        match next {
            Some(next) => {
                node = next;
                at = next.at;
            }
            None => return at,
        }
    }
    at
}

/// Whether a list item says something about `name`: `NAME`, `NAME=value` or `NAME:value`.
fn names(item: &Node, name: &str) -> bool {
    item.as_str()
        .and_then(|text| text.strip_prefix(name))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['=', ':']))
}

/// A plan of which no rule denied anything.
#[derive(Debug, Clone)]
pub struct Vetted<T>(T);

impl Vetted<Plan> {
    /// The plan, where its report denies nothing.
    ///
    /// # Errors
    /// Gives the plan back where the report denies something.
    pub fn new(plan: Plan, report: &Report) -> Result<Self, Box<Plan>> {
        if report.findings.iter().any(|finding| finding.level == Level::Deny) {
            Err(Box::new(plan))
        } else {
            Ok(Self(plan))
        }
    }
}

impl<T> std::ops::Deref for Vetted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
