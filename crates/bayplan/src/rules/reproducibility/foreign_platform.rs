//! `foreign-platform`: an image is for another processor than the one that is asked for

use crate::finding::{Label, Level};
use crate::plan::{Plan, Stack};
use crate::rules::{Findings, Group, Rule, service_path};
use crate::value::ImageRef;
use std::collections::BTreeMap;

/// The rule.
pub const RULE: Rule = Rule {
    name: "foreign-platform",
    group: Group::Reproducibility,
    level: Level::Warn,
    profiles: &[],
    finds: "the name of an image says that it is for another processor than `platform`, or than other images of the host",
    why: "it does not start (`exec format error`), or runs ten times slower by emulation",
    fails: "services:\n  web:\n    image: arm64v8/nginx:1.27.3\n    platform: linux/amd64\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    platform: linux/amd64\n",
    fine: "services:\n  web:\n    image: arm64v8/nginx:1.27.3\n    platform: linux/arm64/v8\n  old:\n    image: example/amd64-tools:1.2.3\n  own:\n    image: example/shop:1.2.3-armed\n",
    fix: "take the image for all processors, without the name of one",
    sources: &["https://github.com/docker-library/official-images#architectures-other-than-amd64"],
    check,
};

/// What names call a processor, and what Docker does.
const PROCESSORS: &[(&str, &str)] = &[
    ("aarch64", "arm64"),
    ("amd64", "amd64"),
    ("arm32v6", "arm"),
    ("arm32v7", "arm"),
    ("arm64", "arm64"),
    ("arm64v8", "arm64"),
    ("armhf", "arm"),
    ("armv7", "arm"),
    ("i386", "386"),
    ("ppc64le", "ppc64le"),
    ("riscv64", "riscv64"),
    ("s390x", "s390x"),
    ("x86_64", "amd64"),
];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut first: BTreeMap<&str, (&str, &Stack, &str)> = BTreeMap::new();
    for (stack, name, service) in plan.services() {
        let Some(processor) = service.compose.image.as_ref().and_then(processor) else { continue };
        let path = service_path(name).key("image");
        if service.compose.build.is_some() || found.template(stack, &path).is_some() {
            continue;
        }
        if let Some(platform) = &service.compose.platform {
            // `linux/arm64/v8`, or the processor alone.
            let mut parts = platform.split('/');
            let asked = parts.clone().nth(1).or_else(|| parts.next()).unwrap_or_default();
            if asked != processor && PROCESSORS.iter().any(|(_, known)| known == &asked) {
                let message = format!("the image of `{name}` is for `{processor}`, and `platform` says `{asked}`");
                found.value(rule, stack, name, path, message).set_help(HELP);
            }
            continue;
        }
        let (other, of, whose) = *first.entry(&stack.host).or_insert((processor, stack, name));
        // A processor of 64 bits runs programs of 32.
        let runs = |a: &str, b: &str| matches!((a, b), ("arm64", "arm") | ("amd64", "386"));
        if other == processor || runs(other, processor) || runs(processor, other) {
            continue;
        }
        let message = format!("the image of `{name}` is for `{processor}`, and that of `{whose}` for `{other}`");
        let at = found.at(of, &service_path(whose).key("image"));
        let finding = found.value(rule, stack, name, path, message);
        finding.set_help(HELP).related.push(Label { at, message: "the other image".to_owned() });
    }
}

const HELP: &str = "take the image for all processors, without the name of one";

/// The processor that the name of an image says.
fn processor(image: &ImageRef) -> Option<&'static str> {
    let known = |word: &str| PROCESSORS.iter().find(|(name, _)| *name == word).map(|(_, processor)| *processor);
    let repository = image.repository();
    let folder = repository.split('/').next().filter(|_| repository.contains('/')).and_then(known);
    // `1.2.3-arm64`, `arm64v8-1.2.3`
    folder.or_else(|| {
        let tag = image.tag()?;
        let last = tag.rsplit('-').next().and_then(known);
        last.or_else(|| tag.split('-').next().and_then(known))
    })
}
