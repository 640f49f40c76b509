//! `a namespace of the host → what a container does with it`: one way to report them all.

use crate::finding::Fix;
use crate::plan::Plan;
use crate::rules::container::{Container, containers};
use crate::rules::{Findings, Rule};

/// Reports the containers that share `key` with the host: what they do then, after their name.
pub(super) fn report(
    rule: &Rule,
    plan: &Plan,
    found: &mut Findings<'_>,
    key: &str,
    is_of_host: fn(&Container<'_>) -> bool,
    does: &str,
) {
    for container in containers(plan).filter(is_of_host) {
        let path = container.path().key(key);
        let fix = Fix::unsafe_(format!("remove `{key}`")).delete(path.clone());
        let message = format!("{} {does}", container.called());
        let finding = found.value(rule, container.stack, container.name, path, message);
        finding.set_help(format!("remove `{key}`")).set_fix(fix);
    }
}
