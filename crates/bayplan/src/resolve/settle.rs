//! `documents → plan`: expressions, variables, archetypes and defaults first, then the intents of every service.

use super::expression;
use super::expression::evaluate_node;
use super::instances::{Instances, Local, Setting, full_host};
use super::interpolate::{self, interpolate_node};
use super::load::{Layer, LayerKind};
use super::merge::{merge_project, merge_service};
use super::networks::{DEFAULT_POOLS, DerivedNetwork, Link, derive};
use super::scope::Scope;
use crate::blueprint::{self, Condition, Environment, Fleet, Intents, Size, SizeRef, TlsSetting};
use crate::catalog::Output;
use crate::compose;
use crate::finding::{Finding, Report, Subject};
use crate::plan::{Edge, Host, Plan, Role, Route, Service, Stack, Tls};
use crate::record::scalar::text_of;
use crate::record::{Form, Plain, nearest};
use crate::source::Sources;
use crate::value::{Bytes, HostName, HostPattern, PortRange};
use bayplan_yaml::{Decoder, Entry, Location, Map, Node, Path, Value, to_node};
use indexmap::IndexMap;
use serde_json::json;
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
    /// The blueprints.
    pub documents: &'a [Document],
    /// The variables of the environment.
    pub variables: &'a IndexMap<String, String>,
    /// The way from the folder of a stack's compose file to the fleet's folder.
    pub back: &'a str,
    /// Whether the trees that values come from are kept.
    pub trace: bool,
}

/// Makes the plan of one environment.
pub fn settle(
    input: &Input<'_>,
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
    let (documents, files) = overlay(input, name, &mut layers, report);
    let setting = Setting { variables, domain: domain.as_ref().map(HostName::as_str), tls: tls != Tls::None };
    let instances = Instances::new(&documents, setting);
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
        settings: input.settings.cloned(),
    }
}

fn at(settings: Option<&Node>, path: &Path) -> Location {
    settings.and_then(|node| node.at_path(path).or(Some(node))).map_or_else(Location::default, |node| node.at)
}

fn domain(
    name: &str,
    environment: &Environment,
    input: &Input<'_>,
    variables: &IndexMap<String, String>,
    report: &mut Report,
) -> Option<HostName> {
    let text = environment.domain.as_ref()?;
    let path = Path::from_iter(["environments", name, "domain"]);
    let value = setting(text, name, input.settings.map(|node| (node, &path)), variables, report);
    match HostName::parse(&value) {
        Ok(domain) => Some(domain),
        Err(invalid) => {
            let given = if value == *text { String::new() } else { format!(" (`{text}` gives `{value}`)") };
            let message = format!("{}{given}", invalid.message);
            let finding = Finding::deny("invalid-value", at(input.settings, &path), message);
            report.push(finding.maybe_help(invalid.help).about(Subject::path(path)));
            None
        }
    }
}

/// The value of a setting of an environment, its variables replaced.
fn setting(
    text: &str,
    environment: &str,
    written: Option<(&Node, &Path)>,
    variables: &IndexMap<String, String>,
    report: &mut Report,
) -> String {
    let node = written.and_then(|(settings, path)| settings.at_path(path));
    let at =
        |range: &std::ops::Range<usize>| node.map_or_else(Location::default, |node| crate::value::locate(node, range));
    let result = interpolate::interpolate(text, &|name| variables.get(name).cloned());
    for error in result.errors.into_iter().chain(result.required) {
        report.push(Finding::deny("invalid-template", at(&error.range), error.message).maybe_help(error.help));
    }
    for unset in result.used.iter().filter(|used| !used.settled) {
        let name = &unset.name;
        let message = format!("the variable `{name}` has no value in the environment `{environment}`");
        let help = format!("set it in a file of `env_files`, or give it a default: `${{{name}:-…}}`");
        report.push(Finding::warn("unset-variable", at(&unset.range), message).help(help));
    }
    result.value
}

