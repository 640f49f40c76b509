//! `unknown-capability`: Docker refuses a capability that it does not know.

use super::capabilities::{CAPABILITIES, plain};
use crate::finding::Level;
use crate::plan::Plan;
use crate::record::nearest;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-capability",
    group: Group::Security,
    level: Level::Deny,
    profiles: &[],
    finds: "a service adds or drops a capability that does not exist",
    why: "Docker refuses to make the container: `invalid capability`",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [NETADMIN]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    cap_add: [NET_ADMIN]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    cap_drop: [all]\n    cap_add: [cap_chown, Net_Bind_Service]\n",
    fix: "write its name as capabilities(7) does, with `CAP_` or without",
    sources: &["moby: oci/caps, NormalizeLegacyCapabilities", "capabilities(7)"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (key, list) in [("cap_add", &service.compose.cap_add), ("cap_drop", &service.compose.cap_drop)] {
            // What a variable says that nobody set is not known.
            for written in list.iter().filter(|written| !written.contains('$')) {
                let plain = plain(written);
                let known = |(capability, ..): &(&str, _, _)| *capability == plain;
                if plain == "ALL" || CAPABILITIES.iter().any(known) {
                    continue;
                }
                let message = format!("there is no capability `{}`", written.escape_debug());
                let is = |item: &bayplan_yaml::Node| item.as_str() == Some(written);
                let near = nearest(&plain, &CAPABILITIES.map(|(capability, ..)| capability));
                let finding = found.item_at(rule, stack, name, service_path(name).key(key), is, message);
                finding.set_help(match near {
                    Some(near) => format!("write `{near}`"),
                    None => "write one of capabilities(7), such as `NET_ADMIN`".to_owned(),
                });
            }
        }
    }
}
