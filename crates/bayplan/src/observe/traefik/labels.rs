//! `labels of a service → what they tell Traefik`, as its Docker provider reads them: keys in any case, lists at commas.

use super::{Backend, Dynamic, MatcherAt, Middleware, Protocol, Router, RuleText};
use crate::observe::rule::Expr;
use crate::observe::written::{Text, Written};
use crate::record::scalar::text_of;
use bayplan_yaml::{Location, Node, Path, Value};
use std::borrow::Cow;

/// What the labels of one service say.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// The stack.
    pub stack: String,
    /// The service.
    pub service: String,
    /// `traefik.enable`, where it is written and can be read.
    pub enable: Option<bool>,
    /// `traefik.docker.network`.
    pub network: Option<Label>,
    /// What is defined.
    pub dynamic: Dynamic,
    /// All labels that begin with `traefik.`, those below `deploy` last.
    pub labels: Vec<Label>,
}

/// A label.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Its key.
    pub key: Text,
    /// Its value.
    pub value: Text,
    /// The value before variables were replaced.
    pub template: String,
    /// Its path in the document.
    pub path: Path,
    /// Whether it stands below `deploy`: it is a label of the Swarm service then, not of its containers.
    pub in_deploy: bool,
    /// Whether variables have a part in its value.
    pub of_variables: bool,
}

impl Label {
    /// Its path as that of a key, in whichever form the labels are written.
    pub fn path_by_key(&self) -> Path {
        let above = self.path.0.len().saturating_sub(1);
        Path(self.path.0[..above].to_vec()).key(self.key.value.as_str())
    }

    /// Whether this is the label `key`, which is in lower case.
    pub fn is(&self, key: &str) -> bool {
        self.key.value.eq_ignore_ascii_case(key)
    }
}

/// Reads the labels of a service; nothing where none is for Traefik.
pub fn read(stack: &str, service: &str, node: &Node) -> Option<Labelled> {
    let path = Path::from_iter(["services", service]);
    let mut read = Labelled {
        stack: stack.to_owned(),
        service: service.to_owned(),
        enable: None,
        network: None,
        dynamic: Dynamic::default(),
        labels: Vec::new(),
    };
    if let Some(labels) = node.get("labels") {
        each(labels, &path.key("labels"), |label, value| {
            read.take(&label, value);
            read.labels.push(label);
        });
    }
    if let Some(labels) = node.get("deploy").and_then(|deploy| deploy.get("labels")) {
        each(labels, &path.key("deploy").key("labels"), |label, _| {
            read.labels.push(Label { in_deploy: true, ..label });
        });
    }
    (!read.labels.is_empty()).then_some(read)
}

fn is_for_traefik(key: &str) -> bool {
    key.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("traefik."))
}

fn each(labels: &Node, path: &Path, mut take: impl FnMut(Label, Written<'_>)) {
    let mut one = |key: Text, written: Written<'_>, path: Path| {
        let label = Label {
            key,
            value: written.all(),
            template: written.template().to_owned(),
            path,
            in_deploy: false,
            of_variables: written.is_made_of_variables(),
        };
        take(label, written);
    };
    match &labels.value {
        Value::Map(map) => {
            for (key, entry) in map.iter().filter(|(key, _)| is_for_traefik(key)) {
                let text = match entry.value.as_str() {
                    Some(text) => Cow::Borrowed(text),
                    None => Cow::Owned(text_of(&entry.value).unwrap_or_default()),
                };
                let written = Written::new(&entry.value, &text, 0);
                let at = key_place(entry.key_at, key);
                one(Text { value: key.to_string(), at }, written, path.key(key.to_string()));
            }
        }
        Value::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                let Some(text) = item.as_str().filter(|text| is_for_traefik(text)) else { continue };
                let end = text.find('=').unwrap_or(text.len());
                let key = Written::new(item, text, 0).part(0..end);
                let written = Written::new(item, text, (end + 1).min(text.len()));
                one(key, written, path.index(index));
            }
        }
        _ => {}
    }
}

/// The place of a key without its quotes.
fn key_place(at: Location, key: &str) -> Location {
    if at.span.len() == key.len() + 2 {
        let span = bayplan_yaml::Span::new(at.span.start + 1, at.span.end - 1);
        return Location { span, ..at };
    }
    at
}

impl Labelled {
    fn take(&mut self, label: &Label, value: Written<'_>) {
        let key = &label.key.value;
        if label.is("traefik.enable") {
            self.enable = go_bool(value.text());
            return;
        }
        if label.is("traefik.docker.network") || label.is("traefik.swarm.network") {
            self.network = Some(label.clone());
            return;
        }
        let mut parts = key.splitn(5, '.').skip(1);
        let (Some(protocol), Some(section), Some(name)) = (parts.next(), parts.next(), parts.next()) else { return };
        let rest = parts.next().unwrap_or_default().to_ascii_lowercase();
        let protocol = match protocol.to_ascii_lowercase().as_str() {
            "http" => Protocol::Http,
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            _ => return,
        };
        if name.is_empty() {
            return;
        }
        let start = name_end(key, 3);
        let name = part_of_key(&label.key, start, name);
        match section.to_ascii_lowercase().as_str() {
            "routers" => self.router(protocol, name, &rest, value),
            "services" => self.service(protocol, name, &rest, value),
            "middlewares" => self.middleware(protocol, name, label, &rest, value),
            _ => {}
        }
    }

