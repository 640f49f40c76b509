//! `plan → traefik/traefik.yaml` and `traefik/dynamic/*.yaml`, for Traefik v3's file provider.
//!
//! Traefik reads dynamic files as Go templates first: `{{` in a value is written so that it comes out as itself. A section
//! without entries is an error there, so none is written.

use super::{Comment, Tree, TreeError};
use crate::blueprint::Protocol;
use crate::plan::{Plan, Role, Route, Stack, Tls};
use bayplan_yaml::{Location, print, to_node};
use serde_json::{Map, Value, json};

/// The port of the entry point that serves metrics and health.
const METRICS: u16 = crate::catalog::GATEWAY_METRICS_PORT;

/// The files of the gateway; none where the fleet has no gateway.
pub fn emit(plan: &Plan) -> Result<Tree, TreeError> {
    let mut tree = Tree::new();
    let Some((gateway, ..)) = plan.role(Role::Gateway) else { return Ok(tree) };
    tree.add("traefik/traefik.yaml", Comment::Hash, &gateway.file, &yaml(&static_configuration(plan)))?;
    let mut shared = Map::new();
    if !plan.fleet.middlewares.is_empty() {
        shared.insert("http".to_owned(), json!({ "middlewares": plan.fleet.middlewares }));
    }
    if let Tls::Files(files) = &plan.tls {
        let pairs: Vec<Value> = files.iter().map(|(cert, key)| json!({ "certFile": cert, "keyFile": key })).collect();
        shared.insert("tls".to_owned(), json!({ "certificates": pairs }));
    }
    if !shared.is_empty() {
        tree.add("traefik/dynamic/fleet.yaml", Comment::Hash, "fleet.yaml", &template_escaped(&yaml(&shared.into())))?;
    }
    for stack in plan.stacks.values() {
        let body = dynamic(plan, stack);
        // The file of a stack named `fleet` would be that of the fleet.
        let name = if stack.name == "fleet" { "stack-fleet" } else { &stack.name };
        if let Some(body) = body {
            let path = format!("traefik/dynamic/{name}.yaml");
            tree.add(&path, Comment::Hash, &stack.file, &template_escaped(&yaml(&body)))?;
        }
    }
    // The folder is mounted: it has to be there.
    if tree.len() == 1 {
        tree.add("traefik/dynamic/fleet.yaml", Comment::Hash, "fleet.yaml", "")?;
    }
    Ok(tree)
}

fn yaml(value: &Value) -> String {
    to_node(value, Location::default()).map(|node| print(&node)).unwrap_or_default()
}

/// The text after which Go's template engine gives `text`.
pub fn template_escaped(text: &str) -> String {
    text.replace("{{", "{{\"{{\"}}")
}

/// The static configuration: entry points, the file provider, certificates, health and metrics.
fn static_configuration(plan: &Plan) -> Value {
    let tls = plan.tls != Tls::None;
    let routes = || plan.services().flat_map(|(_, _, service)| &service.routes);
    let mut web = json!({ "address": ":80" });
    if tls && routes().all(|route| route.tls) {
        web["http"] = json!({ "redirections": { "entryPoint": { "to": "websecure", "scheme": "https" } } });
    }
    let mut points = json!({ "web": web, "metrics": { "address": format!(":{METRICS}") } });
    if tls || routes().any(|route| route.tls || route.intent.protocol == Some(Protocol::Tcp)) {
        points["websecure"] = json!({ "address": ":443" });
    }
    let mut configuration = json!({
        "global": { "checkNewVersion": false, "sendAnonymousUsage": false },
        "entryPoints": points,
        "providers": { "file": { "directory": "/etc/traefik/dynamic", "watch": true } },
        "ping": { "entryPoint": "metrics" },
        "metrics": { "prometheus": { "entryPoint": "metrics" } },
        "log": { "level": "INFO", "format": "json" },
        "accessLog": { "format": "json" },
    });
    if let Tls::Acme { resolver, email } = &plan.tls {
        let acme = json!({ "email": email, "storage": "/acme/acme.json", "tlsChallenge": {} });
        configuration["certificatesResolvers"] = json!({ resolver: { "acme": acme } });
    }
    configuration
}

