//! `plan → findings`: one rule a file, one line in the list below.
//!
//! A rule looks at the whole plan and reports facts. Levels and exemptions are settled here, and nowhere else.

mod consistency;
mod container;
mod correctness;
mod daemon;
mod dependency_cycle;
mod example;
mod exemptions;
mod found;
mod group;
mod host_paths;
mod image_contents;
mod image_kinds;
mod images;
mod networking;
mod observability;
pub mod page;
mod policy;
mod profile;
mod reading;
mod redundancy;
mod refused;
mod reliability;
mod reproducibility;
mod resources;
mod routes;
mod scrape;
mod secrets;
mod security;
mod seen;
mod settings;
mod style;
mod syntax;
mod told;
mod workspace;

use crate::compose::port::{Port, Ports};
use crate::finding::{Finding, Level, Report, Safety, Subject};
use crate::plan::{Plan, Route, Service, Stack};
use crate::resolve::files::Files;
use crate::source::Sources;
use bayplan_yaml::{Decoder, Location, Node, Path};
use exemptions::Exemptions;
pub use exemptions::may_be_exempt;
pub use found::Findings;
pub use group::Group;
pub use policy::{ListedExemption, Override, Policy, PolicyLayer, RuleSettings, fits};
pub use profile::Profile;
pub use reading::EARLIER;
use refused::Refused;
pub use refused::drop_consequences;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

/// A rule: a page about what it finds, and what looks for it.
pub struct Rule {
    /// Its name: the bad thing, as it reads after "allow".
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// What it does in the profile `default`.
    pub level: Level,
    /// What it does in other profiles, where that differs.
    pub profiles: &'static [(Profile, Level)],
    /// What it finds, in one sentence.
    pub finds: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// A compose file that breaks it. Examples of several files, fleets among them, have a line `# file: PATH` above each.
    pub fails: &'static str,
    /// One that does not.
    pub passes: &'static str,
    /// One that looks as if it did, and is right: unusual, or hardened in another way.
    pub fine: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Where the rule comes from: CIS, OWASP, an issue …
    pub sources: &'static [&'static str],
    /// Looks at the plan.
    pub check: fn(&Rule, &Plan, &mut Findings<'_>),
}

/// Every rule, by name.
pub static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let groups = [
        correctness::RULES,
        security::RULES,
        secrets::RULES,
        networking::RULES,
        routes::RULES,
        reliability::RULES,
        reproducibility::RULES,
        resources::RULES,
        observability::RULES,
        workspace::RULES,
        redundancy::RULES,
        style::RULES,
    ];
    let mut rules: Vec<&Rule> = groups.into_iter().flatten().collect();
    rules.sort_unstable_by_key(|rule| rule.name);
    rules
});

/// Whether a finding of this name depends on the settings of the fleet: its defaults, its environments, its rules.
pub fn needs_settings(name: &str) -> bool {
    const OF_SETTINGS: [&str; 6] = [
        "dependency-cycle",
        "invalid-template",
        "missing-domain",
        "unknown-environment",
        "unset-variable",
        "unused-exemption",
    ];
    RULES.iter().any(|rule| rule.name == name) || OF_SETTINGS.contains(&name) || name.starts_with("undefined-")
}

/// The rule of this name, or what is found under it before any rule looks.
pub fn page(name: &str) -> Option<&'static Rule> {
    rule(name).or_else(|| EARLIER.iter().copied().find(|page| page.name == name))
}

/// Everything that a finding can be: rules, and what is found before any rule looks.
pub fn pages() -> impl Iterator<Item = &'static Rule> + Clone {
    RULES.iter().chain(EARLIER.iter()).copied()
}

impl Rule {
    /// Whether what it finds in its example can be mended, and how surely.
    pub fn mended(&self) -> Option<Safety> {
        let found = example::findings(self.fails, Profile::All);
        let own = found.iter().filter(|finding| finding.rule == self.name);
        own.filter_map(|finding| Some(finding.fix.as_ref()?.safety)).min_by_key(|safety| *safety != Safety::Safe)
    }

