//! `documents → documents` in which every archetype makes one service: composites are replaced by their members, and `metrics: true`
//! by what the archetype knows.

use super::merge::merge_service;
use crate::catalog::{self, Archetype, Asked, Group, Makes, Member, Metrics, Output};
use crate::finding::{Finding, Report, Subject};
use crate::record::nearest;
use crate::source::Sources;
use bayplan_yaml::{DecodeError, Decoder, Entry, Location, Map, Node, Path, Value, to_node};
use indexmap::IndexMap;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// A service by stack and name.
type Key = (String, String);

/// What became of the composites of a fleet.
#[derive(Debug, Default)]
pub struct Composites {
    made: BTreeMap<Key, Composite>,
    broken: BTreeMap<Key, Vec<DecodeError>>,
    /// Member → the name of what it is a member of.
    groups: BTreeMap<Key, String>,
    /// The trees that members are made from, for who asks where a value comes from.
    pub layers: Vec<(String, &'static Archetype, Path, Node)>,
}

/// A composite in whose place its members stand.
#[derive(Debug)]
pub struct Composite {
    /// What expressions may ask it for.
    pub outputs: IndexMap<String, Output>,
    /// Its members.
    pub members: Vec<Part>,
}

/// What a member is to its composite.
#[derive(Debug)]
pub struct Part {
    /// The name of the service.
    pub name: String,
    /// Whether others that need the composite talk to it.
    pub is_entry: bool,
    /// Whether it takes the composite's routes.
    pub is_web: bool,
    /// Whether others that need the composite wait for its end.
    pub is_job: bool,
}

impl Composites {
    /// The composite of this name.
    pub fn get(&self, stack: &str, name: &str) -> Option<&Composite> {
        self.made.get(&(stack.to_owned(), name.to_owned()))
    }

    /// The names of the composites of a stack.
    pub fn names<'a>(&'a self, stack: &'a str) -> impl Iterator<Item = &'a str> {
        self.made.keys().filter(move |(of, _)| of == stack).map(|(_, name)| name.as_str())
    }

