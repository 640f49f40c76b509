//! Findings about what other programs are told, in labels and in files of their own.

use super::{Findings, Rule};
use crate::finding::{Finding, Subject};
use crate::observe::traefik::known::By;
use crate::observe::traefik::labels::Labelled;
use crate::observe::traefik::overlap::Asked;
use crate::observe::traefik::{Protocol, Router};
use bayplan_yaml::{Location, Path};

/// A router, service or middleware of Traefik, and who says something about it.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// Who.
    pub by: By<'a>,
    /// What is routed.
    pub protocol: Protocol,
    /// `routers`, `services` or `middlewares`.
    pub section: &'static str,
    /// Its name.
    pub name: &'a str,
}

impl Findings<'_> {
    /// Reports `message` at a word of the labels of a service.
    pub fn word(
        &mut self,
        rule: &Rule,
        labelled: &Labelled,
        at: Location,
        path: Path,
        message: String,
    ) -> &mut Finding {
        let subject = Subject::service(&labelled.stack, &labelled.service).with_path(path);
        self.push(Finding::new(rule.name, rule.level, at, message).about(subject))
    }

    /// Reports `message` at a word about the key `key` of what Traefik is told.
    pub fn told(&mut self, rule: &Rule, told: Told<'_>, key: &str, at: Location, message: String) -> &mut Finding {
        match told.by {
            By::Labels(labelled) => {
                let path = labelled.path(told.protocol, told.section, told.name, key);
                self.word(rule, labelled, at, path, message)
            }
            By::File(_) => {
                let path = Path::from_iter([told.protocol.key(), told.section, told.name, key]);
                self.push(Finding::new(rule.name, rule.level, at, message).about(Subject::path(path)))
            }
        }
    }
}

impl<'a> Told<'a> {
    /// A router.
    pub fn router(by: By<'a>, router: &'a Router) -> Self {
        Self { by, protocol: router.protocol, section: "routers", name: &router.name.value }
    }

    /// A router among others.
    pub fn of(asked: &Asked<'a>) -> Self {
        Self::router(asked.by, asked.router)
    }

    /// Who says it, in a message about what `other` says.
    pub fn whose(&self, other: Self) -> String {
        match (self.by, other.by) {
            (By::Labels(own), By::Labels(other)) if own.stack != other.stack => {
                format!("`{}` of the stack `{}`", own.service, own.stack)
            }
            (By::Labels(own), _) => format!("`{}`", own.service),
            (By::File(_), _) => "a file".to_owned(),
        }
    }
}

/// Names as a message shows them; the first few of many.
pub fn listed(names: &[&str]) -> String {
    const MOST: usize = 12;
    let shown = names.iter().take(MOST).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > MOST { format!("{shown} and {} more", names.len() - MOST) } else { shown }
}
