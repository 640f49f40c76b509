//! `unused-volume`: a stack declares a volume that nothing uses

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unused-volume",
    group: Group::Redundancy,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "a stack declares a volume that nothing uses",
    why: "Compose does not make it: whoever reads the file looks for the service that keeps its data there",
    fails: "services:\n  web:\n    image: nginx:1.27.3\nvolumes:\n  data: {}\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: ['data:/data']\nvolumes:\n  data: {}\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    volumes: [{ type: volume, source: data, target: /data, volume: { subpath: web } }]\nvolumes:\n  data: {}\n",
    fix: "remove it",
    sources: &["seed repositories: unused volumes"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    super::unused::report(rule, plan, found, "volumes", "volume");
}
