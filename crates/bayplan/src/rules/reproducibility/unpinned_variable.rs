//! `unpinned-variable`: which release runs stands in a variable that is not committed.

use crate::finding::Level;
use crate::plan::Plan;
use crate::resolve::files::join;
use crate::resolve::interpolate::interpolate;
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use crate::value::{ImageRef, Pin};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unpinned-variable",
    group: Group::Reproducibility,
    level: Level::Allow,
    profiles: &[(Profile::Production, Level::Warn), (Profile::Cis, Level::Warn)],
    finds: "an image takes its tag from a variable, and without that variable it would follow a moving tag",
    why: "on the next machine, or after `.env` is lost, another release starts",
    fails: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:${TAG:-latest}\n# file: shop/.env\nTAG=1.27.3\n",
    passes: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:${TAG:-1.27.3}\n# file: shop/.env\nTAG=1.27.4\n",
    fine: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:${TAG:?name a release}\n  other:\n    image: ${REGISTRY:-docker.io}/library/nginx:1.27.3\n# file: shop/.env\nTAG=1.27.3\n",
    fix: "give the variable a version as its default, as in `${TAG:-1.27.3}`, and let `.env` only differ",
    sources: &["compose-lint CL-0004"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(image) = &service.compose.image else { continue };
        // A moving tag that is there is said as such.
        if matches!(image.pin(), Pin::None | Pin::Moving(_)) {
            continue;
        }
        let path = service_path(name).key("image");
        let Some(template) = found.template(stack, &path) else { continue };
        let bare = interpolate(&template, &|_| None);
        // What a fleet commits for its environment stands in the repository.
        let is_committed = bare.used.iter().all(|used| plan.variables.contains_key(&used.name));
        if is_committed || !bare.errors.is_empty() || !bare.required.is_empty() {
            continue;
        }
        let message = match ImageRef::parse(&bare.value).map(|image| image.pin()) {
            Ok(Pin::Moving(tag)) => {
                format!("without its variable, the image of `{name}` follows the moving tag `{tag}`")
            }
            Ok(Pin::None) if !bare.value.is_empty() => {
                format!("without its variable, the image of `{name}` has no tag")
            }
            // `nginx:` is refused where the variable has no value: it has to come from somewhere that lasts.
            Err(_) if bare.value.ends_with(':') && is_left_out(found, &stack.directory) => {
                let variable = bare.used.last().map_or("", |used| used.name.as_str());
                format!(
                    "which image `{name}` runs stands in `{variable}`, in a `.env` that is not under version control"
                )
            }
            _ => continue,
        };
        let finding = found.value(rule, stack, name, path, message);
        finding.set_help("give the variable a version as its default, as in `${TAG:-1.27.3}`");
    }
}

/// Whether `.env` is kept out of version control.
fn is_left_out(found: &Findings<'_>, directory: &str) -> bool {
    found.files.is_tracked(&join(directory, ".env")) == Some(false)
}
