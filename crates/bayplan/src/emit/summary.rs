//! `plan → plan.json`: what was planned, for programs: stacks, services, routes, connections, networks, backups.

use super::{Comment, Tree, TreeError};
use crate::plan::Plan;
use serde_json::{Map, Value, json};

/// The file.
pub fn emit(plan: &Plan) -> Result<Tree, TreeError> {
    let mut stacks = Map::new();
    for stack in plan.stacks.values() {
        let services: Map<String, Value> = stack
            .services
            .iter()
            .map(|(name, service)| {
                let routes: Vec<Value> = service
                    .routes
                    .iter()
                    .map(|route| json!({ "name": route.name, "host": route.host.to_string(), "path": route.path, "port": route.port, "tls": route.tls }))
                    .collect();
                let needs: Vec<Value> = service.needs.iter().map(|edge| json!({ "stack": edge.stack, "service": edge.service })).collect();
                let metrics: Vec<Value> =
                    service.scrapes.iter().map(|scrape| json!({ "port": scrape.port, "path": scrape.path.as_deref().unwrap_or("/metrics") })).collect();
                let networks: Vec<&String> = service.compose.networks.keys().collect();
                let backup = service.backup.as_ref().map(|backup| json!({ "schedule": backup.schedule, "exempt": backup.exempt }));
                let value = json!({
                    "image": service.compose.image.as_ref().map(ToString::to_string),
                    "archetype": service.archetype,
                    "member_of": service.group,
                    "profiles": service.compose.profiles,
                    "needs": needs,
                    "routes": routes,
                    "metrics": metrics,
                    "networks": networks,
                    "ports": service.ports,
                    "egress": service.egress,
                    "logs": service.logs.enabled != Some(false),
                    "traces": service.traces,
                    "backup": backup,
                });
                (name.clone(), value)
            })
            .collect();
        let file = format!("compose/{}/compose.yaml", stack.name);
        stacks.insert(
            stack.name.clone(),
            json!({ "blueprint": plan.origin(stack), "host": stack.host, "compose": file, "services": services }),
        );
    }
    let networks: Vec<Value> = plan
        .networks
        .iter()
        .map(|network| {
            let members: Vec<String> =
                network.members.iter().map(|(stack, service)| format!("{stack}/{service}")).collect();
            json!({ "name": network.name(), "owner": network.owner, "members": members })
        })
        .collect();
    let order: Vec<&String> = plan.stacks.keys().collect();
    let value = json!({
        "environment": plan.environment,
        "domain": plan.domain.as_ref().map(|domain| domain.as_str()),
        "start_order": order,
        "stacks": stacks,
        "networks": networks,
    });
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    let mut tree = Tree::new();
    tree.add("plan.json", Comment::Json, "the fleet", &text)?;
    Ok(tree)
}
