//! `plan → findings`: one rule a file, one line in the list below.
//!
//! A rule looks at the whole plan and reports facts. Levels and exemptions are settled here, and nowhere else.

mod ambiguous_route_network;
mod ambiguous_route_port;
mod broken_route_rule;
mod bypassed_route;
mod closed_scrape_port;
mod consistency;
mod daemon;
mod dangling_alias;
mod dangling_scrape_target;
mod dependency_cycle;
mod duplicate_role;
mod duplicate_route;
mod duplicate_router;
mod exposed_port;
mod foreign_route_syntax;
mod host_port_collision;
mod ignored_deploy_label;
mod inapplicable_middleware;
mod lost_connection;
mod memory_overcommit;
mod middleware_cycle;
mod network_budget;
mod other_host;
mod plaintext_secret;
mod privilege_escalation;
mod refused;
mod scrape;
mod settings;
mod shadowed_route;
mod static_ip;
mod told;
mod unbounded_cpu;
mod unbounded_memory;
mod unconnected_collector;
mod undefined_alloy_component;
mod unescaped_dollar;
mod unexposed_route;
mod unhealthy_dependency;
mod unknown_backend;
mod unknown_certificate_resolver;
mod unknown_entry_point;
mod unknown_label;
mod unknown_middleware;
mod unknown_route_network;
mod unknown_to_target;
mod unpinned_image;
mod unplaced_stack;
mod unpublishable_port;
mod unreachable_route;
mod unreachable_scrape_target;
mod unresolved_route;
mod unscraped_metrics;
mod unshared_network;
mod unused_alloy_component;
mod wildcard_certificate;
mod writable_rootfs;

use crate::compose::port::{Port, Ports};
use crate::finding::{Finding, Level, Report, Subject};
use crate::plan::{Plan, Route, Service, Stack};
use crate::record::nearest;
use crate::source::Sources;
use bayplan_yaml::{Decoder, Location, Node, Path};
use refused::Refused;
pub use refused::drop_consequences;

/// A rule.
pub struct Rule {
    /// Its name: the bad thing, as it reads after "allow".
    pub name: &'static str,
    /// What it does where nobody says otherwise.
    pub level: Level,
    /// What it finds, in one sentence.
    pub finds: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// A compose file that breaks it; nothing where it takes a fleet to do so.
    pub fails: &'static str,
    /// A compose file that does not.
    pub passes: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Where the rule comes from: CIS, OWASP, an issue …
    pub sources: &'static [&'static str],
    /// Looks at the plan.
    pub check: fn(&Rule, &Plan, &mut Findings<'_>),
}

