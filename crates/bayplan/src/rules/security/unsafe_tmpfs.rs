//! `unsafe-tmpfs`: programs and devices in memory can be used.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unsafe-tmpfs",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a tmpfs allows programs (`exec`), set-user-ID programs (`suid`) or devices (`dev`), which Docker forbids there",
    why: "it is the one place where a break-in can put a program of its own when everything else is read-only",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    tmpfs: ['/tmp:exec,size=64m']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    tmpfs: ['/tmp:size=64m']\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    tmpfs: ['/tmp:rw,noexec,nosuid,nodev', /exec, '/dev:mode=755']\n",
    fix: "remove the option",
    sources: &["compose-lint CL-0022"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        for text in container.tmpfs {
            let Some((folder, options)) = text.split_once(':') else { continue };
            let is_unsafe = |option: &&str| matches!(*option, "exec" | "suid" | "dev");
            let named: Vec<&str> = options.split(',').filter(is_unsafe).collect();
            if named.is_empty() {
                continue;
            }
            let shown = named.iter().map(|option| format!("`{option}`")).collect::<Vec<_>>().join(" and ");
            let message = format!("the tmpfs `{folder}` of {} has {shown}", container.called());
            let path = container.item("tmpfs", text);
            let rest: Vec<&str> = options.split(',').filter(|option| !is_unsafe(option)).collect();
            let mended = if rest.is_empty() { folder.to_owned() } else { format!("{folder}:{}", rest.join(",")) };
            let template = container.stack.document.at_path(&path).is_some_and(|item| item.template().is_some());
            let fix = Fix::unsafe_(format!("remove {shown}")).set(path.clone(), mended);
            let finding = found.value(rule, container.stack, container.name, path, message);
            finding.set_help(format!("remove {shown}"));
            finding.fix = (!template).then(|| Box::new(fix));
        }
    }
}
