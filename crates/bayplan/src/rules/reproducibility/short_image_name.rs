//! `short-image-name`: an image is named without its registry.

use super::unpinned_image::is_written_plainly;
use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "short-image-name",
    group: Group::Reproducibility,
    level: Level::Allow,
    profiles: &[],
    finds: "an image is named without its registry",
    why: "Docker takes Docker Hub; Podman asks, or takes the first of its own list that has an image of this name",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n",
    passes: "services:\n  web:\n    image: docker.io/library/nginx:1.27.3\n",
    fine: "services:\n  web:\n    image: localhost/web:1.0.0\n  built:\n    image: shop\n    build: .\n",
    fix: "write the registry: `docker.io/library/nginx:1.27.3`",
    sources: &[
        "https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md",
        "compose2nix README",
        "rustainers#26",
    ],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(image) = service.compose.image.as_ref().filter(|image| !image.has_registry()) else { continue };
        let path = service_path(name).key("image");
        // What is built here, or comes with an archetype, is named by somebody else.
        if service.compose.build.is_some() || !found.is_written(stack, &path) {
            continue;
        }
        let full = format!("{}/{}", image.registry(), image.repository());
        let rest = image.tag().map(|tag| format!(":{tag}")).unwrap_or_default()
            + &image.digest().map(|digest| format!("@{digest}")).unwrap_or_default();
        let message = format!("`{name}` names its image without a registry");
        let fix = is_written_plainly(stack, name)
            .then(|| Box::new(Fix::safe(format!("write `{full}{rest}`")).set(path.clone(), format!("{full}{rest}"))));
        let finding = found.value(rule, stack, name, path, message);
        finding.set_help(format!("write `{full}{rest}`"));
        finding.fix = fix;
    }
}