fn hosts(
    input: &Input<'_>,
    name: &str,
    environment: &Environment,
    variables: &IndexMap<String, String>,
    report: &mut Report,
) -> IndexMap<String, Host> {
    let fleet = input.fleet;
    let mut ingress = BTreeMap::new();
    for (host, address) in &environment.ingress {
        let path = Path::from_iter(["environments", name, "ingress", host.as_str()]);
        let value = setting(address, name, input.settings.map(|node| (node, &path)), variables, report);
        ingress.insert(host.as_str(), value);
    }
    let one = |name: &str, host: Option<&blueprint::Host>| Host {
        ingress: ingress.get(name).and_then(|address| address.parse().ok()),
        memory: host.and_then(|host| host.memory).and_then(|bytes| u64::try_from(bytes.0).ok()),
        cpus: host.and_then(|host| host.cpus),
        networks: host.and_then(|host| host.networks).map_or(DEFAULT_POOLS, |count| count.unsigned_abs() as usize),
    };
    if fleet.hosts.is_empty() {
        let name = environment.ingress.keys().next().map_or("host", String::as_str);
        return IndexMap::from([(name.to_owned(), one(name, None))]);
    }
    fleet.hosts.iter().map(|(name, host)| (name.clone(), one(name, Some(host)))).collect()
}

/// The documents with what differs in the environment merged over, by stack name; and their file names.
fn overlay(
    input: &Input<'_>,
    name: &str,
    layers: &mut Layers,
    report: &mut Report,
) -> (IndexMap<String, Node>, IndexMap<String, String>) {
    let mut documents: IndexMap<String, Node> = IndexMap::new();
    let mut files = IndexMap::new();
    let mut places: BTreeMap<String, Location> = BTreeMap::new();
    for document in input.documents {
        let mut node = document.node.clone();
        let overlays = match &mut node.value {
            Value::Map(map) => map.shift_remove("environments"),
            _ => None,
        };
        if let Some(overlays) = overlays {
            let known: Vec<&str> = input.fleet.environments.keys().map(String::as_str).collect();
            let Value::Map(map) = overlays.value.value else {
                let mut decoder = Decoder::at(Path::root().key("environments"));
                let _: Option<()> = decoder.wrong_type(&overlays.value, "a mapping from environments to what differs");
                report.extend(decoder.finish());
                continue;
            };
            for (key, entry) in map {
                if &*key == name {
                    let stack = node.get("name").and_then(Node::as_str).unwrap_or(&document.stem);
                    let kind = LayerKind::Environment(name.to_owned());
                    Layers::add(layers.wanted, &mut layers.above, stack, kind, Path::root(), &entry.value);
                    let merged = merge_project(node, entry.value);
                    report.extend(merged.errors);
                    node = merged.node;
                } else if !known.contains(&&*key) {
                    let help = match nearest(&key, &known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "name it under `environments` in fleet.yaml".to_owned(),
                    };
                    let message = format!("the fleet has no environment `{key}`");
                    report.push(Finding::deny("unknown-environment", entry.key_at, message).help(help));
                }
                if !matches!(node.value, Value::Map(_)) {
                    break;
                }
            }
        }
        let stack = node.get("name").and_then(Node::as_str).unwrap_or(&document.stem).to_owned();
        let place = node.get("name").map_or(node.at, |name| name.at);
        if let Some(first) = places.get(&stack) {
            let message = format!("two blueprints of the fleet are named `{stack}`");
            report.push(
                Finding::deny("duplicate-name", place, message)
                    .help("rename one of the two")
                    .related(*first, "the other one"),
            );
            continue;
        }
        if layers.wanted {
            layers.below.entry(stack.clone()).or_default().extend(document.layers.iter().cloned());
        }
        places.insert(stack.clone(), place);
        files.insert(stack.clone(), document.file.clone());
        documents.insert(stack, node);
    }
    (documents, files)
}

