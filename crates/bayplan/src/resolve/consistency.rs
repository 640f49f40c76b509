//! `normalized project → what in it contradicts itself or leads nowhere` (compose-go 2.16.2, `loader/validate.go`).
//!
//! compose-go stops at its first error; here all are said, in its words, each at the value that a person would change.

mod cycle;
mod references;
mod service;

use super::profiles::Disabled;
use super::visit::Way;
use crate::finding::{Finding, Report, Subject};
use crate::record::form::is_name;
use crate::record::nearest;
use bayplan_yaml::{Location, Map, Node, Value};

pub use cycle::{Circle, circles, dependencies as check_dependencies};

/// Says everything that is inconsistent, but for circles of dependencies. Where `scale` and `deploy` are both there,
/// `deploy.replicas` becomes what `scale` says, as in compose-go. What was `refused`, by section and name, is there.
pub fn check_consistency(
    document: &mut Node,
    disabled: &Disabled,
    refused: &dyn Fn(&str, &str) -> bool,
    report: &mut Report,
) {
    service::replicas(document);
    let mut check = Check { document, disabled, refused, report, asked: 0 };
    check.services();
    check.jobs();
    check.secrets();
}

struct Check<'a> {
    document: &'a Node,
    disabled: &'a Disabled,
    refused: &'a dyn Fn(&str, &str) -> bool,
    report: &'a mut Report,
    /// How many names were compared with all others.
    asked: usize,
}

/// For more names than this that nothing has, none that is near is looked for: each costs a look at all others.
const ASKED: usize = 100;

impl<'a> Check<'a> {
    fn section(&self, name: &str) -> Option<&'a Map> {
        self.document.get(name).and_then(Node::as_map)
    }

    /// Whether something is declared, or may be: in a section that could not be read, or in a file that could not be
    /// included.
    fn has(&self, section: &str, name: &str) -> bool {
        let written = match self.document.get(section).map(|node| &node.value) {
            Some(Value::Map(map)) => map.contains_key(name),
            Some(Value::Null) | None => false,
            Some(_) => true,
        };
        written || self.document.get("include").is_some() || (self.refused)(section, name)
    }

    fn services(&mut self) {
        let services = Way::ROOT.key("services");
        for (name, entry) in self.section("services").into_iter().flatten() {
            let way = services.key(name);
            let service = Service { name, key_at: entry.key_at, node: &entry.value, way: &way };
            self.service(&service);
            self.references(&service);
        }
    }

    fn jobs(&mut self) {
        let section = Way::ROOT.key("jobs");
        let all = self.section("jobs").into_iter().flatten().chain(&self.disabled.jobs);
        for (name, entry) in all {
            let other = self.section("services").and_then(|map| map.get(name)).or(self.disabled.services.get(name));
            if let Some(other) = other {
                let message = format!("`{name}` is declared both as a service and a job");
                let finding = Finding::deny("duplicate-name", entry.key_at, message)
                    .help("service and job names must be unique: rename one")
                    .related(other.key_at, "the service is here");
                self.report.push(finding.about(Subject::path(section.key(name).path())));
            }
        }
        for (name, entry) in self.section("jobs").into_iter().flatten() {
            let way = section.key(name);
            let job = Service { name, key_at: entry.key_at, node: &entry.value, way: &way };
            self.dependencies(&job, true);
        }
    }

    fn secrets(&mut self) {
        let section = Way::ROOT.key("secrets");
        for (name, entry) in self.section("secrets").into_iter().flatten() {
            let (node, way) = (&entry.value, section.key(name));
            let external = node.get("external").is_some_and(|external| external.value == Value::Bool(true));
            let empty = |key: &str| node.get(key).and_then(Node::as_str).is_none_or(str::is_empty);
            // Without these keys, it is said where values are checked.
            let elsewhere = ["external", "driver"].into_iter().any(|key| node.get(key).is_some());
            if elsewhere && !external && empty("file") && empty("environment") {
                let message = format!("secret `{name}` must declare either `file` or `environment`");
                let finding = Finding::deny("missing-key", entry.key_at, message);
                let finding = finding.help("add `file:` with the path of a file that holds the secret");
                self.report.push(finding.about(Subject::path(way.path())));
            }
        }
    }

    fn say(&mut self, rule: &'static str, way: &Way<'_>, at: Location, message: String, help: impl Into<String>) {
        self.report.push(Finding::deny(rule, at, message).help(help).about(Subject::path(way.path())));
    }

    /// What to do about a name that nothing has.
    fn meant(&mut self, name: &str, section: &str, one: &str) -> String {
        self.asked += 1;
        let section_of = self.section(section).filter(|_| self.asked <= ASKED);
        let known: Vec<&str> = section_of.into_iter().flatten().map(|(key, _)| &**key).collect();
        match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None if section == "services" => "name a service of the same project".to_owned(),
            None if is_name(name) => format!("declare it at the top: `{section}: {{ {name}:{} }}`", value(section)),
            None if section == "volumes" && name.starts_with(['.', '/', '~']) => {
                "for a folder of the host write `type: bind`".to_owned()
            }
            None if section == "volumes" => {
                format!(
                    "for a folder of the host write `./{name}`; a volume is named by letters, digits, `.`, `_` and `-`"
                )
            }
            None => format!("{one} is named by letters, digits, `.`, `_` and `-`: give it such a name"),
        }
    }
}

/// What stands below a name of a section, to begin with.
fn value(section: &str) -> &'static str {
    if matches!(section, "secrets" | "configs" | "models") { " …" } else { "" }
}

/// A service or job.
struct Service<'a> {
    name: &'a str,
    key_at: Location,
    node: &'a Node,
    way: &'a Way<'a>,
}

impl<'a> Service<'a> {
    fn text(&self, key: &str) -> Option<&'a str> {
        self.node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty())
    }

    fn entries(&self, key: &str) -> impl Iterator<Item = (&'a str, &'a bayplan_yaml::Entry)> {
        let map = self.node.get(key).and_then(Node::as_map);
        map.into_iter().flatten().map(|(key, entry)| (&**key, entry))
    }

    fn items(&self, key: &str) -> impl Iterator<Item = (usize, &'a Node)> {
        self.node.get(key).and_then(Node::as_seq).unwrap_or_default().iter().enumerate()
    }

    /// Where the value of a key stands; the name of the service where there is none.
    fn at(&self, keys: &[&str]) -> Location {
        let node = keys.iter().try_fold(self.node, |node, key| node.get(key));
        node.map_or(self.key_at, |node| node.at)
    }
}

#[cfg(test)]
mod tests;
