//! `middleware-cycle`: a chain of middlewares leads back to itself

use crate::emit::traefik::Middleware;
use crate::finding::{Finding, Level, Subject};
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};
use bayplan_yaml::Path;
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    name: "middleware-cycle",
    group: Group::Routes,
    level: Level::Deny,
    profiles: &[],
    finds: "a chain of middlewares leads back to itself",
    why: "Traefik disables every router that names it",
    fails: "\
# file: fleet.yaml
middlewares: { one: { chain: { middlewares: [two] } }, two: { chain: { middlewares: [one] } } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
    passes: "\
# file: fleet.yaml
middlewares: { one: { chain: { middlewares: [two] } }, two: { rateLimit: { average: 10 } } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
    fine: "\
# file: fleet.yaml
middlewares:
  one: { chain: { middlewares: [two, slow] } }
  two: { chain: { middlewares: [slow] } }
  slow: { rateLimit: { average: 10 } }
# file: shop.yaml
services: { web: { image: 'nginx:1.27.3' } }
",
    fix: "remove one of the links",
    sources: &["https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/middlewares/chain/"],
    check,
};

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for name in plan.fleet.middlewares.keys() {
        let Some(cycle) = cycle(plan, name) else { continue };
        // Said once, at its first member.
        if cycle.iter().any(|member| told.contains(member)) {
            continue;
        }
        told.extend(&cycle);
        let way: Vec<String> = cycle.iter().chain([&name.as_str()]).map(|member| format!("`{member}`")).collect();
        let path = Path::from_iter(["middlewares", name, "chain", "middlewares"]);
        let at =
            plan.settings.as_ref().and_then(|node| node.at_path(&path)).map_or_else(Default::default, |node| node.at);
        let message = format!("a chain of middlewares leads back to itself: {}", way.join(" → "));
        let finding = Finding::new(rule.name, rule.level, at, message).help("remove one of these links");
        found.push(finding.about(Subject::path(path)));
    }
}

/// The members that a chain has.
fn members<'a>(plan: &'a Plan, name: &str) -> &'a [String] {
    match plan.fleet.middlewares.get(name) {
        Some(Middleware::Chain(chain)) => &chain.middlewares,
        _ => &[],
    }
}

/// The shortest way from `name` back to it, by breadth; each middleware is visited once.
fn cycle<'a>(plan: &'a Plan, name: &'a str) -> Option<Vec<&'a str>> {
    let mut seen = BTreeSet::from([name]);
    let mut open = vec![vec![name]];
    while !open.is_empty() {
        let mut next = Vec::new();
        for way in open {
            for member in members(plan, way.last()?) {
                if member == name {
                    return Some(way);
                }
                if seen.insert(member) {
                    next.push(way.iter().copied().chain([member.as_str()]).collect());
                }
            }
        }
        open = next;
    }
    None
}
