//! `privileged-build`: whoever writes the Dockerfile has all rights on the machine that builds.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "privileged-build",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Deny), (Profile::Cis, Level::Warn)],
    finds: "an image is built with all rights on the machine that builds it (`privileged`, `security.insecure`)",
    why: "every script that the build downloads and runs owns that machine",
    fails: "services:\n  web:\n    build: { context: ., privileged: true }\n",
    passes: "services:\n  web:\n    build: { context: . }\n",
    fine: "services:\n  web:\n    build: { context: ., privileged: false, entitlements: [] }\n",
    fix: "remove it, and do in a container of its own what needs the rights",
    sources: &["Compose specification: build.privileged, build.entitlements"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(build) = &service.compose.build else { continue };
        let path = service_path(name).key("build");
        if build.privileged == Some(true) {
            let message = format!("the build of `{name}` has all rights on the machine");
            let path = path.key("privileged");
            let fix = Fix::unsafe_("remove `privileged`").delete(path.clone());
            found.value(rule, stack, name, path, message).set_help("remove `privileged`").set_fix(fix);
        }
        if build.entitlements.iter().any(|right| right == "security.insecure") {
            let message = format!("the build of `{name}` may use all rights on the machine");
            let is = |item: &bayplan_yaml::Node| item.as_str() == Some("security.insecure");
            let finding = found.item_at(rule, stack, name, path.key("entitlements"), is, message);
            finding.set_help("remove `security.insecure`");
        }
    }
}
