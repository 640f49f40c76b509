//! `unkillable-service`: a service is spared when the host runs out of memory

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unkillable-service",
    group: Group::Resources,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "a service is spared when the host runs out of memory",
    why: "the kernel ends others in its place, the Docker daemon and the login shell among them; without a limit on memory the machine hangs",
    fails: "services:\n  db:\n    image: postgres:17.5\n    oom_kill_disable: true\n    oom_score_adj: -900\n",
    passes: "services:\n  db:\n    image: postgres:17.5\n    mem_limit: 1g\n",
    fine: "services:\n  cache:\n    image: valkey/valkey:8.1.3\n    oom_score_adj: 500\n    oom_kill_disable: false\n",
    fix: "remove it, and set a limit and a reservation of memory",
    sources: &["https://docs.docker.com/engine/containers/resource_constraints/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let disabled = service.compose.oom_kill_disable == Some(true);
        let score = service.compose.oom_score_adj.filter(|score| *score < 0);
        let what = [
            disabled.then(|| ("oom_kill_disable", format!("`{name}` is never ended when its memory runs out"))),
            score.map(|_| ("oom_score_adj", format!("`{name}` is spared when the host runs out of memory"))),
        ];
        for (key, message) in what.into_iter().flatten() {
            let finding = found.service(rule, stack, name, &[key], message);
            finding.set_help("remove it, and set a limit and a reservation of memory");
            finding.set_fix(Fix::unsafe_(format!("remove `{key}`")).delete(service_path(name).key(key)));
        }
    }
}
