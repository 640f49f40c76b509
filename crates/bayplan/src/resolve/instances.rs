//! `use` and `{{ … }}` → values: every service's archetype is expanded once, when the first expression asks for it.

use super::composites::{Composites, Part};
use super::expression::{self, Scope};
use crate::blueprint::Route;
use crate::blueprint::forms::RoutesForm;
use crate::catalog::{self, Archetype, Expansion, Instance, Makes, Output};
use crate::record::{Form, Scalar};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{DecodeError, Decoder, Node, Path, Value};
use indexmap::IndexMap;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What the expansion of archetypes needs to know of the environment.
pub struct Setting<'a> {
    /// The committed variables.
    pub variables: &'a IndexMap<String, String>,
    /// The domain of the environment.
    pub domain: Option<&'a str>,
    /// Whether the gateway ends TLS.
    pub tls: bool,
}

/// Every service of the fleet before its intents are settled.
pub struct Instances<'a> {
    /// The stacks: name → document.
    pub stacks: &'a IndexMap<String, Node>,
    /// What stood for several services.
    pub composites: &'a Composites,
    /// The environment.
    pub setting: Setting<'a>,
    /// Whether the gateway takes TLS connections: it ends TLS, or hands it on for a route.
    takes_tls: bool,
    memo: RefCell<BTreeMap<(String, String), State>>,
}

enum State {
    /// Its parameters are being evaluated: asking for it now is a cycle.
    Open,
    Done(Box<Expanded>),
}

/// An archetype's expansion, and what is wrong with its parameters.
#[derive(Debug, Clone, Default)]
pub struct Expanded {
    /// The archetype.
    pub archetype: Option<&'static Archetype>,
    /// What it made; nothing where its parameters are wrong.
    pub expansion: Option<Expansion>,
    /// What is wrong with `use` and `with`.
    pub errors: Vec<DecodeError>,
}

impl<'a> Instances<'a> {
    /// No service expanded yet.
    pub fn new(stacks: &'a IndexMap<String, Node>, composites: &'a Composites, setting: Setting<'a>) -> Self {
        let takes_tls = setting.tls || stacks.values().any(asks_for_tls);
        Self { stacks, composites, setting, takes_tls, memo: RefCell::default() }
    }

    /// The value of a set variable.
    pub fn lookup(&self, name: &str) -> Option<String> {
        self.setting.variables.get(name).cloned()
    }

    fn service(&self, stack: &str, service: &str) -> Option<&Node> {
        self.stacks.get(stack)?.get("services")?.get(service)
    }

    /// The expansion of a service; nothing where it is being expanded already.
    pub fn expanded(&self, stack: &str, service: &str) -> Option<Expanded> {
        if self.service(stack, service).is_none_or(|node| node.get("use").is_none()) {
            return Some(Expanded::default());
        }
        let key = (stack.to_owned(), service.to_owned());
        match self.memo.borrow().get(&key) {
            Some(State::Open) => return None,
            Some(State::Done(done)) => return Some((**done).clone()),
            None => {}
        }
        self.memo.borrow_mut().insert(key.clone(), State::Open);
        let done = self.service(stack, service).map(|node| self.expand(stack, service, node)).unwrap_or_default();
        self.memo.borrow_mut().insert(key, State::Done(Box::new(done.clone())));
        Some(done)
    }

