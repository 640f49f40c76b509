//! What stands at the top of a stack and is used by nobody: `unused-volume`, `unused-network`, `unused-secret`,
//! `unused-config`.

use crate::compose::Service;
use crate::finding::{Finding, Fix, Subject};
use crate::plan::{Plan, Stack};
use crate::rules::networking::overlapping_subnet::used;
use crate::rules::{Findings, Rule};
use crate::value::mount::MountType;
use bayplan_yaml::{Node, Path};
use std::collections::BTreeSet;

/// Reports the keys of a section at the top of stacks that nothing uses.
pub(super) fn report(rule: &Rule, plan: &Plan, found: &mut Findings<'_>, section: &'static str, what: &str) {
    // A file without services may be meant to be merged with others.
    for stack in plan.stacks.values().filter(|stack| !stack.services.is_empty()) {
        let Some(written) = stack.document.get(section).and_then(Node::as_map) else { continue };
        let mut names = None;
        for key in written.keys() {
            let path = Path::from_iter([section, key.as_str()]);
            let is_extension = key.starts_with("x-");
            if is_extension || !found.is_written(stack, &path) || found.is_stack_refused(&stack.name) {
                continue;
            }
            if names.get_or_insert_with(|| names_of(stack, section)).contains(key.as_str()) {
                continue;
            }
            let subject = Subject::stack(&stack.name).with_path(path.clone());
            let message = format!("nothing uses the {what} `{key}`");
            let finding = Finding::new(rule.name, rule.level, stack.locate_key(&path), message).about(subject);
            // Without its last key, a section says nothing.
            let fix = Fix::safe("remove it").delete(if written.len() == 1 { Path::root().key(section) } else { path });
            found.push(finding).set_help("remove it").set_fix(fix);
        }
    }
}

/// The keys of a section that something uses.
fn names_of<'a>(stack: &'a Stack, section: &str) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for service in stack.services.values() {
        typed(&service.compose, section, &mut names);
    }
    if section == "networks" {
        names.extend(used(stack));
    }
    // Jobs and init containers have the same keys; images are built in networks and with secrets.
    for workload in ["services", "jobs"].into_iter().filter_map(|key| stack.document.get(key)?.as_map()) {
        for (_, entry) in workload {
            written(&entry.value, section, &mut names);
            let build = entry.value.get("build");
            build.into_iter().for_each(|build| written(build, section, &mut names));
            names.extend(build.filter(|_| section == "networks").and_then(|build| build.get("network")?.as_str()));
            let first = entry.value.get("pre_start").and_then(Node::as_seq).unwrap_or_default();
            first.iter().for_each(|container| written(container, section, &mut names));
            let account = entry.value.get("credential_spec").filter(|_| section == "configs");
            names.extend(account.and_then(|account| account.get("config")?.as_str()));
        }
    }
    names
}

fn typed<'a>(service: &'a Service, section: &str, names: &mut BTreeSet<&'a str>) {
    match section {
        "volumes" => {
            let volumes = service.volumes.iter().filter(|mount| mount.kind == MountType::Volume);
            names.extend(volumes.filter_map(|mount| mount.source.as_deref()));
        }
        "networks" => names.extend(service.networks.keys().map(String::as_str)),
        "secrets" => names.extend(service.secrets.iter().filter_map(|grant| grant.source.as_deref())),
        _ => names.extend(service.configs.iter().filter_map(|grant| grant.source.as_deref())),
    }
}

/// The names in a list of the short and the long form, or the keys of a mapping.
fn written<'a>(node: &'a Node, section: &str, names: &mut BTreeSet<&'a str>) {
    let Some(node) = node.get(section) else { return };
    names.extend(node.as_map().into_iter().flat_map(|map| map.keys().map(smol)));
    for item in node.as_seq().unwrap_or_default() {
        let short = item.as_str().map(|text| text.split(':').next().unwrap_or(text));
        names.extend(short.or_else(|| item.get("source")?.as_str()));
    }
}

fn smol(text: &bayplan_yaml::Text) -> &str {
    text.as_str()
}