/// Every rule, by name.
pub const RULES: &[Rule] = &[
    ambiguous_route_network::RULE,
    ambiguous_route_port::RULE,
    broken_route_rule::RULE,
    bypassed_route::RULE,
    closed_scrape_port::RULE,
    dangling_alias::RULE,
    dangling_scrape_target::RULE,
    duplicate_role::RULE,
    duplicate_route::RULE,
    duplicate_router::RULE,
    exposed_port::RULE,
    foreign_route_syntax::RULE,
    host_port_collision::RULE,
    ignored_deploy_label::RULE,
    inapplicable_middleware::RULE,
    lost_connection::RULE,
    memory_overcommit::RULE,
    middleware_cycle::RULE,
    network_budget::RULE,
    other_host::RULE,
    plaintext_secret::RULE,
    privilege_escalation::RULE,
    shadowed_route::RULE,
    static_ip::RULE,
    unbounded_cpu::RULE,
    unbounded_memory::RULE,
    unconnected_collector::RULE,
    undefined_alloy_component::RULE,
    unescaped_dollar::RULE,
    unexposed_route::RULE,
    unhealthy_dependency::RULE,
    unknown_backend::RULE,
    unknown_certificate_resolver::RULE,
    unknown_entry_point::RULE,
    unknown_label::RULE,
    unknown_middleware::RULE,
    unknown_route_network::RULE,
    unknown_to_target::RULE,
    unpinned_image::RULE,
    unplaced_stack::RULE,
    unpublishable_port::RULE,
    unreachable_route::RULE,
    unreachable_scrape_target::RULE,
    unresolved_route::RULE,
    unscraped_metrics::RULE,
    unshared_network::RULE,
    unused_alloy_component::RULE,
    wildcard_certificate::RULE,
    writable_rootfs::RULE,
];

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
    ("invalid-expression", "an expression `{{ … }}` cannot be evaluated"),
    ("invalid-template", "a `${…}` is no variable, or a required one is not set"),
    ("invalid-value", "a value has the right type but is not a valid one"),
    ("invalid-yaml", "the text is no YAML"),
    ("missing-domain", "a route names a label, but the environment has no domain"),
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
    /// What `explain` prints.
    pub fn explain(&self) -> String {
        let mut text = format!("{} ({})\n\n{}\n\nWhy: {}\n", self.name, self.level, self.finds, self.why);
        if !self.fails.is_empty() {
            text.push_str(&format!("\nFails:\n\n{}\n\nPasses:\n\n{}\n", indented(self.fails), indented(self.passes)));
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

/// Where a rule puts what it finds.
pub struct Findings<'a> {
    found: Vec<Finding>,
    sources: &'a Sources,
    refused: Refused,
}

impl Findings<'_> {
    /// Reports `message` about the value at `path` (from the service on) of a service.
    pub fn service(&mut self, rule: &Rule, stack: &Stack, name: &str, path: &[&str], message: String) -> &mut Finding {
        let path = path.iter().fold(service_path(name), |path, key| path.key(*key));
        self.value(rule, stack, name, path, message)
    }

    /// Reports `message` about the item `is` of the list at `path` (from the service on) of a service; about the whole
    /// list where it has none.
    pub fn item(
        &mut self,
        rule: &Rule,
        stack: &Stack,
        name: &str,
        path: &[&str],
        is: impl Fn(&Node) -> bool,
        message: String,
    ) -> &mut Finding {
        let path = path.iter().fold(service_path(name), |path, key| path.key(*key));
        self.item_at(rule, stack, name, path, is, message)
    }

    /// Reports `message` about the item `is` of the list at the whole path `list`; about that where it has none.
    pub fn item_at(
        &mut self,
        rule: &Rule,
        stack: &Stack,
        name: &str,
        list: Path,
        is: impl Fn(&Node) -> bool,
        message: String,
    ) -> &mut Finding {
        let items = stack.document.at_path(&list).and_then(Node::as_seq);
        let path = match items.and_then(|items| items.iter().position(is)) {
            Some(index) => list.index(index),
            None => list,
        };
        self.value(rule, stack, name, path, message)
    }

    /// Reports `message` about the entry at the whole path `path` of a mapping, at its key; of a list, at its item.
    pub fn entry(&mut self, rule: &Rule, stack: &Stack, name: &str, path: Path, message: String) -> &mut Finding {
        let at = match stack.document.at_path(&path) {
            Some(_) => stack.locate_key(&path),
            None => self.at(stack, &path),
        };
        let at = if self.sources.file(at.source).is_some() { at } else { self.at(stack, &path) };
        let subject = Subject::service(&stack.name, name).with_path(path);
        self.push(Finding::new(rule.name, rule.level, at, message).about(subject))
    }

    /// Reports `message` about the value at the whole path `path`, which belongs to a service.
    pub fn value(&mut self, rule: &Rule, stack: &Stack, name: &str, path: Path, message: String) -> &mut Finding {
        let at = self.at(stack, &path);
        let subject = Subject::service(&stack.name, name).with_path(path);
        self.push(Finding::new(rule.name, rule.level, at, message).about(subject))
    }

    /// Reports what no exemption allows, about the value at the whole path `path` of a service.
    pub fn fault(
        &mut self,
        rule: &'static str,
        level: Level,
        stack: &Stack,
        name: &str,
        path: Path,
        message: String,
    ) -> &mut Finding {
        let at = self.at(stack, &path);
        let subject = Subject::service(&stack.name, name).with_path(path);
        self.push(Finding::new(rule, level, at, message).about(subject))
    }

    /// Reports what no exemption allows, about a value at the top of a stack.
    pub fn top(
        &mut self,
        rule: &'static str,
        level: Level,
        stack: &Stack,
        path: Path,
        message: String,
    ) -> &mut Finding {
        let at = stack.locate(&path);
        self.push(Finding::new(rule, level, at, message).about(Subject::stack(&stack.name).with_path(path)))
    }

    /// Whether the value at `path` of a stack was written, but could not be read.
    pub fn is_refused(&self, stack: &Stack, path: &Path) -> bool {
        self.refused.holds(&stack.name, path)
    }

    /// Whether something at one of these paths (from the service on) was written, but could not be read.
    pub fn is_any_refused(&self, stack: &Stack, name: &str, paths: &[&[&str]]) -> bool {
        self.refused.concerns(&stack.name)
            && paths.iter().any(|path| {
                let path = path.iter().fold(service_path(name), |path, key| path.key(*key));
                self.refused.holds(&stack.name, &path) || self.refused.inside(&stack.name, &path)
            })
    }

    /// Whether a stack was written, but something about it as a whole could not be read.
    pub fn is_stack_refused(&self, stack: &str) -> bool {
        self.refused.inside(stack, &Path::root())
    }

    /// Whether a person wrote the value at `path` of a stack.
    pub fn is_written(&self, stack: &Stack, path: &Path) -> bool {
        stack.document.at_path(path).is_some_and(|node| self.sources.file(node.at.source).is_some())
    }

    /// Reports a finding.
    pub fn push(&mut self, finding: Finding) -> &mut Finding {
        let at = self.found.len();
        self.found.push(finding);
        &mut self.found[at]
    }

    /// Where a person wrote the key at the end of `path` of a stack; the name of its service where nobody wrote it.
    pub fn key_at(&self, stack: &Stack, path: &Path) -> Location {
        let at = stack.locate_key(path);
        if self.sources.file(at.source).is_some() && !at.span.is_empty() { at } else { self.at(stack, path) }
    }

    /// Where a person wrote the value at `path` of a stack; the name of its service where nobody wrote it.
    pub fn at(&self, stack: &Stack, path: &Path) -> Location {
        let written = |at: Location| self.sources.file(at.source).is_some() && !at.span.is_empty();
        let depth = path.0.len();
        let of = |length: usize| Path(path.0[..length].to_vec());
        if depth > 2 {
            let found = stack.locate(path);
            let parent = stack.locate(&of(depth - 1));
            // `locate` gives the nearest ancestor: that of a key of the service which is not there is the whole service.
            if written(found) && (depth > 3 || found != parent) {
                return found;
            }
        }
        stack.locate_key(&of(depth.min(2)))
    }

    /// The text before interpolation of the scalar at `path`, where it differs from its value.
    pub fn template(&self, stack: &Stack, path: &Path) -> Option<String> {
        if let Some(node) = stack.document.at_path(path) {
            return node.template().map(str::to_owned);
        }
        // An item of a list, `KEY=value`.
        let parent = Path(path.0[..path.0.len().checked_sub(1)?].to_vec());
        let at = stack.locate(path);
        let items = stack.document.at_path(&parent)?.as_seq()?;
        items
            .iter()
            .find(|item| item.at == at)?
            .template()
            .map(|text| text.split_once('=').map_or(text, |(_, value)| value).to_owned())
    }
}

