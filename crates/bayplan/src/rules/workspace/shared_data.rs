//! `shared-data`: two datastores write to the same files

use crate::compose::{External, VolumeMount};
use crate::finding::{Label, Level};
use crate::plan::{Plan, Stack};
use crate::resolve::files::join;
use crate::rules::image_kinds::is_datastore;
use crate::rules::networking::unusable_address::is_apart;
use crate::rules::{Findings, Group, Rule, service_path};
use crate::value::mount::MountType;
use bayplan_yaml::{Location, Node};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "shared-data",
    group: Group::Workspace,
    level: Level::Warn,
    profiles: &[],
    finds: "two datastores write to the same folder or volume",
    why: "each takes the files for its own: the data is damaged, or the second one does not start",
    fails: "services:\n  db:\n    image: postgres:17.5\n    volumes: ['data:/var/lib/postgresql/data']\n  other:\n    image: postgres:17.5\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data: {}\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    volumes: ['data:/var/lib/postgresql/data']\n  other:\n    image: postgres:17.5\n    volumes: ['other:/var/lib/postgresql/data']\nvolumes:\n  data: {}\n  other: {}\n",
    fine: "services:\n  db:\n    image: postgres:17.5\n    volumes: ['data:/var/lib/postgresql/data', './init:/docker-entrypoint-initdb.d:ro']\n  dump:\n    image: postgres:17.5\n    command: pg_dump -h db\n    volumes: ['data:/old:ro', './init:/docker-entrypoint-initdb.d:ro']\nvolumes:\n  data: {}\n",
    fix: "give each its own",
    sources: &["homelab-compose-audit: overlapping writable binds"],
    check,
};

/// Who writes to a folder or volume: the stack, the service, its profiles, and where it says so.
type Taken<'a> = (&'a Stack, &'a str, &'a [String], Location);

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut taken: BTreeMap<(&str, String), Taken<'_>> = BTreeMap::new();
    for (stack, name, service) in plan.services().filter(|(.., service)| is_datastore(&service.compose)) {
        // What runs another command is no server.
        if service.compose.entrypoint.is_some() {
            continue;
        }
        let list = service_path(name).key("volumes");
        let is_list = stack.document.at_path(&list).and_then(Node::as_seq);
        let is_list = is_list.is_some_and(|items| items.len() == service.compose.volumes.len());
        for (index, mount) in service.compose.volumes.iter().enumerate() {
            let Some(source) = data(stack, mount) else { continue };
            let path = if is_list { list.index(index) } else { list.clone() };
            let at = found.at(stack, &path);
            let Some((of, other, profiles, first)) = taken.get(&(stack.host.as_str(), source.clone())) else {
                taken.insert((&stack.host, source), (stack, name, &service.compose.profiles, at));
                continue;
            };
            if (&of.name, *other) == (&stack.name, name) || is_apart(profiles, &service.compose.profiles) {
                continue;
            }
            let whose = if of.name == stack.name { format!("`{other}`") } else { format!("`{}/{other}`", of.name) };
            let message = format!("`{name}` writes to the same files as {whose}");
            let label = Label { at: *first, message: "the other one".to_owned() };
            let finding = found.value(rule, stack, name, path, message);
            finding.set_help("give each its own").related.push(label);
        }
    }
}

/// Where a mount keeps data: the volume by its name for Docker, or the folder.
fn data(stack: &Stack, mount: &VolumeMount) -> Option<String> {
    let source = mount.source.as_deref().filter(|_| mount.read_only != Some(true))?;
    let keeps = mount.target.starts_with("/var/lib/")
        || matches!(mount.target.trim_end_matches('/'), "/data" | "/data/db" | "/bitnami");
    match mount.kind {
        MountType::Volume if keeps && mount.volume.as_ref().is_none_or(|volume| volume.subpath.is_none()) => {
            let volume = stack.project.volumes.get(source);
            let name = volume.and_then(|volume| volume.name.as_deref().or(volume.external.as_ref()?.name()));
            let is_external = volume.and_then(|volume| volume.external.as_ref()).is_some_and(External::is_external);
            Some(match name {
                Some(name) => name.to_owned(),
                None if is_external => source.to_owned(),
                None => format!("{}_{source}", stack.project_name()),
            })
        }
        MountType::Bind if keeps => Some(join(&stack.directory, source)),
        _ => None,
    }
}
