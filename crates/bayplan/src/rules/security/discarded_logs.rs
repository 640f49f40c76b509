//! `discarded-logs`: nobody will know what a container said.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "discarded-logs",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "the output of a container is thrown away (`logging: { driver: none }`)",
    why: "after a failure or a break-in there is nothing to look at, and `docker logs` says nothing",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    logging: { driver: none }\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    logging: { driver: local }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    logging: { driver: json-file, options: { max-size: 1m, max-file: '1' } }\n",
    fix: "write `driver: local`, which keeps 100 MB at most",
    sources: &["compose-lint CL-0014"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan) {
        if container.logging.as_ref().and_then(|logging| logging.driver.as_deref()) == Some("none") {
            let path = container.path().key("logging").key("driver");
            let fix = Fix::unsafe_("write `driver: local`").set(path.clone(), "local");
            let message = format!("the output of {} is thrown away", container.called());
            let finding = found.value(rule, container.stack, container.name, path, message);
            finding.set_help("write `driver: local`, which keeps 100 MB at most").set_fix(fix);
        }
    }
}
