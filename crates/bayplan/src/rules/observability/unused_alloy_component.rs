//! `unused-alloy-component`: an Alloy component sends what it gets elsewhere, but nothing sends it anything

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unused-alloy-component",
    group: Group::Observability,
    level: Level::Warn,
    profiles: &[],
    finds: "an Alloy component waits for data that nothing sends it",
    why: "somebody believes that the data arrives",
    fails: "# file: compose.yaml\nservices:\n  alloy:\n    image: grafana/alloy:v1.10.0\n    volumes: ['./config.alloy:/etc/alloy/config.alloy:ro']\n# file: config.alloy\nloki.source.docker \"logs\" {\n  host       = \"unix:///var/run/docker.sock\"\n  targets    = []\n  forward_to = []\n}\nloki.write \"out\" {\n  endpoint { url = \"http://loki:3100\" }\n}\n",
    passes: "# file: compose.yaml\nservices:\n  alloy:\n    image: grafana/alloy:v1.10.0\n    volumes: ['./config.alloy:/etc/alloy/config.alloy:ro']\n# file: config.alloy\nloki.source.docker \"logs\" {\n  host       = \"unix:///var/run/docker.sock\"\n  targets    = []\n  forward_to = [loki.write.out.receiver]\n}\nloki.write \"out\" {\n  endpoint { url = \"http://loki:3100\" }\n}\n",
    fine: "# file: compose.yaml\nservices:\n  alloy:\n    image: grafana/alloy:v1.10.0\n    volumes: ['./config.alloy:/etc/alloy/config.alloy:ro']\n# file: config.alloy\ndeclare \"mine\" {\n  argument \"sink\" {}\n  loki.process \"inner\" { forward_to = [argument.sink.value] }\n  export \"receiver\" { value = loki.process.inner.receiver }\n}\nmine \"a\" { sink = loki.write.out.receiver }\nloki.write \"out\" {\n  endpoint { url = \"http://loki:3100\" }\n}\nloki.source.docker \"logs\" {\n  host       = \"unix:///var/run/docker.sock\"\n  targets    = []\n  forward_to = [mine.a.receiver]\n}\n",
    fix: "name it in a `forward_to` or an `output`, or remove it",
    sources: &["observed: a `pyroscope.write` that nothing forwards to"],
    check,
};

/// The components that do nothing by themselves.
const PASSIVE: &[&str] = &[
    "loki.process",
    "loki.relabel",
    "loki.write",
    "prometheus.relabel",
    "prometheus.remote_write",
    "pyroscope.write",
    "pyroscope.relabel",
    "discovery.relabel",
];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let used: BTreeSet<&str> = plan
        .observed
        .alloy
        .iter()
        .flat_map(|file| &file.says)
        .flat_map(|block| block.paths())
        .map(|path| path.value.as_str())
        .collect();
    for file in &plan.observed.alloy {
        for block in &file.says {
            let kind = block.name.value.as_str();
            let sends = PASSIVE.contains(&kind)
                || kind.starts_with("otelcol.exporter.")
                || kind.starts_with("otelcol.processor.");
            let path = block.path();
            let below = format!("{path}.");
            let is_used = used.range(below.as_str()..).next().is_some_and(|used| used.starts_with(&below));
            if !sends || is_used || used.contains(path.as_str()) {
                continue;
            }
            let message = format!("nothing sends anything to `{path}`");
            let at = block.label.as_ref().unwrap_or(&block.name).at;
            found.file(rule, &file.path, [&path, ""], at, message).set_help("forward to it, or remove it");
        }
    }
}
