//! `undefined-alloy-component`: an Alloy file refers to a component that does not exist

use crate::finding::Level;
use crate::observe::alloy::{Block, FAMILIES};
use crate::plan::Plan;
use crate::record::nearest;
use crate::rules::{Findings, Group, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub const RULE: Rule = Rule {
    name: "undefined-alloy-component",
    group: Group::Observability,
    level: Level::Deny,
    profiles: &[],
    finds: "an Alloy file refers to a component that does not exist",
    why: "Alloy does not start, or keeps its old settings on a reload",
    fails: "# file: compose.yaml\nservices:\n  alloy:\n    image: grafana/alloy:v1.10.0\n    volumes: ['./config.alloy:/etc/alloy/config.alloy:ro']\n# file: config.alloy\nloki.source.docker \"logs\" {\n  host       = \"unix:///var/run/docker.sock\"\n  targets    = []\n  forward_to = [loki.write.uot.receiver]\n}\nloki.write \"out\" {\n  endpoint { url = \"http://loki:3100\" }\n}\n",
    passes: "# file: compose.yaml\nservices:\n  alloy:\n    image: grafana/alloy:v1.10.0\n    volumes: ['./config.alloy:/etc/alloy/config.alloy:ro']\n# file: config.alloy\nloki.source.docker \"logs\" {\n  host       = \"unix:///var/run/docker.sock\"\n  targets    = []\n  forward_to = [loki.write.out.receiver]\n}\nloki.write \"out\" {\n  endpoint { url = \"http://loki:3100\" }\n}\n",
    fine: "# file: compose.yaml\nservices:\n  alloy:\n    image: grafana/alloy:v1.10.0\n    volumes: ['./config.alloy:/etc/alloy/config.alloy:ro']\n# file: config.alloy\ndeclare \"mine\" {\n  argument \"sink\" {}\n  loki.process \"inner\" { forward_to = [argument.sink.value] }\n  export \"receiver\" { value = loki.process.inner.receiver }\n}\nmine \"a\" { sink = loki.write.out.receiver }\nloki.write \"out\" {\n  endpoint { url = \"http://loki:3100\" }\n}\nloki.source.docker \"logs\" {\n  host       = \"unix:///var/run/docker.sock\"\n  targets    = []\n  forward_to = [mine.a.receiver]\n}\n",
    fix: "correct the name, or add the component",
    sources: &[
        "https://grafana.com/docs/alloy/latest/get-started/configuration-syntax/expressions/referencing_exports/",
    ],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // Alloy reads all files of a folder as one.
    let mut folders: BTreeMap<&str, Vec<(&str, &Block)>> = BTreeMap::new();
    for file in &plan.observed.alloy {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let blocks = file.says.iter().map(|block| (file.path.as_str(), block));
        folders.entry(folder).or_default().extend(blocks);
    }
    for blocks in folders.values() {
        scope(rule, blocks, found);
    }
}

/// The blocks of one scope: of a folder, or of a component that people declare.
fn scope(rule: &Rule, blocks: &[(&str, &Block)], found: &mut Findings<'_>) {
    let defined: BTreeSet<String> = blocks.iter().map(|(_, block)| block.path()).collect();
    // What is imported under a name of a family hides it.
    let hidden: BTreeSet<&str> = blocks
        .iter()
        .filter(|(_, block)| block.name.value.starts_with("import."))
        .filter_map(|(_, block)| Some(block.label.as_ref()?.value.as_str()))
        .collect();
    for (path, block) in blocks {
        if matches!(block.name.value.as_str(), "declare" | "foreach" | "template") {
            let inner: Vec<(&str, &Block)> = block.blocks.iter().map(|inner| (*path, inner)).collect();
            if block.name.value == "declare" {
                scope(rule, &inner, found);
            }
            continue;
        }
        for wanted in block.paths() {
            let parts: Vec<&str> = wanted.value.split('.').collect();
            let family = parts.first().copied().unwrap_or_default();
            if parts.len() < 3 || !FAMILIES.contains(&family) || hidden.contains(family) {
                continue;
            }
            if (2..=parts.len()).any(|length| defined.contains(&parts[..length].join("."))) {
                continue;
            }
            // The last part is what the component gives.
            let name = parts[..parts.len() - 1].join(".");
            // One of the same kind, or of the same label.
            let (kind, label) = name.rsplit_once('.').unwrap_or((&name, ""));
            let alike = |other: &&str| other.rsplit_once('.').is_some_and(|(own, its)| own == kind || its == label);
            let known: Vec<&str> = defined.iter().map(String::as_str).filter(alike).collect();
            let message = format!("`{}` refers to `{name}`, which does not exist", block.path());
            let help = match nearest(&name, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "add the component, or name one that is there".to_owned(),
            };
            found.file(rule, path, [&block.path(), &wanted.value], wanted.at, message).set_help(help);
        }
    }
}