    /// What is wrong with the parameters of a composite, which is why it has no members.
    pub fn errors(&self, stack: &str, name: &str) -> &[DecodeError] {
        self.broken.get(&(stack.to_owned(), name.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// The name of what a service is a member of.
    pub fn group(&self, key: &Key) -> Option<&str> {
        self.groups.get(key).map(String::as_str)
    }

    /// The members of every composite.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Composite)> {
        self.made.iter().map(|((stack, _), composite)| (stack.as_str(), composite))
    }

    /// Those that share the routes of a service: the other web members of its composite, where it is the first.
    pub fn beside(&self, key: &Key) -> Vec<String> {
        let composite = self.groups.get(key).and_then(|group| self.get(&key.0, group));
        let mut web = composite.into_iter().flat_map(|composite| &composite.members).filter(|part| part.is_web);
        match web.next() {
            Some(first) if first.name == key.1 => web.map(|part| part.name.clone()).collect(),
            _ => Vec::new(),
        }
    }
}

/// Replaces composites by their members in every document.
pub fn expand(documents: &mut IndexMap<String, Node>, sources: &mut Sources, report: &mut Report) -> Composites {
    let mut composites = Composites::default();
    for (stack, document) in documents {
        let Value::Map(top) = &mut document.value else { continue };
        let Some(Entry { value: Node { value: Value::Map(services), .. }, .. }) = top.get_mut("services") else {
            continue;
        };
        let concerned = |node: &Node| {
            archetype(node).is_some_and(|(archetype, _)| matches!(archetype.makes, Makes::Services(_)))
                || node.get("members").is_some()
                || node.get("metrics").is_some_and(|metrics| metrics.value == Value::Bool(true))
        };
        if !services.values().any(|entry| concerned(&entry.value)) {
            continue;
        }
        let written = std::mem::take(services);
        let mut stage = Stage { stack, composites: &mut composites, sources, report, made: Map::default(), written };
        for (name, entry) in stage.written.clone() {
            if concerned(&entry.value) { stage.service(&name, entry) } else { stage.add(&name, entry) }
        }
        *services = stage.made;
    }
    composites
}

/// The archetype that a service names, with its tag.
fn archetype(node: &Node) -> Option<(&'static Archetype, &str)> {
    catalog::parse_use(node.get("use")?.as_str()?).ok()
}

/// The keys of a composite that all of its members take.
const SHARED: &[&str] =
    &["needs", "allow", "logs", "traces", "egress", "profiles", "labels", "logging", "platform", "pull_policy"];

/// Intents that are merged key by key where both are mappings.
const MERGED: &[&str] = &["allow", "needs", "size", "with"];

struct Stage<'a> {
    stack: &'a str,
    composites: &'a mut Composites,
    sources: &'a mut Sources,
    report: &'a mut Report,
    made: Map,
    written: Map,
}

impl Stage<'_> {
    /// One service that a person wrote, or a member.
    fn service(&mut self, name: &str, mut entry: Entry) {
        let used = archetype(&entry.value).map(|(archetype, tag)| (archetype, tag.to_owned()));
        let wants_metrics = entry.value.get("metrics").is_some_and(|metrics| metrics.value == Value::Bool(true));
        let with = entry.value.get("with").cloned();
        let asked = |tag| Asked { name, tag, with: with.as_ref(), metrics: wants_metrics };
        let Some((archetype, tag)) = used else {
            self.without_members(name, &mut entry);
            self.metrics_of_nothing(name, &entry.value, None);
            return self.add(name, entry);
        };
        match archetype.makes {
            Makes::Services(compose) => self.composite(name, entry, archetype, &asked(&tag), compose),
            Makes::Service(_) => {
                let beside = match archetype.metrics {
                    Metrics::Beside(beside) if wants_metrics => Some(beside(&asked(&tag))),
                    _ => None,
                };
                let members = take(&mut entry.value, "members");
                if wants_metrics {
                    match archetype.metrics {
                        Metrics::Own(port, path) => {
                            let target = match path {
                                "/metrics" => json!({ "port": port }),
                                _ => json!({ "port": port, "path": path }),
                            };
                            replace(&mut entry.value, "metrics", target);
                        }
                        Metrics::Beside(_) => replace(&mut entry.value, "metrics", json!(false)),
                        Metrics::None | Metrics::Members => {
                            self.metrics_of_nothing(name, &entry.value, Some(archetype.name));
                        }
                    }
                }
                let (at, key_at) = (entry.value.at, entry.key_at);
                self.add(name, entry);
                let beside: Vec<Member> = beside.into_iter().collect();
                self.check_members(name, members.as_ref(), &beside);
                for member in beside {
                    let node = self.member(archetype, name, &member, at);
                    let name_of = format!("{name}-{}", member.suffix);
                    let node = self.overridden(node, &member, &name_of, members.as_ref());
                    self.place(name, &name_of, Entry { key_at, value: node });
                }
            }
        }
    }

