//! `foreign-registry`: an image comes from a registry that is not on the list.

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "foreign-registry",
    group: Group::Reproducibility,
    level: Level::Deny,
    profiles: &[],
    finds: "an image comes from elsewhere than the `registries` that the repository or the fleet allows",
    why: "what is pulled from elsewhere was not looked at, and may be gone or changed tomorrow",
    fails: "\
# file: bayplan.yaml
registries: [ghcr.io/acme, docker.io/library]
# file: compose.yaml
services: { web: { image: 'quay.io/other/web:1.2.3' } }
",
    passes: "\
# file: bayplan.yaml
registries: [ghcr.io/acme, docker.io/library]
# file: compose.yaml
services: { web: { image: 'ghcr.io/acme/web:1.2.3' }, db: { image: 'postgres:17.5' } }
",
    fine: "\
# file: bayplan.yaml
registries: [ghcr.io/acme]
# file: compose.yaml
services: { web: { image: 'quay.io/other/web:1.2.3', build: . } }
",
    fix: "copy the image to a registry of the list, or add its registry to `registries`",
    sources: &["OWASP Docker rule 13"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let allowed = plan.policy.registries();
    if allowed.is_empty() {
        return;
    }
    for container in containers(plan) {
        let Some(image) = container.image else { continue };
        // What is built here comes from nowhere.
        if container.service.is_some_and(|service| service.compose.build.is_some()) {
            continue;
        }
        let name = image.canonical_name();
        let is_below = |start: &String| {
            let rest = name.strip_prefix(start.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if !allowed.iter().any(is_below) {
            let message = format!("the image of {} comes from `{}`", container.called(), image.registry());
            let path = container.path().key("image");
            let finding = found.value(rule, container.stack, container.name, path, message);
            let listed = allowed.iter().map(|start| format!("`{start}`")).collect::<Vec<_>>().join(", ");
            finding.set_help(format!("take it from {listed}, or add `{name}` to `registries`"));
        }
    }
}
