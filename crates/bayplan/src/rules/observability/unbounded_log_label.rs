//! `unbounded-log-label`: a label of log lines has a value of its own for each container or request

use crate::finding::Level;
use crate::observe::alloy::{Block, Value};
use crate::observe::written::Text;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unbounded-log-label",
    group: Group::Observability,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn)],
    finds: "a label of log lines has a value of its own for each container, request or user",
    why: "Loki keeps a stream, with files and memory, for each value: it gets slow, and refuses lines in the end",
    fails: "\
# file: compose.yaml
services:
  alloy:
    image: grafana/alloy:v1.12.1
    volumes: ['./config.alloy:/etc/alloy/config.alloy:ro']
# file: config.alloy
loki.process \"all\" {
  stage.labels {
    values = { request_id = \"\", level = \"\" }
  }
  forward_to = []
}
",
    passes: "\
# file: compose.yaml
services:
  alloy:
    image: grafana/alloy:v1.12.1
    volumes: ['./config.alloy:/etc/alloy/config.alloy:ro']
# file: config.alloy
loki.process \"all\" {
  stage.structured_metadata {
    values = { request_id = \"\" }
  }
  stage.labels {
    values = { level = \"\" }
  }
  forward_to = []
}
",
    fine: "\
# file: compose.yaml
services:
  alloy:
    image: grafana/alloy:v1.12.1
    volumes: ['./config.alloy:/etc/alloy/config.alloy:ro']
# file: config.alloy
discovery.relabel \"targets\" {
  targets = []
  rule {
    source_labels = [\"__meta_docker_container_id\"]
    target_label  = \"container_id\"
  }
}
prometheus.scrape \"all\" {
  targets    = discovery.relabel.targets.output
  forward_to = []
}
",
    fix: "keep it in the line, or as structured metadata (`stage.structured_metadata`)",
    sources: &["https://grafana.com/docs/loki/latest/get-started/labels/bp-labels/"],
    check,
};

/// Names of labels without an end of values.
const ENDLESS: &[&str] = &[
    "client_ip",
    "container_id",
    "correlation_id",
    "remote_addr",
    "request_id",
    "requestid",
    "session_id",
    "span_id",
    "spanid",
    "timestamp",
    "trace_id",
    "traceid",
    "user_id",
];
/// Where such values come from.
const SOURCES: &[&str] = &["__meta_docker_container_id", "__meta_docker_network_ip", "__meta_kubernetes_pod_uid"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for file in &plan.observed.alloy {
        for block in &file.says {
            let for_logs = match block.name.value.as_str() {
                // What finds targets may do so for metrics.
                "discovery.relabel" => {
                    let output = format!("{}.output", block.path());
                    let reads = |other: &&Block| other.name.value.starts_with("loki.source.");
                    file.says.iter().filter(reads).flat_map(Block::paths).any(|path| path.value == output)
                }
                name => name.starts_with("loki."),
            };
            if !for_logs {
                continue;
            }
            let path = block.path();
            for label in labels(block) {
                let message = format!("`{path}` makes a label of `{}`, which has no end of values", label.value);
                let finding = found.file(rule, &file.path, [&path, &label.value], label.at, message);
                finding.set_help("keep it in the line, or in `stage.structured_metadata`");
            }
        }
    }
}

/// The endless labels that a component makes.
fn labels(component: &Block) -> Vec<&Text> {
    let (mut found, mut blocks) = (Vec::new(), vec![component]);
    while let Some(block) = blocks.pop() {
        blocks.extend(&block.blocks);
        match block.name.value.as_str() {
            "stage.labels" => {
                if let Some(Value::Object(entries)) = block.get("values") {
                    found.extend(entries.iter().map(|(key, _)| key).filter(|key| is_endless(&key.value)));
                }
            }
            "rule" => {
                let Some(Value::Text(target)) = block.get("target_label") else { continue };
                let from = match block.get("source_labels") {
                    Some(Value::List(items)) => items.as_slice(),
                    _ => &[],
                };
                let endless =
                    |item: &Value| matches!(item, Value::Text(text) if SOURCES.contains(&text.value.as_str()));
                // What begins with two underscores is dropped.
                if !target.value.starts_with("__") && (is_endless(&target.value) || from.iter().any(endless)) {
                    found.push(target);
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|text| text.at.span.start);
    found
}

fn is_endless(label: &str) -> bool {
    ENDLESS.binary_search(&label).is_ok()
}
