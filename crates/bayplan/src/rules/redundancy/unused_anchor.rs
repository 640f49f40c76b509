//! `unused-anchor`: nothing refers to an anchor

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, syntax};
use bayplan_yaml::{Kind, Path};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unused-anchor",
    group: Group::Redundancy,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn)],
    finds: "nothing refers to an anchor",
    why: "whoever changes what it stands for believes that it changes services",
    fails: "x-common: &common\n  restart: unless-stopped\nservices:\n  web:\n    image: nginx:1.27.3\n",
    passes: "x-common: &common\n  restart: unless-stopped\nservices:\n  web:\n    <<: *common\n    image: nginx:1.27.3\n",
    fine: "x-note: nobody refers to this\nservices:\n  web:\n    image: nginx:1.27.3\n    labels: ['note=&common']\n",
    fix: "remove it; the whole block, where it is an `x-` block",
    sources: &["seed repositories: unused anchors"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for written in syntax::files(plan, found, |text| text.contains('&')) {
        let document = &written.document;
        let mut used = BTreeSet::new();
        for id in document.ids() {
            if let Kind::Alias(Some(target)) = document.node(id).kind {
                used.insert(target);
            }
        }
        let blocks: Vec<_> = document.root().into_iter().flat_map(|root| written.entries(root)).collect();
        for id in document.ids().filter(|id| !used.contains(id)) {
            let Some(anchor) = &document.node(id).anchor else { continue };
            let at = written.place(anchor.1);
            let block = blocks.iter().find(|(key, _, value)| *value == id && key.starts_with("x-"));
            let message = format!("nothing refers to the anchor `{}`", anchor.0);
            let path = block.map_or(Path::root(), |(key, ..)| Path::root().key(*key));
            let finding = found.push(written.finding(rule, at, path.clone(), message));
            match block {
                Some((key, ..)) => {
                    finding.set_help(format!("remove `{key}`"));
                    finding.set_fix(Fix::safe(format!("remove `{key}`")).delete(path));
                }
                None => {
                    finding.set_help("remove the anchor");
                    finding.set_fix(Fix::safe("remove the anchor").respell(at, ""));
                }
            }
        }
    }
}
