//! `unknown-middleware`: a route names a middleware that the fleet does not define

use super::{Findings, Rule};
use crate::finding::Level;
use crate::plan::Plan;
use crate::record::nearest;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-middleware",
    level: Level::Deny,
    finds: "a route names a middleware that the fleet does not define",
    why: "Traefik disables the router: the name answers 404",
    fails: "",
    passes: "",
    fix: "define it under `middlewares` in fleet.yaml",
    sources: &["https://github.com/traefik/traefik/issues/8338"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for wanted in service.routes.iter().flat_map(|route| &route.intent.middlewares) {
            if plan.fleet.middlewares.contains_key(wanted) {
                continue;
            }
            let known: Vec<&str> = plan.fleet.middlewares.keys().map(String::as_str).collect();
            let help = match nearest(wanted, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("define it in fleet.yaml: `middlewares: {{ {wanted}: … }}`"),
            };
            let message =
                format!("the route of `{name}` names the middleware `{wanted}`, which the fleet does not define");
            found.service(rule, stack, name, &["route", "middlewares"], message).set_help(help);
        }
    }
}
