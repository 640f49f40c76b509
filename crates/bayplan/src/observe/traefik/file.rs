//! `a file of Traefik's file provider → what it defines`. Keys are taken in any case, as Traefik takes them.

use super::labels::{go_bool, rule};
use super::{Backend, Dynamic, Middleware, Protocol, Router, Tls};
use crate::observe::written::{Text, Written};
use crate::record::scalar::text_of;
use bayplan_yaml::{Entry, Node, Value};
use std::collections::BTreeMap;

/// Whether a tree is one of the file provider.
pub fn is_dynamic(root: &Node) -> bool {
    let sections = ["routers", "services", "middlewares", "serversTransports"];
    ["http", "tcp", "udp"].iter().any(|protocol| {
        get(root, protocol).is_some_and(|node| sections.iter().any(|section| get(node, section).is_some()))
    })
}

/// Whether a tree is Traefik's own settings.
pub fn is_install(root: &Node) -> bool {
    let entry_points = get(root, "entryPoints").and_then(Node::as_map);
    let address = entry_points.is_some_and(|map| map.values().any(|entry| get(&entry.value, "address").is_some()));
    address || get(root, "providers").is_some_and(|node| get(node, "docker").is_some() || get(node, "file").is_some())
}

/// What a tree defines.
pub fn read(root: &Node) -> Dynamic {
    let mut dynamic = Dynamic::default();
    for protocol in [Protocol::Http, Protocol::Tcp, Protocol::Udp] {
        let Some(node) = get(root, protocol.key()) else { continue };
        for (name, entry) in entries(node, "routers") {
            dynamic.routers.push(router(protocol, named(name, entry), &entry.value));
        }
        for (name, entry) in entries(node, "services") {
            dynamic.services.push(service(protocol, named(name, entry), &entry.value));
        }
        for (name, entry) in entries(node, "middlewares") {
            dynamic.middlewares.extend(middleware(protocol, named(name, entry), &entry.value));
        }
    }
    dynamic
}

fn router(protocol: Protocol, name: Text, node: &Node) -> Router {
    let tls = get(node, "tls").filter(|tls| !matches!(tls.value, Value::Bool(false)));
    Router {
        protocol,
        name,
        rule: get(node, "rule").and_then(Written::whole).map(rule),
        entry_points: get(node, "entryPoints").map(texts),
        middlewares: get(node, "middlewares").map(texts).unwrap_or_default(),
        service: get(node, "service").and_then(text),
        priority: get(node, "priority").and_then(text_of).and_then(|text| text.parse().ok()),
        tls: tls.map(|tls| Tls {
            resolver: get(tls, "certResolver").and_then(text),
            options: get(tls, "options").and_then(text),
            passthrough: get(tls, "passthrough").and_then(text_of).is_some_and(|text| go_bool(&text) == Some(true)),
        }),
        rule_syntax: get(node, "ruleSyntax").and_then(text_of),
        settings: flat(node),
    }
}

fn service(protocol: Protocol, name: Text, node: &Node) -> Backend {
    let items = |node: Option<&Node>, key: &str| -> Vec<Text> {
        let items = node.and_then(Node::as_seq).unwrap_or_default();
        items.iter().filter_map(|item| text(get(item, key)?)).collect()
    };
    let servers = get(node, "loadBalancer").and_then(|balancer| get(balancer, "servers"));
    let mut found = items(servers, "url");
    found.extend(items(servers, "address"));
    let mut services = items(get(node, "weighted").and_then(|weighted| get(weighted, "services")), "name");
    let mirroring = get(node, "mirroring");
    services.extend(mirroring.and_then(|mirroring| text(get(mirroring, "service")?)));
    services.extend(items(mirroring.and_then(|mirroring| get(mirroring, "mirrors")), "name"));
    if let Some(failover) = get(node, "failover") {
        services.extend(["service", "fallback"].iter().filter_map(|key| text(get(failover, key)?)));
    }
    Backend { protocol, name, port: None, servers: found, services, settings: flat(node) }
}

fn middleware(protocol: Protocol, name: Text, node: &Node) -> Option<Middleware> {
    let (kind, entry) = node.as_map()?.first()?;
    let kind = Text { value: kind.to_ascii_lowercase(), at: entry.key_at };
    let chain = if kind.value == "chain" { get(&entry.value, "middlewares").map(texts) } else { None };
    let errors = if kind.value == "errors" { get(&entry.value, "service").and_then(text) } else { None };
    let settings = flat(node);
    Some(Middleware { protocol, name, kind, chain: chain.unwrap_or_default(), error_service: errors, settings })
}

/// The value of a key in any case.
fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let map = node.as_map()?;
    let exact = map.get(key).map(|entry| &entry.value);
    exact.or_else(|| map.iter().find(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, entry)| &entry.value))
}

fn entries<'n>(node: &'n Node, section: &str) -> impl Iterator<Item = (&'n str, &'n Entry)> {
    get(node, section).and_then(Node::as_map).into_iter().flatten().map(|(name, entry)| (&**name, entry))
}

fn named(name: &str, entry: &Entry) -> Text {
    Text { value: name.to_owned(), at: entry.key_at }
}

fn text(node: &Node) -> Option<Text> {
    match Written::whole(node) {
        Some(written) => Some(written.all()),
        None => text_of(node).map(|value| Text { value, at: node.at }),
    }
}

/// A list of texts, or one text with commas.
fn texts(node: &Node) -> Vec<Text> {
    match &node.value {
        Value::Seq(items) => items.iter().filter_map(text).collect(),
        _ => Written::whole(node).map(Written::items).unwrap_or_default(),
    }
}

/// Everything below a node, by path in lower case.
fn flat(node: &Node) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest: Vec<(String, &Node)> = vec![(String::new(), node)];
    while let Some((path, node)) = rest.pop() {
        let join = |key: &str| {
            if path.is_empty() { key.to_ascii_lowercase() } else { format!("{path}.{}", key.to_ascii_lowercase()) }
        };
        match &node.value {
            Value::Map(map) => rest.extend(map.iter().map(|(key, entry)| (join(key), &entry.value))),
            Value::Seq(items) => {
                rest.extend(items.iter().enumerate().map(|(index, item)| (format!("{path}[{index}]"), item)));
            }
            _ => drop(found.insert(path, text_of(node).unwrap_or_default())),
        }
    }
    found
}
