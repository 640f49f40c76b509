//! `unused-config`: a stack declares a config that no service gets

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unused-config",
    group: Group::Redundancy,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "a stack declares a config that no service gets",
    why: "the service that was to have it runs with the settings of its image",
    fails: "services:\n  web:\n    image: nginx:1.27.3\nconfigs:\n  main: { content: a }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    configs: [main]\nconfigs:\n  main: { content: a }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    configs: [{ source: main, target: /etc/main }]\nconfigs:\n  main: { content: a }\n",
    fix: "remove it",
    sources: &["seed repositories: unused configs"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    super::unused::report(rule, plan, found, "configs", "config");
}
