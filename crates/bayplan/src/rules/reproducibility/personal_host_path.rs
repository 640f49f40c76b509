//! `personal-host-path`: a file that is shared names the home of one person.

use crate::finding::Level;
use crate::plan::{Plan, Stack};
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use crate::value::mount::MountType;
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "personal-host-path",
    group: Group::Reproducibility,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn)],
    finds: "a path leads to the home of one person: `/home/bob/…`, `/Users/bob/…`, `C:\\\\Users\\\\bob\\\\…`",
    why: "on every other machine Docker makes an empty folder there, owned by root",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['/home/bob/shop/data:/data']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['./data:/data']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['${DATA:-./data}:/data', '~/shop:/shop', '/srv/shop:/srv', 'home:/home/bob']\n    working_dir: /home/bob\nvolumes: { home: {} }\n",
    fix: "write a path from the folder of the file on, `~`, or a variable",
    sources: &["dclint (planned): absolute host paths"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        for (nth, mount) in container.volumes.iter().enumerate().filter(|(_, mount)| mount.kind == MountType::Bind) {
            if let Some(person) = mount.source.as_deref().and_then(home_of) {
                report(rule, container.stack, container.name, container.mount(nth), person, found);
            }
        }
    }
    for (stack, name, service) in plan.services() {
        let build = service.compose.build.as_ref();
        if let Some(person) = build.and_then(|build| build.context.as_deref()).and_then(home_of) {
            let path = service_path(name).key("build");
            let is_short = stack.document.at_path(&path).is_some_and(|node| node.as_str().is_some());
            report(rule, stack, name, if is_short { path } else { path.key("context") }, person, found);
        }
    }
}

fn report(rule: &Rule, stack: &Stack, name: &str, path: Path, person: &str, found: &mut Findings<'_>) {
    let Some(node) = stack.document.at_path(&path) else { return };
    // A variable may say otherwise on each machine; a default that is somebody's home says so too.
    let node = node.get("source").unwrap_or(node);
    if node.template().is_some_and(|template| home_of(template).is_none() && !template.contains(&format!("/{person}")))
    {
        return;
    }
    let message = format!("`{name}` names a path in the home of `{person}`");
    let finding = found.value(rule, stack, name, path, message);
    finding.set_help("write a path from the folder of the file on, `~`, or a variable");
}

/// The person whose home a path leads to.
fn home_of(path: &str) -> Option<&str> {
    let behind_drive = match path.as_bytes() {
        [drive, b':', ..] if drive.is_ascii_alphabetic() => &path[2..],
        _ => path,
    };
    let rest = ["/home/", "/Users/", "\\Users\\", "/mnt/c/Users/"]
        .iter()
        .find_map(|start| behind_drive.strip_prefix(start))?;
    let person = rest.split(['/', '\\']).next().unwrap_or(rest);
    (!person.is_empty() && !matches!(person, "Shared" | "shared" | "Public" | "linuxbrew")).then_some(person)
}
