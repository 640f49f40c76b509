//! `inactive-dependency`: a service depends on one that is not there, because its profile is not active

use crate::finding::{Fix, Level};
use crate::plan::{Plan, Stack};
use crate::resolve::files::join;
use crate::rules::{Findings, Group, Rule, service_path};
use bayplan_yaml::Node;

/// The rule.
pub const RULE: Rule = Rule {
    name: "inactive-dependency",
    group: Group::Reliability,
    level: Level::Deny,
    profiles: &[],
    finds: "a service depends on one that is not there, because its profile is not active",
    why: "Compose refuses the whole project: `service \"web\" depends on undefined service \"db\"`",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db]\n  db:\n    image: postgres:17.5\n    profiles: [local]\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db]\n    profiles: [local]\n  db:\n    image: postgres:17.5\n    profiles: [local, ci]\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: { db: { condition: service_started, required: false } }\n  db:\n    image: postgres:17.5\n    profiles: [local]\n",
    fix: "set `required: false`, or give both services the same profiles",
    sources: &["https://github.com/docker/compose/issues/12900", "https://github.com/docker/compose/issues/10751"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (target, _) in service.compose.depends_on.iter().filter(|(_, on)| on.required != Some(false)) {
            let Some(other) = stack.services.get(target) else { continue };
            let (own, others) = (&service.compose.profiles, &other.compose.profiles);
            if others.is_empty() || !own.is_empty() && own.iter().all(|profile| others.contains(profile)) {
                continue;
            }
            // Profiles that `.env` switches on are always there.
            let active = active(stack, found);
            if active.iter().any(|active| active == "*" || others.contains(active)) {
                continue;
            }
            let path = service_path(name).key("depends_on");
            let list = stack.document.at_path(&path).and_then(Node::as_seq);
            let item = list.and_then(|items| items.iter().position(|item| item.as_str() == Some(target)));
            let at = match item {
                Some(index) => path.clone().index(index),
                None => path.clone().key(target.as_str()),
            };
            let profiles = others.iter().map(|profile| format!("`{profile}`")).collect::<Vec<_>>().join(" or ");
            let message = format!("`{name}` depends on `{target}`, which is there in the profile {profiles} only");
            let level = if own.is_empty() { rule.level } else { Level::Warn };
            let finding = found.value(rule, stack, name, at, message);
            finding.level = level;
            finding.set_help(format!("set `required: false` for `{target}`, or give both the same profiles"));
            if item.is_none() {
                let fix = Fix::unsafe_(format!("do without `{target}` where its profile is not active"));
                finding.set_fix(fix.set(path.key(target.as_str()).key("required"), false));
            }
        }
    }
}

/// The profiles that the `.env` of a stack switches on.
fn active(stack: &Stack, found: &Findings<'_>) -> Vec<String> {
    let Ok(text) = found.files.read(&join(&stack.directory, ".env")) else { return Vec::new() };
    let value = text.lines().rev().find_map(|line| line.trim().strip_prefix("COMPOSE_PROFILES=").map(str::to_owned));
    let value = value.unwrap_or_default();
    value.trim_matches(['"', '\'']).split(',').map(|profile| profile.trim().to_owned()).collect()
}
