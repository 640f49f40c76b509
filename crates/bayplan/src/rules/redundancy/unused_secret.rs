//! `unused-secret`: a stack declares a secret that no service gets

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unused-secret",
    group: Group::Redundancy,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "a stack declares a secret that no service gets",
    why: "the service that was to have it runs without",
    fails: "services:\n  web:\n    image: nginx:1.27.3\nsecrets:\n  token: { file: ./token }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    secrets: [token]\nsecrets:\n  token: { file: ./token }\n",
    fine: "services:\n  web:\n    build: { context: ., secrets: [token] }\nsecrets:\n  token: { file: ./token }\n",
    fix: "remove it",
    sources: &["seed repositories: unused secrets"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    super::unused::report(rule, plan, found, "secrets", "secret");
}