    fn composite(
        &mut self,
        name: &str,
        mut entry: Entry,
        archetype: &'static Archetype,
        asked: &Asked,
        compose: fn(&Node, &Asked, &mut Decoder) -> Option<Group>,
    ) {
        let key = (self.stack.to_owned(), name.to_owned());
        let path = Path::from_iter(["services", name]);
        let used_at = entry.value.get("use").map_or(entry.value.at, |used| used.at);
        let with = entry.value.get("with").cloned().unwrap_or_else(|| Node::new(Value::Map(Map::default()), used_at));
        let mut decoder = Decoder::at(path.key("with"));
        super::instances::empty(&with, &mut decoder);
        let group = compose(&with, asked, &mut decoder);
        let errors = decoder.finish();
        let (Some(group), true) = (group, errors.is_empty()) else {
            take(&mut entry.value, "members");
            self.composites.broken.insert(key, errors);
            return self.add(name, entry);
        };
        let members = take(&mut entry.value, "members");
        self.check_members(name, members.as_ref(), &group.members);
        self.check_shared(name, &entry.value, &group);
        self.check_version(name, archetype, asked.tag, used_at);
        let parts = group.members.iter().map(|member| Part {
            name: asked.member(&member.suffix),
            is_entry: member.is_entry,
            is_web: member.is_web,
            is_job: member.is_job,
        });
        let parts: Vec<Part> = parts.collect();
        self.composites.made.insert(key, Composite { outputs: group.outputs, members: parts });
        let mut first_web = true;
        for member in &group.members {
            let takes_route = member.is_web && std::mem::take(&mut first_web);
            let node = self.member(archetype, name, member, entry.value.at);
            let name_of = asked.member(&member.suffix);
            let node = self.over(node, given(&entry.value, member, takes_route), &name_of);
            let node = self.overridden(node, member, &name_of, members.as_ref());
            self.place(name, &name_of, Entry { key_at: entry.key_at, value: node });
        }
    }

    /// A member as its archetype writes it.
    fn member(&mut self, archetype: &'static Archetype, group: &str, member: &Member, at: Location) -> Node {
        let source = self.sources.add_made(format!("the archetype `{}`", archetype.name));
        let made = Location { source, ..Location::default() };
        let mut service = member.service.clone();
        if service.get("needs").is_none() {
            service["needs"] = json!({});
        }
        let node = to_node(&service, made).unwrap_or_else(|_| Node::new(Value::Map(Map::default()), made));
        let root = Path::from_iter(["services".to_owned(), format!("{group}-{}", member.suffix)]);
        self.composites.layers.push((self.stack.to_owned(), archetype, root, node.clone()));
        Node { at, ..node }
    }

    /// The member with what `members` says of it.
    fn overridden(&mut self, node: Node, member: &Member, name: &str, members: Option<&Node>) -> Node {
        match members.and_then(|members| members.get(&member.suffix)) {
            Some(own) if own.as_map().is_some() => self.over(node, own.clone(), name),
            _ => node,
        }
    }

    /// Merges keys over those of the service `name`; intents are replaced, but for needs and for what is a mapping by name.
    fn over(&mut self, mut base: Node, mut own: Node, name: &str) -> Node {
        if let Value::Map(map) = &mut own.value
            && let Some(needs) = map.get_mut("needs")
        {
            by_name(&mut needs.value);
        }
        let name_of = |node: &Node| archetype(node).map(|(archetype, _)| archetype.name);
        // The parameters are those of another archetype.
        if own.get("use").is_some() && name_of(&own) != name_of(&base) {
            take(&mut base, "with");
        }
        leave_to(&own, &mut base);
        let at = base.at;
        let merged = merge_service(base, own);
        self.report.extend(merged.errors.into_iter().map(|error| {
            let finding = Finding::from(error);
            let path = finding.subject.path.clone();
            finding.about(Subject::service(self.stack, name).with_path(path))
        }));
        Node { at, ..merged.node }
    }

    /// Puts a member where its group stands.
    fn place(&mut self, group: &str, name: &str, entry: Entry) {
        let other = self.written.get(name).or_else(|| self.made.get(name)).map(|other| other.key_at);
        if let Some(other) = other {
            let message = format!("`{group}` makes a service `{name}`, but the blueprint has one of that name already");
            let finding = Finding::deny("duplicate-name", entry.key_at, message).help("rename one of the two");
            let finding = finding.related(other, "the other one");
            self.report.push(finding.about(Subject::service(self.stack, group)));
            return;
        }
        self.composites.groups.insert((self.stack.to_owned(), name.to_owned()), group.to_owned());
        self.service(name, entry);
    }

    fn add(&mut self, name: &str, entry: Entry) {
        self.made.insert(name.into(), entry);
    }