impl Finding {
    /// Sets the help of a finding that was reported already.
    pub fn set_help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }
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

/// Runs every rule, then spends levels and exemptions. `today` is the day, as `YYYY-MM-DD`; without it nothing expires.
pub fn check(plan: &Plan, sources: &Sources, today: Option<&str>, report: &mut Report) {
    let mut findings = Findings { found: Vec::new(), sources, refused: Refused::of(report) };
    settings::check(plan, &mut findings);
    consistency::check(plan, &mut findings);
    dependency_cycle::check(plan, &mut findings);
    daemon::check(plan, &mut findings);
    for rule in RULES {
        (rule.check)(rule, plan, &mut findings);
    }
    let mut settled = Vec::new();
    let mut spent: Vec<(String, String, String)> = Vec::new();
    for mut finding in std::mem::take(&mut findings.found) {
        if is_consequence(&finding, plan, &findings.refused) {
            continue;
        }
        if EARLIER.iter().any(|(name, _)| *name == finding.rule) {
            settled.push(finding);
            continue;
        }
        let exemption =
            finding.subject.stack.as_deref().zip(finding.subject.service.as_deref()).and_then(|(stack, service)| {
                let exemption = plan.service(stack, service)?.allow.get(finding.rule)?;
                Some((stack.to_owned(), service.to_owned(), exemption))
            });
        if let Some((stack, service, exemption)) = exemption {
            spent.push((stack, service, finding.rule.to_owned()));
            if !is_expired(exemption.until.as_deref(), today) {
                continue;
            }
        }
        if let Some(level) = plan.fleet.rules.get(finding.rule) {
            finding.level = *level;
        }
        if finding.level != Level::Allow {
            settled.push(finding);
        }
    }
    exemptions(plan, today, &spent, &mut findings);
    settled.append(&mut findings.found);
    report.extend(settled);
    refused::deny_in_intents(plan, report);
    drop_consequences(report);
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

fn is_expired(until: Option<&str>, today: Option<&str>) -> bool {
    until.zip(today).is_some_and(|(until, today)| until < today)
}

/// Exemptions that are expired, that nothing needs, or that name no rule; levels that name no rule.
fn exemptions(plan: &Plan, today: Option<&str>, spent: &[(String, String, String)], findings: &mut Findings<'_>) {
    let known: Vec<&str> = RULES.iter().map(|rule| rule.name).chain(EARLIER.iter().map(|(name, _)| *name)).collect();
    let unknown = |name: &str| match nearest(name, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`bayplan explain` lists them all".to_owned(),
    };
    for (stack, name, service) in plan.services() {
        for (rule, exemption) in &service.allow {
            let path = Path::from_iter(["services", name, "allow", rule.as_str()]);
            let at = stack.locate_key(&path);
            let subject = Subject::service(&stack.name, name).with_path(path);
            let finding = if EARLIER.iter().any(|(known, _)| known == rule) {
                Finding::deny("unknown-rule", at, format!("nothing can be exempt from `{rule}`"))
                    .help("mend what it finds, and remove this")
            } else if !RULES.iter().any(|known| known.name == rule) {
                Finding::deny("unknown-rule", at, format!("there is no rule `{rule}` to be exempt from"))
                    .help(unknown(rule))
            } else if is_expired(exemption.until.as_deref(), today) {
                let until = exemption.until.as_deref().unwrap_or_default();
                Finding::deny(
                    "expired-exemption",
                    at,
                    format!("the exemption of `{name}` from `{rule}` ended on {until}"),
                )
                .help("mend what it allowed, or give it a later day and a reason that still holds")
            } else if !spent.iter().any(|(of, service, by)| of == &stack.name && service == name && by == rule)
                // What was refused may be what it is for.
                && !findings.refused.inside(&stack.name, &service_path(name))
            {
                Finding::warn(
                    "unused-exemption",
                    at,
                    format!("`{name}` is exempt from `{rule}`, but does not break it"),
                )
                .help("remove it")
            } else {
                continue;
            };
            findings.push(finding.about(subject));
        }
    }
    for name in plan.fleet.rules.keys().filter(|name| !known.contains(&name.as_str())) {
        let path = Path::from_iter(["rules", name.as_str()]);
        let at = plan
            .settings
            .as_ref()
            .and_then(|node| node.get("rules")?.as_map()?.get(name.as_str()))
            .map_or_else(Location::default, |entry| entry.key_at);
        findings.push(
            Finding::deny("unknown-rule", at, format!("there is no rule `{name}`"))
                .help(unknown(name))
                .about(Subject::path(path)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&'static str> {
        let (mut sources, mut report) = (Sources::new(), Report::new());
        let files = std::collections::BTreeMap::from([("compose.yaml".to_owned(), text.into())]);
        let project = crate::compile::ComposeProject {
            folder: ".".to_owned(),
            name: "shop".to_owned(),
            files: vec!["compose.yaml".to_owned()],
            variant: false,
        };
        crate::compile::projects(&[project], &files, None, &mut sources, &mut report);
        report.findings.iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn examples_are_true() {
        for rule in RULES.iter().filter(|rule| !rule.fails.is_empty()) {
            assert!(found(rule.fails).contains(&rule.name), "{}: {:?}", rule.name, found(rule.fails));
            assert!(!found(rule.passes).contains(&rule.name), "{}: {:?}", rule.name, found(rule.passes));
        }
    }

    #[test]
    fn rules_are_listed_by_name() {
        let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert!(names.is_sorted());
    }
}
