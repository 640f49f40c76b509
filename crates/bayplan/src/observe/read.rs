//! Which files are whose: those that services mount first, then what lies beside the compose files, by its content.

use super::traefik::{file, install, labels};
use super::{Artifact, Observed, alloy, dnsmasq, mounts, prometheus};
use crate::plan::{Service, Stack};
use crate::resolve::files::Files;
use crate::source::Sources;
use bayplan_yaml::{Limits, Location, Node, SourceId, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What the stacks say, and the files beside them. `folders` are those of the stacks, by their names; files of other stacks
/// are not looked for.
pub fn read<'a>(
    stacks: impl IntoIterator<Item = &'a Stack>,
    folders: &BTreeMap<String, String>,
    files: &dyn Files,
    sources: &mut Sources,
) -> Observed {
    let mut observed = Observed::default();
    // A text that is there already keeps its number, so that what is wrong with it is said once.
    let opened: BTreeMap<_, _> = sources.files().map(|(source, file)| (file.name.clone(), Some(source))).collect();
    let own = opened.keys().cloned().collect();
    let mut reader = Reader { files, sources, opened, own, taken: BTreeSet::new() };
    for stack in stacks {
        let services = stack.document.get("services").and_then(Node::as_map);
        for (name, entry) in services.into_iter().flatten() {
            observed.labelled.extend(labels::read(&stack.name, name, &entry.value));
            let Some(service) = stack.services.get(&**name) else { continue };
            let folder = folders.get(&stack.name);
            let by = Mounter { stack, name, service, node: &entry.value, folder };
            if let Some(mut install) = install::read(stack, name, service, &entry.value) {
                reader.traefik(by, &mut install, &mut observed);
                observed.installs.push(install);
            }
            reader.others(by, &mut observed);
        }
    }
    reader.beside(folders, &mut observed);
    observed
}

/// Who mounts.
#[derive(Clone, Copy)]
struct Mounter<'a> {
    stack: &'a Stack,
    name: &'a str,
    service: &'a Service,
    node: &'a Node,
    folder: Option<&'a String>,
}

impl Mounter<'_> {
    fn path(self, path: &str) -> Option<String> {
        mounts::path_of(self.stack, self.service, self.folder?, path)
    }

    fn who(self) -> (String, String) {
        (self.stack.name.clone(), self.name.to_owned())
    }

    fn image(self) -> Option<String> {
        self.service.compose.image.as_ref().map(|image| image.short_name().to_owned())
    }

    /// The words of the command.
    fn words(self) -> Vec<String> {
        let node = |key: &str| self.node.get(key).map(|node| &node.value);
        let mut words = Vec::new();
        for value in [node("entrypoint"), node("command")].into_iter().flatten() {
            match value {
                Value::Seq(items) => words.extend(items.iter().filter_map(|item| item.as_str().map(str::to_owned))),
                Value::String(text) => {
                    words.extend(crate::compose::words::split(text).map(|read| read.words).unwrap_or_default());
                }
                _ => {}
            }
        }
        words
    }
}

struct Reader<'a> {
    /// What was read as a compose file, or for one.
    own: BTreeSet<String>,
    files: &'a dyn Files,
    sources: &'a mut Sources,
    /// The texts opened, by path; nothing for those that cannot be read.
    opened: BTreeMap<String, Option<SourceId>>,
    /// The files that are known to be somebody's.
    taken: BTreeSet<String>,
}

