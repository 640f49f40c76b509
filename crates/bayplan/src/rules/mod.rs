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
mod told;
mod workspace;

use crate::compose::port::{Port, Ports};
use crate::finding::{Finding, Level, Report, Safety};
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
use refused::Refused;
pub use refused::drop_consequences;
use std::sync::LazyLock;

/// A rule.
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
    /// A compose file that breaks it; nothing where it takes a fleet to do so.
    pub fails: &'static str,
    /// A compose file that does not.
    pub passes: &'static str,
    /// One that looks as if it did, and is right: unusual, or hardened in another way. Examples of several files have a line
    /// `# file: PATH` above each.
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

/// What the reader and the resolver find before any rule looks: the name, and what it means.
pub const EARLIER: &[(&str, &str)] = &[
    ("broken-alias", "an alias or merge key names nothing that it could"),
    ("colliding-output", "two generated files would have the same path"),
    ("conflicting-keys", "two keys are there of which Compose takes only one, or only one value"),
    ("dependency-cycle", "services wait for one another in a circle: none of them can start first"),
    ("duplicate-key", "a mapping has a key twice"),
    ("duplicate-mount", "two mounts of a service stand at the same path"),
    ("duplicate-name", "two blueprints of a fleet, or two containers of a host, have the same name"),
    ("empty-file", "a file holds nothing"),
    ("expired-exemption", "an exemption is past its last day"),
    ("extends-cycle", "services extend one another in a circle"),
    ("ignored-option", "Compose ignores an option without a word"),
    ("include-cycle", "compose files include one another in a circle, or too deep"),
    ("invalid-env-file", "a line of an environment file is no variable"),
    ("invalid-exemption", "a comment `# bayplan: …` is no exemption, or has no reason"),
    ("invalid-expression", "an expression `{{ … }}` cannot be evaluated"),
    ("invalid-template", "a `${…}` is no variable, or a required one is not set"),
    ("invalid-value", "a value has the right type but is not a valid one"),
    ("invalid-yaml", "the text is no YAML"),
    ("missing-domain", "a route names a label, but the environment has no domain"),
    ("missing-env-file", "a file with variables that a service names is not there"),
    ("missing-file", "a file that is named does not exist"),
    ("missing-key", "a required key is missing"),
    ("mistaken-extension", "Compose takes a name that begins with `x-` for an extension"),
    ("obsolete-key", "a key says nothing to Compose any more"),
    ("oversized-yaml", "the text is larger or deeper than is read"),
    ("remote-file", "a file would have to be fetched from elsewhere"),
    ("unconnected-output", "a service takes a value from another that it has no connection to"),
    ("undefined-config", "a service uses a config that is not declared"),
    ("undefined-host", "the fleet has no such host"),
    ("undefined-model", "a service uses a model that is not declared"),
    ("undefined-network", "a service uses a network that is not declared"),
    ("undefined-secret", "a service uses a secret that is not declared"),
    ("undefined-service", "a service refers to one that does not exist"),
    ("undefined-stack", "the fleet has no such stack"),
    ("undefined-volume", "a service uses a volume that is not declared"),
    ("unknown-archetype", "the catalog has no such archetype"),
    ("unknown-environment", "the fleet has no such environment"),
    ("unknown-key", "a mapping has a key that it cannot have"),
    ("unknown-rule", "there is no rule of this name"),
    ("unportable-yaml", "Docker's reader refuses this YAML, or reads it otherwise"),
    ("unreadable-file", "the file is no UTF-8 text"),
    ("unset-variable", "a variable has no value and no default"),
    ("unused-exemption", "an exemption that nothing needs"),
    ("wrong-type", "a value has the wrong type"),
];

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

impl Rule {
    /// Whether what it finds in its example can be mended, and how surely; fleets are no example.
    pub fn mended(&self) -> Option<Safety> {
        let found = example::findings(self.fails);
        let own = found.iter().filter(|finding| finding.rule == self.name);
        own.filter_map(|finding| Some(finding.fix.as_ref()?.safety)).min_by_key(|safety| *safety != Safety::Safe)
    }

