//! `rolling-tag`: an image follows a tag that every release moves

use super::unpinned_image::image_finding;
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};
use crate::value::Pin;

/// The rule.
pub const RULE: Rule = Rule {
    name: "rolling-tag",
    group: Group::Reproducibility,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "an image follows a tag that every release moves, such as `17` or `7-alpine`",
    why: "a restart may bring another release than the one that was tried",
    fails: "services:\n  db:\n    image: postgres:17\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n",
    fine: "services:\n  db:\n    image: postgres:17@sha256:6efd0df010dc3cb40d5e33e3ef84acecc5e73161bd3df06029ee8698e5e12c60\n",
    fix: "name a full version, or a digest",
    sources: &["compose-lint CL-0019"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(image) = &service.compose.image else { continue };
        if let Pin::Major(tag) = image.pin() {
            let message = format!("`{name}` follows every release behind the tag `{tag}`");
            image_finding(rule, stack, name, service, message, found);
        }
    }
}
