//! A routed name, resolved by the generated dnsmasq file, answers through Traefik; what has no route does not.

use super::Proofs;
use crate::program::{self, Server};
use crate::tools::{self, Tool};
use crate::trial::containers::Container;
use crate::trial::plan::{Member, Role, Route};
use crate::trial::stage::Stage;
use crate::verify::started;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(15);
const LIMIT: Duration = Duration::from_secs(20);

/// What the stand-in's `fetch` answers.
#[derive(Debug, Deserialize)]
struct Fetched {
    resolved: Vec<String>,
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
    #[serde(default)]
    error: String,
}

/// The ports of 127.0.0.1 behind which Traefik's are published.
struct Edge {
    http: Option<u16>,
    https: Option<u16>,
}

/// Proves it, a line for each route and each service without one.
pub fn prove(stage: &Stage<'_>, proofs: &mut Proofs) -> Result<(), String> {
    let containers = stage.containers()?;
    let Some((_, traefik)) = containers.iter().find(|(member, _)| member.role == Role::Traefik) else {
        proofs.skipped("routes", "this environment has no Traefik");
        return Ok(());
    };
    let edge = Edge { http: traefik.published(80), https: traefik.published(443) };
    let dns = names(stage)?;
    for route in &stage.plan.routes {
        let scheme = if route.tls { "https" } else { "http" };
        let url = format!("{scheme}://{}{}", route.host, route.path);
        let who = route.member.map_or("Traefik itself", |member| stage.plan.members[member].label.as_str());
        let ends = if route.guarded { "asks for credentials" } else { "answers" };
        let claim = format!("{url}, resolved by dnsmasq, reaches {who}, which {ends}");
        proofs.record(&claim, patiently(|| answers(stage, route, &url, &edge, dns.as_ref().map(|(at, ..)| *at))));
        if let Some(port) = edge.http.filter(|_| route.tls) {
            let plain = url.replacen("https", "http", 1);
            let outcome = fetch(&plain, None, port).and_then(|answer| match answer.status {
                301 | 302 | 307 | 308
                    if answer.headers.get("Location").is_some_and(|to| to.starts_with("https://")) =>
                {
                    Ok(())
                }
                404 => Ok(()),
                status => Err(format!("it answers {status}: {}", answer.body)),
            });
            proofs.record(&format!("{plain} is not served in the clear"), outcome);
        }
    }
    let routed: BTreeSet<usize> = stage.plan.routes.iter().filter_map(|route| route.member).collect();
    let domains: BTreeSet<&str> =
        stage.plan.routes.iter().filter_map(|route| Some(route.host.split_once('.')?.1)).collect();
    for (place, member) in stage.plan.members.iter().enumerate() {
        if routed.contains(&place) || member.role == Role::Traefik || member.job {
            continue;
        }
        let container = containers.iter().find(|(other, _)| other.label == member.label);
        let outcome = unreachable(stage, member, &domains, &edge, container.map(|(_, container)| container));
        proofs.record(&format!("{} has no route and does not answer from outside", member.label), outcome);
    }
    Ok(())
}

/// A dnsmasq with the host's generated names.
fn names(stage: &Stage<'_>) -> Result<Option<(SocketAddr, Server, tempfile::TempDir)>, String> {
    let file = stage.environment.folder.join("dnsmasq/host.conf");
    if file.is_file() { started(&tools::need(Tool::Dnsmasq)?, &file).map(Some) } else { Ok(None) }
}

fn answers(stage: &Stage<'_>, route: &Route, url: &str, edge: &Edge, dns: Option<SocketAddr>) -> Result<(), String> {
    let port = if route.tls { edge.https } else { edge.http };
    let port = port.ok_or("Traefik publishes no port for it")?;
    let dns = dns.ok_or("there is no dnsmasq file for the host")?;
    let answer = fetch(url, Some(dns), port)?;
    if answer.resolved.is_empty() {
        return Err(format!("dnsmasq knows no address: {}", answer.error));
    }
    let named = answer.headers.get("X-Stand-In").map(String::as_str);
    let said = format!("it answers {} from {}: {}", answer.status, named.unwrap_or("nobody"), answer.body.trim());
    if route.guarded {
        let asks = matches!(answer.status, 301..=303 | 307 | 401 | 403 | 500..=599);
        return if asks && named.is_none() { Ok(()) } else { Err(said) };
    }
    let wanted = route.member.map(|member| &stage.plan.members[member]);
    let well = match wanted {
        Some(member) if member.role == Role::StandIn => {
            let body: Json = serde_json::from_str(&answer.body).unwrap_or_default();
            let label = Json::from(member.label.as_str());
            answer.status == 200 && (body.get("stand_in") == Some(&label) || named == Some(member.label.as_str()))
        }
        // A real program: not an answer of the gateway for want of one.
        _ => !matches!(answer.status, 404 | 500..=599) && named.is_none(),
    };
    if well { Ok(()) } else { Err(said) }
}

fn unreachable(
    stage: &Stage<'_>,
    member: &Member,
    domains: &BTreeSet<&str>,
    edge: &Edge,
    container: Option<&Container>,
) -> Result<(), String> {
    let mut hosts = vec![member.service.clone()];
    hosts.extend(domains.iter().map(|domain| format!("{}.{domain}", member.service)));
    hosts.retain(|host| !stage.plan.routes.iter().any(|route| route.host == *host));
    for host in hosts {
        for (scheme, port) in [("http", edge.http), ("https", edge.https)] {
            let Some(port) = port else { continue };
            let answer = fetch(&format!("{scheme}://{host}/"), None, port)?;
            let redirected = matches!(answer.status, 301 | 302 | 307 | 308);
            if answer.headers.contains_key("X-Stand-In") || !(answer.status == 404 || redirected) {
                return Err(format!("{scheme}://{host}/ answers {}: {}", answer.status, answer.body));
            }
        }
    }
    let wants_ports = !stage.stacks[member.stack].project.services[&member.service].ports.is_empty();
    let published = member.ports.iter().find_map(|port| container?.published(*port));
    match published {
        Some(port) if !wants_ports => Err(format!("it is published on the host's port {port}")),
        _ => Ok(()),
    }
}

fn fetch(url: &str, dns: Option<SocketAddr>, port: u16) -> Result<Fetched, String> {
    let mut command = Command::new(tools::need(Tool::StandIn)?);
    command.arg("fetch");
    if let Some(dns) = dns {
        command.arg("--dns").arg(dns.to_string());
    }
    command.arg("--connect").arg(format!("127.0.0.1:{port}")).arg(url);
    let outcome = program::run(&mut command, "", LIMIT)?;
    let answer: Fetched =
        serde_json::from_str(&outcome.stdout).map_err(|error| format!("`fetch` answers no JSON: {error}"))?;
    if answer.status == 0 && answer.resolved.is_empty() == dns.is_some() {
        return Err(answer.error);
    }
    if answer.status == 0 { Err(format!("no answer: {}", answer.error)) } else { Ok(answer) }
}

fn patiently(mut attempt: impl FnMut() -> Result<(), String>) -> Result<(), String> {
    let start = Instant::now();
    loop {
        let outcome = attempt();
        if outcome.is_ok() || start.elapsed() > PATIENCE {
            return outcome;
        }
        thread::sleep(Duration::from_millis(500));
    }
}
