//! `unpinned-image`: an image follows a tag that moves

use crate::finding::{Finding, Level};
use crate::plan::{Plan, Service, Stack};
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use crate::value::Pin;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unpinned-image",
    group: Group::Reproducibility,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "an image follows a tag that moves",
    why: "the same file starts another program tomorrow, and no rollback finds the one that worked",
    fails: "services:\n  web:\n    image: nginx:latest\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n",
    fine: "\
services:
  web:
    image: nginx@sha256:0a399eb16751829e1af26fea27b20c3ec28d7ab1fb72182879dcae1cca21206a
  db:
    image: localhost:5000/team/db:17-bookworm
  app:
    build: .
",
    fix: "name a version, or a digest",
    sources: &["CIS Docker Benchmark 5.28", "compose-lint CL-0004"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // What is built here follows the files beside it; but a fleet names what it runs.
    let is_lenient = matches!(plan.policy.profile(), Profile::Default | Profile::Homelab);
    for (stack, name, service) in plan.services() {
        let Some(image) = &service.compose.image else { continue };
        if is_lenient && service.compose.build.is_some() {
            continue;
        }
        let message = match image.pin() {
            Pin::None => format!("`{name}` uses the image `{image}` without a tag"),
            Pin::Moving(tag) => format!("`{name}` follows the moving tag `{tag}`"),
            Pin::Major(_) | Pin::Exact(_) | Pin::Digest => continue,
        };
        image_finding(rule, stack, name, service, message, found);
    }
}

/// Reports what is wrong with the image of a service.
pub(in crate::rules) fn image_finding<'f>(
    rule: &Rule,
    stack: &Stack,
    name: &str,
    service: &Service,
    message: String,
    found: &'f mut Findings<'_>,
) -> &'f mut Finding {
    // The tag of an archetype's image stands behind `use`.
    let by_use = service.archetype.is_some() && !found.is_written(stack, &service_path(name).key("image"));
    let finding = found.service(rule, stack, name, &[if by_use { "use" } else { "image" }], message);
    finding.set_help("name a full version, such as `1.27.3`, or a digest")
}

/// Whether the image of a service is a text without variables.
pub(in crate::rules) fn is_written_plainly(stack: &Stack, name: &str) -> bool {
    let node = stack.document.at_path(&service_path(name).key("image"));
    node.is_some_and(|node| node.template().is_none())
}