/// A service before its networks are known.
struct Draft {
    node: Node,
    intents: Intents,
    archetype: Option<String>,
    /// Whether its archetype could not be expanded, which was reported.
    is_broken: bool,
    role: Option<Role>,
    ports: Vec<u16>,
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
    /// Reads one stack: every error of shape and value is reported here.
    fn draft(&mut self, stack: &str, document: &Node) {
        let mut rest = document.clone();
        let services = match &mut rest.value {
            Value::Map(map) => map.shift_remove("services"),
            _ => None,
        };
        self.evaluate(stack, &mut rest);
        let mut decoder = Decoder::new();
        if let Some(mut project) = <Plain as Form<compose::Project>>::read(&rest, &mut decoder) {
            if project.name.is_none() {
                project.name = stack.parse().ok();
            }
            self.stacks.insert(stack.to_owned(), project);
        }
        self.report.extend(decoder.finish().into_iter().map(|error| about(error.into(), stack, None)));
        let Some(services) = services else { return };
        let Value::Map(map) = services.value.value else {
            let mut decoder = Decoder::at(Path::root().key("services"));
            let _: Option<()> = decoder.wrong_type(&services.value, "a mapping from names to services");
            self.report.extend(decoder.finish());
            return;
        };
        for (name, entry) in map {
            self.service(stack, &name, entry);
        }
    }

    /// Evaluates the expressions of a tree; the expressions that it asked.
    fn evaluate(&mut self, stack: &str, node: &mut Node) -> Vec<(Location, String, String)> {
        let scope = Local { instances: self.instances, stack };
        let mut found = expression::Found::default();
        evaluate_node(node, &scope, &mut found);
        for (at, error) in found.errors {
            self.report.push(Finding::deny("invalid-expression", at, error.message).maybe_help(error.help));
        }
        found.asked
    }

    fn service(&mut self, stack: &str, name: &str, entry: Entry) {
        let path = Path::from_iter(["services", name]);
        let mut written = entry.value;
        if let Err(invalid) = name.parse::<crate::value::ServiceName>() {
            let finding = Finding::deny("invalid-value", entry.key_at, invalid.message);
            self.report.push(finding.maybe_help(invalid.help).about(Subject::service(stack, name)));
        }
        if !matches!(written.value, Value::Map(_)) {
            let mut decoder = Decoder::at(path);
            let help =
                written.as_str().map(|image| format!("write `image: {image}` on a line of its own below the name"));
            match help {
                Some(help) => {
                    let kind = bayplan_yaml::decode::DecodeErrorKind::Type;
                    decoder.error(kind, written.at, "expected a service, found a string", Some(help));
                }
                None => drop(decoder.wrong_type::<()>(&written, "a service: a mapping of its keys")),
            }
            self.report.extend(decoder.finish().into_iter().map(|error| about(error.into(), stack, Some(name))));
            return;
        }
        let asked = self.evaluate(stack, &mut written);
        let expanded = self.instances.expanded(stack, name).unwrap_or_default();
        // What is wrong with `use` and `with` as such is said once.
        let said: Vec<Location> = expanded.errors.iter().map(|error| error.at).collect();
        self.report.extend(expanded.errors.into_iter().map(|error| {
            let finding: Finding = error.into();
            let rule = match &finding.message {
                message if message.starts_with("there is no archetype") => "unknown-archetype",
                message if message.contains(super::instances::FROM_ITSELF) => "invalid-expression",
                _ => finding.rule,
            };
            about(Finding { rule, ..finding }, stack, Some(name))
        }));
        let is_broken = expanded.archetype.is_some() && expanded.expansion.is_none();
        let expansion = expanded.expansion.unwrap_or_default();
        let mut base = Node::new(Value::Map(Map::default()), written.at);
        if let Some(defaults) = &self.input.fleet.defaults {
            let mut defaults = defaults.0.clone();
            interpolate_node(&mut defaults, &|name| self.instances.lookup(name), &mut interpolate::Found::default());
            super::limits::leave_to(&written, &mut defaults);
            base = defaults;
            let root = path.clone();
            Layers::add(self.layers.wanted, &mut self.layers.below, stack, LayerKind::Defaults, root, &base);
        }
        if let Some(archetype) = expanded.archetype {
            let source = self.sources.add_made(format!("the archetype `{}`", archetype.name));
            let at = Location { source, ..Location::default() };
            if let Ok(node) = to_node(&expansion.service, at)
                && matches!(node.value, Value::Map(_))
            {
                let (kind, root) = (LayerKind::Archetype(archetype.name.to_owned()), path.clone());
                Layers::add(self.layers.wanted, &mut self.layers.below, stack, kind, root, &node);
                base = merge_service(base, node).node;
            }
        }
        let merged = merge_service(base, written.clone());
        self.report.extend(merged.errors.into_iter().map(|error| about(error.into(), stack, Some(name))));
        let mut node = merged.node;
        node.at = written.at;
        let mut decoder = Decoder::at(path);
        let read = <Plain as Form<blueprint::Service>>::read(&node, &mut decoder);
        let errors = decoder.finish().into_iter().filter(|error| !said.contains(&error.at));
        self.report.extend(errors.map(|error| about(error.into(), stack, Some(name))));
        let Some(read) = read else { return };
        let scope = Local { instances: self.instances, stack };
        let mut grants: BTreeSet<(String, String)> =
            expansion.secrets.iter().map(|secret| (stack.to_owned(), secret.clone())).collect();
        for (_, head, output) in &asked {
            let Some((owner, service)) = scope.resolve(head) else { continue };
            let outputs = self.instances.outputs(&owner, &service).unwrap_or_default();
            if let Some(Output::SecretFile(secret)) = outputs.get(output) {
                grants.insert((owner, secret.clone()));
            }
        }
        let mut ports = expansion.ports;
        let mut known: BTreeSet<u16> = ports.iter().copied().collect();
        let exposed = read.compose.expose.iter().filter_map(|text| PortRange::parse(text.split('/').next()?).ok());
        let exposed = exposed.flat_map(|range| range.first..=range.last);
        let published = read.compose.ports.iter().map(|port| port.target);
        ports.extend(exposed.chain(published).filter(|port| known.insert(*port)));
        let draft = Draft {
            node,
            intents: read.intents,
            archetype: expanded.archetype.map(|archetype| archetype.name.to_owned()),
            is_broken,
            role: expansion.role,
            ports,
            declares: (expansion.volumes, expansion.secrets),
            grants,
            asked,
        };
        self.drafts.insert((stack.to_owned(), name.to_owned()), draft);
    }

