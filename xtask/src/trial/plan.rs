//! The generated files → who is in a trial, who may talk to whom, what is routed and what is scraped.

use super::check::{ports_in, urls_in};
use super::model::{Service, Stack, program_of};
use crate::names::hosts_of_rule;
use crate::outputs::Environment;
use crate::yaml;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The port on which every stand-in listens besides its own, so that also a service without ports can be reached for.
pub const MEETING_PORT: u16 = 65000;

/// What runs in a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The stand-in.
    StandIn,
    /// The real Traefik.
    Traefik,
    /// The real Prometheus.
    Prometheus,
    /// The real dnsmasq.
    Dnsmasq,
    /// The real Alloy.
    Alloy,
}

/// A service in a trial.
#[derive(Debug)]
pub struct Member {
    /// `stack/service`.
    pub label: String,
    /// The stack's place in the list of stacks.
    pub stack: usize,
    /// The service's name.
    pub service: String,
    /// What runs in it.
    pub role: Role,
    /// Whether it ends by itself, successfully.
    pub job: bool,
    /// The ports it listens on.
    pub ports: BTreeSet<u16>,
    /// The networks it is on, by their names in Docker, with the names it has there.
    pub networks: BTreeMap<String, BTreeSet<String>>,
    /// Whether it may reach beyond the host, where `plan.json` says so.
    pub egress: Option<bool>,
}

/// A route through Traefik.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The host's name.
    pub host: String,
    /// A path that it serves.
    pub path: String,
    /// Whether it is served over TLS.
    pub tls: bool,
    /// Whether it asks for credentials first.
    pub guarded: bool,
    /// Who answers: a member's place in the list, or Traefik itself.
    pub member: Option<usize>,
}

/// All that a trial wants to know.
#[derive(Debug)]
pub struct Plan {
    /// Every service.
    pub members: Vec<Member>,
    /// Every HTTP route.
    pub routes: Vec<Route>,
    /// Every scrape target, `host:port`.
    pub targets: BTreeSet<String>,
    /// Who is meant to meet whom (the smaller place first), where `plan.json` says so.
    edges: Option<BTreeSet<(usize, usize)>>,
}

impl Plan {
    /// Whether `from` is meant to reach `to`: one needs, routes to, scrapes or sends to the other. (Without a `plan.json`:
    /// they were given a network that both are on.)
    pub fn may_reach(&self, from: usize, to: usize) -> bool {
        if let Some(edges) = &self.edges {
            return edges.contains(&(from.min(to), from.max(to)));
        }
        let (from, to) = (&self.members[from], &self.members[to]);
        from.networks.keys().any(|network| to.networks.contains_key(network))
    }
}

/// Reads the plan of `environment` from its compose, Traefik and Prometheus files.
///
/// This is the one place that knows where the facts come from.
pub fn read(environment: &Environment, stacks: &[Stack], real_alloy: bool) -> Result<Plan, String> {
    let jobs: BTreeSet<(usize, &str)> = stacks
        .iter()
        .enumerate()
        .flat_map(|(place, stack)| {
            let waits = stack.project.services.values().flat_map(|service| &service.depends_on);
            waits
                .filter(|(_, depends)| depends.condition == "service_completed_successfully")
                .map(move |(name, _)| (place, name.as_str()))
        })
        .collect();
    let mut members = Vec::new();
    for (place, stack) in stacks.iter().enumerate() {
        for (name, service) in &stack.project.services {
            let image = service.image_name(&stack.project.name, name);
            members.push(Member {
                label: format!("{}/{name}", stack.name),
                stack: place,
                service: name.clone(),
                role: role(program_of(&image), real_alloy),
                job: jobs.contains(&(place, name.as_str())),
                ports: own_ports(service),
                networks: networks(stack, name, service),
                egress: None,
            });
        }
    }
    let mut plan = Plan { members, routes: Vec::new(), targets: BTreeSet::new(), edges: None };
    read_routes(environment, &mut plan)?;
    read_targets(environment, &mut plan)?;
    let file = environment.folder.join("plan.json");
    if file.is_file() {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = fs::read_to_string(&file).map_err(|error| failed(&error))?;
        let written: Written = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        written.apply(&mut plan).map_err(|error| failed(&error))?;
    }
    Ok(plan)
}

