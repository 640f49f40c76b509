//! `unknown-profile`: `.env` switches on a profile that no service belongs to

use crate::finding::{Finding, Level, Subject};
use crate::plan::Plan;
use crate::record::nearest;
use crate::resolve::dotenv;
use crate::resolve::files::join;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Path;
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-profile",
    group: Group::Redundancy,
    level: Level::Warn,
    profiles: &[],
    finds: "`COMPOSE_PROFILES` in `.env` names a profile that no service belongs to",
    why: "Compose says nothing: what was meant to start does not",
    fails: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    profiles: [debug]\n# file: a/.env\nCOMPOSE_PROFILES=debgu\n",
    passes: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    profiles: [debug]\n# file: a/.env\nCOMPOSE_PROFILES=debug\n",
    fine: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    profiles: [debug]\n# file: a/.env\nCOMPOSE_PROFILES=*\n",
    fix: "name a profile of a service, or remove it",
    sources: &["https://docs.docker.com/compose/how-tos/profiles/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    // Several files of a folder have one `.env`: a profile of any of them counts.
    let mut by_folder: std::collections::BTreeMap<&str, (&str, BTreeSet<&str>)> = std::collections::BTreeMap::new();
    for stack in plan.stacks.values().filter(|stack| !stack.derived_networks) {
        let (_, profiles) = by_folder.entry(&stack.directory).or_insert((&stack.name, BTreeSet::new()));
        profiles.extend(stack.services.values().flat_map(|service| &service.compose.profiles).map(String::as_str));
    }
    for (folder, (stack, profiles)) in by_folder {
        let path = join(folder, ".env");
        let Ok(text) = found.files.read(&path) else { continue };
        if !text.contains("COMPOSE_PROFILES") {
            continue;
        }
        let (variables, _) = dotenv::parse(&text, &|_| None);
        let Some(named) = variables.get("COMPOSE_PROFILES") else { continue };
        for profile in named.split(',').map(str::trim).filter(|profile| !matches!(*profile, "" | "*")) {
            if profiles.contains(profile) {
                continue;
            }
            let known: Vec<&str> = profiles.iter().copied().collect();
            let help = match nearest(profile, &known) {
                Some(near) => format!("write `{near}`"),
                None => "remove it, or add it to the `profiles` of a service".to_owned(),
            };
            let services = plan.stacks[stack].locate_key(&Path::from_iter(["services"]));
            let at = place(found, &path, profile).unwrap_or(services);
            let message = format!("`COMPOSE_PROFILES` names `{profile}`, which no service belongs to");
            let subject = Subject::stack(stack).with_path(Path::root());
            found.push(Finding::new(rule.name, rule.level, at, message).about(subject)).set_help(help);
        }
    }
}

/// Where a profile stands in `.env`, which was read with the project.
fn place(found: &Findings<'_>, path: &str, profile: &str) -> Option<bayplan_yaml::Location> {
    let (source, file) = found.sources.files().find(|(_, file)| file.name == path)?;
    let line = file.text.find("COMPOSE_PROFILES")?;
    let start = (line + file.text[line..].find(profile)?) as u32;
    Some(bayplan_yaml::Location { source, span: bayplan_yaml::Span::new(start, start + profile.len() as u32) })
}