    /// The service that `name` means in `stack`: `service` or `stack/service`.
    fn find(&self, stack: &str, name: &str) -> Option<(String, String)> {
        let (stack, service) = name.split_once('/').unwrap_or((stack, name));
        let key = (stack.to_owned(), service.to_owned());
        self.drafts.contains_key(&key).then_some(key)
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
            }
            if let Some(metrics) = metrics.as_ref().filter(|_| !draft.intents.metrics.iter().flatten().count().eq(&0)) {
                link(metrics, "metrics");
            }
            if let Some(collector) = collector.as_ref().filter(|_| draft.intents.traces == Some(true)) {
                link(collector, "traces");
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

    fn edges(&mut self, key: &(String, String)) -> Vec<Edge> {
        let (stack, name) = key;
        let mut edges = Vec::new();
        let needs = self.drafts[key].intents.needs.clone().unwrap_or_default();
        for (index, (target, need)) in needs.iter().enumerate() {
            let written = self.drafts[key].node.get("needs");
            let at = match written.map(|node| &node.value) {
                Some(Value::Seq(items)) => items.get(index).map(|item| item.at),
                Some(Value::Map(map)) => map.get(target.as_str()).map(|entry| entry.key_at),
                _ => None,
            };
            let at = at.unwrap_or(self.drafts[key].node.at);
            let subject = Subject::service(stack, name);
            let subject = subject.clone().with_path(subject.path.key("needs"));
            match self.find(stack, target) {
                Some((other, service)) if (&other, &service) == (stack, name) => {
                    let message = format!("`{name}` needs itself");
                    self.report.push(
                        Finding::deny("dependency-cycle", at, message).help("remove it from `needs`").about(subject),
                    );
                }
                Some((stack, service)) => edges.push(Edge { stack, service, need: need.clone() }),
                // A service that could not be read was reported.
                None if self.is_written(stack, target) => {}
                None => {
                    let known: Vec<String> = self
                        .drafts
                        .keys()
                        .map(
                            |(other, service)| {
                                if other == stack { service.clone() } else { format!("{other}/{service}") }
                            },
                        )
                        .collect();
                    let known: Vec<&str> = known.iter().map(String::as_str).collect();
                    let same = known.iter().find(|known| known.rsplit('/').next() == Some(target.as_str()));
                    let help = match same.copied().or_else(|| nearest(target, &known)) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "name a service of this blueprint, or `stack/service`".to_owned(),
                    };
                    let message = format!("there is no service `{target}` for `{name}` to need");
                    self.report.push(Finding::deny("undefined-service", at, message).help(help).about(subject));
                }
            }
        }
        let connected = |edges: &[Edge], stack: &str, service: &str| {
            edges.iter().any(|edge| edge.stack == stack && edge.service == service)
        };
        let scope = Local { instances: self.instances, stack };
        let mut missing = Vec::new();
        for (at, head, _) in &self.drafts[key].asked {
            let Some((other, service)) = scope.resolve(head) else { continue };
            let itself = (&other, &service) == (stack, name);
            let back = self.drafts.get(&(other.clone(), service.clone())).is_some_and(|draft| {
                draft.intents.needs.iter().flatten().any(|(target, _)| self.find(&other, target).as_ref() == Some(key))
            });
            if !itself
                && !back
                && !connected(&edges, &other, &service)
                && !missing.iter().any(|(_, known, _): &(Location, String, String)| known == head)
            {
                missing.push((*at, head.clone(), if other == *stack { service } else { format!("{other}/{service}") }));
            }
        }
        for (at, head, service) in missing {
            let message = format!("`{name}` takes a value from `{head}`, but has no connection to it");
            let help = format!("add `{service}` to its `needs`");
            self.report
                .push(Finding::deny("unconnected-output", at, message).help(help).about(Subject::service(stack, name)));
        }
        edges
    }

