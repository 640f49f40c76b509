//! `"8080:80"` → `{mode, host_ip, target, published, protocol}`, one for each port of a range.

use super::{Canonical, Unreadable, entry};
use crate::resolve::visit::Way;
use crate::resolve::within::Pieces;
use crate::value::PortSpec;
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::{Entry, Map, Node, Value};
use std::ops::Range;

impl Canonical<'_> {
    pub(super) fn ports(&mut self, node: &mut Node, way: &Way<'_>) {
        let Value::Seq(items) = &mut node.value else {
            return self.report.extend(way.wrong_type(node, "a list of ports"));
        };
        if items.iter().all(|item| matches!(item.value, Value::Map(_))) {
            return;
        }
        let mut ports = Vec::with_capacity(items.len());
        let mut unreadable = false;
        for (index, item) in items.iter().enumerate() {
            let number;
            let text = match &item.value {
                Value::Map(_) => {
                    ports.push(item.clone());
                    continue;
                }
                Value::String(text) => &**text,
                Value::Int(value) => {
                    number = value.to_string();
                    &number
                }
                _ => {
                    let wanted = "a port, a string such as `8080:80`, or a mapping";
                    self.report.extend(way.index(index).wrong_type(item, wanted));
                    continue;
                }
            };
            match PortSpec::parse(text) {
                Ok(spec) => ports.extend(expand(text, &spec, item)),
                Err(_) if self.unreadable == Unreadable::Keep => unreadable = true,
                Err(invalid) => {
                    let mut decoder = way.index(index).decoder();
                    match item.template() {
                        Some(written) => {
                            let message = format!("{} (`{written}` gives `{text}`)", invalid.message);
                            decoder.error(DecodeErrorKind::Value, item.at, message, invalid.help);
                        }
                        None => invalid.report(item, &mut decoder),
                    }
                    self.report.extend(decoder.finish());
                }
            }
        }
        // As in compose-go, one unreadable port keeps the whole list as it is.
        if !unreadable {
            *items = ports;
        }
    }
}

/// The long form of each port that `item`, whose text is `text`, publishes.
fn expand<'a>(text: &'a str, spec: &PortSpec, item: &'a Node) -> impl Iterator<Item = Node> + use<'a> {
    let parts = Parts::of(text);
    let pieces = Pieces::of(item, &[':', '/']);
    let mut ports = spec.expand();
    // In the order of their text, as compose-go sorts them.
    ports.sort_by_cached_key(|port| format!("{}/{}", port.target, port.protocol));
    ports.into_iter().map(move |port| {
        let mut map = Map::from_iter([("mode".into(), entry(item.at, Value::String("ingress".into())))]);
        let mut part = |key: &str, range: &Range<usize>, value: Value| {
            let value = pieces.node(range.clone(), value);
            map.insert(key.into(), Entry { key_at: item.at, value });
        };
        if port.host_ip.is_some() {
            let address = text[parts.host_ip.clone()].trim_start_matches('[').trim_end_matches(']');
            part("host_ip", &parts.host_ip, Value::String(address.into()));
        }
        part("target", &parts.target, Value::Int(port.target.first.into()));
        if let Some(published) = port.published {
            part("published", &parts.published, Value::String(published.to_string().into()));
        }
        part("protocol", &parts.protocol, Value::String(port.protocol.as_str().into()));
        Node::new(Value::Map(map), item.at)
    })
}

/// The bytes of each part of a short form.
struct Parts {
    host_ip: Range<usize>,
    published: Range<usize>,
    target: Range<usize>,
    protocol: Range<usize>,
}

impl Parts {
    fn of(text: &str) -> Self {
        let container = text.rfind(':').map_or(0, |at| at + 1);
        let slash = text[container..].find('/').map_or(text.len(), |at| container + at);
        let before = container.saturating_sub(1);
        let published = text[..before].rfind(':').map_or(0, |at| at + 1);
        Self {
            host_ip: 0..published.saturating_sub(1),
            published: published..before,
            target: container..slash,
            protocol: (slash + 1).min(text.len())..text.len(),
        }
    }
}
