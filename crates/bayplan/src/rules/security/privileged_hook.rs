//! `privileged-hook`: a command beside the program has all rights on the host.

use crate::compose::Hook;
use crate::finding::{Fix, Level};
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "privileged-hook",
    group: Group::Security,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a command of `post_start` or `pre_stop` has all rights on the host",
    why: "it runs among the files that the program can write to: whoever changes one of them owns the host at the next start",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    post_start: [{ command: ./setup.sh, privileged: true }]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    post_start: [{ command: ./setup.sh }]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    post_start: [{ command: ./setup.sh, privileged: false, user: root }]\n",
    fix: "remove `privileged`: to change owners of files, `user: root` is enough",
    sources: &["Compose specification: post_start, pre_stop"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, key, path, _) in hooks(plan).filter(|(.., hook)| hook.privileged == Some(true)) {
        let path = path.key("privileged");
        let message = format!("a command of `{key}` of `{name}` has all rights on the host");
        let fix = Fix::unsafe_("remove `privileged`").delete(path.clone());
        let finding = found.value(rule, stack, name, path, message);
        finding.set_help("remove `privileged`: to change owners of files, `user: root` is enough").set_fix(fix);
    }
}

/// Every command beside a program: its stack and service, its key, where it stands.
pub(super) fn hooks(plan: &Plan) -> impl Iterator<Item = (&Stack, &str, &'static str, Path, &Hook)> {
    plan.services().flat_map(|(stack, name, service)| {
        let lists = [("post_start", &service.compose.post_start), ("pre_stop", &service.compose.pre_stop)];
        lists.into_iter().flat_map(move |(key, hooks)| {
            let list = service_path(name).key(key);
            hooks.iter().enumerate().map(move |(index, hook)| (stack, name, key, list.index(index), hook))
        })
    })
}