    fn expand(&self, stack: &str, service: &str, node: &Node) -> Expanded {
        let path = Path::from_iter(["services", service]);
        let Some(used) = node.get("use") else { return Expanded::default() };
        let mut decoder = Decoder::at(path.key("use"));
        let Some(text) = used.as_str() else {
            let _: Option<()> = decoder.wrong_type(used, "the name of an archetype, such as `postgres:17.5`");
            return Expanded { errors: decoder.finish(), ..Expanded::default() };
        };
        let (archetype, tag) = match catalog::parse_use(text) {
            Ok(found) => found,
            Err(invalid) => {
                invalid.report(used, &mut decoder);
                return Expanded { errors: decoder.finish(), ..Expanded::default() };
            }
        };
        let Makes::Service(make) = archetype.makes else {
            let errors = self.composites.errors(stack, service).to_vec();
            return Expanded { archetype: Some(archetype), errors, ..Expanded::default() };
        };
        let mut with = match node.get("with") {
            Some(with) => with.clone(),
            // Without parameters, what is missing is said at `use`.
            None => Node::new(Value::Map(Default::default()), used.at),
        };
        let scope = Local { instances: self, stack };
        // Errors of expressions are reported with the whole service, when nothing is being expanded any more: of a circle all
        // that is left then is that its values are missing.
        let mut found = expression::Found::default();
        expression::evaluate_node(&mut with, &scope, &mut found);
        let route = node.get("route").and_then(|route| self.route(route));
        let url = route.map(|route| {
            let tls = route.tls.unwrap_or(self.setting.tls);
            let host = full_host(&route.host, self.setting.domain);
            format!("{}://{host}{}", if tls { "https" } else { "http" }, route.path.unwrap_or_default())
        });
        let instance = Instance {
            service,
            tag,
            image: archetype.image,
            url: url.as_deref(),
            metrics: node.get("metrics").is_some_and(|metrics| metrics.value != Value::Bool(false)),
            tls: self.setting.tls,
            takes_tls: self.takes_tls,
            output: "../..",
        };
        let mut decoder = Decoder::at(path.key("with"));
        empty(&with, &mut decoder);
        let expansion = make(&with, &instance, &mut decoder);
        let circle = found
            .errors
            .into_iter()
            .filter(|(_, error)| error.message.is_empty() || error.message.contains(FROM_ITSELF));
        let path = path.key("with");
        let errors: Vec<DecodeError> = circle
            .map(|(at, error)| {
                let (message, path) = (error.message, path.clone());
                let help = Some("write the value itself in one of the two".to_owned());
                DecodeError { at, path, message, help, kind: DecodeErrorKind::Value }
            })
            .collect();
        // What is empty for lack of that value is no error of its own.
        let errors = if errors.is_empty() { decoder.finish() } else { errors };
        let expansion = if errors.is_empty() { expansion } else { None };
        Expanded { archetype: Some(archetype), expansion, errors }
    }

    fn route(&self, node: &Node) -> Option<Route> {
        <RoutesForm as Form<Vec<Route>>>::read(node, &mut Decoder::new())?.into_iter().next()
    }

    /// Everything that expressions can ask a service for; nothing where it is being expanded.
    pub fn outputs(&self, stack: &str, service: &str) -> Option<IndexMap<String, Output>> {
        if let Some(composite) = self.composites.get(stack, service) {
            let first = |is: fn(&Part) -> bool| composite.members.iter().find(|part| is(part));
            let mut outputs: IndexMap<String, Output> = IndexMap::new();
            outputs.extend(first(|part| part.is_entry).map(|part| ("host".to_owned(), part.name.as_str().into())));
            if let Some(web) = first(|part| part.is_web) {
                let public = self.outputs(stack, &web.name)?.into_iter();
                outputs.extend(public.filter(|(name, _)| name.starts_with("public_")));
            }
            outputs.extend(composite.outputs.clone());
            return Some(outputs);
        }
        let expanded = self.expanded(stack, service)?;
        let mut outputs: IndexMap<String, Output> = IndexMap::new();
        outputs.insert("host".to_owned(), service.into());
        if let Some(node) = self.service(stack, service) {
            if let Some([only]) = node.get("expose").and_then(Node::as_seq) {
                let port = <Scalar as Form<String>>::read(only, &mut Decoder::new());
                outputs.extend(port.map(|port| ("port".to_owned(), port.into())));
            }
            // Of a wildcard there is no one address.
            let route = node.get("route").and_then(|route| self.route(route));
            if let Some(route) = route.filter(|route| !route.host.starts_with('*')) {
                let tls = route.tls.unwrap_or(self.setting.tls);
                let host = full_host(&route.host, self.setting.domain);
                let url = format!("{}://{host}{}", if tls { "https" } else { "http" }, route.path.unwrap_or_default());
                outputs.insert("public_host".to_owned(), host.into());
                outputs.insert("public_url".to_owned(), url.into());
            }
        }
        outputs.extend(expanded.expansion.map(|expansion| expansion.outputs).unwrap_or_default());
        Some(outputs)
    }
}

