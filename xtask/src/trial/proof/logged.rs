//! A container's log line arrives at the far end of the Alloy pipeline, where there is an Alloy.

use super::Proofs;
use crate::tools::{self, Tool};
use crate::trial::plan::Role;
use crate::trial::stage::Stage;
use serde_json::Value as Json;
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const CLAIM: &str = "a log line arrives at the far end of the Alloy pipeline";

/// Proves it: the stand-in of Loki says what it was sent.
pub fn prove(stage: &Stage<'_>, proofs: &mut Proofs) -> Result<(), String> {
    if stage.environment.files("alloy", &[".alloy"]).is_empty() {
        return Ok(());
    }
    if let Err(advice) = tools::need(Tool::Alloy) {
        proofs.skipped(CLAIM, &advice);
        return Ok(());
    }
    if !stage.plan.members.iter().any(|member| member.role == Role::Alloy) {
        proofs.skipped(CLAIM, "this environment runs no Alloy");
        return Ok(());
    }
    let containers = stage.containers()?;
    let loki = containers.iter().find(|(member, _)| member.service.contains("loki") && member.role == Role::StandIn);
    let Some((member, loki)) = loki else {
        proofs.skipped(CLAIM, "this environment runs no Loki");
        return Ok(());
    };
    let port = member.ports.first().copied().unwrap_or(3100);
    let url = format!("http://127.0.0.1:{port}/.stand-in/received?contains=stand-in%20for");
    let start = Instant::now();
    let mut last = String::new();
    while start.elapsed() < PATIENCE {
        last = stage.docker.exec(loki.id(), &["/stand-in", "fetch", &url])?.stdout;
        let answer: Json = serde_json::from_str(&last).unwrap_or_default();
        let body: Json = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
        if body["contains"] == Json::Bool(true) {
            proofs.held(CLAIM);
            return Ok(());
        }
        thread::sleep(Duration::from_secs(1));
    }
    proofs.failed(CLAIM, &format!("{} was sent nothing with it: {last}", member.label));
    Ok(())
}
