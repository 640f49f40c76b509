//! `unbounded-processes`: a service may start any number of processes

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unbounded-processes",
    group: Group::Resources,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "a service may start any number of processes",
    why: "a fork bomb, or a leak of threads, leaves no process numbers for the rest of the machine",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    pids_limit: -1\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    pids_limit: 512\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    deploy: { resources: { limits: { pids: 512 } } }\n",
    fix: "set `pids_limit`",
    sources: &["CIS Docker Benchmark 5.29", "KICS: Pids Limit Not Set", "compose-lint CL-0012"],
    check,
};

/// Where a limit is written.
const WRITTEN_AS: &[&[&str]] = &[&["pids_limit"], &["deploy", "resources", "limits", "pids"]];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let limits = service.compose.deploy.as_ref().and_then(|deploy| deploy.resources.as_ref()?.limits.as_ref());
        let limit = limits.and_then(|limits| limits.pids).or(service.compose.pids_limit);
        // Docker takes 0 and -1 for "no limit".
        if limit.is_some_and(|limit| limit > 0) || found.is_any_refused(stack, name, WRITTEN_AS) {
            continue;
        }
        let of_deploy = limits.is_some_and(|limits| limits.pids.is_some());
        let keys = if of_deploy { WRITTEN_AS[1] } else { WRITTEN_AS[0] };
        let message = format!("`{name}` has no limit on processes");
        let finding = found.service(rule, stack, name, keys, message);
        finding.set_help("set `pids_limit`, such as 512");
        let path = keys.iter().fold(service_path(name), |path, key| path.key(*key));
        finding.set_fix(Fix::unsafe_("allow 512 processes").set(path, 512));
    }
}
