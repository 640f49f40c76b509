//! `documents → plan`: expressions, variables, archetypes and defaults first, then the intents of every service.

mod additions;
mod draft;
mod edges;
mod order;
mod overlay;
mod routes;
mod setting;

use super::composites;
use super::expression;
use super::expression::evaluate_node;
use super::instances::{Instances, Local, Setting, full_host};
use super::interpolate::{self, interpolate_node};
use super::load::{Layer, LayerKind};
use super::merge::{merge_project, merge_service};
use super::networks::{DEFAULT_POOLS, DerivedNetwork, Link, derive};
use super::scope::Scope;
use crate::blueprint::{self, Condition, Environment, Fleet, Intents, Size, SizeRef, TlsSetting};
use crate::catalog::{ConfigFile, Output};
use crate::compose;
use crate::finding::{Finding, Report, Subject};
use crate::observe::Observed;
use crate::plan::{Edge, Host, Plan, Role, Route, Service, Stack, Tls};
use crate::record::scalar::text_of;
use crate::record::{Form, Plain, nearest};
use crate::rules::Policy;
use crate::source::Sources;
use crate::value::{Bytes, HostName, HostPattern, PortRange};
pub use additions::has_health_check;
use bayplan_yaml::{Decoder, Entry, Location, Map, Node, Path, Text, Value, to_node};
use indexmap::IndexMap;
use order::order;
use overlay::overlay;
use routes::name_apart;
use serde_json::json;
use setting::{domain, hosts};
use std::collections::{BTreeMap, BTreeSet};

/// The network on which `service` alone reaches what lies outside, where none of its others leads there.
fn way_out(service: &str) -> String {
    format!("egress-{service}")
}

/// One blueprint as loaded: variables replaced, includes and extended services in place.
pub struct Document {
    /// Its path, as shown.
    pub file: String,
    /// Its name without the ending: the stack's name where it gives none.
    pub stem: String,
    /// Its content.
    pub node: Node,
    /// The trees that it was made from, where they are wanted.
    pub layers: Vec<Layer>,
}

/// What a plan is made from.
pub struct Input<'a> {
    /// The settings.
    pub fleet: &'a Fleet,
    /// `fleet.yaml` as read.
    pub settings: Option<&'a Node>,
    /// The variables of the environment.
    pub variables: &'a IndexMap<String, String>,
    /// The way from the folder of a stack's compose file to the fleet's folder.
    pub back: &'a str,
    /// What is said about rules elsewhere.
    pub policy: &'a Policy,
    /// Whether the trees that values come from are kept.
    pub trace: bool,
}

/// Makes the plan of one environment from the blueprints in it.
pub fn settle(
    input: &Input<'_>,
    documents: Vec<Document>,
    name: &str,
    environment: &Environment,
    sources: &mut Sources,
    report: &mut Report,
) -> Plan {
    let variables = input.variables;
    let domain = domain(name, environment, input, variables, report);
    let tls = match &environment.tls {
        None | Some(TlsSetting::None) => Tls::None,
        Some(TlsSetting::Acme(acme)) => Tls::Acme { resolver: acme.resolver.clone(), email: acme.email.clone() },
        Some(TlsSetting::Files(files)) => {
            Tls::Files(files.certificates.iter().map(|pair| (pair.cert.clone(), pair.key.clone())).collect())
        }
    };
    let hosts = hosts(input, name, environment, variables, report);
    let mut layers = Layers { wanted: input.trace, below: IndexMap::new(), above: IndexMap::new() };
    let (mut documents, files) = overlay(input, documents, name, &mut layers, report);
    let composites = composites::expand(&mut documents, sources, report);
    for (stack, archetype, root, node) in &composites.layers {
        let kind = LayerKind::Archetype(archetype.name.to_owned());
        Layers::add(layers.wanted, &mut layers.below, stack, kind, root.clone(), node);
    }
    let setting = Setting { variables, domain: domain.as_ref().map(HostName::as_str), tls: tls != Tls::None };
    let instances = Instances::new(&documents, &composites, setting);
    let mut settler = Settler {
        input,
        environment: name,
        instances: &instances,
        sources,
        report,
        stacks: IndexMap::new(),
        drafts: IndexMap::new(),
        layers,
    };
    for (stack, document) in &documents {
        settler.draft(stack, document);
    }
    let (stacks, networks) = settler.settle(&documents, &files, &hosts);
    Plan {
        fleet: input.fleet.clone(),
        environment: name.to_owned(),
        domain,
        tls,
        hosts,
        stacks,
        variables: variables.clone(),
        networks,
        policy: input.policy.clone().with(input.fleet.policy.clone(), input.settings.cloned()),
        settings: input.settings.cloned(),
        observed: Observed::default(),
    }
}