/// The parts of `plan.json` that a trial takes from it.
#[derive(Debug, Deserialize)]
struct Written {
    stacks: BTreeMap<String, WrittenStack>,
}

#[derive(Debug, Deserialize)]
struct WrittenStack {
    services: BTreeMap<String, WrittenService>,
}

#[derive(Debug, Deserialize)]
struct WrittenService {
    archetype: Option<String>,
    /// What is in a profile does not start by itself.
    #[serde(default)]
    profiles: Vec<String>,
    needs: Vec<Need>,
    routes: Vec<Json>,
    metrics: Vec<Json>,
    ports: BTreeSet<u16>,
    #[serde(default)]
    traces: bool,
    egress: bool,
}

#[derive(Debug, Deserialize)]
struct Need {
    stack: String,
    service: String,
}

impl Written {
    fn apply(&self, plan: &mut Plan) -> Result<(), String> {
        let place = |plan: &Plan, stack: &str, service: &str| {
            let label = format!("{stack}/{service}");
            let found = plan.members.iter().position(|member| member.label == label);
            found.ok_or_else(|| format!("`{label}` is in no compose file"))
        };
        let mut edges = BTreeSet::new();
        for (stack, services) in &self.stacks {
            for (name, service) in services.services.iter().filter(|(_, service)| service.profiles.is_empty()) {
                let own = place(plan, stack, name)?;
                plan.members[own].ports.extend(&service.ports);
                plan.members[own].egress = Some(service.egress);
                for need in &service.needs {
                    edges.insert((own, place(plan, &need.stack, &need.service)?));
                }
                let with_role = |role: Role| {
                    plan.members
                        .iter()
                        .enumerate()
                        .filter(move |(_, member)| member.role == role)
                        .map(|(place, _)| place)
                };
                if !service.routes.is_empty() {
                    edges.extend(with_role(Role::Traefik).map(|gateway| (own, gateway)));
                }
                if !service.metrics.is_empty() {
                    edges.extend(with_role(Role::Prometheus).map(|prometheus| (own, prometheus)));
                }
                if service.traces {
                    for collector in self.of_archetype("alloy") {
                        edges.insert((own, place(plan, collector.0, collector.1)?));
                    }
                }
            }
        }
        plan.edges = Some(edges.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect());
        Ok(())
    }

    fn of_archetype<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.stacks.iter().flat_map(move |(stack, services)| {
            let all = services.services.iter();
            all.filter(move |(_, service)| service.archetype.as_deref() == Some(wanted))
                .map(move |(name, _)| (stack.as_str(), name.as_str()))
        })
    }
}

fn role(program: &str, real_alloy: bool) -> Role {
    match program {
        "traefik" => Role::Traefik,
        "prometheus" => Role::Prometheus,
        "dnsmasq" => Role::Dnsmasq,
        "alloy" if real_alloy => Role::Alloy,
        _ => Role::StandIn,
    }
}

fn own_ports(service: &Service) -> BTreeSet<u16> {
    let mut ports: BTreeSet<u16> =
        service.expose.iter().filter_map(|text| text.split('/').next()?.parse().ok()).collect();
    ports.extend(service.ports.iter().filter(|port| port.protocol != "udp").map(|port| port.target));
    ports.extend(service.test().map(ports_in).unwrap_or_default());
    ports
}

fn networks(stack: &Stack, name: &str, service: &Service) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for (key, attached) in &service.networks {
        let network = stack.project.networks.get(key).map_or(key.clone(), |network| network.name.clone());
        let mut names: BTreeSet<String> = attached.iter().flat_map(|attached| attached.aliases.clone()).collect();
        names.insert(name.to_owned());
        names.extend(service.container_name.clone());
        all.insert(network, names);
    }
    all
}

