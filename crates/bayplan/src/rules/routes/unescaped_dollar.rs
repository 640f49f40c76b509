//! `unescaped-dollar`: a `$` of a password hash or a replacement in a label begins a variable for Compose

use crate::finding::{Fix, Level};
use crate::plan::Plan;
use crate::resolve::interpolate::interpolate;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unescaped-dollar",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a `$` of a password hash or of a regular expression in a label begins a variable for Compose",
    why: "Compose takes the name behind it for a variable: nobody can log in, or the expression is another one",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    labels:\n      - traefik.http.middlewares.auth.basicauth.users=admin:$apr1$kEbl2HOQ$O7qEw1B7Jh8DIi2zQhBqN1\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    labels:\n      - traefik.http.middlewares.auth.basicauth.users=admin:$$apr1$$kEbl2HOQ$$O7qEw1B7Jh8DIi2zQhBqN1\n      - traefik.http.middlewares.other.basicauth.users=${USERS:-}\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.middlewares.auth.basicauth.users=${USERS:-}', 'traefik.http.middlewares.r.redirectregex.regex=^https?://(.*)$$']\n",
    fix: "write `$$` for each `$`",
    sources: &["https://github.com/traefik/traefik/issues/4831", "https://github.com/traefik/traefik/issues/5225"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for labelled in &plan.observed.labelled {
        for label in labelled.labels.iter().filter(|label| label.of_variables) {
            let key = label.key.value.to_ascii_lowercase();
            let is_users = key.ends_with("auth.users");
            let is_replacement = key.ends_with(".replacement") || key.ends_with(".regex");
            let Some(name) = variables(&label.template)
                .find(|rest| is_users && writes_hash(&label.template) || is_replacement && !rest.starts_with('{'))
            else {
                continue;
            };
            let what = if is_users { "the hash" } else { "the expression" };
            let length = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
            let message = match is_users {
                // Which hash it is tells nothing about the password; the rest might.
                true => format!("`$` begins a variable in {what} of `{}`: Compose replaces it", label.key.value),
                false => {
                    format!(
                        "`${}` is a variable in {what} of `{}`: Compose replaces it",
                        &name[..length],
                        label.key.value
                    )
                }
            };
            let node = plan.stacks.get(&labelled.stack).and_then(|stack| stack.document.at_path(&label.path));
            let fix = node.map(|node| {
                let written = doubled(found.sources.text(node.at));
                let value = doubled(&label.template).replace("$$", "$");
                Fix::unsafe_("write `$$` for each `$`").respell(node.at, written).set(label.path_by_key(), value)
            });
            let finding = found.word(rule, labelled, label.value.at, label.path.clone(), message);
            finding.sensitive.extend(is_users.then_some(label.value.at));
            finding.set_help("write `$$` for each `$`");
            if let Some(fix) = fix {
                finding.set_fix(fix);
            }
        }
    }
}

/// Whether a hash stands in a text whose `$` begin variables.
pub(crate) fn writes_hash(template: &str) -> bool {
    !interpolate(template, &|_| None).hashes.is_empty()
}

/// A text with every `$` doubled that is not already.
fn doubled(text: &str) -> String {
    text.split("$$").map(|part| part.replace('$', "$$")).collect::<Vec<_>>().join("$$")
}

/// What stands behind each `$` that begins a variable.
fn variables(template: &str) -> impl Iterator<Item = &str> {
    let mut rest = template;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find('$')?;
            rest = &rest[at + 1..];
            match rest.strip_prefix('$') {
                Some(behind) => rest = behind,
                None => return Some(rest),
            }
        }
    })
}
