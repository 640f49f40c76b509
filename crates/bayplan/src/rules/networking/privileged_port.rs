//! `privileged-port`: a port below 1024 of the host is published by something that is no gateway

use crate::finding::Level;
use crate::plan::{Plan, Role};
use crate::rules::image_kinds::is_proxy;
use crate::rules::{Findings, Group, Profile, Rule, published};
use crate::value::PortRange;

/// The rule.
pub const RULE: Rule = Rule {
    name: "privileged-port",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[(Profile::Cis, Level::Warn)],
    finds: "a port below 1024 of the host is published by something that is no gateway",
    why: "those ports are for services of the machine: clients trust what answers there",
    fails: "services:\n  app:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:81:80']\n",
    passes: "services:\n  app:\n    image: nginx:1.27.3\n    ports: ['127.0.0.1:8081:80']\n",
    fine: "services:\n  traefik:\n    image: traefik:v3.3.4\n    ports: ['80:80', '443:443']\n",
    fix: "publish it on a port from 1024 on, or route it",
    sources: &["CIS Docker Benchmark 5.8", "KICS: privileged ports mapped in container"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let others =
        plan.services().filter(|(.., service)| service.role != Some(Role::Gateway) && !is_proxy(&service.compose));
    for (stack, name, service) in others {
        for (path, ports) in published(stack, name, service) {
            let low = ports.iter().find_map(|port| port.published.filter(|range| (1..1024).contains(&range.first)));
            let Some(PortRange { first, .. }) = low else { continue };
            let message = format!("`{name}` publishes the privileged port {first}");
            found.value(rule, stack, name, path, message).set_help("publish it on a port from 1024 on, or route it");
        }
    }
}