/// What is said of a service whose parameters ask for its own outputs, at once or through others.
pub(super) const FROM_ITSELF: &str = "takes this value from itself";

/// Reports parameters that are empty: no archetype has a use for one.
pub(super) fn empty(with: &Node, decoder: &mut Decoder) {
    for (name, entry) in with.as_map().into_iter().flatten() {
        decoder.in_key(name, |decoder| match &entry.value.value {
            Value::String(text) if text.trim().is_empty() => {
                let help = Some("give it a value, or remove it".to_owned());
                decoder.error(DecodeErrorKind::Value, entry.value.at, format!("the parameter `{name}` is empty"), help);
            }
            Value::Map(_) => empty(&entry.value, decoder),
            _ => {}
        });
    }
}

/// Whether a route of the stack is for TLS connections, whatever the environment says.
fn asks_for_tls(stack: &Node) -> bool {
    let services = stack.get("services").and_then(Node::as_map).into_iter().flatten();
    let routes = services.filter_map(|(_, service)| service.value.get("route"));
    routes.flat_map(|route| route.as_seq().unwrap_or(std::slice::from_ref(route))).any(|route| {
        route.get("protocol").and_then(Node::as_str) == Some("tcp")
            || route.get("tls").is_some_and(|tls| tls.value == Value::Bool(true))
    })
}

/// The host name of a route in full.
pub fn full_host(host: &str, domain: Option<&str>) -> String {
    match domain {
        Some(domain) if host == "@" => domain.to_owned(),
        Some(domain) if !host.contains('.') => format!("{host}.{domain}"),
        _ => host.to_owned(),
    }
}

/// The names that expressions of one stack can begin with: its own services, and `stack.service` for all.
pub struct Local<'a> {
    /// All services.
    pub instances: &'a Instances<'a>,
    /// The stack.
    pub stack: &'a str,
}

impl Local<'_> {
    /// The stack and service behind a head.
    pub fn resolve(&self, head: &str) -> Option<(String, String)> {
        let known = |stack: &str, name: &str| {
            self.instances.service(stack, name).is_some() || self.instances.composites.get(stack, name).is_some()
        };
        if known(self.stack, head) {
            return Some((self.stack.to_owned(), head.to_owned()));
        }
        let (stack, service) = head.split_once('.')?;
        known(stack, service).then(|| (stack.to_owned(), service.to_owned()))
    }
}

impl Scope for Local<'_> {
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (stack, document) in self.instances.stacks {
            let services = document.get("services").and_then(Node::as_map).into_iter().flat_map(|map| map.keys());
            for service in services.map(|name| &**name).chain(self.instances.composites.names(stack)) {
                if stack == self.stack {
                    names.push(service.to_string());
                }
                names.push(format!("{stack}.{service}"));
            }
        }
        names
    }

    fn outputs(&self, head: &str) -> Option<Result<BTreeMap<String, String>, String>> {
        let (stack, service) = self.resolve(head)?;
        let broken = |expanded: Expanded| expanded.expansion.is_none() && !expanded.errors.is_empty();
        // That was reported: a finding without a message says what follows from it.
        if self.instances.expanded(&stack, &service).is_some_and(broken) {
            return Some(Err(String::new()));
        }
        Some(match self.instances.outputs(&stack, &service) {
            Some(outputs) => Ok(outputs.into_iter().map(|(name, output)| (name, output.text())).collect()),
            None => Err(format!("`{head}` {FROM_ITSELF}")),
        })
    }
}
