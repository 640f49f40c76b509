//! Every Prometheus target is up, and every alert rule is evaluated.

use super::Proofs;
use crate::trial::daemon::Docker;
use crate::trial::plan::Role;
use crate::trial::stage::Stage;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

/// Longer than two scrapes a minute apart.
const PATIENCE: Duration = Duration::from_secs(150);

/// Proves it, a line for each target.
pub fn prove(stage: &Stage<'_>, proofs: &mut Proofs) -> Result<(), String> {
    let containers = stage.containers()?;
    let Some((_, prometheus)) = containers.iter().find(|(member, _)| member.role == Role::Prometheus) else {
        proofs.skipped("scrape targets", "this environment has no Prometheus");
        return Ok(());
    };
    let start = Instant::now();
    let targets = loop {
        let found = targets(stage.docker, prometheus.id());
        let all_up = found.as_ref().is_ok_and(|found| {
            !found.is_empty()
                && stage.plan.targets.iter().all(|wanted| found.get(wanted).is_some_and(|error| error.is_none()))
        });
        if all_up || start.elapsed() > PATIENCE {
            break found?;
        }
        thread::sleep(Duration::from_secs(1));
    };
    let wanted = stage.plan.targets.iter().filter(|wanted| !targets.contains_key(*wanted));
    for missing in wanted {
        proofs.failed(&format!("Prometheus scrapes {missing}"), "it does not know this target");
    }
    for (target, error) in &targets {
        let outcome = error.clone().map_or(Ok(()), Err);
        proofs.record(&format!("the Prometheus target {target} is up"), outcome);
    }
    let answer = ask(stage.docker, prometheus.id(), "/api/v1/rules")?;
    let groups = answer.pointer("/data/groups").and_then(Json::as_array).into_iter().flatten();
    let rules: Vec<&Json> = groups.filter_map(|group| group.get("rules")?.as_array()).flatten().collect();
    let sick: Vec<String> = rules
        .iter()
        .filter(|rule| rule.get("health").and_then(Json::as_str) == Some("err"))
        .map(|rule| format!("{}: {}", rule["name"], rule["lastError"]))
        .collect();
    let firing: Vec<String> = rules
        .iter()
        .filter(|rule| rule.get("state").and_then(Json::as_str) == Some("firing"))
        .map(|rule| rule["name"].to_string())
        .collect();
    let outcome = match (sick.is_empty(), firing.is_empty()) {
        (true, true) => Ok(()),
        (false, _) => Err(sick.join("\n")),
        (true, false) => Err(format!("firing: {}", firing.join(", "))),
    };
    proofs.record(&format!("Prometheus has {} rules, none broken, none firing", rules.len()), outcome);
    Ok(())
}

/// Every active target, `host:port`, with the error of its last scrape.
fn targets(docker: &Docker, container: &str) -> Result<BTreeMap<String, Option<String>>, String> {
    let answer = ask(docker, container, "/api/v1/targets?state=active")?;
    let list = answer.pointer("/data/activeTargets").and_then(Json::as_array).cloned().unwrap_or_default();
    let text = |target: &Json, key: &str| target.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    Ok(list
        .iter()
        .map(|target| {
            let address = target.pointer("/discoveredLabels/__address__").and_then(Json::as_str).unwrap_or_default();
            let health = text(target, "health");
            let error = (health != "up").then(|| format!("{health}: {}", text(target, "lastError")));
            (address.to_owned(), error)
        })
        .collect())
}

fn ask(docker: &Docker, container: &str, path: &str) -> Result<Json, String> {
    let url = format!("http://127.0.0.1:9090{path}");
    let outcome = docker.exec(container, &["/stand-in", "fetch", &url])?;
    let answer: Json = serde_json::from_str(&outcome.stdout).map_err(|_| format!("Prometheus: {}", outcome.said()))?;
    let body = answer.get("body").and_then(Json::as_str).unwrap_or_default();
    serde_json::from_str(body).map_err(|_| format!("Prometheus answers no JSON to {path}: {answer}"))
}
