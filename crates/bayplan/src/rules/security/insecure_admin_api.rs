//! `insecure-admin-api`: Traefik shows its API to whoever asks.

use crate::finding::{Finding, Level, Subject};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule, service_path};

/// The rule.
pub const RULE: Rule = Rule {
    name: "insecure-admin-api",
    group: Group::Security,
    level: Level::Warn,
    profiles: &[(Profile::Production, Level::Deny), (Profile::Cis, Level::Warn)],
    finds: "Traefik shows its API and dashboard without a login (`api.insecure`)",
    why: "it lists every route, middleware and address behind the gateway, and is on port 8080 of each of its networks",
    fails: "services:\n  traefik:\n    image: traefik:v3.5.0\n    command: [--api.insecure=true]\n",
    passes: "services:\n  traefik:\n    image: traefik:v3.5.0\n    command: [--api.dashboard=true]\n",
    fine: "services:\n  traefik:\n    image: traefik:v3.5.0\n    command: [--api=true, --api.insecure=false]\n",
    fix: "remove it, and route to `api@internal` with a middleware that asks for a login",
    sources: &["https://doc.traefik.io/traefik/operations/api/#insecure"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for install in &plan.observed.installs {
        let Some(set) = install.settings.get("api.insecure").and_then(|set| set.last()) else { continue };
        // As Go reads a boolean.
        if !matches!(set.value.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True") {
            continue;
        }
        let message = format!("`{}` shows its API and dashboard to whoever asks", install.service);
        let subject = Subject::service(&install.stack, &install.service)
            .with_path(service_path(&install.service).key("command").key("api.insecure"));
        let help = "remove it, and route to `api@internal` with a login";
        found.push(Finding::new(rule.name, rule.level, set.at, message).about(subject)).set_help(help);
    }
}
