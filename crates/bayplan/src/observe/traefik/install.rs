//! `a service that runs Traefik → how it is installed`: its flags, its environment or its file, whichever Traefik takes.
//!
//! Traefik takes one of the three: a file where it finds one, else flags, else the environment (`pkg/cli` of 3.7).

use super::labels::go_bool;
use crate::observe::written::{Text, Written};
use crate::plan::{Service, Stack};
use crate::record::scalar::text_of;
use bayplan_yaml::{Location, Node, Value};
use std::collections::{BTreeMap, BTreeSet};

/// One Traefik.
#[derive(Debug, Clone, PartialEq)]
pub struct Install {
    /// The stack.
    pub stack: String,
    /// The service.
    pub service: String,
    /// The first number of its version, where the image's tag says it.
    pub major: Option<u64>,
    /// What is set, by key in lower case: `entrypoints.web.address`. Nothing is known where this is empty.
    pub settings: BTreeMap<String, Vec<Text>>,
    /// The file that it is set in, where it names one.
    pub file: Option<Text>,
}

/// Where Traefik looks for its file by itself.
pub const FILES: &[&str] = &["/etc/traefik/traefik.yml", "/etc/traefik/traefik.yaml"];

/// What the service says, where its image is Traefik's.
pub fn read(stack: &Stack, name: &str, service: &Service, node: &Node) -> Option<Install> {
    let image = service.compose.image.as_ref()?;
    if image.short_name() != "traefik" {
        return None;
    }
    let major = image.tag().and_then(|tag| {
        let tag = tag.strip_prefix('v').unwrap_or(tag);
        let digits = tag.find(|c: char| !c.is_ascii_digit()).unwrap_or(tag.len());
        // `3`, `3.1`, `3-alpine`; but no year and no hash.
        let ends = tag[digits..].is_empty() || tag[digits..].starts_with(['.', '-']);
        tag[..digits].parse().ok().filter(|major| ends && (1..20).contains(major))
    });
    let mut install =
        Install { stack: stack.name.clone(), service: name.to_owned(), major, settings: BTreeMap::new(), file: None };
    let mut words = words(node.get("entrypoint"));
    words.extend(self::words(node.get("command")));
    install.flags(&words);
    if install.settings.is_empty() {
        install.environment(node.get("environment"));
    }
    Some(install)
}

/// The words of a command, those of a list with their places.
fn words(command: Option<&Node>) -> Vec<Text> {
    let Some(command) = command else { return Vec::new() };
    match &command.value {
        Value::Seq(items) => items.iter().filter_map(Written::whole).map(Written::all).collect(),
        Value::String(text) => {
            let split = crate::compose::words::split(text).map(|read| read.words).unwrap_or_default();
            split.into_iter().map(|value| Text { value, at: command.at }).collect()
        }
        _ => Vec::new(),
    }
}

