//! `base tree + override tree → one tree + what does not fit`: Compose's override rules, attribute by attribute.
//!
//! The rules and their paths are those of compose-go 2.16.2 (`override/merge.go`). Two things differ on purpose, and
//! neither changes a meaning: `KEY=VALUE` attributes come out as a mapping, not as a sorted list, so that every key and
//! value keeps its own place; and an attribute of the wrong shape is reported and left as the base has it, not fatal.

use super::reset::Resets;
use super::same::{fingerprint, same};
use super::{unicity, within};
use bayplan_yaml::decode::DecodeErrorKind;
use bayplan_yaml::node::Extra;
use bayplan_yaml::{DecodeError, Entry, Location, Map, Node, Path, Segment, Text, Value};
use indexmap::IndexMap;
use std::collections::HashSet;

/// The result of a merge.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The merged tree. Every node keeps the place it was written at; a collection made from both stands where the
    /// override's stands.
    pub node: Node,
    /// Attributes whose two shapes cannot be merged; the tree has the base's.
    pub errors: Vec<DecodeError>,
}

/// Merges a whole document over another, tags `!reset` and `!override` applied, repeated list items removed.
pub fn merge_project(base: Node, over: Node) -> Merged {
    merge_at(&Path::root(), base, over)
}

/// Merges the mapping of one service over another, by the rules that hold under `services.*`. The paths of errors
/// start at the service.
pub fn merge_service(base: Node, over: Node) -> Merged {
    let mut merged = merge_at(&Path::from_iter(["services", "*"]), base, over);
    for error in &mut merged.errors {
        error.path.0.drain(..2.min(error.path.0.len()));
    }
    merged
}

/// Merges the value at `path` of a document over another value of the same attribute.
pub fn merge_at(path: &Path, mut base: Node, mut over: Node) -> Merged {
    Resets::take(&mut base);
    Resets::take(&mut over).apply(&mut base);
    let mut merged = merge_values(path, base, over);
    unicity::enforce_at(path, &mut merged.node);
    merged
}

/// As [`merge_at`], where tags are gone already and lists keep what they repeat.
pub fn merge_values(path: &Path, base: Node, over: Node) -> Merged {
    let mut merger = Merger { path: path.clone(), errors: Vec::new() };
    let node = merger.merge(base, over);
    Merged { node, errors: merger.errors }
}

/// How an attribute is merged where it is not simply: mappings by key, lists appended, anything else replaced.
#[derive(Clone, Copy)]
enum Rule {
    /// The override replaces the base, even with nothing.
    Replace,
    /// `KEY=VALUE`, list or mapping: by key.
    KeyValue,
    /// A single value or a list, appended.
    Sequence,
    /// `host=address`, list or mapping (a host may have several addresses), appended.
    Hosts,
    /// A list of names or a mapping by name.
    Names,
    /// As `Names`; a bare name is Compose's default dependency.
    Dependencies,
    /// The context alone, or a mapping.
    Build,
    /// Merged where both name the same driver or one names none, else replaced.
    Logging,
    /// Mappings are merged, a single number replaces.
    Ulimit,
    /// By subnet.
    Ipam,
}

/// The attributes with a rule of their own, below `services.*` and `jobs.*` alike. compose-go also names
/// `volumes.*.volume.labels`, which it cannot reach, because it does not descend into lists.
const SERVICE_RULES: &[(&[&str], Rule)] = &[
    (&["annotations"], Rule::KeyValue),
    (&["build"], Rule::Build),
    (&["build", "args"], Rule::KeyValue),
    (&["build", "additional_contexts"], Rule::KeyValue),
    (&["build", "extra_hosts"], Rule::Hosts),
    (&["build", "labels"], Rule::KeyValue),
    (&["command"], Rule::Replace),
    (&["depends_on"], Rule::Dependencies),
    (&["dns"], Rule::Sequence),
    (&["dns_opt"], Rule::Sequence),
    (&["dns_search"], Rule::Sequence),
    (&["entrypoint"], Rule::Replace),
    (&["env_file"], Rule::Sequence),
    (&["label_file"], Rule::Sequence),
    (&["environment"], Rule::KeyValue),
    (&["extra_hosts"], Rule::Hosts),
    (&["healthcheck", "test"], Rule::Replace),
    (&["labels"], Rule::KeyValue),
    (&["logging"], Rule::Logging),
    (&["models"], Rule::Names),
    (&["networks"], Rule::Names),
    (&["sysctls"], Rule::KeyValue),
    (&["tmpfs"], Rule::Sequence),
    (&["ulimits", "*"], Rule::Ulimit),
];

