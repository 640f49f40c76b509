//! `blueprints → documents of one environment`: what differs in the environment is merged over.

use super::*;
use crate::finding::Fix;
use crate::value::ProjectName;

/// The documents with what differs in the environment merged over, by stack name; and their file names.
pub(super) fn overlay(
    input: &Input<'_>,
    blueprints: Vec<Document>,
    name: &str,
    layers: &mut Layers,
    report: &mut Report,
) -> (IndexMap<String, Node>, IndexMap<String, String>) {
    let mut documents: IndexMap<String, Node> = IndexMap::new();
    let mut files = IndexMap::new();
    let mut places: BTreeMap<String, Location> = BTreeMap::new();
    for document in blueprints {
        let mut node = document.node;
        let overlays = match &mut node.value {
            Value::Map(map) => map.shift_remove("environments"),
            _ => None,
        };
        if let Some(overlays) = overlays {
            let known: Vec<&str> = input.fleet.environments.keys().map(String::as_str).collect();
            let Value::Map(map) = overlays.value.value else {
                let mut decoder = Decoder::at(Path::root().key("environments"));
                let _: Option<()> = decoder.wrong_type(&overlays.value, "a mapping from environments to what differs");
                report.extend(decoder.finish());
                continue;
            };
            for (key, entry) in map {
                if &*key == name {
                    let stack = stack_name(&node, &document.stem);
                    let kind = LayerKind::Environment(name.to_owned());
                    Layers::add(layers.wanted, &mut layers.above, &stack, kind, Path::root(), &entry.value);
                    let merged = merge_project(node, entry.value);
                    report.extend(merged.errors);
                    node = merged.node;
                } else if !known.contains(&&*key) {
                    let help = match nearest(&key, &known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "name it under `environments` in fleet.yaml".to_owned(),
                    };
                    let message = format!("the fleet has no environment `{key}`");
                    report.push(Finding::deny("unknown-environment", entry.key_at, message).help(help));
                }
                if !matches!(node.value, Value::Map(_)) {
                    break;
                }
            }
        }
        let stack = stack_name(&node, &document.stem);
        let place = node.get("name").map_or(node.at, |name| name.at);
        if let Some(written) = node.get("name").and_then(Node::as_str).filter(|written| **written != stack) {
            let message =
                format!("Compose drops what no project name holds: `{}` is `{stack}`", written.escape_debug());
            let path = Path::root().key("name");
            let fix = Fix::safe(format!("write `{stack}`")).set(path.clone(), stack.as_str());
            let finding = Finding::warn("invalid-value", place, message).help(format!("write `{stack}`")).fix(fix);
            report.push(finding.about(Subject::stack(&stack).with_path(path)));
        }
        if let Some(first) = places.get(&stack) {
            let message = format!("two blueprints of the fleet are named `{stack}`");
            report.push(
                Finding::deny("duplicate-name", place, message)
                    .help("rename one of the two")
                    .related(*first, "the other one"),
            );
            continue;
        }
        if layers.wanted {
            layers.below.entry(stack.clone()).or_default().extend(document.layers.iter().cloned());
        }
        places.insert(stack.clone(), place);
        files.insert(stack.clone(), document.file.clone());
        documents.insert(stack, node);
    }
    (documents, files)
}

/// The name of a stack: what it says, else that of its file, as Compose writes it.
fn stack_name(node: &Node, stem: &str) -> String {
    let written = node.get("name").and_then(Node::as_str).and_then(ProjectName::normalize);
    match written.or_else(|| ProjectName::normalize(stem)) {
        Some(name) => name.to_string(),
        None => "stack".to_owned(),
    }
}