/// A service before its networks are known.
struct Draft {
    /// Its keys; taken when its stack is made.
    node: Node,
    /// What Compose makes of them; taken with them.
    compose: Option<Box<compose::Service>>,
    has_health_check: bool,
    intents: Intents,
    archetype: Option<String>,
    /// Whether its archetype could not be expanded, which was reported.
    is_broken: bool,
    role: Option<Role>,
    ports: Vec<u16>,
    files: Vec<ConfigFile>,
    aliases: Vec<String>,
    declares: (Vec<String>, Vec<String>),
    grants: BTreeSet<(String, String)>,
    asked: Vec<(Location, String, String)>,
}

/// The trees that the values of each stack come from, where they are wanted.
struct Layers {
    wanted: bool,
    /// What the blueprint's own files stand on, and they.
    below: IndexMap<String, Vec<Layer>>,
    /// What comes over them.
    above: IndexMap<String, Vec<Layer>>,
}

impl Layers {
    fn add(
        wanted: bool,
        layers: &mut IndexMap<String, Vec<Layer>>,
        stack: &str,
        kind: LayerKind,
        root: Path,
        node: &Node,
    ) {
        if wanted {
            let layer = Layer { kind, root, node: node.clone(), scope: Scope::default() };
            layers.entry(stack.to_owned()).or_default().push(layer);
        }
    }
}

struct Settler<'a> {
    input: &'a Input<'a>,
    environment: &'a str,
    instances: &'a Instances<'a>,
    sources: &'a mut Sources,
    report: &'a mut Report,
    stacks: IndexMap<String, compose::Project>,
    drafts: IndexMap<(String, String), Draft>,
    layers: Layers,
}