    fn routes(&mut self, key: &(String, String)) -> Vec<Route> {
        let (stack, name) = key;
        let draft = &self.drafts[key];
        let (wanted, ports) = (draft.intents.route.clone().unwrap_or_default(), draft.ports.clone());
        let written = draft.node.get("route").cloned();
        let mut routes = Vec::new();
        for (index, intent) in wanted.into_iter().enumerate() {
            let item = written.as_ref().map(|node| node.as_seq().and_then(|items| items.get(index)).unwrap_or(node));
            let whole = item.map_or_else(Location::default, |node| node.at);
            let of = |key: &str| item.and_then(|node| node.get(key)).map_or(whole, |node| node.at);
            let subject = Subject::service(stack, name);
            let subject = subject.clone().with_path(subject.path.key("route"));
            let setting = &self.instances.setting;
            if intent.host.is_empty() {
                // Where the key itself is missing, that was said.
                if let Some(host) =
                    item.and_then(|node| node.get("host").or(Some(node))).filter(|node| node.as_str().is_some())
                {
                    let help = "write a label below the domain, such as `shop`, or a full host name";
                    let finding = Finding::deny("invalid-value", host.at, "the host name is empty").help(help);
                    self.report.push(finding.about(subject.clone()));
                }
                continue;
            }
            if setting.domain.is_none() && (intent.host == "@" || !intent.host.contains('.')) {
                let message = format!(
                    "`{}` is no full host name, and the environment `{}` has no domain",
                    intent.host, self.environment
                );
                let help =
                    format!("set `environments.{}.domain` in fleet.yaml, or write the full name", self.environment);
                self.report
                    .push(Finding::deny("missing-domain", of("host"), message).help(help).about(subject.clone()));
                continue;
            }
            let host = match HostPattern::parse(&full_host(&intent.host, setting.domain)) {
                Ok(host) => host,
                Err(invalid) => {
                    let finding = Finding::deny("invalid-value", of("host"), invalid.message).maybe_help(invalid.help);
                    self.report.push(finding.about(subject.clone()));
                    continue;
                }
            };
            if let Some(path) = &intent.path
                && (!path.starts_with('/') || path.chars().any(|c| c.is_control() || c.is_whitespace()))
            {
                let message = format!("`{}` is no path of a URL", path.escape_debug());
                let help = "write a path that begins with `/` and holds no space";
                self.report.push(Finding::deny("invalid-value", of("path"), message).help(help).about(subject.clone()));
                continue;
            }
            let port = match (intent.port.and_then(|port| u16::try_from(port).ok()), ports.as_slice()) {
                (Some(port), _) => port,
                (None, [first, ..]) if ports.len() == 1 || draft_has_main(&self.drafts[key]) => *first,
                (None, []) if self.drafts[key].is_broken => continue,
                (None, []) => {
                    let message = format!("`{name}` has a route, but nothing says on which port it listens");
                    let help = "add `port` to the route, or `expose` with the port";
                    self.report
                        .push(Finding::deny("unreachable-route", whole, message).help(help).about(subject.clone()));
                    continue;
                }
                (None, many) => {
                    let all = crate::value::port::listed(many);
                    let message = format!("`{name}` has a route and several ports: {all}");
                    let help = "add `port` to the route";
                    self.report
                        .push(Finding::deny("unreachable-route", whole, message).help(help).about(subject.clone()));
                    continue;
                }
            };
            let label = if index == 0 { format!("{stack}-{name}") } else { format!("{stack}-{name}-{}", index + 1) };
            let tls = intent.tls.unwrap_or(setting.tls);
            routes.push(Route { index, name: label, host, path: intent.path.clone(), port, tls, intent });
        }
        routes
    }

