//! `inapplicable-middleware`: a TCP route names a middleware for HTTP, or the other way round

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, route_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "inapplicable-middleware",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a TCP route names a middleware for HTTP, or the other way round",
    why: "Traefik disables the router: nobody answers",
    fails: "\
# file: fleet.yaml
environments: { prod: { domain: example.org, ingress: { host: 192.0.2.1 } } }
middlewares: { slow: { rateLimit: { average: 10 } } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: shop.yaml
services: { db: { image: 'example/db:1.2.3', route: { host: db, port: 5432, protocol: tcp, middlewares: [slow] } } }
",
    passes: "\
# file: fleet.yaml
environments: { prod: { domain: example.org, ingress: { host: 192.0.2.1 } } }
middlewares: { slow: { rateLimit: { average: 10 } } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3', route: { host: shop, port: 80, middlewares: [slow] } } }
",
    fine: "\
# file: fleet.yaml
environments: { prod: { domain: example.org, ingress: { host: 192.0.2.1 } } }
middlewares: { lan: { ipAllowList: { sourceRange: [10.0.0.0/8] } } }
# file: edge.yaml
services: { traefik: { use: 'traefik:v3.5.0' } }
# file: shop.yaml
services:
  db: { image: 'example/db:1.2.3', route: { host: db, port: 5432, protocol: tcp, middlewares: [lan] } }
  web: { image: 'nginx:1.27.3', route: { host: shop, port: 80, middlewares: [lan] } }
",
    fix: "name a middleware of the route's protocol",
    sources: &["https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/tcp/middlewares/overview/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for route in &service.routes {
            for wanted in &route.intent.middlewares {
                let Some(middleware) = plan.fleet.middlewares.get(wanted) else { continue };
                let (applies, is, other, help) = if route.is_tcp() {
                    let help = "TCP routes take `inFlightConn`, and `ipAllowList` with `sourceRange` only";
                    (middleware.is_tcp(), "TCP", "HTTP", help)
                } else {
                    (middleware.is_http(), "HTTP", "TCP", "use `inFlightReq`")
                };
                if applies {
                    continue;
                }
                let kind = middleware.kind();
                let message =
                    format!("the route of `{name}` is {is}, and the middleware `{wanted}` (`{kind}`) is for {other}");
                let list = route_path(stack, name, route).key("middlewares");
                found.item_at(rule, stack, name, list, |item| item.as_str() == Some(wanted), message).set_help(help);
            }
        }
    }
}
