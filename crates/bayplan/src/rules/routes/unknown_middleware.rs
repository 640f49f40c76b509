//! `unknown-middleware`: a route or a chain names a middleware that nothing defines

use crate::emit::traefik::Middleware;
use crate::finding::{Finding, Level, Subject};
use crate::observe::traefik::known::Lookup;
use crate::plan::Plan;
use crate::record::nearest;
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Rule, route_path};
use bayplan_yaml::Path;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-middleware",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a route or a chain names a middleware that nothing defines",
    why: "Traefik disables the router: the name answers 404",
    fails: "services:\n  traefik:\n    image: traefik:3.7.1\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.middlewares=auht, traefik.http.middlewares.auth.basicauth.usersfile=/users]\n",
    passes: "services:\n  traefik:\n    image: traefik:3.7.1\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', 'traefik.http.routers.web.middlewares=auth, other@file, third@consulcatalog', traefik.http.middlewares.auth.basicauth.usersfile=/users]\n",
    fine: "\
services:
  traefik:
    image: traefik:3.7.1
  web:
    image: nginx:1.27.3
    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`)', traefik.http.routers.web.middlewares=auth@docker]
  login:
    image: example/login:1.2.3
    labels: ['traefik.http.middlewares.auth.forwardauth.address=http://login:4181']
",
    fix: "define it: under `middlewares` in fleet.yaml, by a label, or in a file of Traefik's file provider",
    sources: &["https://github.com/traefik/traefik/issues/8338"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    observed(rule, plan, found);
    let defined = defined(plan);
    for (stack, name, service) in plan.services() {
        let named =
            service.routes.iter().flat_map(|route| route.intent.middlewares.iter().map(move |name| (route, name)));
        for (route, wanted) in named {
            // One whose definition is broken was reported there.
            if defined.contains(&wanted.as_str()) {
                continue;
            }
            let help = advice(wanted, &defined);
            let message =
                format!("the route of `{name}` names the middleware `{wanted}`, which the fleet does not define");
            let list = route_path(stack, name, route).key("middlewares");
            found.item_at(rule, stack, name, list, |item| item.as_str() == Some(wanted), message).set_help(help);
        }
    }
    for (name, middleware) in &plan.fleet.middlewares {
        match middleware {
            Middleware::Chain(chain) => {
                for (index, member) in chain.middlewares.iter().enumerate() {
                    let (why, help) = match plan.fleet.middlewares.get(member) {
                        Some(middleware) if middleware.is_http() => continue,
                        Some(_) => ("is for TCP", "remove it: chains are for HTTP".to_owned()),
                        None if defined.contains(&member.as_str()) => continue,
                        None => {
                            let others: Vec<&str> = defined.iter().copied().filter(|other| *other != name).collect();
                            ("the fleet does not define", advice(member, &others))
                        }
                    };
                    let message = format!("the chain `{name}` names the middleware `{member}`, which {why}");
                    let path = Path::from_iter(["middlewares", name, "chain", "middlewares"]).index(index);
                    report(rule, plan, found, path, message, help);
                }
            }
            Middleware::Errors(errors) => {
                let known: Vec<&str> = answering(plan).collect();
                // A name with a provider is somebody else's; an empty one was reported where it was read.
                let service = errors.service.as_str();
                if known.contains(&service) || service.contains('@') || service.is_empty() {
                    continue;
                }
                let help = match nearest(&errors.service, &known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name a service that has a route, as `STACK-SERVICE`".to_owned(),
                };
                let message = format!("`{name}` lets `{}` answer, which no route leads to", errors.service);
                report(rule, plan, found, Path::from_iter(["middlewares", name, "errors", "service"]), message, help);
            }
            _ => {}
        }
    }
}

/// The names of the services that HTTP routes lead to.
fn answering(plan: &Plan) -> impl Iterator<Item = &str> {
    let routes = plan.services().flat_map(|(_, _, service)| &service.routes);
    routes.filter(|route| !route.is_tcp()).map(|route| route.name.as_str())
}

fn report(rule: &Rule, plan: &Plan, found: &mut Findings<'_>, path: Path, message: String, help: String) {
    let at = plan.settings.as_ref().and_then(|node| node.at_path(&path)).map_or_else(Default::default, |node| node.at);
    found.push(Finding::new(rule.name, rule.level, at, message).help(help).about(Subject::path(path)));
}

fn advice(wanted: &str, known: &[&str]) -> String {
    match nearest(wanted, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if crate::record::form::is_name(wanted) => {
            format!("define it in fleet.yaml: `middlewares: {{ {wanted}: … }}`")
        }
        None => "name a middleware of fleet.yaml: letters, digits, `.`, `_` and `-`".to_owned(),
    }
}

/// The names of all middlewares, those with a broken definition among them.
fn defined(plan: &Plan) -> Vec<&str> {
    let written = plan.settings.as_ref().and_then(|node| node.get("middlewares")?.as_map());
    written.into_iter().flat_map(|map| map.keys()).map(|name| &**name).collect()
}

/// What routers and chains of labels and files name.
fn observed(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let known = plan.observed.known();
    for (by, dynamic) in plan.observed.dynamics() {
        let routers = dynamic.routers.iter().flat_map(|router| {
            let told = Told::router(by, router);
            router.middlewares.iter().map(move |wanted| (told, "the router", "middlewares", wanted))
        });
        let chains = dynamic.middlewares.iter().flat_map(|chain| {
            let (protocol, name) = (chain.protocol, chain.name.value.as_str());
            let told = Told { by, protocol, section: "middlewares", name };
            chain.chain.iter().map(move |wanted| (told, "the chain", "chain.middlewares", wanted))
        });
        for (told, what, key, wanted) in routers.chain(chains) {
            let Lookup::Missing { near, is_sure } = known.middleware(told.protocol, by, &wanted.value, plan) else {
                continue;
            };
            if !is_sure && near.is_none() {
                continue;
            }
            let message =
                format!("{what} `{}` names the middleware `{}`, which nothing here defines", told.name, wanted.value);
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "define it, or name one that is defined".to_owned(),
            };
            // Another provider, or a file that is not here, may define it after all.
            let finding = found.told(rule, told, key, wanted.at, message);
            finding.level = Level::Warn;
            finding.set_help(help);
        }
    }
}
