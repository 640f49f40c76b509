//! `unencrypted-docker-api`: the engine takes orders from the network, from whoever asks.

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, published, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unencrypted-docker-api",
    group: Group::Security,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "the API of Docker is published without a login (port 2375), or asked for over the network in plain text",
    why: "programs search the internet for this port; who reaches it is root on the host",
    fails: "services:\n  proxy:\n    image: tecnativa/docker-socket-proxy:0.3.0\n    ports: ['2375:2375']\n",
    passes: "services:\n  proxy:\n    image: tecnativa/docker-socket-proxy:0.3.0\n  web:\n    image: nginx:1.27.3\n    environment: { DOCKER_HOST: 'tcp://proxy:2375' }\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:2375:2375']\n    environment: { DOCKER_HOST: 'tcp://build.example.org:2376', DOCKER_TLS_VERIFY: 1 }\n",
    fix: "do not publish it; between machines, use `ssh://` or port 2376 with certificates",
    sources: &[
        "OWASP Docker rule 1",
        "CIS Docker Benchmark 2.7",
        "https://docs.docker.com/engine/security/protect-access/",
    ],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (path, ports) in published(stack, name, service) {
            let is_open = |ip: Option<std::net::IpAddr>| ip.is_none_or(|ip| !ip.is_loopback());
            if ports.iter().any(|port| port.target == 2375 && is_open(port.host_ip)) {
                let message = format!("`{name}` publishes the API of Docker, without a login");
                found
                    .value(rule, stack, name, path, message)
                    .set_help("remove it: others reach the service by its name");
            }
        }
        let host = service.compose.environment.get("DOCKER_HOST").and_then(Option::as_deref);
        let Some(address) = host.and_then(|host| host.strip_prefix("tcp://")) else { continue };
        let (machine, port) = address.trim_end_matches('/').rsplit_once(':').unwrap_or((address, "2375"));
        // A name without dots is another container; those share a network that nobody else is on.
        let is_elsewhere = machine.contains(['.', ':']) && !machine.starts_with("127.");
        if port == "2375" && is_elsewhere {
            let message = format!("`{name}` asks the Docker of `{machine}` in plain text, without a login");
            let path = service_path(name).key("environment").key("DOCKER_HOST");
            let finding = found.value(rule, stack, name, path, message);
            finding.set_help("use `ssh://`, or port 2376 with certificates");
        }
    }
}