    fn router(&mut self, protocol: Protocol, name: Text, key: &str, value: Written<'_>) {
        let router = find(
            &mut self.dynamic.routers,
            protocol,
            name,
            |router| (router.protocol, &router.name),
            |name| Router {
                protocol,
                name,
                rule: None,
                entry_points: None,
                middlewares: Vec::new(),
                service: None,
                priority: None,
                tls: None,
                rule_syntax: None,
                settings: Default::default(),
            },
        );
        router.settings.insert(key.to_owned(), value.text().to_owned());
        match key {
            "rule" => router.rule = Some(rule(value)),
            "entrypoints" => router.entry_points = Some(value.items()),
            "middlewares" => router.middlewares = value.items(),
            "service" => router.service = Some(value.all()).filter(|text| !text.value.is_empty()),
            "priority" => router.priority = value.text().trim().parse().ok(),
            "rulesyntax" => router.rule_syntax = Some(value.text().to_owned()),
            "tls" if go_bool(value.text()) == Some(false) => router.tls = None,
            "tls" => drop(router.tls.get_or_insert_default()),
            "tls.certresolver" => {
                let resolver = Some(value.all()).filter(|text| !text.value.is_empty());
                router.tls.get_or_insert_default().resolver = resolver;
            }
            "tls.options" => router.tls.get_or_insert_default().options = Some(value.all()),
            "tls.passthrough" => {
                router.tls.get_or_insert_default().passthrough = go_bool(value.text()) == Some(true);
            }
            key if key.starts_with("tls.") => drop(router.tls.get_or_insert_default()),
            _ => {}
        }
    }

    fn service(&mut self, protocol: Protocol, name: Text, key: &str, value: Written<'_>) {
        let service = find(
            &mut self.dynamic.services,
            protocol,
            name,
            |service| (service.protocol, &service.name),
            |name| Backend {
                protocol,
                name,
                port: None,
                servers: Vec::new(),
                services: Vec::new(),
                settings: Default::default(),
            },
        );
        service.settings.insert(key.to_owned(), value.text().to_owned());
        match key {
            "loadbalancer.server.port" => service.port = Some(value.all()).filter(|port| !port.value.is_empty()),
            "loadbalancer.server.url" => service.servers = vec![value.all()],
            _ => {}
        }
    }

    fn middleware(&mut self, protocol: Protocol, name: Text, label: &Label, key: &str, value: Written<'_>) {
        let kind = key.split('.').next().unwrap_or_default();
        let start = name_end(&label.key.value, 4);
        let kind = part_of_key(&label.key, start, kind);
        let middleware = find(
            &mut self.dynamic.middlewares,
            protocol,
            name,
            |middleware| (middleware.protocol, &middleware.name),
            |name| Middleware {
                protocol,
                name,
                kind,
                chain: Vec::new(),
                error_service: None,
                settings: Default::default(),
            },
        );
        middleware.settings.insert(key.to_owned(), value.text().to_owned());
        match key {
            "chain.middlewares" => middleware.chain = value.items(),
            "errors.service" => middleware.error_service = Some(value.all()),
            _ => {}
        }
    }
}

/// The place behind the first `parts` parts of a key.
fn name_end(key: &str, parts: usize) -> usize {
    key.split('.').take(parts).map(|part| part.len() + 1).sum()
}

/// A part of a key: exact where the key stands as written.
fn part_of_key(key: &Text, start: usize, part: &str) -> Text {
    let mut at = key.at;
    if at.span.len() == key.value.len() {
        let start = at.span.start + start as u32;
        at.span = bayplan_yaml::Span::new(start, start + part.len() as u32);
    }
    Text { value: part.to_owned(), at }
}

/// The entry of this protocol and name, which is made where there is none. Names of one container are one in any case.
fn find<T>(
    all: &mut Vec<T>,
    protocol: Protocol,
    name: Text,
    of: impl Fn(&T) -> (Protocol, &Text),
    make: impl FnOnce(Text) -> T,
) -> &mut T {
    let same = |entry: &T| {
        let (its, text) = of(entry);
        its == protocol && text.value.eq_ignore_ascii_case(&name.value)
    };
    // The labels of a thing mostly follow each other.
    let at = all.iter().rposition(same).unwrap_or_else(|| {
        all.push(make(name));
        all.len() - 1
    });
    &mut all[at]
}

/// A rule with the places of its words.
pub fn rule(value: Written<'_>) -> RuleText {
    let expr = Expr::parse(value.text());
    let matchers = match &expr {
        Ok(expr) => expr
            .matchers()
            .into_iter()
            .map(|matcher| MatcherAt {
                name: value.place(matcher.at.clone()),
                arguments: matcher.arguments.iter().map(|argument| value.place(argument.at.clone())).collect(),
            })
            .collect(),
        Err(_) => Vec::new(),
    };
    let text = value.all();
    let broken_at = match &expr {
        Err(broken) if !broken.at.is_empty() => value.place(broken.at.clone()),
        _ => text.at,
    };
    RuleText { text, expr, matchers, broken_at, of_variables: value.is_made_of_variables() }
}

/// What Go's `strconv.ParseBool` takes.
pub fn go_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}
