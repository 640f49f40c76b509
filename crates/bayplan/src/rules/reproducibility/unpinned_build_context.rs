//! `unpinned-build-context`: an image is built from whatever a Git server has today.

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};
use crate::value::{ImageRef, Pin};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unpinned-build-context",
    group: Group::Reproducibility,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Deny)],
    finds: "an image is built from a branch of a Git server, or from an image behind a moving tag",
    why: "the same file builds another program tomorrow, and whoever may push there runs code here",
    fails: "services:\n  web:\n    build: https://github.com/acme/shop.git\n",
    passes: "services:\n  web:\n    build: https://github.com/acme/shop.git#6f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c\n",
    fine: "services:\n  web:\n    build: { context: 'https://github.com/acme/shop.git#v1.8.2:web', additional_contexts: { base: 'docker-image://alpine:3.22.1', lib: ../lib } }\n  other:\n    build: ./github.com/acme\n",
    fix: "name a commit: `…git#COMMIT:FOLDER`",
    sources: &["https://docs.docker.com/build/concepts/context/#git-repositories"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        let Some(build) = &service.compose.build else { continue };
        let own = build.context.iter().map(|context| ("context", None, context));
        let others = build.additional_contexts.iter().map(|(key, context)| ("additional_contexts", Some(key), context));
        for (key, entry, context) in own.chain(others) {
            let Some(what) = moving(context) else { continue };
            let path = service_path(name).key("build");
            // `build: URL` is the context itself.
            let is_short = stack.document.at_path(&path).is_some_and(|node| node.as_str().is_some());
            let path = if is_short { path } else { path.key(key) };
            let path = entry.map_or_else(|| path.clone(), |entry| path.key(entry.as_str()));
            let message = format!("`{name}` is built from {what}");
            let finding = found.value(rule, stack, name, path, message);
            finding.set_help(match context.starts_with("docker-image://") {
                true => "name a full version, or a digest",
                false => "name a commit, as in `….git#6f1a2b3c…`",
            });
        }
    }
}

/// What moves behind the address of a build context.
fn moving(context: &str) -> Option<String> {
    if let Some(image) = context.strip_prefix("docker-image://") {
        return match ImageRef::parse(image).ok()?.pin() {
            Pin::None => Some(format!("the image `{image}` without a tag")),
            Pin::Moving(tag) => Some(format!("whatever the tag `{tag}` names")),
            Pin::Major(_) | Pin::Exact(_) | Pin::Digest => None,
        };
    }
    let (address, fragment) = context.split_once('#').unwrap_or((context, ""));
    let (address, query) = address.split_once('?').unwrap_or((address, ""));
    let of_http = address.starts_with("http://") || address.starts_with("https://");
    let is_git = of_http && address.ends_with(".git")
        || ["git://", "ssh://", "git@", "github.com/"].iter().any(|start| address.starts_with(start));
    if !is_git {
        return None;
    }
    let of_query = |key: &str| {
        let value = query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
        value.filter(|value| !value.is_empty())
    };
    if of_query("checksum").or(of_query("commit")).is_some_and(is_commit) {
        return None;
    }
    let of_fragment = fragment.split(':').next().unwrap_or_default();
    let reference = of_query("ref").or(of_query("tag")).or(of_query("branch")).unwrap_or(of_fragment);
    let short = reference.trim_start_matches("refs/tags/").trim_start_matches("tags/");
    match reference {
        "" => Some("the default branch of a Git server".to_owned()),
        // Whoever sets the variable names the commit.
        _ if is_commit(short) || is_release(short) || short.contains('$') => None,
        _ => Some(format!("the branch `{reference}` of a Git server")),
    }
}

/// A commit, at least as long as Git shortens it.
fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A tag with a full version: those are not moved by habit.
fn is_release(tag: &str) -> bool {
    let version =
        tag.rsplit('/').next().unwrap_or(tag).trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-');
    version.starts_with(|c: char| c.is_ascii_digit()) && version.contains('.')
}