    /// Says that there are no members.
    fn without_members(&mut self, name: &str, entry: &mut Entry) {
        let members = take(&mut entry.value, "members");
        // Of an archetype that is not there, nobody knows the members.
        if entry.value.get("use").is_none() {
            self.check_members(name, members.as_ref(), &[]);
        }
    }

    /// Says which members are overridden that are not there.
    fn check_members(&mut self, name: &str, members: Option<&Node>, known: &[Member]) {
        let Some(members) = members else { return };
        let path = Path::from_iter(["services", name, "members"]);
        let mut decoder = Decoder::at(path.clone());
        // What is wrong inside of one is said of the member itself.
        match members.as_map() {
            None => drop(decoder.wrong_type::<()>(members, "a mapping from members to their keys")),
            Some(map) => {
                for (name, entry) in map.iter().filter(|(_, entry)| entry.value.as_map().is_none()) {
                    let wrong = |decoder: &mut Decoder| {
                        decoder.wrong_type::<()>(&entry.value, "a mapping of keys of a service")
                    };
                    let _ = decoder.in_key(name, wrong);
                }
            }
        }
        let errors = decoder.finish().into_iter().map(Finding::from);
        self.report.extend(errors.map(|finding| {
            let path = finding.subject.path.clone();
            finding.about(Subject::service(self.stack, name).with_path(path))
        }));
        let names: Vec<&str> = known.iter().map(|member| member.suffix.as_str()).collect();
        for (member, entry) in members.as_map().into_iter().flatten() {
            if names.contains(&&**member) {
                continue;
            }
            let help = match (nearest(member, &names), names.as_slice()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, []) => "remove it".to_owned(),
                (None, names) => {
                    let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                    format!("it has {}", all.join(", "))
                }
            };
            let message = format!("`{name}` has no member `{member}`");
            let subject = Subject::service(self.stack, name).with_path(path.key(&**member));
            self.report.push(Finding::deny("unknown-key", entry.key_at, message).help(help).about(subject));
        }
    }

    /// Says which keys of a composite no member takes.
    fn check_shared(&mut self, name: &str, node: &Node, group: &Group) {
        let has = |is: fn(&Member) -> bool| group.members.iter().any(is);
        for (key, entry) in node.as_map().into_iter().flatten() {
            let first = group.members.first().map_or("1", |member| member.suffix.as_str());
            // A number is no key of YAML as Docker reads it.
            let quoted = format!("\"{first}\"");
            let first = if first.starts_with(|c: char| c.is_ascii_digit()) { &quoted } else { first };
            let (message, help) = match &**key {
                "use" | "with" => continue,
                key if SHARED.contains(&key) || key.starts_with("x-") => continue,
                "size" | "backup" if has(|member| member.is_data) => continue,
                "route" if has(|member| member.is_web) => continue,
                "metrics" if matches!(entry.value.value, Value::Bool(_)) => continue,
                "metrics" => {
                    let help = format!("write `metrics: true`, or this below `members: {{ {first}: … }}`");
                    (format!("`{name}` is several services: each has its own metrics"), help)
                }
                "route" => {
                    let help = format!("write it below `members`, such as `members: {{ {first}: {{ route: … }} }}`");
                    (format!("none of the services of `{name}` is there to be routed to"), help)
                }
                key => {
                    let help = format!("write it below `members`, such as `members: {{ {first}: {{ {key}: … }} }}`");
                    (format!("`{name}` is several services: `{key}` is for one of them"), help)
                }
            };
            let path = Path::from_iter(["services", name]).key(&**key);
            let subject = Subject::service(self.stack, name).with_path(path);
            self.report.push(Finding::deny("unknown-key", entry.key_at, message).help(help).about(subject));
        }
    }

    /// Says that nobody checked the facts for a version.
    fn check_version(&mut self, name: &str, archetype: &Archetype, tag: &str, at: Location) {
        self.report.extend(unchecked(self.stack, name, archetype, tag, at));
    }

