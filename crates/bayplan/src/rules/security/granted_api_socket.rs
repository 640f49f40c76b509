//! `granted-api-socket`: Compose hands a container the socket of Docker and the logins of whoever starts it.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::container::containers;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "granted-api-socket",
    group: Group::Security,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "a container gets the socket of Docker and the registry logins of whoever starts it (`use_api_socket`)",
    why: "whoever breaks in starts a privileged container, and pushes images in the name of the person",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    use_api_socket: true\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { DOCKER_HOST: 'tcp://socket-proxy:2375' }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    use_api_socket: false\n",
    fix: "remove it, and let a socket proxy pass on the requests that the program needs",
    sources: &["Compose specification: use_api_socket"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for container in containers(plan).filter(|container| *container.use_api_socket == Some(true)) {
        let message =
            format!("{} gets the socket of Docker, and the registry logins of whoever starts it", container.called());
        let path = container.path().key("use_api_socket");
        let fix = Fix::unsafe_("remove `use_api_socket`").delete(path.clone());
        let finding = found.value(rule, container.stack, container.name, path, message);
        finding.set_help("remove it, and let a socket proxy stand in between").set_fix(fix);
    }
}
