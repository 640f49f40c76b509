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
        // Docker goes by the last one: an override adds to the list.
        let options = &service.compose.security_opt;
        let last = options.iter().rev().find_map(|option| Some((option, value(option)?)));
        if !last.is_some_and(|(_, value)| bars(value)) {
            let message = format!("processes of `{name}` can gain new privileges");
            let path = service_path(name).key("security_opt");
            let is_known = known(service.compose.image.as_ref()).is_some();
            let title = "add `no-new-privileges:true`";
            // Programs such as `sudo` and `ping` need the privileges that their files give.
            let fix = if is_known { Fix::safe(title) } else { Fix::unsafe_(title) };
            let fix = match last {
                // What says the opposite is in the way of it.
                Some((option, _)) => {
                    let items = stack.document.at_path(&path).and_then(Node::as_seq).unwrap_or_default();
                    let index = items.iter().rposition(|item| item.as_str() == Some(option));
                    let before = options.iter().any(|option| value(option).is_some_and(bars));
                    index.map(|index| match before {
                        true => Fix::unsafe_(format!("remove `{option}`")).delete(path.index(index)),
                        false => fix.set(path.index(index), "no-new-privileges:true"),
                    })
                }
                None => Some(fix.append(path, "no-new-privileges:true")),
            };
            let finding = found.service(rule, stack, name, &["security_opt"], message);
            finding.set_help("add `security_opt: [\"no-new-privileges:true\"]`");
            finding.fix = fix.map(Box::new);
        }
    }
}

/// What an option says of new privileges: nothing where it is about something else.
fn value(option: &str) -> Option<&str> {
    let rest = option.strip_prefix("no-new-privileges")?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix([':', '=']).filter(|value| !value.is_empty()) }
}

/// What Go takes for true.
fn bars(value: &str) -> bool {
    matches!(value, "" | "1" | "t" | "T" | "TRUE" | "true" | "True")
}
