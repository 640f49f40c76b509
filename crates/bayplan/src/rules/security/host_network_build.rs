//! `host-network-build`: a build reaches what listens on the machine that builds.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "host-network-build",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "an image is built in the network of the machine that builds it (`network: host`, `network.host`)",
    why: "scripts of the build reach what listens on `localhost` only, and the same build fails or differs elsewhere",
    fails: "services:\n  web:\n    build: { context: ., network: host }\n",
    passes: "services:\n  web:\n    build: { context: . }\n",
    fine: "services:\n  web:\n    build: { context: ., network: none }\n",
    fix: "remove it; what the build needs from the machine, pass in `additional_contexts` or `secrets`",
    sources: &["Compose specification: build.network, build.entitlements"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(build) = &service.compose.build else { continue };
        let path = service_path(name).key("build");
        if build.network.as_deref() == Some("host") {
            let message = format!("the build of `{name}` runs in the network of the machine");
            let path = path.key("network");
            let fix = Fix::unsafe_("remove `network`").delete(path.clone());
            found.value(rule, stack, name, path, message).set_help("remove `network`").set_fix(fix);
        } else if build.entitlements.iter().any(|right| right == "network.host") {
            let message = format!("the build of `{name}` may use the network of the machine");
            let is = |item: &bayplan_yaml::Node| item.as_str() == Some("network.host");
            let finding = found.item_at(rule, stack, name, path.key("entitlements"), is, message);
            finding.set_help("remove `network.host`");
        }
    }
}
