//! `short forms → long forms`: every attribute in the one spelling that the phases behind read (compose-go 2.16.2,
//! `transform/`).
//!
//! What a short form becomes stands where its part of the text stands. A value of the wrong shape is reported and stays
//! as it is.

mod build;
mod depends_on;
mod devices;
mod env_file;
mod external;
mod ports;
mod volumes;

use super::visit::{Way, visit};
use crate::finding::Report;
use bayplan_yaml::{Entry, Location, Map, Node, Value};

/// What happens to a short form that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is reported.
    Report,
    /// It stays, because its variables were not replaced.
    Keep,
}

/// Brings every attribute of `document` into its long form.
pub fn canonical(document: &mut Node, unreadable: Unreadable, report: &mut Report) {
    let mut phase = Canonical { unreadable, report };
    visit(document, &["services", "*"], &Way::ROOT, &mut |node, way| phase.service(node, way));
    visit(document, &["jobs", "*"], &Way::ROOT, &mut |node, way| {
        phase.workload(node, way);
        visit(node, &["triggers", "schedule", "*"], way, &mut |node, way| phase.short(node, way, "cron"));
    });
    externals(document, phase.report);
    visit(document, &["include", "*"], &Way::ROOT, &mut |node, way| phase.short(node, way, "path"));
}

/// Brings `external` of every resource of `document` into its one form.
pub fn externals(document: &mut Node, report: &mut Report) {
    for section in ["volumes", "networks", "secrets", "configs"] {
        visit(document, &[section, "*"], &Way::ROOT, &mut |node, way| {
            // A list is no section, and is said as a whole.
            if way.name().is_some() {
                external::canonical(node, way, report);
            }
        });
    }
}

struct Canonical<'r> {
    unreadable: Unreadable,
    report: &'r mut Report,
}

impl Canonical<'_> {
    fn service(&mut self, node: &mut Node, way: &Way<'_>) {
        self.workload(node, way);
        visit(node, &["pre_start", "*"], way, &mut |node, way| self.container(node, way));
        for key in ["ignore", "include"] {
            visit(node, &["develop", "watch", "*", key], way, &mut |node, _| one_or_many(node));
        }
    }

    fn workload(&mut self, node: &mut Node, way: &Way<'_>) {
        self.container(node, way);
        let Value::Map(map) = &mut node.value else { return };
        for (key, entry) in map.iter_mut() {
            let (node, way) = (&mut entry.value, way.key(key));
            match &**key {
                "build" => self.build(node, &way),
                "depends_on" => depends_on::canonical(node, &way, self.report),
                "extends" => self.short(node, &way, "service"),
                "ports" => self.ports(node, &way),
                _ => {}
            }
        }
    }

    fn container(&mut self, node: &mut Node, way: &Way<'_>) {
        let Value::Map(map) = &mut node.value else { return };
        for (key, entry) in map.iter_mut() {
            let (node, way) = (&mut entry.value, way.key(key));
            match &**key {
                "env_file" => env_file::canonical(node, &way, self.report),
                "label_file" => one_or_many(node),
                "dns" => {
                    one_or_many(node);
                    omit_empty(node);
                }
                "gpus" => self.gpus(node, &way),
                "networks" | "models" => self.names(node, &way),
                "volumes" => visit(node, &["*"], &way, &mut |node, way| self.volume(node, way)),
                "devices" => visit(node, &["*"], &way, &mut |node, way| self.device(node, way)),
                "secrets" | "configs" => {
                    visit(node, &["*"], &way, &mut |node, way| self.short(node, way, "source"));
                }
                "ulimits" => visit(node, &["*"], &way, &mut |node, way| self.ulimit(node, way)),
                _ => {}
            }
        }
    }

    /// A text that is the value of one key of the mapping.
    fn short(&mut self, node: &mut Node, way: &Way<'_>, key: &str) {
        match &node.value {
            Value::Map(_) => {}
            Value::String(_) => wrap(node, key),
            _ => self.report.extend(way.wrong_type(node, "a string or a mapping")),
        }
    }

    /// A list of names becomes a mapping without values.
    fn names(&mut self, node: &mut Node, way: &Way<'_>) {
        let Value::Seq(items) = &node.value else { return };
        let mut map = Map::default();
        for (index, item) in items.iter().enumerate() {
            match item.as_str() {
                Some(name) => drop(map.insert(name.into(), entry(item.at, Value::Null))),
                None => self.report.extend(way.index(index).wrong_type(item, "a string")),
            }
        }
        node.value = Value::Map(map);
    }

    fn ulimit(&mut self, node: &Node, way: &Way<'_>) {
        let fits = match node.value {
            Value::Map(_) | Value::Int(_) => true,
            // A text that is no number is said where values are read.
            Value::String(_) => true,
            _ => false,
        };
        if !fits {
            self.report.extend(way.wrong_type(node, "an integer or a mapping"));
        }
    }

    fn gpus(&mut self, node: &mut Node, way: &Way<'_>) {
        match &node.value {
            Value::Seq(_) => {}
            Value::String(_) => {
                let gpu = Map::from_iter([("count".into(), entry(node.at, Value::String("all".into())))]);
                node.value = Value::Seq(vec![Node::new(Value::Map(gpu), node.at)]);
            }
            _ => self.report.extend(way.wrong_type(node, "`all` or a list")),
        }
    }
}

/// A single text becomes a list.
fn one_or_many(node: &mut Node) {
    if let Value::String(_) = node.value {
        let item = std::mem::replace(node, Node::new(Value::Null, node.at));
        node.value = Value::Seq(vec![item]);
    }
}

/// Takes out what is nothing or an empty text.
fn omit_empty(node: &mut Node) {
    if let Value::Seq(items) = &mut node.value {
        items.retain(|item| item.value != Value::Null && item.as_str() != Some(""));
    }
}

/// `node` becomes the value of `key` in a mapping that stands where it stood.
fn wrap(node: &mut Node, key: &str) {
    let at = node.at;
    let value = std::mem::replace(node, Node::new(Value::Null, at));
    node.value = Value::Map(Map::from_iter([(key.into(), Entry { key_at: at, value })]));
}

/// An entry whose key and value stand at `at`.
pub(super) fn entry(at: Location, value: Value) -> Entry {
    Entry { key_at: at, value: Node::new(value, at) }
}

#[cfg(test)]
mod tests;
