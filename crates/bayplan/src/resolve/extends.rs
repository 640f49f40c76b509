//! `extends: service` → the service with what it extends below it (compose-go 2.16.2, `loader/extends.go`).

use super::files::{folder, join, relative};
use super::load::{LayerKind, Loader, Place};
use super::merge::merge_service;
use super::reset::Resets;
use crate::finding::{Finding, Subject};
use crate::record::nearest;
use bayplan_yaml::{Decoder, Location, Map, Node, Path, Text, Value};

/// More services in one another are taken for a mistake.
const DEEPEST: usize = 256;

/// A service that a chain of `extends` has come through: the file and its name.
type Step = (String, String);

impl Loader<'_> {
    /// Replaces every `extends` in `services` and `jobs` of `node` by what it means.
    pub(super) fn extends(&mut self, node: &mut Node, path: &str, place: Place<'_>, resets: &Resets) {
        for section in ["services", "jobs"] {
            let Value::Map(map) = &mut node.value else { return };
            let Some(entry) = map.get_mut(section) else { continue };
            let Value::Map(entries) = &mut entry.value.value else { continue };
            let extending: Vec<Text> = entries
                .iter()
                .filter(|(_, entry)| entry.value.get("extends").is_some())
                .map(|(name, _)| name.clone())
                .collect();
            for name in extending {
                let mut chain = Vec::new();
                self.extend(section, &name, entries, path, place, resets, &mut chain);
            }
        }
    }

    /// Extends the service `name` of `services`, which stand in `path`, in place. An `extends` that leads nowhere stays:
    /// nobody knows what it would have brought.
    #[allow(clippy::too_many_arguments, reason = "a recursion over one state")]
    fn extend(
        &mut self,
        section: &str,
        name: &str,
        services: &mut Map,
        path: &str,
        place: Place<'_>,
        resets: &Resets,
        chain: &mut Vec<Step>,
    ) {
        let keys = services.get(name).and_then(|entry| entry.value.as_map());
        let Some(extends) = keys.and_then(|keys| keys.get("extends")).cloned() else { return };
        if self.lost.contains(&extends.value.at) {
            return;
        }
        let Some(base) = self.extended(section, name, &extends.value, services, path, place, resets, chain) else {
            self.lost.insert(extends.value.at);
            return;
        };
        let Some(entry) = services.get_mut(name) else { return };
        if let Value::Map(keys) = &mut entry.value.value {
            keys.shift_remove("extends");
        }
        let Some((from, mut base)) = Some(base).filter(|(_, base)| matches!(base.value, Value::Map(_))) else { return };
        resets.apply_at(&Path::from_iter(["services", name]), &mut base);
        let kind = LayerKind::Extends { from, at: extends.value.at };
        self.trace(kind, Path::from_iter([section, name]), &base, place.scope);
        let over = std::mem::replace(&mut entry.value, Node::new(Value::Null, extends.value.at));
        let at = over.at;
        let merged = merge_service(base, over);
        self.report.extend(merged.errors);
        entry.value = Node { at, ..merged.node };
    }

    /// The service that `extends` of `name` means, itself extended; nothing where that is reported.
    #[allow(clippy::too_many_arguments, reason = "a recursion over one state")]
    fn extended(
        &mut self,
        section: &str,
        name: &str,
        extends: &Node,
        services: &mut Map,
        path: &str,
        place: Place<'_>,
        resets: &Resets,
        chain: &mut Vec<Step>,
    ) -> Option<(String, Node)> {
        let subject = Subject::path(Path::from_iter([section, name, "extends"]));
        let (wanted, wanted_at, file) = self.reference(extends, &subject)?;
        let step = (path.to_owned(), name.to_owned());
        if let Some(first) = chain.iter().position(|known| *known == step) {
            let around: Vec<String> =
                chain[first..].iter().chain([&step]).map(|(_, name)| format!("`{name}`")).collect();
            let message = format!("a circle of extended services: {}", around.join(" → "));
            let finding = Finding::deny("extends-cycle", extends.at, message);
            self.report.push(finding.help("remove one `extends`").about(subject));
            return None;
        }
        if chain.len() >= DEEPEST {
            let message = format!("more than {DEEPEST} services extend one another");
            let finding = Finding::deny("extends-cycle", extends.at, message);
            self.report.push(finding.help("extend one of them directly").about(subject));
            return None;
        }
        chain.push(step);
        let base = match &file {
            Some((file, file_at)) => self.base(section, (&wanted, wanted_at), (file, *file_at), place, chain, &subject),
            None if services.contains_key(wanted.as_str()) => {
                self.extend(section, &wanted, services, path, place, resets, chain);
                services.get(wanted.as_str()).map(|entry| entry.value.clone())
            }
            None => {
                self.undefined(&wanted, wanted_at, path, services, &subject);
                None
            }
        };
        chain.pop();
        Some((wanted, base?))
    }

    /// The service that is extended, where its name stands, and the file that has it.
    #[allow(clippy::type_complexity, reason = "read once, at one place")]
    fn reference(
        &mut self,
        extends: &Node,
        subject: &Subject,
    ) -> Option<(String, Location, Option<(String, Location)>)> {
        let mut decoder = Decoder::at(subject.path.clone());
        let mut text = |node: &Node, wanted: &str| match node.as_str() {
            Some(text) => Some((text.to_owned(), node.at)),
            None => decoder.wrong_type(node, wanted),
        };
        let found = match &extends.value {
            Value::String(name) => Some((name.to_string(), extends.at, None)),
            Value::Map(map) => match map.get("service") {
                Some(service) => {
                    let file = map.get("file").filter(|file| !matches!(file.value.value, Value::Null));
                    let file = file.map(|file| text(&file.value, "the path of a compose file"));
                    let name = text(&service.value, "the name of a service");
                    match (name, file) {
                        (Some((name, at)), None) => Some((name, at, None)),
                        (Some((name, at)), Some(Some(file))) => Some((name, at, Some(file))),
                        _ => None,
                    }
                }
                None => {
                    let kind = bayplan_yaml::decode::DecodeErrorKind::MissingKey;
                    let help = Some("add `service:`".to_owned());
                    decoder.error(kind, extends.at, "the key `service` is missing", help);
                    None
                }
            },
            _ => decoder.wrong_type(extends, "the name of a service, or `file` and `service`"),
        };
        self.report.extend(decoder.finish());
        found
    }

    /// The service `wanted` of another file, with what it extends itself.
    fn base(
        &mut self,
        section: &str,
        (wanted, wanted_at): (&str, Location),
        (file, file_at): (&str, Location),
        place: Place<'_>,
        chain: &mut Vec<Step>,
        subject: &Subject,
    ) -> Option<Node> {
        let path = join(place.directory, file);
        let directory = folder(&path);
        let path = self.named(&path);
        let (mut services, resets) = self.services(&path, &directory, file_at, place)?;
        let Value::Map(map) = &mut services.value else { return None };
        if !map.contains_key(wanted) {
            self.undefined(wanted, wanted_at, &path, map, subject);
            return None;
        }
        self.extend(section, wanted, map, &path, place, &resets, chain);
        map.shift_remove(wanted).map(|entry| entry.value)
    }

    /// The services of a file that is extended from: canonical, their paths seen from the project's folder, their own
    /// `extends` still there. compose-go takes them from `services` for jobs too.
    fn services(&mut self, path: &str, directory: &str, by: Location, place: Place<'_>) -> Option<(Node, Resets)> {
        let key = format!(
            "{path}\n{}\n{:?}",
            place.directory,
            place.scope.layers().map(|layer| layer.supplier).collect::<Vec<_>>()
        );
        if let Some(known) = self.bases.get(&key).cloned() {
            if known.is_none() && self.documents(path, by).is_some() {
                self.no_services(path, by);
            }
            return known;
        }
        let read = self.documents(path, by).and_then(|documents| {
            let mut model: Option<(Node, Resets)> = None;
            for document in documents.iter() {
                let Some((node, resets)) = self.prepared(document, place.scope) else { continue };
                let below =
                    model.take().map_or_else(|| Node::new(Value::Map(Map::default()), node.at), |(node, _)| node);
                let merged = super::merge::merge_project(below, node);
                self.report.extend(merged.errors);
                model = Some((merged.node, resets));
            }
            let (mut node, resets) = model?;
            self.canonical(&mut node);
            self.resolve_paths(&mut node, &relative(place.directory, directory));
            let Value::Map(map) = &mut node.value else { return None };
            let Some(services) = map.shift_remove("services") else {
                self.no_services(path, by);
                return None;
            };
            Some((services.value, resets))
        });
        self.bases.insert(key, read.clone());
        read
    }

    fn no_services(&mut self, path: &str, by: Location) {
        let message = format!("`{path}` has no services to extend");
        self.report.push(Finding::deny("undefined-service", by, message).help("name a file with `services`"));
    }

    fn undefined(&mut self, wanted: &str, at: Location, path: &str, services: &Map, subject: &Subject) {
        let known: Vec<&str> = services.keys().map(|name| &**name).collect();
        let help = match nearest(wanted, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name a service of that file".to_owned(),
        };
        let message = format!("there is no service `{wanted}` to extend in `{path}`");
        self.report.push(Finding::deny("undefined-service", at, message).help(help).about(subject.clone()));
    }
}
