//! `foreign-route-syntax`: a rule is written for another version of Traefik than the one that reads it

use crate::finding::Level;
use crate::observe::rule::Matcher;
use crate::observe::traefik::Router;
use crate::plan::Plan;
use crate::rules::told::Told;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "foreign-route-syntax",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a rule is written for another version of Traefik than the one that reads it",
    why: "Traefik drops the router, or takes other requests than are meant",
    fails: "services:\n  traefik:\n    image: traefik:v3.3\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`, `b.example.org`)']\n",
    passes: "services:\n  traefik:\n    image: traefik:v3.3\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`) || Host(`b.example.org`)']\n  old:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.old.rule=Host(`c.example.org`, `d.example.org`)', traefik.http.routers.old.rulesyntax=v2]\n",
    fine: "services:\n  traefik:\n    image: traefik:v2.11\n  web:\n    image: nginx:1.27.3\n    labels: ['traefik.http.routers.web.rule=Host(`a.example.org`, `b.example.org`)']\n",
    fix: "write the rule for the version that runs",
    sources: &["https://doc.traefik.io/traefik/migrate/v2-to-v3-details/"],
    check,
};

/// The matchers that only version 2 has, and what version 3 has in their place.
const OLD: &[(&str, &str)] = &[("headers", "Header"), ("headersregexp", "HeaderRegexp"), ("hostheader", "Host")];

/// The matchers that only version 3 has.
const NEW: &[(&str, &str)] =
    &[("header", "Headers"), ("headerregexp", "HeadersRegexp"), ("pathregexp", "Path"), ("queryregexp", "Query")];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut majors = plan.observed.installs.iter().map(|install| install.major);
    let Some(Some(major)) = majors.next() else { return };
    let is_set = |install: &crate::observe::traefik::install::Install| install.has("core.defaultrulesyntax");
    // Several versions: nobody knows which one reads what.
    if majors.any(|other| other != Some(major))
        || !(2..=3).contains(&major)
        || plan.observed.installs.iter().any(is_set)
    {
        return;
    }
    for (by, router) in plan.observed.routers() {
        let Some((text, expr)) = router.rule.as_ref().and_then(|text| Some((text, text.expr.as_ref().ok()?))) else {
            continue;
        };
        if router.rule_syntax.is_some() {
            continue;
        }
        let told = Told::router(by, router);
        for (matcher, at) in expr.matchers().into_iter().zip(&text.matchers) {
            let place = |argument: usize| at.arguments.get(argument).copied().unwrap_or(at.name);
            let Some((argument, message, help)) = judge(router, matcher, major) else { continue };
            let place = argument.map_or(at.name, place);
            found.told(rule, told, "rule", place, message).set_help(help);
        }
    }
}

/// The argument that is wrong, or the matcher itself; what is wrong; what to do.
fn judge(router: &Router, matcher: &Matcher, major: u64) -> Option<(Option<usize>, String, String)> {
    let name = matcher.name.to_ascii_lowercase();
    let shown = &matcher.name;
    let other = if major == 3 { OLD } else { NEW };
    if let Some((_, instead)) = other.iter().find(|(other, _)| *other == name) {
        let message = format!("Traefik {major} has no matcher `{shown}`");
        return Some((None, message, format!("write `{instead}`")));
    }
    if major != 3 {
        return None;
    }
    let most = if matches!(name.as_str(), "header" | "headerregexp" | "query" | "queryregexp") { 2 } else { 1 };
    if matcher.arguments.len() > most {
        let parts: Vec<String> =
            matcher.arguments.iter().map(|argument| format!("{shown}(`{}`)", argument.value)).collect();
        let message =
            format!("`{shown}` takes one argument in Traefik 3, and Traefik drops the router `{}`", router.name.value);
        return Some((Some(most), message, format!("write ``{}``", parts.join(" || "))));
    }
    let value = &matcher.arguments.first()?.value;
    let named = value.contains('{') && value.contains('}');
    match name.as_str() {
        "hostregexp" | "hostsniregexp" if named && has_named_part(value) => Some((
            Some(0),
            format!("`{{name:…}}` in `{shown}` is the syntax of Traefik 2: Traefik 3 reads a plain regular expression"),
            "write a regular expression, such as `^[a-z]+\\.example\\.org$`".to_owned(),
        )),
        "path" | "pathprefix" if named => Some((
            Some(0),
            format!("`{{…}}` in `{shown}` is the syntax of Traefik 2: Traefik 3 takes it as it stands"),
            "write `PathRegexp` with a regular expression".to_owned(),
        )),
        _ => None,
    }
}

/// Whether a text has a part `{name:…}` or `{name}`, and not only a count such as `{2,3}`.
fn has_named_part(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
}
