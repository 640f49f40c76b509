//! `root-hook`: a command beside the program runs as root, though the program does not.

use super::privileged_hook::hooks;
use super::root_user::is_root;
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "root-hook",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "a command of `post_start` or `pre_stop` runs as root in the container of a program that does not",
    why: "it works on files that the program can change: a link or a script there makes the program root",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    user: '1000'\n    post_start: [{ command: ./setup.sh, user: root }]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    user: '1000'\n    post_start: [{ command: ./setup.sh }]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    user: '1000'\n    pre_start: [{ image: 'busybox:1.37.0', user: root, command: [chown, '1000', /data] }]\n",
    fix: "do it in an image of its own with `pre_start`, before the program runs",
    sources: &["Compose specification: post_start, pre_stop"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, key, path, hook) in hooks(plan) {
        let user = plan.service(&stack.name, name).and_then(|service| service.compose.user.as_deref());
        let of_other = user.is_some_and(|user| !user.is_empty() && !is_root(user));
        if of_other && hook.user.as_deref().is_some_and(is_root) {
            let message = format!("a command of `{key}` of `{name}` runs as root, `{name}` does not");
            let finding = found.value(rule, stack, name, path.key("user"), message);
            finding.set_help("do it in `pre_start`, before the program runs");
        }
    }
}
