//! `plan → alloy/fleet.alloy`: container logs to Loki, traces to where the fleet says, for Grafana Alloy.

use super::alloy::components::{
    DiscoveryDocker, DiscoveryRelabel, Endpoint, LokiProcess, LokiSourceDocker, LokiWrite, RelabelRule,
};
use super::alloy::otelcol::{ExporterOtlp, Output, ProcessorBatch, Protocol, ReceiverOtlp};
use super::alloy::stages::Stage;
use super::alloy::syntax::{Block, Body, Ident, Key, Statement};
use super::alloy::{check, print};
use super::{Comment, Tree, TreeError};
use crate::plan::{Plan, Role};
use indexmap::IndexMap;

/// The pipelines of the collector; none where the fleet has no collector.
pub fn emit(plan: &Plan) -> Result<Tree, TreeError> {
    let mut tree = Tree::new();
    let Some((owner, ..)) = plan.role(Role::Collector) else { return Ok(tree) };
    let blocks: Vec<Block> = logs(plan).into_iter().chain(traces(plan)).collect();
    let body = Body(blocks.into_iter().map(Statement::Block).collect());
    debug_assert!(check::check(&body).is_empty(), "{:?}", check::check(&body));
    tree.add("alloy/fleet.alloy", Comment::Slashes, &plan.origin(owner), &print::print(&body))?;
    Ok(tree)
}

fn logs(plan: &Plan) -> Vec<Block> {
    let Some((_, loki, _)) = plan.role(Role::Logs) else { return Vec::new() };
    let host = plan
        .role(Role::DockerApi)
        .map_or_else(|| "unix:///var/run/docker.sock".to_owned(), |(_, name, _)| format!("tcp://{name}:2375"));
    let label = || Ident::sanitized("fleet");
    let docker = DiscoveryDocker {
        label: label(),
        host: host.clone(),
        refresh_interval: Some("10s".to_owned()),
        filters: IndexMap::new(),
    };
    const PROJECT: &str = "__meta_docker_container_label_com_docker_compose_project";
    const SERVICE: &str = "__meta_docker_container_label_com_docker_compose_service";
    let names: Vec<String> = plan.stacks.keys().map(|name| escaped(name)).collect();
    let mut rules = vec![RelabelRule::filter("keep", PROJECT, &names.join("|"))];
    let silent: Vec<String> = plan
        .services()
        .filter(|(_, _, service)| service.logs.enabled == Some(false))
        .map(|(stack, name, _)| format!("{};{}", escaped(&stack.name), escaped(name)))
        .collect();
    if !silent.is_empty() {
        let mut rule = RelabelRule::filter("drop", PROJECT, &silent.join("|"));
        rule.source_labels = vec![PROJECT.to_owned(), SERVICE.to_owned()];
        rules.push(rule);
    }
    rules.push(RelabelRule::copy(PROJECT, None, "stack"));
    rules.push(RelabelRule::copy(SERVICE, None, "service"));
    rules.push(RelabelRule::copy("__meta_docker_container_name", Some("/(.*)"), "container"));
    rules.push(RelabelRule::fixed("environment", &plan.environment));
    let relabel = DiscoveryRelabel { label: label(), targets: docker.targets(), rules };
    let write = LokiWrite {
        label: label(),
        external_labels: IndexMap::new(),
        endpoints: vec![Endpoint::new(format!("http://{loki}:3100/loki/api/v1/push"))],
    };
    let mut stages = Vec::new();
    for (stack, name, service) in plan.services() {
        let mut own = Vec::new();
        if let Some(expression) = &service.logs.drop {
            own.push(Stage::Drop { expression: expression.clone() });
        }
        let labels: IndexMap<Key, String> =
            service.logs.labels.iter().filter_map(|(name, value)| Some((Key::new(name)?, value.clone()))).collect();
        if !labels.is_empty() {
            own.push(Stage::StaticLabels(labels));
        }
        if !own.is_empty() {
            let selector = format!("{{stack={}, service={}}}", print::quoted(&stack.name), print::quoted(name));
            stages.push(Stage::Match { selector, stages: own });
        }
    }
    let process =
        (!stages.is_empty()).then(|| LokiProcess { label: label(), stages, forward_to: vec![write.receiver()] });
    let receiver = process.as_ref().map_or_else(|| write.receiver(), LokiProcess::receiver);
    let source = LokiSourceDocker {
        label: label(),
        host,
        targets: relabel.output(),
        labels: IndexMap::new(),
        relabel_rules: Some(relabel.rules()),
        forward_to: vec![receiver],
    };
    let mut blocks: Vec<Block> = vec![docker.into(), relabel.into(), source.into()];
    blocks.extend(process.map(Into::into));
    blocks.push(write.into());
    blocks
}

fn traces(plan: &Plan) -> Vec<Block> {
    let Some(endpoint) = plan.fleet.traces.clone().filter(|_| plan.services().any(|(_, _, service)| service.traces))
    else {
        return Vec::new();
    };
    let label = || Ident::sanitized("fleet");
    let exporter =
        ExporterOtlp { label: label(), protocol: Protocol::Http, endpoint, insecure: false, headers: IndexMap::new() };
    let to = |takers: Vec<_>| Output { traces: takers, ..Output::default() };
    let batch = ProcessorBatch { label: label(), output: to(vec![exporter.input()]) };
    let receiver = ReceiverOtlp {
        label: label(),
        grpc: Some("0.0.0.0:4317".to_owned()),
        http: Some("0.0.0.0:4318".to_owned()),
        output: to(vec![batch.input()]),
    };
    vec![receiver.into(), batch.into(), exporter.into()]
}

/// `text` as a part of a regular expression that matches just it.
fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|c| (!c.is_ascii_alphanumeric() && c != '_' && c != '-').then_some('\\').into_iter().chain([c]))
        .collect()
}