impl Settler<'_> {
    /// The service that `name` means in `stack`: `service` or `stack/service`.
    fn find(&self, stack: &str, name: &str) -> Option<(String, String)> {
        let (stack, service) = name.split_once('/').unwrap_or((stack, name));
        let key = (stack.to_owned(), service.to_owned());
        self.drafts.contains_key(&key).then_some(key)
    }

    /// The composite that `name` means in `stack`, with its stack.
    fn composite(&self, stack: &str, name: &str) -> Option<(String, &composites::Composite)> {
        let (stack, name) = name.split_once('/').unwrap_or((stack, name));
        Some((stack.to_owned(), self.instances.composites.get(stack, name)?))
    }

    /// Whether the service that `name` means in `stack` was written, if only in a form that could not be read.
    fn is_written(&self, stack: &str, name: &str) -> bool {
        let (stack, service) = name.split_once('/').unwrap_or((stack, name));
        self.instances.stacks.get(stack).and_then(|node| node.get("services")?.get(service)).is_some()
    }

    fn settle(
        mut self,
        documents: &IndexMap<String, Node>,
        files: &IndexMap<String, String>,
        hosts: &IndexMap<String, Host>,
    ) -> (IndexMap<String, Stack>, Vec<DerivedNetwork>) {
        let keys: Vec<(String, String)> = self.drafts.keys().cloned().collect();
        let edges: IndexMap<(String, String), Vec<Edge>> =
            keys.iter().map(|key| (key.clone(), self.edges(key))).collect();
        let mut routes: IndexMap<(String, String), Vec<Route>> = IndexMap::new();
        for key in &keys {
            let found = self.routes(key);
            routes.insert(key.clone(), found);
        }
        name_apart(&mut routes);
        let role =
            |role: Role| self.drafts.iter().find(|(_, draft)| draft.role == Some(role)).map(|(key, _)| key.clone());
        let (gateway, metrics, collector) = (role(Role::Gateway), role(Role::Metrics), role(Role::Collector));
        self.grant_users(&routes, gateway.as_ref());
        let mut links = Vec::new();
        for key in &keys {
            let draft = &self.drafts[key];
            let mut link = |other: &(String, String), why| links.push(Link { a: key.clone(), b: other.clone(), why });
            edges[key].iter().for_each(|edge| link(&(edge.stack.clone(), edge.service.clone()), "needs"));
            if let Some(gateway) = gateway.as_ref().filter(|_| !routes[key].is_empty()) {
                link(gateway, "route");
                for other in self.instances.composites.beside(key) {
                    links.push(Link { a: (key.0.clone(), other), b: gateway.clone(), why: "route" });
                }
            }
            let mut link = |other: &(String, String), why| links.push(Link { a: key.clone(), b: other.clone(), why });
            let scraped = draft.intents.metrics.iter().flatten().next().is_some();
            if let Some(metrics) = metrics.as_ref().filter(|_| scraped || draft.role == Some(Role::Alerts)) {
                link(metrics, "metrics");
            }
            if let Some(collector) = collector.as_ref().filter(|_| draft.intents.traces == Some(true)) {
                link(collector, "traces");
            }
        }
        for (stack, composite) in self.instances.composites.all() {
            let members: Vec<(String, String)> =
                composite.members.iter().map(|part| (stack.to_owned(), part.name.clone())).collect();
            for (index, a) in members.iter().enumerate() {
                links.extend(members[index + 1..].iter().map(|b| Link { a: a.clone(), b: b.clone(), why: "members" }));
            }
        }
        let order = order(documents, &edges, gateway.as_ref());
        let networks = derive(&links, &order);
        let mut stacks = IndexMap::new();
        for stack in &order {
            if let Some(settled) =
                self.stack(stack, documents, files, hosts, &edges, &routes, &networks, collector.as_ref())
            {
                stacks.insert(stack.clone(), settled);
            }
        }
        (stacks, networks)
    }

    #[allow(clippy::too_many_arguments, reason = "one call, by name")]
    fn stack(
        &mut self,
        stack: &str,
        documents: &IndexMap<String, Node>,
        files: &IndexMap<String, String>,
        hosts: &IndexMap<String, Host>,
        edges: &IndexMap<(String, String), Vec<Edge>>,
        routes: &IndexMap<(String, String), Vec<Route>>,
        networks: &[DerivedNetwork],
        collector: Option<&(String, String)>,
    ) -> Option<Stack> {
        let keys: Vec<(String, String)> = self.drafts.keys().filter(|(of, _)| of == stack).cloned().collect();
        let mut project = self.stacks.get(stack)?.clone();
        let derived = keys.iter().any(|key| self.drafts[key].intents.needs.is_some());
        let written = documents.get(stack)?;
        let mut document = without_services(written);
        let made = |sources: &mut Sources, by: String| Location { source: sources.add_made(by), ..Location::default() };
        let mut services = IndexMap::new();
        let mut nodes = Map::default();
        let mut declared = json!({ "networks": {}, "volumes": {}, "secrets": {} });
        for key in &keys {
            let name = &key.1;
            let added = self.additions(key, &edges[key], networks, derived, collector);
            if added["networks"].get(way_out(name)).is_some() {
                declared["networks"][way_out(name)] = json!({});
            }
            let draft = self.drafts.get_mut(key)?;
            let mut node = std::mem::replace(&mut draft.node, Node::new(Value::Null, Location::default()));
            let mut compose = draft.compose.take()?;
            let key_at = written.get("services").and_then(|services| services.as_map()?.get(name.as_str()));
            let key_at = key_at.map_or(node.at, |entry| entry.key_at);
            if added.as_object().is_some_and(|added| !added.is_empty()) {
                let at = made(self.sources, format!("the intents of `{name}`"));
                if let Ok(additions) = to_node(&added, at) {
                    let root = Path::from_iter(["services", name.as_str()]);
                    let above = &mut self.layers.above;
                    Layers::add(self.layers.wanted, above, stack, LayerKind::Intents, root, &additions);
                    let place = node.at;
                    node = merge_service(additions, node).node;
                    node.at = place;
                    let read = <Plain as Form<blueprint::Service>>::read(&node, &mut Decoder::new());
                    *compose = read.map(|read| read.compose).unwrap_or_default();
                }
            }
            let draft = &self.drafts[key];
            for volume in &draft.declares.0 {
                declared["volumes"][volume] = json!({});
            }
            for (owner, secret) in &draft.grants {
                let by_hand = self.stacks.get(owner).and_then(|project| project.secrets.get(secret));
                let file = by_hand.and_then(|secret| secret.file.clone());
                let file = file.unwrap_or_else(|| format!("./secrets/{}/{secret}", self.environment));
                if !project.secrets.contains_key(secret) {
                    let file =
                        if file.starts_with('/') { file } else { crate::emit::compose::join(self.input.back, &file) };
                    declared["secrets"][secret] = json!({ "file": file });
                }
            }
            services.insert(
                name.clone(),
                Service {
                    compose,
                    archetype: draft.archetype.clone(),
                    role: draft.role,
                    needs: edges[key].clone(),
                    routes: routes[key].clone(),
                    scrapes: draft.intents.metrics.clone().unwrap_or_default(),
                    logs: draft.intents.logs.clone().unwrap_or_default(),
                    backup: draft.intents.backup.clone(),
                    traces: draft.intents.traces == Some(true),
                    egress: draft.intents.egress != Some(false),
                    allow: draft.intents.allow.clone(),
                    ports: draft.ports.clone(),
                    files: draft.files.clone(),
                    group: self.instances.composites.group(key).map(str::to_owned),
                },
            );
            nodes.insert(name.as_str().into(), Entry { key_at, value: node });
        }
        for network in networks.iter().filter(|network| network.members.iter().any(|(of, _)| of == stack)) {
            declared["networks"][&network.key] = if network.owner == stack {
                if self.is_internal(network) {
                    json!({ "name": network.name(), "internal": true })
                } else {
                    json!({ "name": network.name() })
                }
            } else {
                json!({ "name": network.name(), "external": true })
            };
        }
        self.evaluate_silently(stack, &mut document);
        let at = made(self.sources, format!("the intents of `{stack}`"));
        if let Ok(additions) = to_node(&declared, at) {
            document = merge_project(additions, document).node;
        }
        if let Some(read) = <Plain as Form<compose::Project>>::read(&document, &mut Decoder::new()) {
            project = read;
        }
        if let Value::Map(map) = &mut document.value {
            let place = written.get("services").map_or(at, |node| node.at);
            map.insert("services".into(), Entry { key_at: place, value: Node::new(Value::Map(nodes), place) });
        }
        let host = hosts
            .keys()
            .find(|host| {
                self.input.fleet.hosts.get(*host).is_some_and(|host| host.stacks.iter().any(|name| name == stack))
            })
            // Else the host that does not say which stacks it runs.
            .or_else(|| {
                hosts.keys().find(|host| self.input.fleet.hosts.get(*host).is_none_or(|host| host.stacks.is_empty()))
            })
            .or_else(|| hosts.keys().next())
            .cloned()
            .unwrap_or_default();
        Some(Stack {
            name: stack.to_owned(),
            folder: self.input.back.to_owned(),
            directory: crate::resolve::files::folder(files.get(stack).map_or("", String::as_str)).to_owned(),
            variant: false,
            file: files.get(stack).cloned().unwrap_or_default(),
            files: files.get(stack).cloned().into_iter().collect(),
            host,
            document,
            project,
            services,
            derived_networks: derived,
            layers: [&mut self.layers.below, &mut self.layers.above]
                .into_iter()
                .flat_map(|layers| layers.shift_remove(stack).unwrap_or_default())
                .collect(),
        })
    }

    /// As [`Self::evaluate`], for a tree whose errors were reported already.
    fn evaluate_silently(&self, stack: &str, node: &mut Node) {
        let scope = Local { instances: self.instances, stack };
        evaluate_node(node, &scope, &mut expression::Found::default());
    }
}

/// A document without its services, which are large and taken one by one.
fn without_services(document: &Node) -> Node {
    let Value::Map(map) = &document.value else { return document.clone() };
    let rest = map.iter().filter(|(key, _)| &***key != "services");
    let rest = rest.map(|(key, entry)| (key.clone(), entry.clone())).collect();
    Node { value: Value::Map(rest), at: document.at, plain: document.plain, extra: document.extra.clone() }
}

fn about(finding: Finding, stack: &str, service: Option<&str>) -> Finding {
    let subject =
        Subject { stack: Some(stack.into()), service: service.map(Text::from), path: finding.subject.path.clone() };
    finding.about(subject)
}