fn read_routes(environment: &Environment, plan: &mut Plan) -> Result<(), String> {
    let gateway: BTreeSet<String> = plan
        .members
        .iter()
        .filter(|member| member.role == Role::Traefik)
        .flat_map(|member| member.networks.keys().cloned())
        .collect();
    let mut files = Vec::new();
    for file in environment.files("traefik/dynamic", &[".yaml", ".yml"]) {
        files.push(yaml::load(&file)?);
    }
    let object = |kind: &str, name: &str| {
        files.iter().find_map(|file| file.get("http")?.get(kind)?.get(name.trim_end_matches("@file")))
    };
    let routers = files.iter().filter_map(|file| file.get("http")?.get("routers")?.as_object()).flatten();
    for (name, router) in routers {
        let rule = text(router, "rule");
        let service = text(router, "service");
        let url = object("services", service)
            .and_then(|service| service.get("loadBalancer")?.get("servers")?.as_array()?.first()?.get("url")?.as_str());
        let mut member = None;
        if let Some(url) = url {
            let place = urls_in(url).into_iter().next().ok_or_else(|| format!("router `{name}`: `{url}` is no URL"))?;
            let found = find(plan, &place.host, Some(&gateway));
            let found =
                found.ok_or_else(|| format!("router `{name}`: nobody on a network of Traefik is `{}`", place.host))?;
            plan.members[found].ports.insert(place.port);
            member = Some(found);
        }
        let guards = ["basicAuth", "digestAuth", "forwardAuth"];
        let middlewares = router.get("middlewares").and_then(Json::as_array).into_iter().flatten();
        let guarded = middlewares.filter_map(Json::as_str).any(|name| {
            object("middlewares", name).is_some_and(|object| guards.iter().any(|guard| object.get(*guard).is_some()))
        });
        let path = argument(rule, "PathPrefix(").or_else(|| argument(rule, "Path(")).unwrap_or("/").to_owned();
        let secure =
            router.get("entryPoints").and_then(Json::as_array).is_some_and(|list| list.contains(&"websecure".into()));
        let tls = secure || router.get("tls").is_some_and(|tls| *tls != Json::Bool(false));
        for host in hosts_of_rule(rule) {
            plan.routes.push(Route { host, path: path.clone(), tls, guarded, member });
        }
    }
    Ok(())
}

fn read_targets(environment: &Environment, plan: &mut Plan) -> Result<(), String> {
    let mut files = environment.files("prometheus", &[".yml", ".yaml"]);
    files.extend(environment.files("prometheus/scrape.d", &[".yml", ".yaml"]));
    for file in files {
        let value = yaml::load(&file)?;
        let jobs = value.get("scrape_configs").and_then(Json::as_array).into_iter().flatten();
        let configs = jobs.filter_map(|job| job.get("static_configs")?.as_array()).flatten();
        let targets = configs.filter_map(|config| config.get("targets")?.as_array()).flatten();
        for target in targets.filter_map(Json::as_str) {
            plan.targets.insert(target.to_owned());
            if let Some((host, port)) = target.rsplit_once(':')
                && let (Some(found), Ok(port)) = (find(plan, host, None), port.parse())
            {
                plan.members[found].ports.insert(port);
            }
        }
    }
    Ok(())
}

/// The member that is called `name` (on one of `networks`, if given).
fn find(plan: &Plan, name: &str, networks: Option<&BTreeSet<String>>) -> Option<usize> {
    plan.members.iter().position(|member| {
        member
            .networks
            .iter()
            .any(|(network, names)| names.contains(name) && networks.is_none_or(|wanted| wanted.contains(network)))
    })
}

fn text<'a>(value: &'a Json, key: &str) -> &'a str {
    value.get(key).and_then(Json::as_str).unwrap_or_default()
}

/// The first argument of `function` in a Traefik rule.
fn argument<'a>(rule: &'a str, function: &str) -> Option<&'a str> {
    let rest = rule.split_once(function)?.1.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '`' | '"'))?;
    rest[1..].split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_gives_up_its_path() {
        assert_eq!(argument("Host(`a`) && PathPrefix(`/p/`)", "PathPrefix("), Some("/p/"));
        assert_eq!(argument("Host(`a`)", "PathPrefix("), None);
    }
}
