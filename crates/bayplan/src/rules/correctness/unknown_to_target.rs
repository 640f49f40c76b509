//! `unknown-to-target`: a key is newer than the Docker Compose that the output is for

use crate::compose::since::SINCE;
use crate::finding::{Finding, Level, Subject};
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Rule};
use crate::value::ComposeVersion;
use bayplan_yaml::{Path, Segment};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-to-target",
    group: Group::Correctness,
    level: Level::Deny,
    profiles: &[],
    finds: "a key is newer than the Docker Compose that the output is for",
    why: "Docker Compose refuses a file with a key that it does not know: the stack does not start",
    fails: "\
# file: fleet.yaml
compose: \"2.20\"
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', post_start: [{ command: nginx -t }] } }
",
    passes: "\
# file: fleet.yaml
compose: \"2.30\"
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', post_start: [{ command: nginx -t }] } }
",
    fine: "\
# file: fleet.yaml
compose: \"2.20\"
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', x-post_start: [{ command: nginx -t }] } }
",
    fix: "remove the key, or raise `compose` in fleet.yaml once the machines have that version",
    sources: &["go.mod of docker/compose and schema/compose-spec.json of compose-spec/compose-go, release by release"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let Some(target) = plan.fleet.compose else { return };
    for stack in plan.stacks.values() {
        // The oldest key last: it asks for the least.
        for since in SINCE.iter().filter(|since| since.version > target) {
            for path in since.places(&stack.document) {
                report(rule, stack, &path, since.version, target, found);
            }
        }
    }
}

fn report(
    rule: &Rule,
    stack: &Stack,
    path: &Path,
    version: ComposeVersion,
    target: ComposeVersion,
    found: &mut Findings<'_>,
) {
    let rest = |length: usize| Path(path.0[length..].to_vec());
    let (subject, what) = match &path.0[..] {
        [Segment::Key(section), Segment::Key(name), _, ..] if section == "services" => {
            (Subject::service(&stack.name, name.clone()), format!("`{}` of `{name}`", rest(2)))
        }
        [_, Segment::Key(name), _, ..] => (Subject::stack(&stack.name), format!("`{}` of `{name}`", rest(2))),
        _ => (Subject::stack(&stack.name), format!("`{path}`")),
    };
    let at = found.key_at(stack, path);
    let message = format!("{what} needs Docker Compose {version}, but the fleet is for {target}");
    let help = format!("remove it, or write `compose: \"{version}\"` in fleet.yaml once the machines have it");
    found.push(Finding::new(rule.name, rule.level, at, message).help(help).about(subject.with_path(path.clone())));
}
