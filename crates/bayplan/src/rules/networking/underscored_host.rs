//! `underscored-host`: a URL names a service whose name is no host name

use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Profile, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "underscored-host",
    group: Group::Networking,
    level: Level::Allow,
    profiles: &[(Profile::Homelab, Level::Warn), (Profile::Production, Level::Warn)],
    finds: "a URL names a service with `_` in its name",
    why: "host names have none: Java, Django and many others refuse such a URL, or see no host in it",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { API: 'http://my_api:8080' }\n  my_api:\n    image: nginx:1.27.3\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { API: 'http://my-api:8080' }\n  my-api:\n    image: nginx:1.27.3\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    environment: { API: 'http://api:8080' }\n  my_api:\n    image: nginx:1.27.3\n    networks: { default: { aliases: [api] } }\n",
    fix: "give the service a name or an alias with `-`",
    sources: &["RFC 1123 2.1", "https://github.com/docker/compose/issues/229"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (key, value) in &service.compose.environment {
            let Some((_, rest)) = value.as_deref().and_then(|value| value.split_once("://")) else { continue };
            let authority = rest.split(['/', '?', '#', ',']).next().unwrap_or(rest);
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            let host = host.split(':').next().unwrap_or(host);
            if !host.contains('_') || !stack.services.contains_key(host) {
                continue;
            }
            let message = format!("`{key}` of `{name}` names `{host}`: a host name has no `_`");
            let finding = found.service(rule, stack, name, &["environment", key], message);
            finding.set_help(format!("give `{host}` the alias `{}` and use that", host.replace('_', "-")));
            // A URL may hold a password.
            finding.sensitive.extend(authority.contains('@').then_some(finding.at));
        }
    }
}
