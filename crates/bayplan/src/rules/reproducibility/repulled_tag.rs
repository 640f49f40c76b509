//! `repulled-tag`: each start takes whatever its tag names now.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Profile, Rule};
use crate::value::Pin;

/// The rule.
pub const RULE: Rule = Rule {
    name: "repulled-tag",
    group: Group::Reproducibility,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "an image is pulled again and again (`pull_policy: always`, `daily` …) by a tag that moves",
    why: "a restart in the night is an update that nobody tried",
    fails: "services:\n  web:\n    image: nginx:1\n    pull_policy: always\n",
    passes: "services:\n  web:\n    image: nginx:1\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    pull_policy: always\n  other:\n    image: nginx:1\n    pull_policy: if_not_present\n",
    fix: "name a full version or a digest, or remove `pull_policy`",
    sources: &["Compose specification: pull_policy"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        let (Some(image), Some(policy)) = (container.image, container.pull_policy.as_deref()) else { continue };
        let again = matches!(policy, "always" | "refresh" | "daily" | "weekly") || policy.starts_with("every_");
        let tag = match image.pin() {
            _ if !again => continue,
            Pin::Moving(tag) | Pin::Major(tag) => tag,
            Pin::None => "latest".to_owned(),
            Pin::Exact(_) | Pin::Digest => continue,
        };
        let path = container.path().key("pull_policy");
        let message = format!("{} takes whatever the tag `{tag}` names now (`{policy}`)", container.called());
        let fix = Fix::unsafe_("remove `pull_policy`").delete(path.clone());
        let finding = found.value(rule, container.stack, container.name, path, message);
        finding.set_help("name a full version or a digest, or remove `pull_policy`").set_fix(fix);
    }
}
