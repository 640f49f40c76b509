//! `unused-variable`: `.env` sets a variable that nothing here names

use crate::finding::{Finding, Level, Subject};
use crate::plan::Plan;
use crate::resolve::dotenv;
use crate::resolve::files::join;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::{Location, Path, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unused-variable",
    group: Group::Redundancy,
    level: Level::Allow,
    profiles: &[],
    finds: "`.env` sets a variable that no compose file names",
    why: "whoever changes it believes that it changes a service",
    fails: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:${TAG:-1.27.3}\n# file: a/.env\nTAG=1.27.3\nTAGS=1.27.3\n",
    passes: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:${TAG:-1.27.3}\n# file: a/.env\nTAG=1.27.3\n",
    fine: "# file: a/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    environment: [PLAIN]\n# file: a/.env\nPLAIN=1\nCOMPOSE_PROJECT_NAME=a\nDOCKER_HOST=b\n",
    fix: "remove it",
    sources: &["seed 003"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let stacks = plan.stacks.values().filter(|stack| !stack.derived_networks);
    let folders: BTreeMap<&str, &str> = stacks.map(|stack| (stack.directory.as_str(), stack.name.as_str())).collect();
    let mut words: Option<BTreeSet<&str>> = None;
    let whole = |stack: &crate::plan::Stack| {
        stack.services.values().any(|service| service.compose.env_file.iter().any(|file| file.path.ends_with(".env")))
    };
    for (folder, stack) in folders {
        let path = join(folder, ".env");
        // A container may get all of it.
        if plan.stacks.values().any(|stack| stack.directory == folder && whole(stack)) {
            continue;
        }
        let Some((source, file)) = found.sources.files().find(|(_, file)| file.name == path) else { continue };
        let text = file.text.clone();
        let words = words.get_or_insert_with(|| {
            let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let files = found.sources.files().filter(|(_, file)| !file.name.ends_with(".env"));
            files
                .flat_map(|(_, file)| file.text.split(move |c| !is_letter(c)))
                .filter(|word| !word.is_empty())
                .collect()
        });
        let (variables, _) = dotenv::parse(&text, &|_| None);
        // Other variables of the file may use it.
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let by_others: BTreeSet<&str> = text
            .split('$')
            .skip(1)
            .map(|rest| rest.trim_start_matches('{'))
            .map(|rest| rest.split(|c| !is_letter(c)).next().unwrap_or_default())
            .collect();
        let unused: Vec<&String> = variables.keys().filter(|name| !words.contains(name.as_str())).collect();
        let (mut findings, begins) = (Vec::new(), begins(&text));
        for name in unused {
            let of_docker =
                name.starts_with("COMPOSE_") || name.starts_with("DOCKER_") || name.starts_with("BUILDKIT_");
            if of_docker || by_others.contains(name.as_str()) {
                continue;
            }
            let Some(at) = begins.get(name.as_str()).copied() else { continue };
            let at = Location { source, span: Span::new(at as u32, (at + name.len()) as u32) };
            let message = format!("no compose file names the variable `{name}`");
            let subject = Subject::stack(stack).with_path(Path::root().key(name.as_str()));
            findings.push(Finding::new(rule.name, rule.level, at, message).help("remove it").about(subject));
        }
        for finding in findings {
            found.push(finding);
        }
    }
}

/// Where lines set variables.
fn begins(text: &str) -> BTreeMap<&str, usize> {
    let mut at = 0;
    let lines = text.split_inclusive('\n').filter_map(|line| {
        let start = at;
        at += line.len();
        let own = line.trim_start();
        let own = own.strip_prefix("export ").unwrap_or(own).trim_start();
        let (name, _) = own.split_once(['=', ':'])?;
        Some((name.trim_end(), start + line.len() - own.len()))
    });
    lines.collect()
}
