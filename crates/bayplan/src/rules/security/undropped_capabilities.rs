//! `undropped-capabilities`: a service keeps the capabilities that Docker gives every container.

use super::capabilities::plain;
use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::images::known;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "undropped-capabilities",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "a service keeps the fourteen capabilities that Docker gives every container",
    why: "most programs need none of them; each is one more thing that a break-in can do",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    cap_drop: [ALL]\n    cap_add: [CHOWN, NET_BIND_SERVICE, SETGID, SETUID]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    cap_drop: [cap_all]\n",
    fix: "add `cap_drop: [ALL]`, and give back under `cap_add` what the program needs",
    sources: &[
        "CIS Docker Benchmark 5.4",
        "OWASP Docker rule 3",
        "KICS Container Capabilities Unrestricted",
        "compose-lint CL-0006",
    ],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        // A privileged container has all of them, whatever is dropped.
        let dropped = compose.cap_drop.iter().any(|written| plain(written) == "ALL");
        if dropped || compose.privileged == Some(true) || compose.provider.is_some() {
            continue;
        }
        let message = format!("`{name}` keeps the capabilities that Docker gives every container");
        let finding = found.service(rule, stack, name, &["cap_drop"], message);
        finding.set_help("add `cap_drop: [ALL]`, and under `cap_add` what it needs");
        if let Some(known) = known(compose.image.as_ref()) {
            let path = service_path(name);
            let is_root = compose.user.is_none();
            let wanted = known.capabilities.iter().filter(|_| is_root);
            let wanted: Vec<&&str> =
                wanted.filter(|of| !compose.cap_add.iter().any(|own| plain(own) == ***of)).collect();
            let fix = Fix::unsafe_("drop all capabilities but those that the image needs");
            let fix = fix.append(path.key("cap_drop"), "ALL");
            finding.set_fix(wanted.into_iter().fold(fix, |fix, of| fix.append(path.key("cap_add"), *of)));
        }
    }
}
