//! `privilege-escalation`: processes of a service can gain privileges

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::images::known;
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "privilege-escalation",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "processes of a service can gain privileges",
    why: "a program with the set-user-ID bit makes a break-in one as root",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    security_opt: ['no-new-privileges:false']\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    security_opt: [\"no-new-privileges:true\"]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    security_opt: [no-new-privileges]\n",
    fix: "add `no-new-privileges:true` to `security_opt`",
    sources: &[
        "CIS Docker Benchmark 5.26",
        "OWASP Docker rule 4",
        "KICS No New Privileges Not Set",
        "compose-lint CL-0003",
    ],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let barred = |option: &String| {
            matches!(option.as_str(), "no-new-privileges" | "no-new-privileges:true" | "no-new-privileges=true")
        };
        if !service.compose.security_opt.iter().any(barred) {
            let message = format!("processes of `{name}` can gain new privileges");
            let path = service_path(name).key("security_opt");
            // What says the opposite is in the way of it.
            let opposite = |option: &&String| option.starts_with("no-new-privileges");
            let is_known = known(service.compose.image.as_ref()).is_some();
            let title = "add `no-new-privileges:true`";
            // Programs such as `sudo` and `ping` need the privileges that their files give.
            let fix = if is_known { Fix::safe(title) } else { Fix::unsafe_(title) };
            let fix = match service.compose.security_opt.iter().find(opposite) {
                Some(option) => {
                    let items = stack.document.at_path(&path).and_then(Node::as_seq).unwrap_or_default();
                    let index = items.iter().position(|item| item.as_str() == Some(option));
                    index.map(|index| fix.set(path.index(index), "no-new-privileges:true"))
                }
                None => Some(fix.append(path, "no-new-privileges:true")),
            };
            let finding = found.service(rule, stack, name, &["security_opt"], message);
            finding.set_help("add `security_opt: [\"no-new-privileges:true\"]`");
            finding.fix = fix.map(Box::new);
        }
    }
}
