//! `shared-secret`: many services have the same secret

use crate::finding::{Finding, Label, Level, Subject};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::Path;
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "shared-secret",
    group: Group::Secrets,
    level: Level::Allow,
    profiles: &[],
    finds: "five services or more have the same secret",
    why: "whoever breaks into one has what opens all, and it cannot be changed without a restart of all",
    fails: "services:\n  a: &a { image: 'acme/a:1.2.3', secrets: [key] }\n  b: *a\n  c: *a\n  d: *a\n  e: *a\nsecrets: { key: { file: ./key } }\n",
    passes: "services:\n  a: { image: 'acme/a:1.2.3', secrets: [key] }\n  b: { image: 'acme/b:1.2.3', secrets: [key] }\nsecrets: { key: { file: ./key } }\n",
    fine: "services:\n  a: &a { image: 'acme/a:1.2.3', secrets: [ca.crt] }\n  b: *a\n  c: *a\n  d: *a\n  e: *a\nsecrets: { ca.crt: { file: ./ca.crt } }\n",
    fix: "give each service a secret of its own",
    sources: &["OWASP Secrets Management"],
    check,
};

/// A database and those who use it may well share one.
const MANY: usize = 5;

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for stack in plan.stacks.values().filter(|stack| !stack.project.secrets.is_empty()) {
        let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, service) in &stack.services {
            for source in service.compose.secrets.iter().filter_map(|grant| grant.source.as_deref()) {
                users.entry(source).or_default().push(name);
            }
        }
        for (secret, users) in users {
            // A certificate is no secret, though it may stand among them.
            let public = [".crt", ".pub", "_ca", "-ca", "_cert", "-cert"].iter().any(|end| secret.ends_with(end));
            if users.len() < MANY || public {
                continue;
            }
            let path = Path::from_iter(["secrets", secret]);
            let message = format!("{} services have the secret `{secret}`", users.len());
            let finding = Finding::new(rule.name, rule.level, stack.locate_key(&path), message);
            let finding = found.push(finding.about(Subject::stack(&stack.name).with_path(path)));
            finding.set_help("give each service a secret of its own");
            let labels = users
                .iter()
                .map(|user| Label { at: stack.locate_key(&service_path(user)), message: "has it".to_owned() });
            finding.related.extend(labels);
        }
    }
}