    /// What `explain` prints.
    pub fn explain(&self) -> String {
        let level = |profile: Profile| match self.level_in(profile) {
            Level::Allow => format!("off in `{}`", profile.as_str()),
            level => format!("{level} in `{}`", profile.as_str()),
        };
        let levels = match rule(self.name) {
            Some(_) => Profile::ALL[..4].iter().map(|profile| level(*profile)).collect::<Vec<_>>().join(", "),
            None => format!("{} in every profile", self.level),
        };
        let mut text = format!("{} ({}: {levels})\n\n{}\n\nWhy: {}\n", self.name, self.group, self.finds, self.why);
        for (title, example) in [("Fails", self.fails), ("Passes", self.passes), ("Also fine", self.fine)] {
            if !example.is_empty() {
                text.push_str(&format!("\n{title}:\n\n{}\n", indented(example)));
            }
        }
        text.push_str(&format!("\nFix: {}\n", self.fix));
        for source in self.sources {
            text.push_str(&format!("\nSource: {source}"));
        }
        text
    }
}

fn indented(text: &str) -> String {
    text.trim().lines().map(|line| format!("    {line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// The path of a service.
pub fn service_path(name: &str) -> Path {
    Path::from_iter(["services", name])
}

/// The path of a route of a service: one that is written without a list is `route` itself.
pub fn route_path(stack: &Stack, name: &str, route: &Route) -> Path {
    let path = service_path(name).key("route");
    let list = stack.document.at_path(&path).and_then(Node::as_seq);
    if list.is_some() { path.index(route.index) } else { path }
}

/// The ports that a service publishes, by the items of `ports` that say so: one may stand for a range.
pub fn published<'a>(stack: &Stack, name: &str, service: &'a Service) -> Vec<(Path, Vec<&'a Port>)> {
    let list = service_path(name).key("ports");
    let items = stack.document.at_path(&list).and_then(Node::as_seq).unwrap_or_default();
    let mut ports = service.compose.ports.iter().peekable();
    let mut by_item: Vec<(Location, Path, Vec<&Port>)> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        // They are read in their order, but for those that are there twice.
        let read = Ports::item(item, &mut Decoder::new());
        let own: Vec<&Port> = read.iter().filter_map(|port| ports.next_if(|next| *next == port)).collect();
        match by_item.last_mut() {
            _ if own.is_empty() => {}
            Some((at, _, ports)) if *at == item.at => ports.extend(own),
            _ => by_item.push((item.at, list.index(index), own)),
        }
    }
    let mut by_item: Vec<(Path, Vec<&Port>)> = by_item.into_iter().map(|(_, path, ports)| (path, ports)).collect();
    let rest: Vec<&Port> = ports.collect();
    if !rest.is_empty() {
        by_item.push((list, rest));
    }
    by_item.iter_mut().for_each(|(_, ports)| ports.retain(|port| port.published.is_some()));
    by_item.retain(|(_, ports)| !ports.is_empty());
    by_item
}

/// Whether a list item of the short or the long form names `wanted`: `wanted`, `wanted:…`, `{ source: wanted }`.
pub fn names(item: &Node, wanted: &str) -> bool {
    let short = |text: &str| text == wanted || text.strip_prefix(wanted).is_some_and(|rest| rest.starts_with(':'));
    item.as_str().is_some_and(short) || item.get("source").and_then(Node::as_str) == Some(wanted)
}

/// Runs every rule, then spends exemptions and levels; gives a finding for each exemption that nothing needs. `files` is
/// what lies beside what was read; `today` is the day, as `YYYY-MM-DD`: without it nothing expires.
#[must_use = "an exemption that nothing needs is a finding"]
pub fn check(
    plan: &Plan,
    files: &dyn Files,
    sources: &Sources,
    today: Option<&str>,
    report: &mut Report,
) -> Vec<Finding> {
    let refused = Refused::of(report);
    for found in look(plan, files, sources, &refused) {
        report.extend(found.into_iter().filter(|finding| !is_consequence(finding, plan, &refused)));
    }
    place_for_members(plan, sources, report);
    once_for_members(plan, report);
    refused::deny_in_intents(plan, report);
    drop_consequences(report);
    let mut exemptions = Exemptions::of(plan, sources, today, report);
    report.retain(|finding| {
        if exemptions.allow(finding, sources) {
            return false;
        }
        // What Compose refuses has no other level.
        let rule = rule(finding.rule);
        if rule.is_some() || finding.level != Level::Deny {
            finding.level = plan.policy.level(finding, rule, sources);
        }
        finding.level != Level::Allow
    });
    exemptions.finish(plan, sources, &refused, report)
}

/// What an archetype wrote into a member stands nowhere: its findings stand where the composite does.
fn place_for_members(plan: &Plan, sources: &Sources, report: &mut Report) {
    for finding in report.findings.iter_mut().filter(|finding| sources.file(finding.at.source).is_none()) {
        let Subject { stack: Some(stack), service: Some(name), .. } = &finding.subject else { continue };
        let Some(stack) = plan.stacks.get(stack.as_str()) else { continue };
        if stack.services.get(name.as_str()).is_some_and(|service| service.group.is_some()) {
            finding.at = stack.locate_key(&service_path(name));
        }
    }
}

/// Of what is said of several members of a composite at one place, keeps the first: there it is mended for all.
fn once_for_members(plan: &Plan, report: &mut Report) {
    if !plan.services().any(|(_, _, service)| service.group.is_some()) {
        return;
    }
    let mut said: HashMap<(&str, &str, &'static str, Location), String> = HashMap::new();
    report.findings.retain(|finding| {
        let Subject { stack: Some(stack), service: Some(name), .. } = &finding.subject else { return true };
        let Some((stack, service)) =
            plan.stacks.get(stack.as_str()).and_then(|stack| Some((stack, stack.services.get(name.as_str())?)))
        else {
            return true;
        };
        let Some(group) = &service.group else { return true };
        let first = said.entry((&stack.name, group, finding.rule, finding.at)).or_insert_with(|| name.to_string());
        first == name.as_str()
    });
}

/// To share the work on fewer services than this costs more than the work.
const SHARED: usize = 64;

/// Looks at a part of a plan.
type Look<'a> = Box<dyn Fn(&mut Findings<'_>) + Sync + 'a>;

/// What is found, in the order of the rules.
fn look(plan: &Plan, files: &dyn Files, sources: &Sources, refused: &Refused) -> Vec<Vec<Finding>> {
    let mut looks: Vec<Look<'_>> = vec![Box::new(|found| settings::check(plan, found))];
    let stacks = plan.stacks.values();
    looks
        .extend(stacks.map(|stack| Box::new(move |found: &mut Findings<'_>| consistency::of_stack(stack, found)) as _));
    looks.push(Box::new(|found| consistency::check(plan, found)));
    looks.push(Box::new(|found| dependency_cycle::check(plan, found)));
    looks.push(Box::new(|found| daemon::check(plan, found)));
    let rules = RULES.iter().filter(|rule| plan.policy.asks(rule));
    looks.extend(rules.map(|rule| Box::new(move |found: &mut Findings<'_>| (rule.check)(rule, plan, found)) as _));
    let written = syntax::Files::default();
    let one = |look: &Look<'_>| {
        let mut findings = Findings { found: Vec::new(), sources, refused, written: &written, files };
        look(&mut findings);
        findings.found
    };
    if plan.services().nth(SHARED).is_none() {
        return looks.iter().map(one).collect();
    }
    let found: Vec<OnceLock<Vec<Finding>>> = looks.iter().map(|_| OnceLock::new()).collect();
    files.share(looks.len(), &|index| drop(found[index].set(one(&looks[index]))));
    found.into_iter().map(|found| found.into_inner().unwrap_or_default()).collect()
}

/// The rule of this name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.binary_search_by(|rule| rule.name.cmp(name)).ok().map(|at| RULES[at])
}

/// Whether a finding only follows from a value that was refused: the value itself, the exemption, or the archetype that
/// would have brought it.
fn is_consequence(finding: &Finding, plan: &Plan, refused: &Refused) -> bool {
    let Some(stack) = finding.subject.stack.as_deref() else { return false };
    let Some(service) = finding.subject.service.as_deref().filter(|_| refused.concerns(stack)) else { return false };
    let path = service_path(service);
    let absent = || plan.stacks.get(stack).is_none_or(|stack| stack.document.at_path(&finding.subject.path).is_none());
    let has = |key: &str| refused.holds(stack, &path.key(key)) || refused.inside(stack, &path.key(key));
    refused.holds(stack, &finding.subject.path)
        || refused.holds(stack, &path.key("allow").key(finding.rule))
        || (has("use") || has("with")) && absent()
}

#[cfg(test)]
mod tests;
