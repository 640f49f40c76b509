//! `unfiltered-socket-proxy`: a proxy in front of the Docker socket passes on orders that change the host.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unfiltered-socket-proxy",
    group: Group::Security,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Deny), (Profile::Cis, Level::Warn)],
    finds: "a proxy in front of the Docker socket passes on orders to make containers (`POST` with `CONTAINERS`), or to run commands in them",
    why: "whoever reaches the proxy starts a privileged container: it is as open as the socket",
    fails: "services:\n  proxy:\n    image: tecnativa/docker-socket-proxy:0.3.0\n    environment: { POST: 1, CONTAINERS: 1 }\n",
    passes: "services:\n  proxy:\n    image: tecnativa/docker-socket-proxy:0.3.0\n    environment: { CONTAINERS: 1 }\n",
    fine: "services:\n  proxy:\n    image: tecnativa/docker-socket-proxy:0.3.0\n    environment: { POST: 0, CONTAINERS: 1, ALLOW_START: 1, ALLOW_RESTARTS: 1 }\n",
    fix: "set `POST` to 0; to start and stop containers, `ALLOW_START`, `ALLOW_STOP` and `ALLOW_RESTARTS` are enough",
    sources: &["https://github.com/Tecnativa/docker-socket-proxy", "OWASP Docker rule 1"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let image = service.compose.image.as_ref().map_or("", |image| image.short_name());
        if !matches!(image, "docker-socket-proxy" | "socket-proxy") {
            continue;
        }
        let is_on = |key: &str| {
            let value = service.compose.environment.get(key).and_then(Option::as_deref);
            value.is_some_and(|value| !matches!(value, "" | "0" | "false"))
        };
        let open = ["CONTAINERS", "EXEC", "SERVICES"].into_iter().find(|key| is_on(key));
        let (true, Some(open)) = (is_on("POST"), open) else { continue };
        let what = match open {
            "EXEC" => "run commands in containers",
            "SERVICES" => "make services",
            _ => "make containers",
        };
        let message = format!("`{name}` passes on orders to {what} (`POST` with `{open}`)");
        let environment = service_path(name).key("environment");
        let finding = found.entry(rule, stack, name, environment.key("POST"), message);
        finding
            .set_help("set `POST` to 0; `ALLOW_START`, `ALLOW_STOP` and `ALLOW_RESTARTS` are enough to start and stop");
        if stack.document.at_path(&environment).is_some_and(|node| node.as_map().is_some()) {
            finding.set_fix(Fix::unsafe_("set `POST` to 0").set(environment.key("POST"), "0"));
        }
    }
}
