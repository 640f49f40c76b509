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
    fails: "",
    passes: "",
    fine: "",
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
