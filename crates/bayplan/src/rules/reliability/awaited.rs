//! Services that run to their end: somebody waits for that.

use crate::compose::{Condition, Service};
use crate::plan::Plan;
use std::collections::HashSet;

/// Stack and name of every service that another one waits for to end.
pub(super) fn awaited(plan: &Plan) -> HashSet<(&str, &str)> {
    plan.services()
        .flat_map(|(stack, _, service)| {
            let ends = service.compose.depends_on.iter().filter(|(_, on)| on.condition == Condition::Completed);
            ends.map(|(target, _)| (stack.name.as_str(), target.as_str()))
        })
        .collect()
}

/// The restart policy that Docker gets: that of `deploy` stands over `restart`, and without a condition it is none.
pub(super) fn restart(service: &Service) -> Option<&str> {
    let policy = service.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref());
    match policy {
        Some(policy) => policy.condition.as_deref().or(Some("")),
        None => service.restart.as_deref(),
    }
}

/// Whether a container is started again after it ended well.
pub(super) fn restarts_always(service: &Service) -> bool {
    matches!(restart(service), Some("always" | "unless-stopped" | "any"))
}