impl Install {
    fn flags(&mut self, words: &[Text]) {
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let Some(flag) = word.value.strip_prefix("--").or_else(|| word.value.strip_prefix('-')) else { continue };
            let (key, value) = match flag.split_once('=') {
                Some((key, value)) => {
                    let start = word.value.len() - value.len();
                    (key, Text { value: value.to_owned(), at: tail(word, start) })
                }
                None => match words.next_if(|next| !next.value.starts_with('-')) {
                    Some(next) => (flag, next.clone()),
                    None => (flag, Text { value: "true".to_owned(), at: word.at }),
                },
            };
            if key.is_empty() {
                continue;
            }
            self.set(key, value);
        }
    }

    fn environment(&mut self, environment: Option<&Node>) {
        let Some(environment) = environment else { return };
        let mut set = |key: &str, value: Text| {
            if let Some(key) = key.strip_prefix("TRAEFIK_") {
                self.set(&key.replace('_', "."), value);
            }
        };
        match &environment.value {
            Value::Map(map) => {
                for (key, entry) in map {
                    set(key, Text { value: text_of(&entry.value).unwrap_or_default(), at: entry.value.at });
                }
            }
            Value::Seq(items) => {
                for item in items {
                    if let Some((key, value)) = item.as_str().and_then(|text| text.split_once('=')) {
                        set(key, Text { value: value.to_owned(), at: item.at });
                    }
                }
            }
            _ => {}
        }
    }

    /// Takes the settings of a file in place of all others.
    pub fn take_file(&mut self, root: &Node) {
        self.settings.clear();
        self.branch("", root);
    }

    fn branch(&mut self, path: &str, node: &Node) {
        match &node.value {
            Value::Map(map) => {
                for (key, entry) in map {
                    let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                    // A provider without settings is there all the same.
                    if matches!(entry.value.value, Value::Null)
                        || entry.value.as_map().is_some_and(|map| map.is_empty())
                    {
                        self.set(&path, Text { value: "true".to_owned(), at: entry.key_at });
                    }
                    self.branch(&path, &entry.value);
                }
            }
            Value::Seq(items) => {
                for item in items {
                    match text_of(item) {
                        Some(value) => self
                            .settings
                            .entry(path.to_ascii_lowercase())
                            .or_default()
                            .push(Text { value, at: item.at }),
                        None => self.branch(path, item),
                    }
                }
            }
            Value::Null => {}
            _ => {
                if let Some(value) = text_of(node) {
                    self.set(path, Text { value, at: node.at });
                }
            }
        }
    }

    fn set(&mut self, key: &str, value: Text) {
        let key = key.to_ascii_lowercase();
        if key == "configfile" {
            self.file = Some(value);
            return;
        }
        self.settings.insert(key, vec![value]);
    }

    /// Whether anything is known of it.
    pub fn is_known(&self) -> bool {
        !self.settings.is_empty()
    }

    /// The first value of a setting; keys are in lower case.
    pub fn get(&self, key: &str) -> Option<&Text> {
        self.settings.get(key)?.first()
    }

    /// Whether a setting is `true`.
    pub fn is(&self, key: &str) -> bool {
        self.get(key).is_some_and(|text| go_bool(&text.value) == Some(true))
    }

    /// Whether something is set at `key` or below.
    pub fn has(&self, key: &str) -> bool {
        let below = format!("{key}.");
        self.get(key).is_some_and(|text| go_bool(&text.value) != Some(false))
            || self.settings.range(below.clone()..).next().is_some_and(|(found, _)| found.starts_with(&below))
    }

    /// Whether containers are looked at that do not say `traefik.enable`.
    pub fn exposes_by_default(&self) -> bool {
        let setting = ["providers.docker.exposedbydefault", "providers.swarm.exposedbydefault"];
        !setting.iter().any(|key| self.get(key).is_some_and(|text| go_bool(&text.value) == Some(false)))
    }

    /// The names below a key: those of entry points below `entrypoints`.
    pub fn names(&self, key: &str) -> BTreeSet<&str> {
        let below = format!("{key}.");
        let keys = self.settings.range(below.clone()..).map(|(key, _)| key);
        keys.map_while(|key| key.strip_prefix(&below)).filter_map(|rest| rest.split('.').next()).collect()
    }

    /// The entry points, in lower case: those that are written, or the one that Traefik makes, and its own.
    pub fn entry_points(&self) -> BTreeSet<&str> {
        let mut names = self.names("entrypoints");
        if names.iter().all(|name| *name == "traefik") {
            names.insert("http");
        }
        names.insert("traefik");
        names
    }

    /// The entry points of a router that names none.
    pub fn default_entry_points(&self) -> BTreeSet<&str> {
        let all = self.entry_points();
        let chosen: BTreeSet<&str> =
            all.iter().copied().filter(|name| self.is(&format!("entrypoints.{name}.asdefault"))).collect();
        if chosen.is_empty() { all.into_iter().filter(|name| *name != "traefik").collect() } else { chosen }
    }

    /// Whether routers at an entry point end TLS without saying so.
    pub fn ends_tls(&self, entry_point: &str) -> bool {
        self.has(&format!("entrypoints.{}.http.tls", entry_point.to_ascii_lowercase()))
    }

    /// Whether an entry point sends its requests to another one.
    pub fn redirects(&self, entry_point: &str) -> bool {
        self.has(&format!("entrypoints.{}.http.redirections", entry_point.to_ascii_lowercase()))
    }

    /// Whether its Docker provider is that of Swarm.
    pub fn is_swarm(&self) -> bool {
        self.has("providers.swarm") || self.is("providers.docker.swarmmode")
    }

    /// The network that containers are reached on where they do not say it.
    pub fn network(&self) -> Option<&Text> {
        self.get("providers.docker.network")
    }
}

/// The place of a word from the byte `start` on, where it stands as written.
fn tail(word: &Text, start: usize) -> Location {
    let mut at = word.at;
    if at.span.len() == word.value.len() {
        at.span.start += start as u32;
    }
    at
}