/// The attributes with a rule of their own elsewhere.
const OTHER_RULES: &[(&[&str], Rule)] = &[
    (&["networks", "*", "ipam", "config"], Rule::Ipam),
    (&["networks", "*", "labels"], Rule::KeyValue),
    (&["volumes", "*", "labels"], Rule::KeyValue),
    (&["secrets", "*", "labels"], Rule::KeyValue),
    (&["configs", "*", "labels"], Rule::KeyValue),
    (&["services", "*", "deploy", "labels"], Rule::KeyValue),
];

fn rule(path: &Path) -> Option<Rule> {
    let find = |rules: &[(&[&str], Rule)], path: &[Segment]| {
        rules.iter().find(|(pattern, _)| unicity::matches(pattern, path)).map(|(_, rule)| *rule)
    };
    let in_service = match path.0.as_slice() {
        [Segment::Key(section), Segment::Key(_), rest @ ..] if section == "services" || section == "jobs" => {
            find(SERVICE_RULES, rest)
        }
        _ => None,
    };
    in_service.or_else(|| find(OTHER_RULES, &path.0))
}

struct Merger {
    path: Path,
    errors: Vec<DecodeError>,
}

impl Merger {
    fn merge(&mut self, base: Node, over: Node) -> Node {
        match rule(&self.path) {
            None => self.plain(base, over),
            Some(Rule::Replace) => over,
            Some(Rule::KeyValue) => self.key_values(base, over),
            Some(Rule::Sequence) => self.sequences(base, over, false),
            Some(Rule::Hosts) => self.sequences(base, over, true),
            Some(Rule::Names) => self.by_name(base, over, &|_| Value::Null),
            Some(Rule::Dependencies) => self.by_name(base, over, &default_dependency),
            Some(Rule::Build) => self.build(base, over),
            Some(Rule::Logging) => self.logging(base, over),
            Some(Rule::Ulimit) if base.as_map().is_some() && over.as_map().is_some() => self.plain(base, over),
            Some(Rule::Ulimit) => over,
            Some(Rule::Ipam) => self.ipam(base, over),
        }
    }

    fn plain(&mut self, base: Node, over: Node) -> Node {
        match (&base.value, &over.value) {
            (_, Value::Null) => base,
            (Value::Map(_), Value::Map(_)) => self.map_nodes(base, over),
            (Value::Seq(_), Value::Seq(_)) => {
                let (at, extra) = frame(&base, &over);
                let items = append(into_items(base), into_items(over));
                Node { value: Value::Seq(items), at, plain: false, extra }
            }
            (Value::Map(_) | Value::Seq(_), _) => self.mismatch(base, &over),
            _ => over,
        }
    }

    /// Merges two mappings; anything else than a mapping counts as an empty one.
    fn map_nodes(&mut self, base: Node, over: Node) -> Node {
        let (at, extra) = frame(&base, &over);
        let (Value::Map(base), Value::Map(over)) = (base.value, over.value) else {
            return Node { value: Value::Map(Map::default()), at, plain: false, extra };
        };
        Node { value: Value::Map(self.maps(base, over)), at, plain: false, extra }
    }

