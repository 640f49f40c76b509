//! `undigested-image`: an image is named by a version, and not by its digest

use super::unpinned_image::image_finding;
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use crate::value::Pin;

/// The rule.
pub const RULE: Rule = Rule {
    name: "undigested-image",
    group: Group::Reproducibility,
    level: Level::Allow,
    profiles: &[],
    finds: "an image is named by a full version, and not by its digest",
    why: "whoever can push to the repository can put another image behind the version; a digest is the image itself",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3@sha256:0a399eb16751829e1af26fea27b20c3ec28d7ab1fb72182879dcae1cca21206a\n",
    fine: "services:\n  web:\n    image: example/shop:1.8.2\n    build: .\n  old:\n    image: nginx:latest\n",
    fix: "add the digest behind the version, and let a program renew both (Renovate)",
    sources: &["compose-lint CL-0019", "OWASP Docker rule 13"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services().filter(|(.., service)| service.compose.build.is_none()) {
        let Some(image) = &service.compose.image else { continue };
        // Tags that move are said elsewhere.
        if let Pin::Exact(tag) = image.pin() {
            let message = format!("`{name}` names the version `{tag}`, and no digest");
            image_finding(rule, stack, name, service, message, found).set_help("add `@sha256:…` behind the version");
        }
    }
}