    /// Gives the gateway the files of users that routes name: it reads them, not the services behind it.
    fn grant_users(&mut self, routes: &IndexMap<(String, String), Vec<Route>>, gateway: Option<&(String, String)>) {
        let Some(gateway) = gateway.and_then(|key| self.drafts.get_mut(key)) else { return };
        for ((stack, _), route) in routes.iter().flat_map(|(key, routes)| routes.iter().map(move |route| (key, route)))
        {
            let users = route.intent.auth.as_ref().and_then(|auth| auth.basic.as_ref());
            gateway.grants.extend(users.map(|secret| (stack.clone(), secret.clone())));
        }
    }

    /// Whether a network leads nowhere: one of its members may not reach what lies outside.
    fn is_internal(&self, network: &DerivedNetwork) -> bool {
        network
            .members
            .iter()
            .any(|member| self.drafts.get(member).is_some_and(|draft| draft.intents.egress == Some(false)))
    }

    /// The keys that the intents of one service stand for.
    #[allow(clippy::too_many_arguments, reason = "one call, by name")]
    fn additions(
        &mut self,
        key: &(String, String),
        edges: &[Edge],
        networks: &[DerivedNetwork],
        derived: bool,
        collector: Option<&(String, String)>,
    ) -> serde_json::Value {
        let (stack, name) = key;
        let draft = &self.drafts[key];
        let mut added = json!({});
        let mut depends = serde_json::Map::new();
        for edge in edges.iter().filter(|edge| edge.stack == *stack) {
            let target = &self.drafts[&(edge.stack.clone(), edge.service.clone())];
            let condition = edge.need.condition.unwrap_or(if has_health_check(&target.node) {
                Condition::Healthy
            } else {
                Condition::Started
            });
            let mut depend = json!({ "condition": condition.as_str() });
            if let Some(restart) = edge.need.restart {
                depend["restart"] = restart.into();
            }
            depends.insert(edge.service.clone(), depend);
        }
        if !depends.is_empty() {
            added["depends_on"] = depends.into();
        }
        if draft.node.get("network_mode").is_none() {
            let mut joined = serde_json::Map::new();
            for network in networks.iter().filter(|network| network.members.contains(key)) {
                joined.insert(network.key.clone(), serde_json::Value::Null);
            }
            if derived {
                let leads_out = |network: &&DerivedNetwork| network.members.contains(key) && !self.is_internal(network);
                let own = draft.node.get("networks").is_some();
                if draft.intents.egress != Some(false) && !own && !networks.iter().any(|network| leads_out(&network)) {
                    joined.insert(way_out(name), serde_json::Value::Null);
                }
            } else if !joined.is_empty() && draft.node.get("networks").is_none() {
                joined.insert("default".to_owned(), serde_json::Value::Null);
            }
            if !joined.is_empty() {
                added["networks"] = joined.into();
            } else if derived && draft.node.get("networks").is_none() {
                added["network_mode"] = "none".into();
            }
        }
        let granted: Vec<&str> = draft.grants.iter().map(|(_, secret)| secret.as_str()).collect();
        if !granted.is_empty() {
            added["secrets"] = granted.into();
        }
        if let Some(collector) = collector.filter(|_| draft.intents.traces == Some(true)) {
            added["environment"] = json!({
                "OTEL_EXPORTER_OTLP_ENDPOINT": format!("http://{}:4318", collector.1),
                "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                "OTEL_SERVICE_NAME": format!("{stack}-{name}"),
            });
        }
        if let Some(size) = self.size(key) {
            let draft = &self.drafts[key];
            // Compose refuses a limit that stands in both places with two values, or in one of the two only.
            let written = |key: &str| draft.node.get(key).and_then(text_of);
            let limits = |cpus: Option<f64>, memory: Option<Bytes>, cpu_key: &str, memory_key: &str| {
                let mut limits = serde_json::Map::new();
                if let Some(cpus) = written(cpu_key).or(cpus.map(|cpus| cpus.to_string())) {
                    limits.insert("cpus".to_owned(), cpus.into());
                }
                if let Some(memory) = written(memory_key).or(memory.map(Bytes::short)) {
                    limits.insert("memory".to_owned(), memory.into());
                }
                limits
            };
            let mut resources = serde_json::Map::new();
            let mut most = limits(size.cpus, size.memory, "cpus", "mem_limit");
            if let Some(Value::Int(pids)) = draft.node.get("pids_limit").map(|node| &node.value) {
                most.extend(i64::try_from(*pids).ok().map(|pids| ("pids".to_owned(), pids.into())));
            }
            if !most.is_empty() {
                resources.insert("limits".to_owned(), most.into());
            }
            let least = size.reserve.map(|reserve| limits(reserve.cpus, reserve.memory, "", "mem_reservation"));
            if let Some(least) = least.filter(|least| !least.is_empty()) {
                resources.insert("reservations".to_owned(), least.into());
            }
            if !resources.is_empty() {
                added["deploy"] = json!({ "resources": resources });
            }
        }
        added
    }

