//! `plan → traefik/traefik.yaml` and `traefik/dynamic/*.yaml`: the gateway's install configuration, and what its file
//! provider reads.

use super::traefik::middleware::access::{BasicAuth, ForwardAuth};
use super::traefik::rule::{Matcher, Rule};
use super::traefik::{Dynamic, Install, Middleware, dynamic_text, http, install, install_text, tcp, tls};
use super::{Comment, Tree, TreeError};
use crate::blueprint::Protocol;
use crate::plan::{Plan, Role, Route, Stack, Tls};
use indexmap::{IndexMap, indexmap};
use std::collections::BTreeSet;

/// The port of the entry point that serves metrics and health.
const METRICS: u16 = crate::catalog::GATEWAY_METRICS_PORT;

/// The largest answer of a service that says who may pass, in bytes: larger ones are refused.
const MOST_AUTH_ANSWER: i64 = 1 << 20;

/// The files of the gateway; none where the fleet has no gateway.
pub fn emit(plan: &Plan) -> Result<Tree, TreeError> {
    let mut tree = Tree::new();
    let Some((gateway, ..)) = plan.role(Role::Gateway) else { return Ok(tree) };
    tree.add(
        "traefik/traefik.yaml",
        Comment::Hash,
        &plan.origin(gateway),
        &install_text(&install_configuration(plan)),
    )?;
    if let Some(shared) = shared(plan) {
        tree.add("traefik/dynamic/fleet.yaml", Comment::Hash, "fleet.yaml", &dynamic_text(&shared))?;
    }
    let overlapping: BTreeSet<&str> = plan.overlaps().iter().flatten().map(|owned| owned.route.name.as_str()).collect();
    for stack in plan.stacks.values() {
        // The file of a stack named `fleet` would be that of the fleet.
        let name = if stack.name == "fleet" { "stack-fleet" } else { &stack.name };
        if let Some(own) = of_stack(plan, stack, &overlapping) {
            let path = format!("traefik/dynamic/{name}.yaml");
            tree.add(&path, Comment::Hash, &plan.origin(stack), &dynamic_text(&own))?;
        }
    }
    // The folder is mounted: it has to be there.
    if tree.len() == 1 {
        tree.add("traefik/dynamic/fleet.yaml", Comment::Hash, "fleet.yaml", "")?;
    }
    Ok(tree)
}

fn all_routes(plan: &Plan) -> impl Iterator<Item = &Route> {
    plan.services().flat_map(|(_, _, service)| &service.routes)
}

/// Entry points, the file provider, certificates, health and metrics.
fn install_configuration(plan: &Plan) -> Install {
    let point = |port: u16| install::EntryPoint { address: format!(":{port}"), ..Default::default() };
    let ends_tls = plan.tls != Tls::None;
    let mut web = point(80);
    if ends_tls && all_routes(plan).all(|route| route.tls || route.is_tcp()) {
        let to = install::RedirectEntryPoint {
            to: "websecure".to_owned(),
            scheme: Some("https".to_owned()),
            ..Default::default()
        };
        let redirections = Some(install::Redirections { entry_point: Some(to) });
        web.http = Some(install::EntryPointHttp { redirections });
    }
    let mut entry_points = indexmap! { "web".to_owned() => web, "metrics".to_owned() => point(METRICS) };
    if ends_tls || all_routes(plan).any(|route| route.tls || route.is_tcp()) {
        entry_points.insert("websecure".to_owned(), point(443));
    }
    let certificates_resolvers = match &plan.tls {
        Tls::Acme { resolver, email } => {
            let acme = install::Acme {
                email: email.clone(),
                storage: "/acme/acme.json".to_owned(),
                tls_challenge: Some(install::TlsChallenge {}),
            };
            indexmap! { resolver.clone() => install::CertificatesResolver { acme: Some(acme) } }
        }
        _ => IndexMap::new(),
    };
    let metrics = || Some("metrics".to_owned());
    let prometheus = install::PrometheusMetrics { entry_point: metrics() };
    Install {
        global: Some(install::Global { check_new_version: Some(false), send_anonymous_usage: Some(false) }),
        entry_points,
        providers: Some(install::Providers {
            file: Some(install::FileProvider { directory: "/etc/traefik/dynamic".to_owned(), watch: Some(true) }),
        }),
        ping: Some(install::Ping { entry_point: metrics() }),
        metrics: Some(install::Metrics { prometheus: Some(prometheus) }),
        log: Some(install::Log { level: Some(install::LogLevel::Info), format: Some(install::LogFormat::Json) }),
        access_log: Some(install::AccessLog { format: Some(install::LogFormat::Json) }),
        certificates_resolvers,
    }
}

