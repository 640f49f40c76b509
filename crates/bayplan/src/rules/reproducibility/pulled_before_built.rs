//! `pulled-before-built`: Compose looks for an image in a registry that is to be built here.

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "pulled-before-built",
    group: Group::Reproducibility,
    level: Level::Allow,
    profiles: &[],
    finds: "a service has `build` and an `image` of Docker Hub's, and nothing says which of the two wins",
    why: "Compose pulls first, and builds only where the registry has no such image: whoever takes that name there is run here",
    fails: "services:\n  web:\n    build: .\n    image: shop-web\n",
    passes: "services:\n  web:\n    build: .\n    image: shop-web\n    pull_policy: build\n",
    fine: "services:\n  web:\n    build: .\n    image: ghcr.io/acme/shop:1.8.2\n  local:\n    build: .\n    image: localhost/shop:1.0.0\n",
    fix: "set `pull_policy: build`, or name a registry of your own",
    sources: &["dclint no-build-and-image", "Compose specification: using build and image"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let compose = &service.compose;
        let (Some(image), Some(_), None) = (&compose.image, &compose.build, &compose.pull_policy) else { continue };
        if image.has_registry() || image.digest().is_some() {
            continue;
        }
        let message = format!("Compose looks for `{}` on Docker Hub before it builds it", image.familiar_name());
        let path = service_path(name);
        let fix = Fix::unsafe_("add `pull_policy: build`").set(path.key("pull_policy"), "build");
        let finding = found.value(rule, stack, name, path.key("image"), message);
        finding.set_help("set `pull_policy: build`, or name a registry of your own").set_fix(fix);
    }
}