    fn maps(&mut self, mut base: Map, over: Map) -> Map {
        for (key, entry) in over {
            let Some(slot) = base.get_mut(&key) else {
                base.insert(key, entry);
                continue;
            };
            // What both sides add to stands where it was first named.
            let both = matches!((&slot.value.value, &entry.value.value), (Value::Map(_), Value::Map(_)));
            if !both && !matches!(entry.value.value, Value::Null) {
                slot.key_at = entry.key_at;
            }
            let old = std::mem::replace(&mut slot.value, Node::new(Value::Null, entry.key_at));
            self.path.0.push(Segment::Key(key));
            slot.value = self.merge(old, entry.value);
            self.path.0.pop();
        }
        base
    }

    /// Merges two sides by key. What one side repeats is settled first: its last value, in its first place.
    fn key_values(&mut self, base: Node, over: Node) -> Node {
        let (at, extra) = frame(&base, &over);
        let mut pairs: IndexMap<Text, Pair> = IndexMap::new();
        let kept = base.clone();
        for side in [base, over] {
            match side.value {
                Value::Null => {}
                Value::Map(map) => pairs.extend(map.into_iter().map(|(key, entry)| (key, Pair::Entry(entry)))),
                Value::String(_) => {
                    let key = side.as_str().unwrap_or_default().split('=').next().unwrap_or_default().into();
                    pairs.insert(key, Pair::Item(side));
                }
                Value::Seq(items) => {
                    for item in items {
                        match item.as_str().map(|text| text.split('=').next().unwrap_or_default().into()) {
                            Some(key) => drop(pairs.insert(key, Pair::Item(item))),
                            None => self.error(&item, format!("expected `KEY=VALUE`, found {}", item.kind())),
                        }
                    }
                }
                _ => {
                    let message = format!("expected a list or a mapping, found {}", side.kind());
                    self.error(&side, message);
                    return kept;
                }
            }
        }
        let value = match pairs.iter().map(|(key, pair)| Some((key.clone(), pair.entry(key)?))).collect() {
            Some(map) => Value::Map(map),
            None => Value::Seq(pairs.into_iter().map(|(key, pair)| pair.item(&key)).collect()),
        };
        Node { value, at, plain: false, extra }
    }

    fn sequences(&mut self, base: Node, over: Node, hosts: bool) -> Node {
        let (at, extra) = frame(&base, &over);
        let mut sides = Vec::new();
        for side in [&base, &over] {
            let items = match &side.value {
                Value::Null => Vec::new(),
                Value::Seq(items) => items.clone(),
                Value::String(_) => vec![side.clone()],
                Value::Map(map) if hosts => host_items(map),
                _ => return self.mismatch(base.clone(), &over),
            };
            sides.push(items);
        }
        let over = sides.pop().unwrap_or_default();
        let items = append(sides.pop().unwrap_or_default(), over);
        Node { value: Value::Seq(items), at, plain: false, extra }
    }

    fn by_name(&mut self, base: Node, over: Node, default: &dyn Fn(Location) -> Value) -> Node {
        let kept = base.clone();
        match (self.named(base, default), self.named(over, default)) {
            (Some(base), Some(over)) => self.map_nodes(base, over),
            _ => kept,
        }
    }

    /// A list of names as a mapping by name.
    fn named(&mut self, node: Node, default: &dyn Fn(Location) -> Value) -> Option<Node> {
        let mut map = Map::default();
        match node.value {
            Value::Map(_) => return Some(node),
            Value::Null => {}
            Value::String(_) => add_name(&mut map, &node, default),
            Value::Seq(ref items) => {
                for item in items {
                    if item.as_str().is_none() {
                        self.error(item, format!("expected a name, found {}", item.kind()));
                        return None;
                    }
                    add_name(&mut map, item, default);
                }
            }
            _ => {
                self.error(&node, format!("expected a list or a mapping, found {}", node.kind()));
                return None;
            }
        }
        Some(Node { value: Value::Map(map), at: node.at, plain: false, extra: node.extra })
    }