/// What all stacks share: the middlewares of the fleet and its certificates.
fn shared(plan: &Plan) -> Option<Dynamic> {
    let middlewares = &plan.fleet.middlewares;
    let http = http::Http {
        middlewares: middlewares
            .iter()
            .filter(|(_, middleware)| middleware.is_http())
            .map(|(name, middleware)| (name.clone(), middleware.clone()))
            .collect(),
        ..Default::default()
    };
    let of_tcp =
        |name: &str| all_routes(plan).any(|route| route.is_tcp() && route.intent.middlewares.iter().any(|n| n == name));
    let tcp = tcp::Tcp {
        middlewares: middlewares
            .iter()
            .filter(|(name, middleware)| !middleware.is_http() || of_tcp(name))
            .filter_map(|(name, middleware)| Some((name.clone(), tcp_middleware(middleware)?)))
            .collect(),
        ..Default::default()
    };
    let certificates = match &plan.tls {
        Tls::Files(files) => files.as_slice(),
        _ => &[],
    };
    let certificate = |(cert, key): &(String, String)| tls::Certificate {
        cert_file: Some(cert.clone()),
        key_file: Some(key.clone()),
        ..Default::default()
    };
    let tls = tls::Tls { certificates: certificates.iter().map(certificate).collect(), ..Default::default() };
    Dynamic { http: Some(http), tcp: Some(tcp), tls: Some(tls), ..Default::default() }.settled()
}

/// A middleware as TCP routers name it.
fn tcp_middleware(middleware: &Middleware) -> Option<tcp::TcpMiddleware> {
    match middleware {
        Middleware::IpAllowList(list) => Some(tcp::TcpMiddleware {
            ip_allow_list: Some(tcp::TcpIpAllowList { source_range: list.source_range.clone() }),
            ..Default::default()
        }),
        Middleware::InFlightConn(limit) => {
            Some(tcp::TcpMiddleware { in_flight_conn: Some((**limit).clone()), ..Default::default() })
        }
        _ => None,
    }
}

/// Routers, services and middlewares of one stack; nothing where it has no route.
fn of_stack(plan: &Plan, stack: &Stack, overlapping: &BTreeSet<&str>) -> Option<Dynamic> {
    let (mut http, mut tcp) = (http::Http::default(), tcp::Tcp::default());
    for (name, service) in &stack.services {
        for route in &service.routes {
            let priority = overlapping.contains(route.name.as_str()).then(|| route.priority());
            let priority = route.intent.priority.or(priority);
            if route.is_tcp() {
                tcp.routers.insert(route.name.clone(), tcp_router(plan, route, priority));
                let server =
                    |host| tcp::TcpServer { address: Some(format!("{host}:{}", route.port)), ..Default::default() };
                let servers = servers(name, route).map(server).collect();
                let balancer = tcp::TcpLoadBalancer { servers, ..Default::default() };
                let service = tcp::TcpService { load_balancer: Some(balancer), ..Default::default() };
                tcp.services.insert(route.name.clone(), service);
                continue;
            }
            let mut chain: Vec<String> = Vec::new();
            if let Some(middleware) = auth(route) {
                let name = format!("{}-auth", route.name);
                chain.push(name.clone());
                http.middlewares.insert(name, middleware);
            }
            chain.extend(route.intent.middlewares.iter().cloned());
            http.routers.insert(route.name.clone(), router(plan, route, priority, chain));
            let balancer = http::LoadBalancer {
                servers: servers(name, route)
                    .map(|host| http::Server { url: Some(url(host, route)), ..Default::default() })
                    .collect(),
                sticky: (route.intent.sticky == Some(true)).then(|| sticky(route)),
                ..Default::default()
            };
            let service = http::Service { load_balancer: Some(balancer), ..Default::default() };
            http.services.insert(route.name.clone(), service);
        }
    }
    Dynamic { http: Some(http), tcp: Some(tcp), ..Default::default() }.settled()
}

