//! `shared-folder`: services of two stacks write to one folder of the host

use crate::finding::{Label, Level};
use crate::plan::{Plan, Stack};
use crate::resolve::files::join;
use crate::rules::host_paths::is_in;
use crate::rules::image_kinds::is_datastore;
use crate::rules::{Findings, Group, Rule, service_path};
use crate::value::mount::MountType;
use bayplan_yaml::{Node, Path};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "shared-folder",
    group: Group::Workspace,
    level: Level::Allow,
    profiles: &[],
    finds: "services of two stacks write to one folder of the host, or one of them to a folder that holds the other's",
    why: "one deletes or changes what the other one keeps there, and no file of either stack says so",
    fails: "\
# file: bayplan.yaml
hosts: { main: { cpus: 4, memory: 8G } }
# file: one/compose.yaml
services: { web: { image: 'example/one:1.2.3', volumes: ['/srv/data:/data'] } }
# file: two/compose.yaml
services: { web: { image: 'example/two:1.2.3', volumes: ['/srv/data/two:/data'] } }
",
    passes: "\
# file: bayplan.yaml
hosts: { main: { cpus: 4, memory: 8G } }
# file: one/compose.yaml
services: { web: { image: 'example/one:1.2.3', volumes: ['/srv/data/one:/data'] } }
# file: two/compose.yaml
services: { web: { image: 'example/two:1.2.3', volumes: ['/srv/data/two:/data'] } }
",
    fine: "\
# file: bayplan.yaml
hosts: { main: { cpus: 4, memory: 8G } }
# file: one/compose.yaml
services: { web: { image: 'example/one:1.2.3', volumes: ['/srv/media:/data', '/etc/localtime:/etc/localtime'] } }
# file: two/compose.yaml
services: { web: { image: 'example/two:1.2.3', volumes: ['/srv/media:/data:ro', '/etc/localtime:/etc/localtime'] } }
",
    fix: "give each a folder of its own, or mount it read-only where it is only read",
    sources: &["homelab-compose-audit: overlapping writable binds"],
    check,
};

/// Folders and files that every container may share with its host.
const USUAL: &[&str] = &["/dev", "/etc/localtime", "/etc/timezone", "/proc", "/run", "/sys", "/tmp", "/tmp/.X11-unix"];

/// A folder that a service writes to.
struct Written<'a> {
    stack: &'a Stack,
    service: &'a str,
    is_datastore: bool,
    at: Path,
}

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut folders: BTreeMap<(&str, String), (String, Vec<Written<'_>>)> = BTreeMap::new();
    for (stack, name, service) in plan.services().filter(|(stack, ..)| !stack.variant) {
        let list = service_path(name).key("volumes");
        let items = stack.document.at_path(&list).and_then(Node::as_seq).unwrap_or_default();
        let is_list = items.len() == service.compose.volumes.len();
        for (index, mount) in service.compose.volumes.iter().enumerate() {
            let Some(source) = mount.source.as_deref().filter(|source| !source.contains('$')) else { continue };
            let at = if is_list { list.index(index) } else { list.clone() };
            // What a variable says differs from machine to machine.
            let is_open = stack.document.at_path(&at).is_some_and(|node| node.any(&|node| node.template().is_some()));
            if mount.kind != MountType::Bind || mount.read_only == Some(true) || is_open {
                continue;
            }
            let folder = join(&stack.directory, source);
            if folder == "/" || USUAL.iter().any(|usual| is_in(&folder, usual) || is_in(&folder, "/var/run")) {
                continue;
            }
            let is_datastore = is_datastore(&service.compose);
            // By their parts, a folder stands right behind what it is in: `a/b` before `a-b`.
            let key = (stack.host.as_str(), folder.replace('/', "\0"));
            let own = Written { stack, service: name, is_datastore, at };
            folders.entry(key).or_insert_with(|| (folder, Vec::new())).1.push(own);
        }
    }
    let mut above: Vec<(&str, &str, &Written<'_>)> = Vec::new();
    for ((host, _), (folder, users)) in &folders {
        above.retain(|(other, outer, _)| other == host && is_in(folder, outer));
        for own in users {
            let other = above.iter().rev().find(|(.., other)| other.stack.name != own.stack.name);
            if let Some((_, outer, other)) = other
                // What two datastores do to each other is said by `shared-data`.
                && !(own.is_datastore && other.is_datastore)
            {
                let whose = format!("`{}/{}`", other.stack.name, other.service);
                let message = match outer == folder {
                    true => format!("`{}` writes to `{folder}`, as {whose} does", own.service),
                    false => format!("`{}` writes to `{folder}`, which is in `{outer}` of {whose}", own.service),
                };
                let at = found.at(other.stack, &other.at);
                let finding = found.value(rule, own.stack, own.service, own.at.clone(), message);
                finding.set_help("give each a folder of its own, or mount it `:ro` where it is only read");
                finding.related.push(Label { at, message: "the other one".to_owned() });
            }
            if !above.iter().any(|(_, outer, known)| outer == folder && known.stack.name == own.stack.name) {
                above.push((host, folder, own));
            }
        }
    }
}
