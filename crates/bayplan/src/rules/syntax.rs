//! `stacks → their files as written`: each compose file once, before anything is merged or replaced.

use super::{Findings, Rule};
use crate::finding::{Finding, Subject};
use crate::plan::Plan;
use crate::source::Sources;
use bayplan_yaml::{Document, Kind, Limits, Location, NodeId, Path, SourceId, Span};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// A document of a compose file.
#[derive(Debug)]
pub struct Written {
    /// The name of the first stack that has it.
    pub stack: Arc<str>,
    /// The file.
    pub source: SourceId,
    /// Its text.
    pub text: Arc<str>,
    /// What stands in it.
    pub document: Document,
}

/// An entry of a mapping: the key, where it stands, and its value.
pub type Entry<'a> = (&'a str, NodeId, NodeId);

/// The files of a plan; each is read again when the first rule asks for it, and no second time.
#[derive(Debug, Default)]
pub struct Files(OnceLock<Vec<File>>);

#[derive(Debug)]
struct File {
    stack: Arc<str>,
    source: SourceId,
    text: Arc<str>,
    documents: OnceLock<Vec<Written>>,
}

impl File {
    fn documents(&self) -> &[Written] {
        self.documents.get_or_init(|| {
            let documents = bayplan_yaml::parse::parse(&self.text, self.source, &Limits::default(), &mut Vec::new());
            let written = |document| Written {
                stack: self.stack.clone(),
                source: self.source,
                text: self.text.clone(),
                document,
            };
            documents.into_iter().map(written).collect()
        })
    }
}

/// The documents of the files whose text `wanted` takes. What is merged is named by what came from it.
pub fn files<'a, W: Fn(&str) -> bool>(
    plan: &Plan,
    found: &Findings<'a>,
    wanted: W,
) -> impl Iterator<Item = &'a Written> + use<'a, W> {
    let all = found.written.0.get_or_init(|| all(plan, found.sources));
    all.iter().filter(move |file| wanted(&file.text)).flat_map(File::documents)
}

fn all(plan: &Plan, sources: &Sources) -> Vec<File> {
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for stack in plan.stacks.values() {
        let sections = stack.document.as_map().into_iter().flat_map(|map| map.values());
        let mut own: BTreeSet<_> = sections.map(|entry| entry.key_at.source).collect();
        own.insert(stack.document.at.source);
        for source in own.into_iter().filter(|source| seen.insert(*source)) {
            let Some(file) = sources.file(source) else { continue };
            let (stack, text) = (stack.name.as_str().into(), file.text.clone());
            found.push(File { stack, source, text, documents: OnceLock::new() });
        }
    }
    found
}

impl Written {
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
            [Key(section), Key(name), ..] if section == "services" => Subject::service(&*self.stack, name.as_str()),
            _ => Subject::stack(&*self.stack),
        };
        Finding::new(rule.name, rule.level, at, message).about(subject.with_path(path))
    }
}
