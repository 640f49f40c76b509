//! `unused-anchor`: nothing refers to an anchor

use crate::finding::{Finding, Fix, Level, Subject};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};
use bayplan_yaml::{Kind, Limits, Location, Path};
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
    let mut seen = BTreeSet::new();
    // Files that were merged are named by what came from them.
    for stack in plan.stacks.values() {
        let sections = stack.document.as_map().into_iter().flat_map(|map| map.values());
        let mut sources: BTreeSet<_> = sections.map(|entry| entry.key_at.source).collect();
        sources.insert(stack.document.at.source);
        for source in sources {
            if seen.insert(source) {
                file(rule, &stack.name, source, found);
            }
        }
    }
}

fn file(rule: &Rule, stack: &str, source: bayplan_yaml::SourceId, found: &mut Findings<'_>) {
    let Some(text) = found.sources.file(source).map(|file| file.text.clone()).filter(|text| text.contains('&')) else {
        return;
    };
    for document in &bayplan_yaml::parse::parse(&text, source, &Limits::default(), &mut Vec::new()) {
        let mut used = BTreeSet::new();
        for id in document.ids() {
            if let Kind::Alias(Some(target)) = document.node(id).kind {
                used.insert(target);
            }
        }
        let top = document.root().map(|root| &document.node(root).kind);
        let blocks: &[_] = if let Some(Kind::Mapping(entries)) = top { entries } else { &[] };
        for id in document.ids().filter(|id| !used.contains(id)) {
            let Some(anchor) = &document.node(id).anchor else { continue };
            let at = Location { source, span: anchor.1 };
            let block =
                blocks.iter().find(|(_, value)| *value == id).and_then(|(key, _)| match &document.node(*key).kind {
                    Kind::Scalar(key, _) if key.starts_with("x-") => Some(key.clone()),
                    _ => None,
                });
            let message = format!("nothing refers to the anchor `{}`", anchor.0);
            let path = block.as_ref().map_or(Path::root(), |key| Path::root().key(key.as_str()));
            let finding = Finding::new(rule.name, rule.level, at, message);
            let finding = found.push(finding.about(Subject::stack(stack).with_path(path.clone())));
            match block {
                Some(key) => {
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
