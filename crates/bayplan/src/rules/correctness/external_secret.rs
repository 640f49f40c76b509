//! `external-secret`: a service gets a secret that only Swarm has

use crate::finding::{Finding, Level, Subject};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "external-secret",
    group: Group::Correctness,
    level: Level::Warn,
    profiles: &[(crate::rules::Profile::Production, Level::Deny)],
    finds: "a service gets a secret that is `external`",
    why: "only Swarm keeps secrets outside of files: Compose ends with \"unsupported external secret\"",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    secrets: [token]\nsecrets:\n  token: { external: true }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    secrets: [token]\nsecrets:\n  token: { file: ./token }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    secrets: [token]\n    deploy: { placement: { constraints: ['node.role == manager'] } }\nsecrets:\n  token: { external: true }\n",
    fix: "name the file that holds it: `file: ./secrets/NAME`",
    sources: &["https://github.com/docker/compose/issues/9139", "seed hy-head"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for stack in plan.stacks.values() {
        let external = stack.project.secrets.iter();
        let external =
            external.filter(|(_, secret)| secret.external.as_ref().is_some_and(|external| external.is_external()));
        for (key, _) in external {
            let gets = |service: &&crate::plan::Service| {
                service.compose.secrets.iter().any(|grant| grant.source.as_deref() == Some(key))
            };
            let is_used = stack.services.values().any(|service| gets(&service));
            // What is meant for Swarm says so elsewhere.
            let for_swarm = stack.services.values().any(|service| {
                service.compose.deploy.as_ref().is_some_and(|deploy| {
                    deploy.placement.is_some()
                        || deploy.update_config.is_some()
                        || deploy.mode.is_some()
                        || deploy.endpoint_mode.is_some()
                })
            });
            if !is_used || for_swarm {
                continue;
            }
            let path = Path::from_iter(["secrets", key.as_str()]).key("external");
            let message = format!("the secret `{key}` is external, which only Swarm has");
            let finding = Finding::new(rule.name, rule.level, stack.locate(&path), message);
            let finding = found.push(finding.about(Subject::stack(&stack.name).with_path(path)));
            finding.set_help(format!("name the file that holds it: `file: ./secrets/{key}`"));
        }
    }
}