/// The services that answer the requests of a route.
fn servers<'a>(name: &'a str, route: &'a Route) -> impl Iterator<Item = &'a str> {
    std::iter::once(name).chain(route.beside.iter().map(String::as_str))
}

/// The middleware that says who may pass.
fn auth(route: &Route) -> Option<Middleware> {
    let auth = route.intent.auth.as_ref()?;
    match (&auth.basic, &auth.forward) {
        (Some(secret), _) => Some(Middleware::BasicAuth(Box::new(BasicAuth {
            users_file: Some(crate::catalog::secret_path(secret)),
            remove_header: Some(true),
            ..Default::default()
        }))),
        (None, Some(address)) => Some(Middleware::ForwardAuth(Box::new(ForwardAuth {
            address: address.clone(),
            max_response_body_size: Some(MOST_AUTH_ANSWER),
            ..Default::default()
        }))),
        (None, None) => None,
    }
}

fn url(service: &str, route: &Route) -> String {
    let scheme = match route.intent.protocol {
        Some(Protocol::Https) => "https",
        Some(Protocol::H2c) => "h2c",
        _ => "http",
    };
    format!("{scheme}://{service}:{}", route.port)
}

fn sticky(route: &Route) -> http::Sticky {
    let cookie = http::Cookie {
        name: Some(format!("bayplan_{}", route.name.replace('-', "_"))),
        http_only: Some(true),
        secure: Some(route.tls),
        ..Default::default()
    };
    http::Sticky { cookie: Some(cookie) }
}

/// ``Host(`shop.example.org`) && PathPrefix(`/api`)``
fn rule(route: &Route) -> Rule {
    let mut matchers = vec![Matcher::Host(route.host.to_string())];
    matchers.extend(route.path.clone().filter(|path| path != "/").map(Matcher::PathPrefix));
    Rule(matchers)
}

fn router(plan: &Plan, route: &Route, priority: Option<i64>, chain: Vec<String>) -> http::Router {
    http::Router {
        entry_points: vec![if route.tls { "websecure" } else { "web" }.to_owned()],
        service: Some(route.name.clone()),
        middlewares: chain,
        priority,
        tls: route.tls.then(|| tls::RouterTls { cert_resolver: cert_resolver(plan), ..Default::default() }),
        rule: Some(rule(route).to_string()),
        ..Default::default()
    }
}

fn cert_resolver(plan: &Plan) -> Option<String> {
    match &plan.tls {
        Tls::Acme { resolver, .. } => Some(resolver.clone()),
        _ => None,
    }
}

fn tcp_router(plan: &Plan, route: &Route, priority: Option<i64>) -> tcp::TcpRouter {
    let tls = if route.tls {
        tcp::TcpRouterTls { cert_resolver: cert_resolver(plan), ..Default::default() }
    } else {
        tcp::TcpRouterTls { passthrough: Some(true), ..Default::default() }
    };
    tcp::TcpRouter {
        rule: Some(Rule(vec![Matcher::HostSni(route.host.to_string())]).to_string()),
        entry_points: vec!["websecure".to_owned()],
        service: Some(route.name.clone()),
        middlewares: route.intent.middlewares.clone(),
        priority,
        tls: Some(tls),
    }
}
