//! `misnamed-external`: nobody makes an external network or volume, but a stack makes one of almost that name

use crate::finding::{Finding, Fix, Label, Level, Subject};
use crate::plan::storage::Resource;
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Rule};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "misnamed-external",
    group: Group::Workspace,
    level: Level::Warn,
    profiles: &[],
    finds: "an external network or volume has no such name: the stack that makes it gives it another",
    why: "Compose puts the name of the project before the name of a network: `up` fails, because it does not find it",
    fails: "# file: gate/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: {}\n# file: b/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: { external: true }\n",
    passes: "# file: gate/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: {}\n# file: b/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: { external: true, name: gate_proxy }\n",
    fine: "# file: b/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    networks: [proxy]\nnetworks:\n  proxy: { external: true }\n",
    fix: "write `name:` at the network of the stack that makes it, or the full name here",
    sources: &["https://github.com/docker/compose/issues/2846", "https://github.com/portainer/portainer/issues/3755"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let all = || plan.stacks.values().flat_map(|stack| stack.resources().map(move |resource| (stack, resource)));
    let taken: Vec<_> = all().filter(|(_, resource)| resource.is_external).collect();
    if taken.is_empty() {
        return;
    }
    let made: BTreeMap<(&str, String), (&Stack, Resource<'_>)> = all()
        .filter(|(_, made)| !made.is_external)
        .map(|(stack, made)| ((made.section, made.name.clone()), (stack, made)))
        .collect();
    let mut by_key: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for ((section, name), (_, own)) in &made {
        by_key.entry((section, own.key)).or_default().push(name);
    }
    let mut uses: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (_, own) in &taken {
        *uses.entry((own.section, &own.name)).or_default() += 1;
    }
    for (stack, own) in &taken {
        // What several stacks name alike is made by hand.
        if made.contains_key(&(own.section, own.name.clone())) || uses[&(own.section, own.name.as_str())] > 1 {
            continue;
        }
        let Some([near]) = by_key.get(&(own.section, own.name.as_str())).map(Vec::as_slice) else { continue };
        let (of, other) = &made[&(own.section, (*near).to_owned())];
        if of.name == stack.name || of.variant || other.is_named {
            continue;
        }
        let (name, path) = (&own.name, own.path());
        let message = format!("no stack makes the {} `{name}`: that of `{}` is named `{near}`", own.what(), of.name);
        let fix = Fix::unsafe_(format!("write `name: {near}`")).set(path.key("name"), *near);
        let label = Label { at: of.locate_key(&other.path()), message: "made here".to_owned() };
        let finding = Finding::new(rule.name, rule.level, stack.locate_key(&path), message).fix(fix);
        let finding = found.push(finding.about(Subject::stack(&stack.name).with_path(path)));
        finding.set_help(format!("write `name: {near}` here, or `name: {name}` where `{}` makes it", of.name));
        finding.related.push(label);
    }
}
