//! `unused-network`: a stack declares a network that no service is on

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unused-network",
    group: Group::Redundancy,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "a stack declares a network that no service is on",
    why: "Compose does not make it: another stack that takes it from outside does not start",
    fails: "services:\n  web:\n    image: nginx:1.27.3\nnetworks:\n  back: {}\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [back]\nnetworks:\n  back: {}\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\nnetworks:\n  default: { name: web }\n",
    fix: "remove it",
    sources: &["https://github.com/docker/compose/issues/9207"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    super::unused::report(rule, plan, found, "networks", "network");
}
