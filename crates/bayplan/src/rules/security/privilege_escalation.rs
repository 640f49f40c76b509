//! `privilege-escalation`: processes of a service can gain privileges

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "privilege-escalation",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "processes of a service can gain privileges",
    why: "a program with the set-user-ID bit makes a break-in one as root",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    privileged: true\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    security_opt: [\"no-new-privileges:true\"]\n",
    fine: "",
    fix: "add `no-new-privileges:true` to `security_opt`, and drop `privileged`",
    sources: &["CIS Docker Benchmark 5.4 and 5.26", "OWASP Docker rule 4"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        if service.compose.privileged == Some(true) {
            let message = format!("`{name}` is privileged: it owns the host");
            let help = "remove `privileged`; add the one capability or device that it needs";
            found.service(rule, stack, name, &["privileged"], message).set_help(help);
        }
        let barred = |option: &String| {
            matches!(option.as_str(), "no-new-privileges" | "no-new-privileges:true" | "no-new-privileges=true")
        };
        if !service.compose.security_opt.iter().any(barred) {
            let message = format!("processes of `{name}` can gain new privileges");
            let help = "add `security_opt: [\"no-new-privileges:true\"]`";
            found.service(rule, stack, name, &["security_opt"], message).set_help(help);
        }
    }
}
