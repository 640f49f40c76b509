//! `unknown-middleware`: a route names a middleware that the fleet does not define

use super::{Findings, Rule, route_path};
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
    let defined = defined(plan);
    for (stack, name, service) in plan.services() {
        let named =
            service.routes.iter().flat_map(|route| route.intent.middlewares.iter().map(move |name| (route, name)));
        for (route, wanted) in named {
            // One whose definition is broken was reported there.
            if defined.contains(&wanted.as_str()) {
                continue;
            }
            let help = match nearest(wanted, &defined) {
                Some(near) => format!("did you mean `{near}`?"),
                None if crate::record::form::is_name(wanted) => {
                    format!("define it in fleet.yaml: `middlewares: {{ {wanted}: … }}`")
                }
                None => "name a middleware of fleet.yaml: letters, digits, `.`, `_` and `-`".to_owned(),
            };
            let message =
                format!("the route of `{name}` names the middleware `{wanted}`, which the fleet does not define");
            let list = route_path(stack, name, route).key("middlewares");
            found.item_at(rule, stack, name, list, |item| item.as_str() == Some(wanted), message).set_help(help);
        }
    }
}

/// The names of all middlewares, those with a broken definition among them.
pub(super) fn defined(plan: &Plan) -> Vec<&str> {
    let written = plan.settings.as_ref().and_then(|node| node.get("middlewares")?.as_map());
    written.into_iter().flat_map(|map| map.keys()).map(|name| &**name).collect()
}
