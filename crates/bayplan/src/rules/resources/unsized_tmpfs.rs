//! `unsized-tmpfs`: files in memory may take half of the host's memory

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::host_paths::memory_limit;
use crate::rules::{Findings, Group, Rule, service_path};
use crate::value::mount::MountType;
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unsized-tmpfs",
    group: Group::Resources,
    level: Level::Allow,
    profiles: &[],
    finds: "files in memory may take half of the host's memory",
    why: "a `tmpfs` without a size holds as much as half of the machine, unless the memory of the container is limited",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    tmpfs: /tmp\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    tmpfs: /tmp:size=64m\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    tmpfs: [/tmp]\n    mem_limit: 256m\n",
    fix: "write `/tmp:size=64m`",
    sources: &["https://docs.docker.com/engine/storage/tmpfs/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let mounts = compose.volumes.iter().any(|mount| mount.kind == MountType::Tmpfs);
        if compose.tmpfs.is_empty() && !mounts {
            continue;
        }
        // It counts as memory of the container.
        if memory_limit(compose).is_some() || found.is_any_refused(stack, name, &[&["mem_limit"], &["deploy"]]) {
            continue;
        }
        let list = service_path(name).key("tmpfs");
        let single = stack.document.at_path(&list).is_some_and(|node| node.as_seq().is_none());
        for (index, text) in compose.tmpfs.iter().enumerate() {
            let (target, options) = text.split_once(':').unwrap_or((text, ""));
            if options.split(',').any(|option| option.starts_with("size=")) {
                continue;
            }
            let path = if single { list.clone() } else { list.clone().index(index) };
            let message = format!("the files of `{name}` in `{target}` may take half of the host's memory");
            let sized = if options.is_empty() { format!("{target}:size=64m") } else { format!("{text},size=64m") };
            let finding = found.value(rule, stack, name, path.clone(), message);
            finding.set_help(format!("write `{sized}`, or limit the memory of the service"));
            finding.set_fix(Fix::unsafe_("allow 64 MB").set(path, sized));
        }
        let volumes = service_path(name).key("volumes");
        let items = stack.document.at_path(&volumes).and_then(Node::as_seq).unwrap_or_default();
        for (index, item) in items.iter().enumerate().filter(|_| mounts) {
            let sized = item.get("tmpfs").is_some_and(|tmpfs| tmpfs.get("size").is_some());
            let target = item.get("target").and_then(Node::as_str).unwrap_or_default();
            if item.get("type").and_then(Node::as_str) != Some("tmpfs") || sized {
                continue;
            }
            let path = volumes.clone().index(index);
            let message = format!("the files of `{name}` in `{target}` may take half of the host's memory");
            let finding = found.value(rule, stack, name, path.clone(), message);
            finding.set_help("add `tmpfs: { size: 64m }`, or limit the memory of the service");
            finding.set_fix(Fix::unsafe_("allow 64 MB").set(path.key("tmpfs").key("size"), "64m"));
        }
    }
}