    fn size(&mut self, key: &(String, String)) -> Option<Size> {
        let (stack, name) = key;
        let draft = &self.drafts[key];
        let wanted = match draft.intents.size.as_ref()? {
            SizeRef::Given(size) => return Some(size.clone()),
            SizeRef::Named(wanted) => wanted.clone(),
        };
        if let Some(size) = self.input.fleet.sizes.get(&wanted).cloned().or_else(|| built_in(&wanted)) {
            return Some(size);
        }
        let known: Vec<&str> =
            self.input.fleet.sizes.keys().map(String::as_str).chain(SIZES.iter().map(|(name, ..)| *name)).collect();
        let help = match nearest(&wanted, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("the sizes are {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
            }
        };
        let subject = Subject::service(stack, name);
        let subject = subject.clone().with_path(subject.path.key("size"));
        let place = draft.node.get("size").map_or(draft.node.at, |node| node.at);
        let message = format!("there is no size `{wanted}`");
        self.report.push(Finding::deny("invalid-value", place, message).help(help).about(subject));
        None
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
        let mut document = documents.get(stack)?.clone();
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
            let at = made(self.sources, format!("the intents of `{name}`"));
            let node = match to_node(&added, at) {
                Ok(additions) => {
                    let root = Path::from_iter(["services", name.as_str()]);
                    let above = &mut self.layers.above;
                    Layers::add(self.layers.wanted, above, stack, LayerKind::Intents, root, &additions);
                    let written = self.drafts[key].node.clone();
                    let place = written.at;
                    let mut merged = merge_service(additions, written).node;
                    merged.at = place;
                    merged
                }
                Err(_) => self.drafts[key].node.clone(),
            };
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
            let mut decoder = Decoder::new();
            let compose = <Plain as Form<blueprint::Service>>::read(&node, &mut decoder)
                .map(|read| read.compose)
                .unwrap_or_default();
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
                },
            );
            let key_at = document
                .get("services")
                .and_then(Node::as_map)
                .and_then(|map| map.get(name.as_str()))
                .map_or(at, |entry| entry.key_at);
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
        if let Value::Map(map) = &mut document.value {
            map.shift_remove("services");
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
            let place = documents.get(stack).and_then(|node| node.get("services")).map_or(at, |node| node.at);
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
            file: files.get(stack).cloned().unwrap_or_default(),
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

/// Gives routes names that no other has: `a-b` and `c` make the same as `a` and `b-c`.
fn name_apart(routes: &mut IndexMap<(String, String), Vec<Route>>) {
    let mut taken = BTreeSet::new();
    for route in routes.values_mut().flatten() {
        while !taken.insert(route.name.clone()) {
            route.name.push_str("-x");
        }
    }
}

/// Whether the first port of a service is the one to route to: its archetype says so.
fn draft_has_main(draft: &Draft) -> bool {
    draft.archetype.is_some()
}

/// The sizes that every fleet has: cores and memory.
const SIZES: &[(&str, f64, i64)] =
    &[("tiny", 0.25, 64 << 20), ("small", 0.5, 256 << 20), ("medium", 1.0, 1 << 30), ("large", 2.0, 2 << 30)];

fn built_in(name: &str) -> Option<Size> {
    let (_, cpus, memory) = SIZES.iter().find(|(known, ..)| *known == name)?;
    Some(Size { cpus: Some(*cpus), memory: Some(Bytes(*memory)), reserve: None })
}

/// Whether a service says itself how it is found healthy.
pub fn has_health_check(node: &Node) -> bool {
    let Some(check) = node.get("healthcheck") else { return false };
    let disabled = check.get("disable").is_some_and(|node| node.value == Value::Bool(true));
    let test = check.get("test");
    let none =
        test.and_then(|test| test.as_seq().and_then(|items| items.first()).or(Some(test))).and_then(Node::as_str)
            == Some("NONE");
    test.is_some() && !disabled && !none
}

/// The order in which stacks start: those that others need first, the gateway's before those that it routes to.
fn order(
    documents: &IndexMap<String, Node>,
    edges: &IndexMap<(String, String), Vec<Edge>>,
    gateway: Option<&(String, String)>,
) -> Vec<String> {
    let mut before: BTreeMap<&str, BTreeSet<&str>> =
        documents.keys().map(|name| (name.as_str(), BTreeSet::new())).collect();
    for ((stack, _), edges) in edges {
        let others = edges.iter().filter(|edge| edge.stack != *stack).map(|edge| edge.stack.as_str());
        before.entry(stack).or_default().extend(others);
    }
    let first = gateway.map(|(stack, _)| stack.as_str());
    let mut order: Vec<String> = Vec::new();
    while order.len() < documents.len() {
        let open = |name: &&str| !order.iter().any(|done| done == name);
        let ready = |name: &&str| before[name].iter().all(|other| !open(other) || !before.contains_key(other));
        let candidates: Vec<&str> = before.keys().copied().filter(open).collect();
        let next =
            candidates.iter().copied().filter(|name| ready(name)).min_by_key(|name| (Some(*name) != first, *name));
        let Some(next) = next.or_else(|| candidates.first().copied()) else { break };
        order.push(next.to_owned());
    }
    order
}

fn about(finding: Finding, stack: &str, service: Option<&str>) -> Finding {
    let subject = Subject {
        stack: Some(stack.to_owned()),
        service: service.map(str::to_owned),
        path: finding.subject.path.clone(),
    };
    finding.about(subject)
}
