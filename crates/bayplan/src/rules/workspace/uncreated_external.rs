//! `uncreated-external`: no stack of the repository makes an external network or volume

use crate::finding::{Finding, Level, Subject};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "uncreated-external",
    group: Group::Workspace,
    level: Level::Allow,
    profiles: &[],
    finds: "no stack of the repository makes a network or volume that one takes from outside",
    why: "on a new machine nothing starts before somebody remembers the command that makes it",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: { external: true }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: {}\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [bridge]\nnetworks:\n  bridge: { external: true }\n",
    fix: "let one stack make it, with `name:`, and take it from there",
    sources: &["https://github.com/docker/compose/issues/2846"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let all = || plan.stacks.values().flat_map(|stack| stack.resources().map(move |resource| (stack, resource)));
    let made: BTreeSet<_> = all().filter(|(_, own)| !own.is_external).map(|(_, own)| (own.section, own.name)).collect();
    // Of these it is said that the name is another one.
    let near: BTreeSet<_> = all().filter(|(_, own)| !own.is_external).map(|(_, own)| (own.section, own.key)).collect();
    let mut said = BTreeSet::new();
    for (stack, own) in all().filter(|(_, own)| own.is_external) {
        let (what, path, name) = (own.what(), own.path(), own.name.clone());
        if near.contains(&(own.section, name.as_str()))
            || made.contains(&(own.section, own.name))
            || !said.insert((what, name.clone()))
        {
            continue;
        }
        let at = stack.locate_key(&path);
        let message = format!("no stack here makes the {what} `{name}`");
        let finding =
            Finding::new(rule.name, rule.level, at, message).about(Subject::stack(&stack.name).with_path(path));
        found.push(finding).set_help(format!("let one stack make it: `name: {name}` without `external: true`"));
    }
}