    /// Says that `metrics: true` leads nowhere.
    fn metrics_of_nothing(&mut self, name: &str, node: &Node, archetype: Option<&str>) {
        let Some(metrics) = node.get("metrics").filter(|metrics| metrics.value == Value::Bool(true)) else { return };
        // What stands behind a name that the catalog does not have, nobody knows.
        if archetype.is_none() && node.get("use").is_some() {
            return;
        }
        let message = match archetype {
            Some(archetype) => format!("`{archetype}` serves no metrics"),
            None => format!("nothing says where `{name}` serves metrics"),
        };
        let path = Path::from_iter(["services", name, "metrics"]);
        let subject = Subject::service(self.stack, name).with_path(path);
        let help = "write the port: `metrics: 9100`, or `metrics: { port, path }`";
        self.report.push(Finding::deny("invalid-value", metrics.at, message).help(help).about(subject));
    }
}

/// What is said of a version that the catalog was not checked for.
pub fn unchecked(stack: &str, service: &str, archetype: &Archetype, tag: &str, at: Location) -> Option<Finding> {
    if archetype.knows(tag) {
        return None;
    }
    let checked: Vec<String> = archetype.versions.iter().map(|version| format!("`{version}`")).collect();
    let message =
        format!("the archetype `{}` is not checked for `{tag}`, but for {}", archetype.name, checked.join(", "));
    let subject = Subject::service(stack, service);
    let subject = subject.clone().with_path(subject.path.key("use"));
    let help = "take a version that it is checked for, or see that this one works and allow it: `allow: { unchecked-version: reason }`";
    Some(Finding::warn("unchecked-version", at, message).help(help).about(subject))
}

/// Takes away from a service that an archetype made what a person says otherwise: of most intents, the later one holds.
pub fn leave_to(written: &Node, made: &mut Node) {
    let Value::Map(map) = &mut made.value else { return };
    for key in crate::blueprint::Intents::KEYS {
        let Some(own) = written.get(key) else { continue };
        let is_map = map.get(*key).is_some_and(|entry| entry.value.as_map().is_some());
        if !(MERGED.contains(key) && is_map && own.as_map().is_some()) {
            map.shift_remove(*key);
        }
    }
}

/// Takes a key out of a mapping.
fn take(node: &mut Node, key: &str) -> Option<Node> {
    match &mut node.value {
        Value::Map(map) => map.shift_remove(key).map(|entry| entry.value),
        _ => None,
    }
}

/// Puts another value in the place of one.
fn replace(node: &mut Node, key: &str, value: serde_json::Value) {
    let Value::Map(map) = &mut node.value else { return };
    let Some(entry) = map.get_mut(key) else { return };
    if let Ok(made) = to_node(&value, entry.value.at) {
        entry.value = made;
    }
}

/// What of a composite's own keys a member takes.
fn given(composite: &Node, member: &Member, takes_route: bool) -> Node {
    let takes = |key: &str| match key {
        "size" | "backup" => member.is_data,
        "route" => takes_route,
        key => SHARED.contains(&key),
    };
    let own = composite.as_map().into_iter().flatten().filter(|(key, _)| takes(key));
    let own = own.map(|(key, entry)| (key.clone(), entry.clone())).collect();
    Node::new(Value::Map(own), composite.at)
}

/// A list of names as a mapping; anything else stays, and is read as it is.
fn by_name(needs: &mut Node) {
    let Value::Seq(items) = &needs.value else { return };
    let names: BTreeSet<Option<&str>> = items.iter().map(Node::as_str).collect();
    if names.contains(&None) || names.len() < items.len() {
        return;
    }
    let entry = |item: &Node| Entry { key_at: item.at, value: Node::new(Value::Null, item.at) };
    let named = items.iter().filter_map(|item| Some((item.as_str()?.into(), entry(item)))).collect();
    needs.value = Value::Map(named);
}
