//! `dead-port`: a port of Traefik is published or scraped, and nothing listens on it

use crate::finding::Level;
use crate::observe::traefik::install::Install;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, published, scrape};
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "dead-port",
    group: Group::Routes,
    level: Level::Warn,
    profiles: &[],
    finds: "a port of Traefik is published or scraped, and none of its entry points listens there for others",
    why: "the dashboard or the metrics that somebody expects there do not answer",
    fails: "\
services:
  traefik:
    image: traefik:v3.5.0
    command: [--entrypoints.web.address=:80, --api.insecure=false]
    ports: ['80:80', '127.0.0.1:8081:8080']
",
    passes: "\
services:
  traefik:
    image: traefik:v3.5.0
    command: [--entrypoints.web.address=:80, --api.insecure=true]
    ports: ['80:80', '127.0.0.1:8081:8080']
",
    fine: "\
services:
  traefik:
    image: traefik:v3.5.0
    command: [--entrypoints.web.address=0.0.0.0:80, '--entrypoints.dns.address=:5353/udp', --ping]
    ports: ['80:80', '53:5353/udp', '127.0.0.1:8080:8080']
",
    fix: "name a port of an entry point, or give Traefik one with that address: `--entrypoints.metrics.address=:9100`",
    sources: &[
        "https://doc.traefik.io/traefik/v3.7/reference/install-configuration/entrypoints/",
        "seed enlaight: port 8081 of a dashboard that is off",
        "seed inlock: metrics at 127.0.0.1:9100",
    ],
    check,
};

/// Where Traefik listens for itself, where something asks for it.
const INTERNAL: u16 = 8080;

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // Whether each port is open to others, by stack and service.
    let mut open: BTreeMap<(&str, &str), BTreeMap<u16, bool>> = BTreeMap::new();
    for install in &plan.observed.installs {
        let (Some(stack), Some(ports)) = (plan.stacks.get(&install.stack), listens(install)) else { continue };
        let name = install.service.as_str();
        let Some(service) = stack.services.get(name) else { continue };
        // On the network of the host, or of another service, every port is somebody else's, too.
        if service.compose.network_mode.is_some() {
            continue;
        }
        for (path, own) in published(stack, name, service) {
            let Some(port) = own.iter().map(|port| port.target).find(|port| ports.get(port) != Some(&true)) else {
                continue;
            };
            let message = format!("`{name}` publishes its port {port}, {}", why(&ports, port));
            found.value(rule, stack, name, path, message).set_help(help(&ports, port));
        }
        open.insert((&stack.name, name), ports);
    }
    if open.is_empty() {
        return;
    }
    let names = plan.names();
    for listed in scrape::listed(plan) {
        let (Some(port), host) = (listed.target.port, &listed.target.host) else { continue };
        let [(stack, name)] = names.whose(host) else { continue };
        let Some(ports) = open.get(&(stack.name.as_str(), *name)).filter(|ports| ports.get(&port) != Some(&true))
        else {
            continue;
        };
        let message = format!("the job `{}` asks `{name}` at port {port}, {}", listed.job, why(ports, port));
        let at = listed.target.port_at();
        let finding = found.file(rule, listed.path, [listed.job, &listed.target.text.value], at, message);
        finding.set_help(help(ports, port));
    }
}

fn why(ports: &BTreeMap<u16, bool>, port: u16) -> &'static str {
    if ports.contains_key(&port) { "where it listens for itself only" } else { "where it does not listen" }
}

fn help(ports: &BTreeMap<u16, bool>, port: u16) -> String {
    if ports.contains_key(&port) {
        return format!("let the entry point listen at `:{port}`");
    }
    match port {
        INTERNAL => "remove it, or turn `api.insecure` on where only you reach it".to_owned(),
        _ => format!("remove it, or add an entry point with the address `:{port}`"),
    }
}

/// The ports that Traefik listens on, and whether others reach them; nothing where not all is known.
fn listens(install: &Install) -> Option<BTreeMap<u16, bool>> {
    let mut ports = BTreeMap::new();
    let entry = |key: &str| key.starts_with("entrypoints.") && key.ends_with(".address");
    for text in install.settings.iter().filter(|(key, _)| entry(key)).flat_map(|(_, texts)| texts) {
        let address = text.value.split('/').next().unwrap_or_default();
        let (host, port) = address.rsplit_once(':')?;
        let is_loopback = host.starts_with("127.") || matches!(host, "localhost" | "[::1]");
        let open = ports.entry(port.parse().ok()?).or_insert(false);
        *open |= !is_loopback;
    }
    // Without any, Traefik has one of its own.
    if ports.is_empty() {
        return None;
    }
    let said = |key: &str| install.settings.get(key).and_then(|texts| texts.last()).map(|text| text.value.as_str());
    let is_on = |key: &str| {
        let below = format!("{key}.");
        let inside = install.settings.range(below.clone()..).next().is_some_and(|(own, _)| own.starts_with(&below));
        said(key).map_or(inside, |value| value != "false")
    };
    // What has no entry point of its own is served by one at 8080 (`pkg/config/static`).
    let by_itself = |key: &str| is_on(key) && said(&format!("{key}.entrypoint")).is_none_or(|name| name == "traefik");
    let has_own = install.settings.contains_key("entrypoints.traefik.address");
    if !has_own
        && (said("api.insecure").is_some_and(|value| value != "false")
            || said("providers.rest.insecure").is_some_and(|value| value != "false")
            || by_itself("ping")
            || by_itself("metrics.prometheus"))
    {
        ports.insert(INTERNAL, true);
    }
    Some(ports)
}
