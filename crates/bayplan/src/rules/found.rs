//! Where rules put what they find, and how they say where it stands.

use super::refused::Refused;
use super::{Rule, service_path};
use crate::finding::{Finding, Fix, Level, Subject};
use crate::plan::{Stack, locate};
use crate::resolve::files::Files;
use crate::source::Sources;
use bayplan_yaml::{Location, Node, Path};

/// Where a rule puts what it finds.
pub struct Findings<'a> {
    pub(super) found: Vec<Finding>,
    pub(super) sources: &'a Sources,
    pub(super) refused: &'a Refused,
    pub(super) written: &'a super::syntax::Files,
    /// What lies beside the files that were read: what mounts name, and secrets.
    pub files: &'a dyn Files,
}

impl Findings<'_> {
    /// Reports `message` about the value at `path` (from the service on) of a service.
    pub fn service(&mut self, rule: &Rule, stack: &Stack, name: &str, path: &[&str], message: String) -> &mut Finding {
        let path = Path::from_iter(["services", name].into_iter().chain(path.iter().copied()));
        self.value(rule, stack, name, path, message)
    }

    /// Reports `message` about the item `is` of the list at `path` (from the service on) of a service; about the whole
    /// list where it has none.
    pub fn item(
        &mut self,
        rule: &Rule,
        stack: &Stack,
        name: &str,
        path: &[&str],
        is: impl Fn(&Node) -> bool,
        message: String,
    ) -> &mut Finding {
        let path = Path::from_iter(["services", name].into_iter().chain(path.iter().copied()));
        self.item_at(rule, stack, name, path, is, message)
    }

    /// Reports `message` about the item `is` of the list at the whole path `list`; about that where it has none.
    pub fn item_at(
        &mut self,
        rule: &Rule,
        stack: &Stack,
        name: &str,
        list: Path,
        is: impl Fn(&Node) -> bool,
        message: String,
    ) -> &mut Finding {
        let items = stack.document.at_path(&list).and_then(Node::as_seq);
        let path = match items.and_then(|items| items.iter().position(is)) {
            Some(index) => list.index(index),
            None => list,
        };
        self.value(rule, stack, name, path, message)
    }

    /// Reports `message` about the entry at the whole path `path` of a mapping, at its key; of a list, at its item.
    pub fn entry(&mut self, rule: &Rule, stack: &Stack, name: &str, path: Path, message: String) -> &mut Finding {
        let at = match stack.document.at_path(&path) {
            Some(_) => stack.locate_key(&path),
            None => self.at(stack, &path),
        };
        let at = if self.sources.is_written(at) { at } else { self.at(stack, &path) };
        let subject = Subject::service(&stack.name, name).with_path(path);
        self.push(Finding::new(rule.name, rule.level, at, message).about(subject))
    }

    /// Reports `message` about the value at the whole path `path`, which belongs to a service.
    pub fn value(&mut self, rule: &Rule, stack: &Stack, name: &str, path: Path, message: String) -> &mut Finding {
        let at = self.at(stack, &path);
        let subject = Subject::service(&stack.name, name).with_path(path);
        self.push(Finding::new(rule.name, rule.level, at, message).about(subject))
    }

    /// Reports what no exemption allows, about the value at the whole path `path` of a service.
    pub fn fault(
        &mut self,
        rule: &'static str,
        level: Level,
        stack: &Stack,
        name: &str,
        path: Path,
        message: String,
    ) -> &mut Finding {
        let at = self.at(stack, &path);
        let subject = Subject::service(&stack.name, name).with_path(path);
        self.push(Finding::new(rule, level, at, message).about(subject))
    }

    /// Reports what no exemption allows, about a value at the top of a stack.
    pub fn top(
        &mut self,
        rule: &'static str,
        level: Level,
        stack: &Stack,
        path: Path,
        message: String,
    ) -> &mut Finding {
        let at = stack.locate(&path);
        self.push(Finding::new(rule, level, at, message).about(Subject::stack(&stack.name).with_path(path)))
    }

    /// Whether the value at `path` of a stack was written, but could not be read.
    pub fn is_refused(&self, stack: &Stack, path: &Path) -> bool {
        self.refused.holds(&stack.name, path)
    }

    /// Whether something at one of these paths (from the service on) was written, but could not be read.
    pub fn is_any_refused(&self, stack: &Stack, name: &str, paths: &[&[&str]]) -> bool {
        self.refused.concerns(&stack.name)
            && paths.iter().any(|path| {
                let path = path.iter().fold(service_path(name), |path, key| path.key(*key));
                self.refused.holds(&stack.name, &path) || self.refused.inside(&stack.name, &path)
            })
    }

    /// Whether a stack was written, but something about it as a whole could not be read.
    pub fn is_stack_refused(&self, stack: &str) -> bool {
        self.refused.inside(stack, &Path::root())
    }

    /// Whether a person wrote the value at `path` of a stack.
    pub fn is_written(&self, stack: &Stack, path: &Path) -> bool {
        stack.document.at_path(path).is_some_and(|node| self.sources.is_written(node.at))
    }

    /// Reports a finding.
    pub fn push(&mut self, finding: Finding) -> &mut Finding {
        let at = self.found.len();
        self.found.push(finding);
        &mut self.found[at]
    }

    /// Where a person wrote the key at the end of `path` of a stack; the name of its service where nobody wrote it.
    pub fn key_at(&self, stack: &Stack, path: &Path) -> Location {
        let at = stack.locate_key(path);
        if self.sources.is_written(at) { at } else { self.at(stack, path) }
    }

    /// Where a person wrote the value at `path` of a stack; the name of its service where nobody wrote it.
    pub fn at(&self, stack: &Stack, path: &Path) -> Location {
        let written = |at: Location| self.sources.is_written(at);
        let depth = path.0.len();
        if depth > 2 {
            let found = stack.locate(path);
            let parent = locate(&stack.document, &path.0[..depth - 1], false);
            // `locate` gives the nearest ancestor: that of a key of the service which is not there is the whole service.
            if written(found) && (depth > 3 || found != parent) {
                return found;
            }
        }
        locate(&stack.document, &path.0[..depth.min(2)], true)
    }

    /// The bytes of a place, as they were written.
    pub fn text(&self, at: Location) -> &str {
        self.sources.text(at)
    }

    /// The text before interpolation of the scalar at `path`, where it differs from its value.
    pub fn template(&self, stack: &Stack, path: &Path) -> Option<String> {
        if let Some(node) = stack.document.at_path(path) {
            return node.template().map(str::to_owned);
        }
        // An item of a list, `KEY=value`.
        let parent = Path(path.0[..path.0.len().checked_sub(1)?].to_vec());
        let at = stack.locate(path);
        let items = stack.document.at_path(&parent)?.as_seq()?;
        items
            .iter()
            .find(|item| item.at == at)?
            .template()
            .map(|text| text.split_once('=').map_or(text, |(_, value)| value).to_owned())
    }
}

impl Finding {
    /// Sets the help of a finding that was reported already.
    pub fn set_help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the fix of a finding that was reported already.
    pub fn set_fix(&mut self, fix: Fix) -> &mut Self {
        self.fix = Some(Box::new(fix));
        self
    }
}
