//! `missing-mounted-file`, `missing-mounted-folder`: what a service mounts from its folder is not there.

use crate::compose::VolumeMount;
use crate::finding::{Fix, Level};
use crate::plan::{Plan, Stack};
use crate::resolve::files::{FileKind, Stat, join};
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use crate::value::mount::MountType;
use bayplan_yaml::{Node, Path};

/// A file.
pub const FILE: Rule = Rule {
    name: "missing-mounted-file",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "a service mounts a file that does not exist, or is a folder",
    why: "Docker makes an empty folder of that name, which belongs to root: the program finds no settings, and the file cannot be written later",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']\n",
    passes: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']\n# file: shop/nginx.conf\nevents {}\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./conf.d:/etc/nginx/conf.d', '/etc/localtime:/etc/localtime:ro', '/srv/x.conf:/x.conf']\n",
    fix: "write the file, or correct its name",
    sources: &["https://github.com/docker/compose/issues/2781", "https://github.com/docker/compose/issues/13602"],
    check: files,
};

/// A folder.
pub const FOLDER: Rule = Rule {
    name: "missing-mounted-folder",
    group: Group::Reliability,
    level: Level::Allow,
    profiles: &[],
    finds: "a service mounts a folder that does not exist",
    why: "Docker makes it, and it belongs to root: a program without root's rights cannot write to it",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./data:/data']\n",
    passes: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./data:/data']\n# file: shop/data/.gitkeep\n\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: [{ type: bind, source: ./data, target: /data, bind: { create_host_path: false } }, '/srv/data:/srv']\n",
    fix: "make it, for the user of the service; `create_host_path: false` makes Docker refuse instead",
    sources: &["https://github.com/docker/compose/issues/2781", "https://github.com/docker/compose/issues/12332"],
    check: folders,
};

fn files(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for_each(plan, found, |found, mount, stat| {
        let what = match stat.map(|stat| stat.kind) {
            None => "does not exist",
            Some(FileKind::Folder) => "is a folder",
            Some(_) => return,
        };
        if is_named_as_file(mount.source) && is_named_as_file(&mount.mount.target) {
            let message = format!("the file `{}` that `{}` mounts {what}", mount.source, mount.service);
            let help = match stat {
                None => "write the file, or correct its name: Docker makes a folder of it",
                Some(_) => "remove the folder, which Docker made where the file was missing, and write the file",
            };
            found.value(rule, mount.stack, mount.service, mount.path.clone(), message).set_help(help);
        }
    });
}

fn folders(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for_each(plan, found, |found, mount, stat| {
        let creates = mount.mount.bind.as_ref().is_none_or(|bind| bind.create_host_path != Some(false));
        if stat.is_some() || !creates || is_named_as_file(mount.source) && is_named_as_file(&mount.mount.target) {
            return;
        }
        let message = format!("the folder `{}` that `{}` mounts does not exist", mount.source, mount.service);
        let finding = found.value(rule, mount.stack, mount.service, mount.path.clone(), message);
        finding.set_help("make it, for the user of the service: Docker makes it for root");
        let long = mount.stack.document.at_path(&mount.path).is_some_and(|node| node.as_map().is_some());
        if long {
            let path = mount.path.clone().key("bind").key("create_host_path");
            finding.set_fix(Fix::unsafe_("let Docker refuse where it is missing").set(path, false));
        }
    });
}

/// A path of the stack's folder that a service mounts.
struct Mount<'a> {
    stack: &'a Stack,
    service: &'a str,
    mount: &'a VolumeMount,
    source: &'a str,
    path: Path,
}

/// Calls `say` for each mount from the folder of the stack. What other folders of the host hold is known on that host only.
fn for_each(plan: &Plan, found: &mut Findings<'_>, mut say: impl FnMut(&mut Findings<'_>, &Mount<'_>, Option<Stat>)) {
    for (stack, name, service) in plan.services() {
        if !service.compose.volumes.iter().any(|mount| mount.kind == MountType::Bind) {
            continue;
        }
        let list = service_path(name).key("volumes");
        let items = stack.document.at_path(&list).and_then(Node::as_seq).unwrap_or_default();
        for mount in service.compose.volumes.iter().filter(|mount| mount.kind == MountType::Bind) {
            let Some(source) = mount.source.as_deref().filter(|source| source.starts_with('.')) else { continue };
            let is = |item: &Node| {
                item.as_str().is_some_and(|text| text.strip_prefix(source).is_some_and(|rest| rest.starts_with(':')))
                    || item.get("source").and_then(Node::as_str) == Some(source)
                        && item.get("target").and_then(Node::as_str) == Some(&mount.target)
            };
            // A variable may name anything.
            let Some(index) =
                items.iter().position(is).filter(|index| !items[*index].any(&|node| node.template().is_some()))
            else {
                continue;
            };
            let stat = found.files.stat(&join(&stack.directory, source));
            say(found, &Mount { stack, service: name, mount, source, path: list.clone().index(index) }, stat);
        }
    }
}

/// Whether a path ends as those of files do: `nginx.conf`, but not `conf.d`.
fn is_named_as_file(path: &str) -> bool {
    const ENDS: &[&str] = &[
        "alloy",
        "cfg",
        "cnf",
        "conf",
        "config",
        "crt",
        "env",
        "htpasswd",
        "ini",
        "js",
        "json",
        "key",
        "pem",
        "php",
        "properties",
        "py",
        "river",
        "rules",
        "sh",
        "sql",
        "toml",
        "txt",
        "xml",
        "yaml",
        "yml",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(stem, end)| !stem.is_empty() && ENDS.contains(&end))
}
