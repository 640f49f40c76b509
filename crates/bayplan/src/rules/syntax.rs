//! `stacks → their files as written`: each compose file once, before anything is merged or replaced.

use super::Rule;
use crate::finding::{Finding, Subject};
use crate::plan::{Plan, Stack};
use crate::source::Sources;
use bayplan_yaml::{Document, Kind, Limits, Location, NodeId, Path, SourceId, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A document of a compose file.
pub struct Written<'a> {
    /// The first stack that has it.
    pub stack: &'a Stack,
    /// The file.
    pub source: SourceId,
    /// Its text.
    pub text: Arc<str>,
    /// What stands in it.
    pub document: Document,
}

/// An entry of a mapping: the key, where it stands, and its value.
pub type Entry<'a> = (&'a str, NodeId, NodeId);

/// The files whose text `wanted` takes. What is merged is named by what came from it.
pub fn files<'a>(plan: &'a Plan, sources: &Sources, wanted: impl Fn(&str) -> bool) -> Vec<Written<'a>> {
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for stack in plan.stacks.values() {
        let sections = stack.document.as_map().into_iter().flat_map(|map| map.values());
        let mut own: BTreeSet<_> = sections.map(|entry| entry.key_at.source).collect();
        own.insert(stack.document.at.source);
        for source in own.into_iter().filter(|source| seen.insert(*source)) {
            let Some(text) = sources.file(source).map(|file| file.text.clone()).filter(|text| wanted(text)) else {
                continue;
            };
            let documents = bayplan_yaml::parse::parse(&text, source, &Limits::default(), &mut Vec::new());
            let written = documents.into_iter().map(|document| Written { stack, source, text: text.clone(), document });
            found.extend(written);
        }
    }
    found
}

impl Written<'_> {
    /// The text of a scalar.
    pub fn scalar(&self, id: NodeId) -> Option<&str> {
        match &self.document.node(id).kind {
            Kind::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// The entries of a mapping that have a text for a key, in the order written; merge keys are none.
    pub fn entries(&self, id: NodeId) -> impl Iterator<Item = Entry<'_>> {
        let entries = match &self.document.node(id).kind {
            Kind::Mapping(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().filter_map(|(key, value)| Some((self.scalar(*key).filter(|key| *key != "<<")?, *key, *value)))
    }

    /// The items of a list.
    pub fn items(&self, id: NodeId) -> &[NodeId] {
        match &self.document.node(id).kind {
            Kind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The entries of a section at the top.
    pub fn section(&self, name: &str) -> impl Iterator<Item = Entry<'_>> {
        let section = self.document.root().and_then(|root| self.document.entry(root, name));
        section.into_iter().flat_map(|(_, value)| self.entries(value))
    }

    /// Where a node stands.
    pub fn at(&self, id: NodeId) -> Location {
        self.place(self.document.node(id).span)
    }

    /// Where bytes stand.
    pub fn place(&self, span: Span) -> Location {
        Location { source: self.source, span }
    }

    /// A finding about the value at `path`.
    pub fn finding(&self, rule: &Rule, at: Location, path: Path, message: String) -> Finding {
        use bayplan_yaml::Segment::Key;
        let subject = match path.0.as_slice() {
            [Key(section), Key(name), ..] if section == "services" => Subject::service(&self.stack.name, name.as_str()),
            _ => Subject::stack(&self.stack.name),
        };
        Finding::new(rule.name, rule.level, at, message).about(subject.with_path(path))
    }
}