    fn build(&mut self, base: Node, over: Node) -> Node {
        let as_mapping = |node: Node| match node.value {
            Value::String(_) => {
                let (at, entry) = (node.at, Entry { key_at: node.at, value: node });
                Some(Node::new(Value::Map(Map::from_iter([("context".into(), entry)])), at))
            }
            Value::Null => Some(Node { value: Value::Map(Map::default()), ..node }),
            Value::Map(_) => Some(node),
            _ => None,
        };
        match (as_mapping(base.clone()), as_mapping(over.clone())) {
            (Some(base), Some(over)) => self.map_nodes(base, over),
            _ => self.mismatch(base, &over),
        }
    }

    fn logging(&mut self, base: Node, over: Node) -> Node {
        if base.as_map().is_none() || over.as_map().is_none() {
            return self.mismatch(base, &over);
        }
        match (base.get("driver"), over.get("driver")) {
            (Some(old), Some(new)) if !same(old, new) => over,
            _ => self.map_nodes(base, over),
        }
    }

    /// compose-go's way with address pools, kept as it is: the override's pools replace the base's; one of the same
    /// subnet takes over what it does not say itself, and so does, where several base pools are left without a
    /// counterpart, one that is already in place.
    fn ipam(&mut self, base: Node, over: Node) -> Node {
        let (Value::Seq(olds), Value::Seq(news)) = (&base.value, &over.value) else {
            return self.mismatch(base, &over);
        };
        if let Some(bad) = olds.iter().chain(news).find(|pool| pool.as_map().is_none()) {
            let message = format!("expected a mapping, found {}", bad.kind());
            let bad = bad.clone();
            self.error(&bad, message);
            return base;
        }
        let same_subnet = |a: &Node, b: &Node| match (a.get("subnet"), b.get("subnet")) {
            (Some(a), Some(b)) => same(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let (at, extra) = frame(&base, &over);
        let mut pools: Vec<Node> = Vec::new();
        for old in olds {
            let mut old = old.clone();
            for new in news {
                if !same_subnet(&old, new) && !pools.iter().any(|pool| same_subnet(pool, new)) {
                    pools.push(new.clone());
                    continue;
                }
                old = self.map_nodes(old, new.clone());
                match pools.iter_mut().find(|pool| same_subnet(pool, &old)) {
                    Some(pool) => *pool = old.clone(),
                    None => pools.push(old.clone()),
                }
            }
        }
        Node { value: Value::Seq(pools), at, plain: false, extra }
    }

    fn mismatch(&mut self, base: Node, over: &Node) -> Node {
        self.error(over, format!("cannot merge {} over {}", over.kind(), base.kind()));
        base
    }

    fn error(&mut self, node: &Node, message: String) {
        let help = Some("give it the shape it has in the file below, or tag it `!override` to replace it".to_owned());
        let (at, path) = (node.at, self.path.clone());
        self.errors.push(DecodeError { at, path, message, help, kind: DecodeErrorKind::Type });
    }
}

/// One `KEY=VALUE`: as an entry of a mapping, or as an item of a list.
enum Pair {
    Entry(Entry),
    Item(Node),
}

impl Pair {
    /// As an entry; nothing where the text before interpolation cannot be told apart into key and value.
    fn entry(&self, key: &str) -> Option<Entry> {
        let item = match self {
            Pair::Entry(entry) => return Some(entry.clone()),
            Pair::Item(item) => item,
        };
        let text = item.as_str()?;
        let key_at = within::within(item, 0..key.len());
        let Some(value) = text.get(key.len() + 1..) else {
            return item.template().is_none().then(|| Entry { key_at, value: Node::new(Value::Null, item.at) });
        };
        let mut node = Node { value: Value::String(value.into()), ..item.clone() };
        node.at = within::within(item, key.len() + 1..text.len());
        node.plain = false;
        if let Some(template) = item.template() {
            let (_, template) = template.split_at(outside_braces(template, '=')?);
            let template = template.get(1..).filter(|template| *template != value).map(Into::into);
            if let Some(extra) = &mut node.extra {
                extra.template = template;
            }
        }
        Some(Entry { key_at, value: node })
    }

    fn item(self, key: &str) -> Node {
        match self {
            Pair::Entry(entry) => item(key, entry.value),
            Pair::Item(item) => item,
        }
    }
}

/// The offset of the first `wanted` that no `${…}` holds.
fn outside_braces(template: &str, wanted: char) -> Option<usize> {
    let mut depth = 0usize;
    let mut before = ' ';
    for (at, c) in template.char_indices() {
        match c {
            '{' if before == '$' || depth > 0 => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            c if c == wanted && depth == 0 => return Some(at),
            _ => {}
        }
        before = c;
    }
    None
}

/// The list item `KEY=VALUE` (`KEY` where there is no value) that stands where the value stands.
fn item(key: &str, value: Node) -> Node {
    let text = match &value.value {
        Value::Null => None,
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(value) => Some(value.to_string()),
        Value::Float(value) => Some(value.to_string()),
        Value::Timestamp(text) | Value::String(text) => Some(text.to_string()),
        Value::Seq(_) | Value::Map(_) => return value,
    };
    let mut node = Node { value: Value::Null, plain: false, ..value };
    let joined = text.as_ref().map_or_else(|| key.to_owned(), |text| format!("{key}={text}"));
    // A key of a mapping is never interpolated, a list item is: its `$` is doubled.
    let template = node.template().or(text.as_deref()).map_or_else(String::new, |text| format!("={text}"));
    let template = format!("{}{template}", key.replace('$', "$$"));
    if template != joined {
        node.extra.get_or_insert_default().template = Some(template.into());
    }
    node.value = Value::String(joined.into());
    node
}

/// `host: address` as `host=address`, once for every address, sorted as compose-go sorts them.
fn host_items(map: &Map) -> Vec<Node> {
    let mut items: Vec<Node> = map
        .iter()
        .flat_map(|(host, entry)| match &entry.value.value {
            Value::Seq(addresses) => addresses.iter().map(|address| item(host, address.clone())).collect(),
            _ => vec![item(host, entry.value.clone())],
        })
        .collect();
    items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    items
}

fn add_name(map: &mut Map, name: &Node, default: &dyn Fn(Location) -> Value) {
    let value = Node::new(default(name.at), name.at);
    map.insert(name.as_str().unwrap_or_default().into(), Entry { key_at: name.at, value });
}

/// What a dependency named in a list says (Compose Specification, `depends_on`, short syntax).
fn default_dependency(at: Location) -> Value {
    let entry = |value| Entry { key_at: at, value: Node::new(value, at) };
    Value::Map(Map::from_iter([
        ("condition".into(), entry(Value::String("service_started".into()))),
        ("required".into(), entry(Value::Bool(true))),
    ]))
}

fn into_items(node: Node) -> Vec<Node> {
    match node.value {
        Value::Seq(items) => items,
        _ => Vec::new(),
    }
}

/// Where a collection made from both stands, and what else it has: as the override, unless that holds nothing.
fn frame(base: &Node, over: &Node) -> (Location, Option<Box<Extra>>) {
    let from = if matches!(over.value, Value::Null) { base } else { over };
    (from.at, from.extra.clone())
}

/// Appends what the base does not hold already.
fn append(base: Vec<Node>, over: Vec<Node>) -> Vec<Node> {
    let mut seen: HashSet<String> = base.iter().map(fingerprint).collect();
    let mut items = base;
    items.extend(over.into_iter().filter(|item| seen.insert(fingerprint(item))));
    items
}

#[cfg(test)]
mod tests;