impl Reader<'_> {
    fn open(&mut self, path: &str) -> Option<(SourceId, std::sync::Arc<str>)> {
        let source = match self.opened.get(path) {
            Some(source) => *source,
            None => {
                let text = self.files.read(path).ok();
                let source = text.map(|text| self.sources.add_file(path, text));
                self.opened.insert(path.to_owned(), source);
                source
            }
        }?;
        Some((source, self.sources.file(source)?.text.clone()))
    }

    fn yaml(&mut self, path: &str) -> Option<(SourceId, Node)> {
        let (source, text) = self.open(path)?;
        let read = bayplan_yaml::read(&text, source, &Limits::default());
        // What is a template of another program is no YAML yet.
        let root = read.first().filter(|_| read.errors.is_empty())?;
        Some((source, root.clone()))
    }

    /// The files below a folder of a container, and the file itself where it is one.
    fn below(&self, path: &str) -> Vec<String> {
        let mut found = self.files.beside(path);
        found.push(path.to_owned());
        found
    }

    fn traefik(&mut self, by: Mounter<'_>, install: &mut install::Install, observed: &mut Observed) {
        let named = install.file.as_ref().map(|text| text.value.clone());
        let candidates = named.into_iter().chain(install::FILES.iter().map(|path| (*path).to_owned()));
        for path in candidates.filter_map(|path| by.path(&path)) {
            if let Some((_, root)) = self.yaml(&path) {
                self.taken.insert(path);
                install.take_file(&root);
                break;
            }
        }
        for key in ["providers.file.directory", "providers.file.filename"] {
            let Some(path) = install.get(key).and_then(|text| by.path(&text.value)) else { continue };
            for path in self.below(&path) {
                let is_file = path.ends_with(".toml") || path.ends_with(".yml") || path.ends_with(".yaml");
                if is_file && self.yaml(&path).is_none() {
                    self.unread(&path, observed);
                }
                self.dynamic(&path, Some(by.who()), observed);
            }
        }
    }

    fn unread(&mut self, path: &str, observed: &mut Observed) {
        let text = self.open(path).map_or_else(String::new, |(_, text)| text.to_lowercase());
        observed.unread_files.push(text);
    }

    fn dynamic(&mut self, path: &str, reader: Option<(String, String)>, observed: &mut Observed) {
        let is_new = || !observed.dynamic_files.iter().any(|file| file.path == path);
        if let Some((source, root)) = self.yaml(path).filter(|(_, root)| file::is_dynamic(root) && is_new()) {
            self.taken.insert(path.to_owned());
            observed.dynamic_files.push(artifact(path, source, reader, file::read(&root)));
        }
    }

    fn others(&mut self, by: Mounter<'_>, observed: &mut Observed) {
        let Some(image) = by.image() else { return };
        match image.as_str() {
            "prometheus" | "victoria-metrics" | "vmagent" => {
                let words = by.words();
                let flags = ["config.file", "promscrape.config"];
                let flag = |word: &String| {
                    let (key, value) = word.trim_start_matches('-').split_once('=')?;
                    flags.contains(&key).then(|| value.to_owned())
                };
                let path = words.iter().find_map(flag).unwrap_or_else(|| "/etc/prometheus/prometheus.yml".to_owned());
                let Some(path) = by.path(&path) else { return };
                self.jobs(&path, Some(by.who()), observed);
            }
            "alloy" => {
                let words = by.words();
                let named = words.iter().rev().find(|word| word.starts_with('/'));
                let path = named.map_or("/etc/alloy/config.alloy", String::as_str);
                let Some(path) = by.path(path) else { return };
                for path in self.below(&path) {
                    self.components(&path, Some(by.who()), observed);
                }
            }
            "dnsmasq" => {
                for path in ["/etc/dnsmasq.conf", "/etc/dnsmasq.d"] {
                    let Some(path) = by.path(path) else { continue };
                    for path in self.below(&path) {
                        self.names(&path, Some(by.who()), observed);
                    }
                }
            }
            _ => {}
        }
    }

    fn jobs(&mut self, path: &str, reader: Option<(String, String)>, observed: &mut Observed) {
        let is_new = || !observed.prometheus.iter().any(|file| file.path == path);
        let Some((source, root)) = self.yaml(path).filter(|(_, root)| prometheus::is_prometheus(root) && is_new())
        else {
            return;
        };
        self.taken.insert(path.to_owned());
        let says = prometheus::read(&root);
        observed.prometheus.push(artifact(path, source, reader, says));
    }

    fn components(&mut self, path: &str, reader: Option<(String, String)>, observed: &mut Observed) {
        let is_new = || !observed.alloy.iter().any(|file| file.path == path);
        if let Some((source, text)) = self.open(path).filter(|(_, text)| alloy::is_alloy(text) && is_new()) {
            self.taken.insert(path.to_owned());
            observed.alloy.push(artifact(path, source, reader, alloy::read(&text, source)));
        }
    }

    fn names(&mut self, path: &str, reader: Option<(String, String)>, observed: &mut Observed) {
        let is_new = || !observed.dnsmasq.iter().any(|file| file.path == path);
        if let Some((source, text)) = self.open(path).filter(|(_, text)| dnsmasq::is_dnsmasq(text) && is_new()) {
            self.taken.insert(path.to_owned());
            observed.dnsmasq.push(artifact(path, source, reader, dnsmasq::read(&text, source)));
        }
    }

    /// What nobody mounts, by its content. Texts are looked at before they are registered.
    fn beside(&mut self, folders: &BTreeMap<String, String>, observed: &mut Observed) {
        let mut paths: BTreeSet<String> = BTreeSet::new();
        for folder in folders.values().collect::<BTreeSet<_>>() {
            // A folder inside one that was searched is searched already.
            if !folders.values().any(|other| other != folder && is_below(folder, other)) {
                paths.extend(self.files.beside(folder));
            }
        }
        paths.retain(|path| !self.taken.contains(path) && !self.own.contains(path));
        for path in paths {
            let end = path.rsplit_once('.').map_or("", |(_, end)| end);
            let Ok(text) = self.files.read(&path) else { continue };
            let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
            match end {
                "yaml" | "yml" if has(&["http:", "tcp:", "udp:", "scrape_configs:"]) => {
                    // A template may define anything.
                    if has(&["{{"]) && self.yaml(&path).is_none() {
                        self.unread(&path, observed);
                    }
                    self.dynamic(&path, None, observed);
                    self.jobs(&path, None, observed);
                }
                "alloy" | "river" if has(&["\" {"]) => self.components(&path, None, observed),
                "conf" if path.contains("dnsmasq") => self.names(&path, None, observed),
                _ => {}
            }
        }
    }
}

fn is_below(folder: &str, other: &str) -> bool {
    other == "." || folder.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'))
}

fn artifact<T>(path: &str, source: SourceId, reader: Option<(String, String)>, says: T) -> Artifact<T> {
    Artifact { path: path.to_owned(), at: Location { source, ..Location::default() }, reader, says }
}