    /// What `explain` prints.
    pub fn explain(&self) -> String {
        let level = |profile: Profile| match self.level_in(profile) {
            Level::Allow => format!("off in `{}`", profile.as_str()),
            level => format!("{level} in `{}`", profile.as_str()),
        };
        let levels: Vec<String> = Profile::ALL[..4].iter().map(|profile| level(*profile)).collect();
        let mut text =
            format!("{} ({}: {})\n\n{}\n\nWhy: {}\n", self.name, self.group, levels.join(", "), self.finds, self.why);
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
    let mut findings = Findings { found: Vec::new(), sources, refused: Refused::of(report), files };
    settings::check(plan, &mut findings);
    consistency::check(plan, &mut findings);
    dependency_cycle::check(plan, &mut findings);
    daemon::check(plan, &mut findings);
    for rule in RULES.iter().filter(|rule| plan.policy.asks(rule)) {
        (rule.check)(rule, plan, &mut findings);
    }
    let Findings { found, refused, .. } = findings;
    report.extend(found.into_iter().filter(|finding| !is_consequence(finding, plan, &refused)));
    refused::deny_in_intents(plan, report);
    drop_consequences(report);
    let mut exemptions = Exemptions::of(plan, sources, today, report);
    report.findings.retain_mut(|finding| {
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

/// The rule of this name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.binary_search_by(|rule| rule.name.cmp(name)).ok().map(|at| RULES[at])
}

/// Whether a finding only follows from a value that was refused: the value itself, the exemption, or the archetype that
/// would have brought it.
fn is_consequence(finding: &Finding, plan: &Plan, refused: &Refused) -> bool {
    let Some(stack) = finding.subject.stack.as_deref() else { return false };
    let Some(service) = finding.subject.service.as_deref() else { return false };
    let path = service_path(service);
    let absent = || plan.stacks.get(stack).is_none_or(|stack| stack.document.at_path(&finding.subject.path).is_none());
    let has = |key: &str| refused.holds(stack, &path.key(key)) || refused.inside(stack, &path.key(key));
    refused.holds(stack, &finding.subject.path)
        || refused.holds(stack, &path.key("allow").key(finding.rule))
        || (has("use") || has("with")) && absent()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Change;
    use std::collections::BTreeMap;

    fn found(text: &str) -> Vec<&'static str> {
        example::findings(text).iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn examples_are_true() {
        for rule in RULES.iter().filter(|rule| !rule.fails.is_empty()) {
            assert!(found(rule.fails).contains(&rule.name), "{}: {:?}", rule.name, found(rule.fails));
            for text in [rule.passes, rule.fine] {
                assert!(!found(text).contains(&rule.name), "{}: {text}: {:?}", rule.name, found(text));
            }
        }
    }

    #[test]
    fn fixes_name_places_that_are_there() {
        let mut changes = 0;
        for rule in RULES.iter().filter(|rule| !rule.fails.is_empty() && !rule.fails.contains("# file: ")) {
            let (mut sources, mut report) = (Sources::new(), Report::new());
            let files = BTreeMap::<String, std::sync::Arc<str>>::from([("compose.yaml".to_owned(), rule.fails.into())]);
            let (folder, name) = (".".to_owned(), "shop".to_owned());
            let main =
                crate::compile::ComposeProject { folder, name, files: vec!["compose.yaml".into()], variant: false };
            crate::compile::projects(
                &[main],
                &Policy::of(Profile::All),
                &Default::default(),
                &files,
                None,
                &mut sources,
                &mut report,
            );
            let source = sources.add_file("again.yaml", rule.fails);
            let document = crate::compile::read(source, &sources, &mut Report::new()).unwrap();
            let at = |path: &Path| document.at_path(path);
            for fix in report.findings.iter().filter(|finding| finding.rule == rule.name).filter_map(|f| f.fix.as_ref())
            {
                for change in &fix.changes {
                    changes += 1;
                    let (path, holds) = match change {
                        // Mappings on the way are made; but nothing is below a text.
                        Change::Set(path, _) => {
                            let above = (0..path.0.len()).rev().find_map(|to| at(&Path(path.0[..to].to_vec())));
                            // An item `NAME=value` of a list is known by its name, too.
                            let named = above.is_some_and(|node| node.as_map().is_some() || node.as_seq().is_some());
                            (path, at(path).is_some() || named)
                        }
                        Change::Append(path, _) => (path, at(path).is_none_or(|node| node.as_seq().is_some())),
                        Change::Delete(path) | Change::Rename(path, _) => {
                            let above = at(&Path(path.0[..path.0.len() - 1].to_vec()));
                            (path, at(path).is_some() || above.is_some_and(|node| node.as_seq().is_some()))
                        }
                        Change::Respell(..) => continue,
                    };
                    assert!(holds, "{}: {path}", rule.name);
                }
            }
        }
        assert!(changes > 15, "{changes}");
    }

    #[test]
    fn names_are_unique() {
        let names = RULES.iter().map(|rule| rule.name).chain(EARLIER.iter().map(|(name, _)| *name));
        let mut seen = std::collections::BTreeSet::new();
        let twice: Vec<&str> = names.filter(|name| !seen.insert(*name)).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}