/// Routers, services and middlewares of one stack; nothing where it has no route.
fn dynamic(plan: &Plan, stack: &Stack) -> Option<Value> {
    let mut kinds: [[Map<String, Value>; 3]; 2] = Default::default();
    for (name, service) in &stack.services {
        for route in &service.routes {
            let tcp = route.intent.protocol == Some(Protocol::Tcp);
            let [routers, services, middlewares] = &mut kinds[usize::from(tcp)];
            if tcp {
                routers.insert(route.name.clone(), tcp_router(plan, route));
                let server = json!({ "address": format!("{name}:{}", route.port) });
                services.insert(route.name.clone(), json!({ "loadBalancer": { "servers": [server] } }));
                continue;
            }
            let mut chain: Vec<Value> = Vec::new();
            if let Some(auth) = &route.intent.auth {
                let middleware = match (&auth.basic, &auth.forward) {
                    (Some(secret), _) => {
                        json!({ "basicAuth": { "usersFile": crate::catalog::secret_path(secret), "removeHeader": true } })
                    }
                    (None, Some(address)) => {
                        json!({ "forwardAuth": { "address": address, "maxResponseBodySize": 1 << 20 } })
                    }
                    (None, None) => Value::Null,
                };
                if !middleware.is_null() {
                    let name = format!("{}-auth", route.name);
                    chain.push(name.as_str().into());
                    middlewares.insert(name, middleware);
                }
            }
            chain.extend(route.intent.middlewares.iter().map(|name| name.as_str().into()));
            routers.insert(route.name.clone(), router(plan, route, chain));
            let scheme = match route.intent.protocol {
                Some(Protocol::Https) => "https",
                Some(Protocol::H2c) => "h2c",
                _ => "http",
            };
            let mut balancer = json!({ "servers": [{ "url": format!("{scheme}://{name}:{}", route.port) }] });
            if route.intent.sticky == Some(true) {
                let cookie = json!({ "name": format!("bayplan_{}", route.name.replace('-', "_")), "httpOnly": true, "secure": route.tls });
                balancer["sticky"] = json!({ "cookie": cookie });
            }
            services.insert(route.name.clone(), json!({ "loadBalancer": balancer }));
        }
    }
    let mut document = Map::new();
    for (protocol, sections) in ["http", "tcp"].into_iter().zip(kinds) {
        let mut part = Map::new();
        for (section, entries) in ["routers", "services", "middlewares"].into_iter().zip(sections) {
            if !entries.is_empty() {
                part.insert(section.to_owned(), entries.into());
            }
        }
        if !part.is_empty() {
            document.insert(protocol.to_owned(), part.into());
        }
    }
    (!document.is_empty()).then(|| document.into())
}

fn router(plan: &Plan, route: &Route, chain: Vec<Value>) -> Value {
    let rule = rule(route);
    let mut router = json!({
        "rule": rule,
        "entryPoints": [if route.tls { "websecure" } else { "web" }],
        "service": route.name,
    });
    if !chain.is_empty() {
        router["middlewares"] = chain.into();
    }
    let same_host =
        plan.services().flat_map(|(_, _, service)| &service.routes).filter(|other| other.host == route.host);
    if let Some(priority) = route.intent.priority {
        router["priority"] = priority.into();
    } else if same_host.count() > 1 {
        // Traefik's own default, spelled out: the longer rule is asked first.
        router["priority"] = rule.len().into();
    }
    if let Some(tls) = tls(plan, route) {
        router["tls"] = tls;
    }
    router
}

fn tls(plan: &Plan, route: &Route) -> Option<Value> {
    if !route.tls {
        return None;
    }
    Some(match &plan.tls {
        Tls::Acme { resolver, .. } => json!({ "certResolver": resolver }),
        _ => json!({}),
    })
}

fn tcp_router(plan: &Plan, route: &Route) -> Value {
    let tls = tls(plan, route).unwrap_or_else(|| json!({ "passthrough": true }));
    json!({ "rule": format!("HostSNI({})", argument(route.host.as_str())), "entryPoints": ["websecure"], "service": route.name, "tls": tls })
}

/// ``Host(`shop.example.org`) && PathPrefix(`/api`)``
pub fn rule(route: &Route) -> String {
    let host = format!("Host({})", argument(route.host.as_str()));
    match &route.path {
        Some(path) if path != "/" => format!("{host} && PathPrefix({})", argument(path)),
        _ => host,
    }
}

/// A string of Traefik's rule language, which takes Go's: raw in backticks, or in double quotes with escapes.
pub fn argument(text: &str) -> String {
    if !text.contains('`') && !text.chars().any(char::is_control) {
        return format!("`{text}`");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_data() {
        assert_eq!(argument("a.b"), "`a.b`");
        assert_eq!(argument("/a`) || Host(`x"), "\"/a`) || Host(`x\"");
        assert_eq!(argument("a\"`\n"), "\"a\\\"`\\u000a\"");
    }

    #[test]
    fn templates_come_out_as_themselves() {
        assert_eq!(template_escaped("a: \"{{ b }}\""), "a: \"{{\"{{\"}} b }}\"");
    }
}
