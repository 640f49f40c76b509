//! `plan → prometheus/prometheus.yml`, `scrape.d/*.yml` and `rules.d/*.yml`, for Prometheus 3.
//!
//! Targets are service names: Docker's resolver knows them, no address is written.

use super::{Comment, Tree, TreeError};
use crate::plan::{Plan, Role, Stack};
use bayplan_yaml::{Location, print, to_node};
use serde_json::{Value, json};

/// The files of the metrics server; none where the fleet has no metrics server.
pub fn emit(plan: &Plan) -> Result<Tree, TreeError> {
    let mut tree = Tree::new();
    let Some((owner, itself, _)) = plan.role(Role::Metrics) else { return Ok(tree) };
    let main = json!({
        "global": { "scrape_interval": "30s", "evaluation_interval": "30s" },
        "scrape_config_files": ["scrape.d/*.yml"],
        "rule_files": ["rules.d/*.yml"],
    });
    tree.add("prometheus/prometheus.yml", Comment::Hash, &owner.file, &yaml(&main))?;
    for stack in plan.stacks.values() {
        let mine = if stack.name == owner.name { Some(itself) } else { None };
        let jobs = jobs(stack, mine);
        if jobs.is_empty() {
            continue;
        }
        let scrape = json!({ "scrape_configs": jobs });
        let group = json!({ "groups": [{ "name": stack.name, "rules": [alert(stack)] }] });
        tree.add(&format!("prometheus/scrape.d/{}.yml", stack.name), Comment::Hash, &stack.file, &yaml(&scrape))?;
        tree.add(&format!("prometheus/rules.d/{}.yml", stack.name), Comment::Hash, &stack.file, &yaml(&group))?;
    }
    Ok(tree)
}

fn yaml(value: &Value) -> String {
    to_node(value, Location::default()).map(|node| print(&node)).unwrap_or_default()
}

/// The scrape jobs of a stack. `itself` is the metrics server, where it is one of its services.
fn jobs(stack: &Stack, itself: Option<&str>) -> Vec<Value> {
    let mut jobs = Vec::new();
    for (name, service) in &stack.services {
        for (index, scrape) in service.scrapes.iter().enumerate() {
            let job = if index == 0 {
                format!("{}-{name}", stack.name)
            } else {
                format!("{}-{name}-{}", stack.name, index + 1)
            };
            let host = if itself == Some(name) { "localhost" } else { name };
            let labels = json!({ "stack": stack.name, "service": name });
            let replicas = service.compose.deploy.as_ref().and_then(|deploy| deploy.replicas).or(service.compose.scale);
            let mut config = json!({ "job_name": job });
            if replicas.is_some_and(|count| count > 1) {
                config["dns_sd_configs"] = json!([{ "names": [name], "type": "A", "port": scrape.port }]);
                let label = |label: &str, value: &str| json!({ "target_label": label, "replacement": value });
                config["relabel_configs"] = json!([label("stack", &stack.name), label("service", name)]);
            } else {
                config["static_configs"] =
                    json!([{ "targets": [format!("{host}:{}", scrape.port)], "labels": labels }]);
            }
            if let Some(path) = &scrape.path {
                config["metrics_path"] = path.as_str().into();
            }
            if let Some(interval) = &scrape.interval {
                config["scrape_interval"] = interval.as_str().into();
            }
            if let Some(scheme) = scrape.scheme {
                config["scheme"] = scheme.as_str().into();
            }
            jobs.push(config);
        }
    }
    jobs
}

/// The alert that a target of the stack is down.
fn alert(stack: &Stack) -> Value {
    json!({
        "alert": "TargetDown",
        "expr": format!("up{{stack=\"{}\"}} == 0", stack.name.replace('\\', "\\\\").replace('"', "\\\"")),
        "for": "5m",
        "labels": { "severity": "critical" },
        "annotations": {
            "summary": "{{ $labels.service }} of {{ $labels.stack }} cannot be scraped",
            "description": "Prometheus has had no answer from {{ $labels.instance }} for five minutes.",
        },
    })
}
