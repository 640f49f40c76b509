//! Every container is healthy; every job has ended well; nothing was restarted on the way.

use super::Proofs;
use crate::trial::stage::Stage;

/// Proves it, a line for each container.
pub fn prove(stage: &Stage<'_>, proofs: &mut Proofs) -> Result<(), String> {
    let containers = stage.containers()?;
    for member in &stage.plan.members {
        if !containers.iter().any(|(other, _)| other.label == member.label) {
            proofs.failed(&format!("{} is started", member.label), "it has no container");
        }
    }
    for (member, container) in &containers {
        let (status, health) = (container.status(), container.health());
        let restarts = container.at("/RestartCount").as_i64().unwrap_or(0);
        let code = container.at("/State/ExitCode").as_i64();
        let label = &member.label;
        if member.job {
            let well = if status == "exited" && code == Some(0) {
                Ok(())
            } else {
                Err(format!("it is {status}, code {code:?}"))
            };
            proofs.record(&format!("{label} has ended well"), well);
            continue;
        }
        let checked = stage.stacks[member.stack].project.services[&member.service].test().is_some();
        let wanted = if checked { "healthy" } else { "none" };
        let well = status == "running" && health == wanted && restarts == 0;
        let claim =
            if checked { format!("{label} is healthy") } else { format!("{label} runs (it has no health check)") };
        let outcome = if well {
            Ok(())
        } else {
            Err(format!("it is {status}, {health}, restarted {restarts} times: {}", container.last_check()))
        };
        proofs.record(&claim, outcome);
    }
    Ok(())
}
