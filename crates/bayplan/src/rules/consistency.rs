//! What Docker Compose refuses about a project as a whole, at the place that a person wrote; and what intents add to that.

use super::{Findings, service_path};
use crate::finding::Level::{Deny, Warn};
use crate::finding::{Report, Subject};
use crate::plan::{Plan, Stack};
use crate::resolve::files::clean;
use crate::resolve::project;
use bayplan_yaml::{Location, Node, Path, Segment};
use indexmap::IndexMap;

/// Looks at every service of every stack for what Compose itself does not know.
pub fn check(plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        parameters(stack, name, service, found);
        sized(stack, name, found);
        mounted_twice(stack, name, &service.compose, found);
    }
}

/// What Compose itself says about a stack.
pub fn of_stack(stack: &Stack, found: &mut Findings<'_>) {
    let mut report = Report::new();
    let refused = |section: &str, name: &str| found.is_refused(stack, &Path::from_iter([section, name]));
    project::check(stack.document.clone(), &refused, &mut report);
    for mut finding in report.findings {
        let path = finding.subject.path.clone();
        let service = match path.0.as_slice() {
            [Segment::Key(section), Segment::Key(name), ..] if section == "services" => Some(name.as_str()),
            _ => None,
        };
        let subject = match service {
            Some(name) => Subject::service(&stack.name, name),
            None => Subject::stack(&stack.name),
        };
        if service.is_some_and(|name| follows(finding.rule, &path, stack, name, found)) {
            continue;
        }
        if !is_written(finding.at, found) {
            finding.at = found.key_at(stack, &path);
        }
        found.push(finding.about(subject.with_path(path)));
    }
}

/// Whether a finding about a service only follows from one about the intents that it stems from.
fn follows(rule: &str, path: &Path, stack: &Stack, name: &str, found: &Findings<'_>) -> bool {
    let of_service = path.0.len() == 2;
    let made = |key: &str| stack.document.at_path(&service_path(name).key(key)).is_some();
    match rule {
        "missing-key" if of_service => {
            let keys: &[&[&str]] = &[&["image"], &["build"], &["provider"], &["use"], &["with"]];
            made("use") || made("with") || found.is_any_refused(stack, name, keys)
        }
        // A size that could not be read leaves one of two values out.
        "conflicting-keys" => found.is_any_refused(stack, name, &[&["size"], &["deploy"]]),
        _ => false,
    }
}

fn is_written(at: Location, found: &Findings<'_>) -> bool {
    found.sources.is_written(at)
}

/// Parameters of no archetype.
fn parameters(stack: &Stack, name: &str, service: &crate::plan::Service, found: &mut Findings<'_>) {
    let with = service_path(name).key("with");
    let parameters = stack.document.at_path(&with).is_some();
    if parameters && service.archetype.is_none() && !found.is_any_refused(stack, name, &[&["use"], &["with"]]) {
        let at = stack.locate_key(&with);
        let message = format!("`{name}` has the parameters of an archetype, but names none");
        let finding = found.fault("missing-key", Deny, stack, name, with, message);
        finding.set_help("add `use:`, the archetype that `with` is for").at = at;
    }
}

/// A limit of the service beside its `size`, which says it too.
fn sized(stack: &Stack, name: &str, found: &mut Findings<'_>) {
    let node = |key: &str| stack.document.at_path(&service_path(name).key(key));
    let Some(size) = node("size") else { return };
    for (key, part) in [("cpus", "cpus"), ("mem_limit", "memory")] {
        let says = size.as_map().is_none_or(|size| size.contains_key(part));
        if says && node(key).is_some() {
            let message = format!("`{name}` has both `size` and `{key}`");
            let help = "write both limits in one of the two: `size: { cpus, memory }`";
            found.fault("conflicting-keys", Deny, stack, name, service_path(name).key(key), message).set_help(help);
        }
    }
}

/// Of two volumes at one path of a container, Compose takes the last without a word.
fn mounted_twice(stack: &Stack, name: &str, service: &crate::compose::Service, found: &mut Findings<'_>) {
    let mut taken: IndexMap<String, usize> = IndexMap::new();
    let targets = service.volumes.iter().map(|mount| mount.target.as_str());
    for (index, target) in targets.enumerate().filter(|(_, target)| !target.is_empty()) {
        if let Some(first) = taken.insert(clean(target), index) {
            let path = service_path(name).key("volumes");
            let list = stack.document.at_path(&path).and_then(Node::as_seq).is_some();
            let item = |index| if list { path.clone().index(index) } else { path.clone() };
            let at = found.at(stack, &item(first));
            let message = format!("`{name}` has two mounts at `{target}`: Compose takes the second alone");
            let finding = found.fault("duplicate-mount", Warn, stack, name, item(index), message);
            finding.set_help("remove one of the two, or mount it somewhere else");
            finding.related.push(crate::finding::Label { at, message: "the other one".to_owned() });
        }
    }
}
