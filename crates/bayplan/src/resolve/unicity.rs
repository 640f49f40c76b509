//! `lists → lists without redefinitions`: the last item for a key takes effect, in the place of the first.
//!
//! The lists and their keys are those of compose-go 2.16.2 (`override/uncity.go`). It runs them twice, before and after
//! short forms become long ones; here short and long forms are compared in one pass.

use super::files::clean;
use bayplan_yaml::{Node, Path, Segment, Value};
use std::collections::HashMap;

/// What makes two items of a list definitions of the same thing.
#[derive(Clone, Copy)]
enum Key {
    /// The text before the first `=`.
    Name,
    /// The path in the container.
    Volume,
    /// The path in the container; a device has no options that matter.
    Device,
    /// The target, or the source below this folder.
    Mount(&'static str),
    /// The file.
    EnvFile,
    /// The number as text.
    Expose,
    /// Address, published port, port and protocol.
    Port,
}

/// compose-go also names `networks.*.ipam.options` and `services.*.build.platform`, which cannot be lists.
const UNIQUE: &[(&[&str], Key)] = &[
    (&["networks", "*", "labels"], Key::Name),
    (&["services", "*", "annotations"], Key::Name),
    (&["services", "*", "build", "args"], Key::Name),
    (&["services", "*", "build", "additional_contexts"], Key::Name),
    (&["services", "*", "build", "tags"], Key::Name),
    (&["services", "*", "build", "labels"], Key::Name),
    (&["services", "*", "cap_add"], Key::Name),
    (&["services", "*", "cap_drop"], Key::Name),
    (&["services", "*", "configs"], Key::Mount("")),
    (&["services", "*", "deploy", "labels"], Key::Name),
    (&["services", "*", "devices"], Key::Device),
    (&["services", "*", "dns"], Key::Name),
    (&["services", "*", "dns_opt"], Key::Name),
    (&["services", "*", "dns_search"], Key::Name),
    (&["services", "*", "environment"], Key::Name),
    (&["services", "*", "env_file"], Key::EnvFile),
    (&["services", "*", "expose"], Key::Expose),
    (&["services", "*", "labels"], Key::Name),
    (&["services", "*", "links"], Key::Name),
    (&["services", "*", "networks", "*", "aliases"], Key::Name),
    (&["services", "*", "networks", "*", "link_local_ips"], Key::Name),
    (&["services", "*", "ports"], Key::Port),
    (&["services", "*", "profiles"], Key::Name),
    (&["services", "*", "secrets"], Key::Mount("/run/secrets")),
    (&["services", "*", "sysctls"], Key::Name),
    (&["services", "*", "tmpfs"], Key::Name),
    (&["services", "*", "volumes"], Key::Volume),
];

/// Removes redefinitions from every list of a document that may not hold them.
pub fn enforce(document: &mut Node) {
    enforce_at(&Path::root(), document);
}

/// As [`enforce`], for the value that stands at `path` of a document.
pub fn enforce_at(path: &Path, node: &mut Node) {
    for (pattern, key) in UNIQUE {
        if let Some((above, below)) = pattern.split_at_checked(path.0.len())
            && matches(above, &path.0)
        {
            visit(node, below, *key);
        }
    }
}

/// Whether two items of the list at `path` define the same thing.
pub(super) fn are_one(path: &[Segment], a: &Node, b: &Node) -> bool {
    UNIQUE.iter().filter(|(pattern, _)| matches(pattern, path)).any(|(_, key)| {
        let keys_of_b = keys(b, *key);
        keys(a, *key).iter().any(|key| keys_of_b.contains(key))
    })
}

/// Whether `path` is one that `pattern` means; `*` means any key.
pub(super) fn matches(pattern: &[&str], path: &[Segment]) -> bool {
    pattern.len() == path.len()
        && pattern.iter().zip(path).all(|(wanted, segment)| match segment {
            Segment::Key(key) => *wanted == "*" || wanted == key,
            Segment::Index(_) => false,
        })
}

fn visit(node: &mut Node, pattern: &[&str], key: Key) {
    // What holds no redefinition stays shared with the trees that it is a copy of.
    if !redefines(node, pattern, key) {
        return;
    }
    match (&mut node.value, pattern) {
        (Value::Seq(items), []) => unique(items, key),
        (Value::Map(map), ["*", rest @ ..]) => {
            map.values_mut().for_each(|entry| visit(&mut entry.value, rest, key));
        }
        (Value::Map(map), [name, rest @ ..]) => {
            if let Some(entry) = map.get_mut(*name) {
                visit(&mut entry.value, rest, key);
            }
        }
        _ => {}
    }
}

/// Whether `pattern` names a list with several items for one key.
fn redefines(node: &Node, pattern: &[&str], key: Key) -> bool {
    match (&node.value, pattern) {
        (Value::Seq(items), []) if items.len() > 1 => match key {
            // Most lists are of names: they need no texts of their own.
            Key::Name => has_twins(items.iter().filter_map(|item| item.as_str().map(name)).collect()),
            _ => has_twins(items.iter().flat_map(|item| keys(item, key)).collect()),
        },
        (Value::Map(map), ["*", rest @ ..]) => map.values().any(|entry| redefines(&entry.value, rest, key)),
        (Value::Map(map), [name, rest @ ..]) => map.get(*name).is_some_and(|entry| redefines(&entry.value, rest, key)),
        _ => false,
    }
}

fn has_twins<T: Ord>(mut all: Vec<T>) -> bool {
    all.sort_unstable();
    all.windows(2).any(|pair| pair[0] == pair[1])
}

/// Keeps one item for a key. An item with several keys (a range of ports) takes the place of those it covers wholly.
fn unique(items: &mut Vec<Node>, key: Key) {
    let mut slots: Vec<Option<(Node, Vec<String>)>> = Vec::with_capacity(items.len());
    let mut by_key: HashMap<String, usize> = HashMap::new();
    for item in items.drain(..) {
        let keys = keys(&item, key);
        let mut covered: Vec<usize> = keys.iter().filter_map(|key| by_key.get(key).copied()).collect();
        covered.sort_unstable();
        covered.dedup();
        covered.retain(|slot| match slots.get(*slot) {
            Some(Some((_, old))) => old.iter().all(|key| keys.contains(key)),
            _ => false,
        });
        let place = covered.first().copied().unwrap_or(slots.len());
        for slot in covered {
            if let Some(old) = slots.get_mut(slot) {
                *old = None;
            }
        }
        by_key.extend(keys.iter().map(|key| (key.clone(), place)));
        match slots.get_mut(place) {
            Some(slot) => *slot = Some((item, keys)),
            None => slots.push(Some((item, keys))),
        }
    }
    items.extend(slots.into_iter().flatten().map(|(item, _)| item));
}

/// The keys of an item; none where it has the wrong shape, which is for the decoder to report.
fn keys(item: &Node, key: Key) -> Vec<String> {
    let text = |field: &str| item.get(field).and_then(scalar);
    let short = item.as_str();
    let one = match key {
        Key::Name => short.map(|text| name(text).to_owned()),
        Key::Volume => short.map(volume_target).or_else(|| text("target")),
        Key::Device => short.map(device_target).or_else(|| text("target")),
        Key::EnvFile => short.map(str::to_owned).or_else(|| text("path")),
        Key::Expose => scalar(item),
        Key::Mount(folder) => match short {
            Some(name) => Some(format!("{folder}/{name}")),
            None => text("target").or_else(|| text("source").map(|name| format!("{folder}/{name}"))),
        },
        Key::Port => return ports(item),
    };
    one.into_iter().collect()
}

fn name(text: &str) -> &str {
    text.split('=').next().unwrap_or_default()
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The path in the container of a short volume: its second part, or all of it. A single letter before a colon is the
/// drive of a Windows path.
fn volume_target(text: &str) -> String {
    let mut parts = vec![String::new()];
    for (index, piece) in text.split(':').enumerate() {
        let Some(last) = parts.last_mut() else { continue };
        if index == 0 {
            last.push_str(piece);
        } else if last.chars().count() == 1 && last.chars().all(char::is_alphabetic) {
            last.push(':');
            last.push_str(piece);
        } else {
            parts.push(piece.to_owned());
        }
    }
    clean(parts.get(1).or(parts.first()).map_or("", String::as_str))
}

fn device_target(text: &str) -> String {
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    parts.next().unwrap_or(first).to_owned()
}

/// More ports than this in one range are compared by their text only.
const EXPANDED: u32 = 256;

fn ports(item: &Node) -> Vec<String> {
    let key = |host: &str, published: Option<&str>, target: &str, protocol: &str| {
        let host = if host.is_empty() { "0.0.0.0" } else { host };
        format!("{host}|{}|{target}/{protocol}", published.unwrap_or(""))
    };
    if item.as_map().is_some() {
        let text = |field: &str| item.get(field).and_then(scalar);
        let Some(target) = text("target") else { return Vec::new() };
        let (host, protocol) = (text("host_ip").unwrap_or_default(), text("protocol").unwrap_or("tcp".into()));
        return vec![key(&host, text("published").as_deref(), &target, &protocol)];
    }
    let Some(text) = scalar(item) else { return Vec::new() };
    let (rest, protocol) = text.rsplit_once('/').unwrap_or((&text, "tcp"));
    let (rest, target) = rest.rsplit_once(':').unwrap_or(("", rest));
    let (host, published) = rest.rsplit_once(':').unwrap_or(("", rest));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let (Some((first, last)), published_range) = (range(target), range(published)) else { return vec![text] };
    let published_first = match published_range {
        Some((start, end)) if end - start == last - first => Some(start),
        _ if published.is_empty() => None,
        // Any free one of these: a single port for Compose, whose published part is the text.
        _ if first == last => return vec![key(host, Some(published), &first.to_string(), protocol)],
        _ => return vec![text],
    };
    if last - first >= EXPANDED {
        return vec![text];
    }
    (0..=last - first)
        .map(|step| {
            let published = published_first.map(|start| (start + step).to_string());
            key(host, published.as_deref(), &(first + step).to_string(), protocol)
        })
        .collect()
}

/// `80` or `80-90`, as first and last.
fn range(text: &str) -> Option<(u32, u32)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse::<u16>().ok()?, last.parse::<u16>().ok()?);
    (first <= last).then_some((first.into(), last.into()))
}
