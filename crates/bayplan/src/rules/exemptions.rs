//! Leave to break a rule: `allow:` of a service, `exemptions:` of a settings file, and comments in the text.
//!
//! Each has a reason; one that is expired, that nothing needs, or that names no rule is a finding itself.

mod comments;

use super::policy::{Policy, fits, holds};
use super::refused::Refused;
use super::{rule, service_path};
use crate::finding::{Finding, Level, Report, Subject};
use crate::plan::Plan;
use crate::record::nearest;
use crate::source::Sources;
use bayplan_yaml::{Location, Path, SourceId};
use std::collections::{HashMap, HashSet};

/// One leave to break one rule.
struct Exemption<'a> {
    rule: String,
    /// Where it names the rule.
    at: Location,
    until: Option<String>,
    scope: Scope<'a>,
    /// What it is about, by name.
    subject: Subject,
    /// Whether it allowed something.
    spent: bool,
    /// Whether it was met by what Compose refuses, which nobody can allow.
    barred: bool,
}

/// What an exemption holds for.
enum Scope<'a> {
    /// A service of a stack.
    Service(&'a str, &'a str),
    /// Files and services that fit the patterns, which start at a folder.
    Patterns(&'a str, &'a [String], &'a [String]),
    /// What stands in these bytes of a file.
    Text(Location),
}

impl Scope<'_> {
    fn holds(&self, finding: &Finding, sources: &Sources) -> bool {
        match self {
            Self::Service(stack, service) => {
                finding.subject.stack.as_deref() == Some(stack) && finding.subject.service.as_deref() == Some(service)
            }
            Self::Patterns(base, paths, services) => holds(base, paths, services, finding, sources),
            Self::Text(text) => {
                let at = finding.at;
                at.source == text.source && text.span.start <= at.span.start && at.span.start < text.span.end
            }
        }
    }
}

/// All exemptions of a plan.
pub(super) struct Exemptions<'a> {
    all: Vec<Exemption<'a>>,
    by_rule: HashMap<String, Vec<usize>>,
    today: Option<&'a str>,
}

impl<'a> Exemptions<'a> {
    /// Gathers them. What is wrong with how they are written is reported.
    pub fn of(plan: &'a Plan, sources: &Sources, today: Option<&'a str>, report: &mut Report) -> Self {
        let mut all = Vec::new();
        for (stack, name, service) in plan.services() {
            for (rule, exemption) in &service.allow {
                let path = service_path(name).key("allow").key(rule.as_str());
                all.push(Exemption {
                    rule: rule.clone(),
                    at: stack.locate_key(&path),
                    until: exemption.until.clone(),
                    scope: Scope::Service(&stack.name, name),
                    subject: Subject::service(&stack.name, name).with_path(path),
                    spent: false,
                    barred: false,
                });
            }
        }
        listed(&plan.policy, &mut all);
        comments::find(sources, report, &mut |rule, at, until, text| {
            all.push(Exemption {
                rule,
                at,
                until,
                scope: Scope::Text(text),
                subject: Subject::default(),
                spent: false,
                barred: false,
            });
        });
        let mut by_rule: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, exemption) in all.iter().enumerate() {
            by_rule.entry(exemption.rule.clone()).or_default().push(index);
        }
        Self { all, by_rule, today }
    }

    /// Whether a finding is allowed by an exemption that is not expired.
    pub fn allow(&mut self, finding: &Finding, sources: &Sources) -> bool {
        let (refusal, mut allowed) = (is_refusal(finding), false);
        for index in self.by_rule.get(finding.rule).into_iter().flatten() {
            let exemption = &mut self.all[*index];
            if exemption.scope.holds(finding, sources) {
                exemption.spent |= !refusal;
                exemption.barred |= refusal;
                allowed |= !refusal && !is_expired(exemption.until.as_deref(), self.today);
            }
        }
        allowed
    }

    /// Reports exemptions that are expired or name no rule, and gives a finding for each that nothing needs.
    pub fn finish(self, plan: &Plan, sources: &Sources, refused: &Refused, report: &mut Report) -> Vec<Finding> {
        let known: Vec<&str> = super::pages().map(|page| page.name).collect();
        let mut unused = Vec::new();
        let mut told = HashSet::new();
        // What is written once for all members of a composite is needed where one of them needs it.
        let needed: HashSet<Location> = self.all.iter().filter(|exemption| exemption.spent).map(|it| it.at).collect();
        for exemption in self.all {
            let Exemption { rule: name, at, until, scope, subject, spent, barred } = exemption;
            let finding = if barred {
                Finding::deny("unknown-rule", at, format!("nothing can be exempt from `{name}`"))
                    .help("mend what it finds, and remove this")
            } else if !known.contains(&name.as_str()) {
                Finding::deny(
                    "unknown-rule",
                    at,
                    format!("there is no rule `{}` to be exempt from", name.escape_debug()),
                )
                .help(unknown(&name, &known))
            } else if is_expired(until.as_deref(), self.today) {
                let until = until.as_deref().unwrap_or_default();
                let message = match &scope {
                    Scope::Service(_, service) => {
                        format!("the exemption of `{service}` from `{name}` ended on {until}")
                    }
                    _ => format!("the exemption from `{name}` ended on {until}"),
                };
                Finding::deny("expired-exemption", at, message)
                    .help("mend what it allowed, or give it a later day and a reason that still holds")
            } else if spent
                || needed.contains(&at)
                || sources.file(at.source).is_none()
                || rule(&name).is_some_and(|rule| !plan.policy.asks(rule))
            {
                // Nobody looked for what a rule finds that is not asked. What an archetype may need is not this person's to remove.
                report.needed.insert(at);
                continue;
            } else {
                // What was refused may be what it is for.
                let excused = match &scope {
                    Scope::Service(stack, service) => refused.inside(stack, &service_path(service)),
                    Scope::Patterns(base, paths, _) => {
                        is_broken(report, None) || !plan.policy.whole && !reads(base, paths, sources)
                    }
                    Scope::Text(text) => is_broken(report, Some(text.source)),
                };
                if !excused {
                    let message = match &scope {
                        Scope::Service(_, service) => {
                            format!("`{service}` is exempt from `{name}`, but does not break it")
                        }
                        Scope::Patterns(..) => format!("nothing needs the exemption from `{name}`"),
                        Scope::Text(_) => format!("nothing here needs the exemption from `{name}`"),
                    };
                    let finding = Finding::warn("unused-exemption", at, message).help("remove it").about(subject);
                    if told.insert(at) {
                        unused.push(finding);
                    }
                } else {
                    report.needed.insert(at);
                }
                continue;
            };
            report.push(finding.about(subject));
        }
        for layer in &plan.policy.layers {
            let tables = [(Path::root().key("rules"), &layer.settings.rules)];
            let over = layer.settings.overrides.iter().enumerate();
            let over = over.map(|(index, over)| (Path::root().key("overrides").index(index).key("rules"), &over.rules));
            for (path, rules) in tables.into_iter().chain(over) {
                for name in rules.keys().filter(|name| !known.contains(&name.as_str())) {
                    let entry = layer.node.as_ref().and_then(|node| node.at_path(&path)?.as_map()?.get(name.as_str()));
                    let at = entry.map_or_else(Location::default, |entry| entry.key_at);
                    let message = format!("there is no rule `{}`", name.escape_debug());
                    let finding = Finding::deny("unknown-rule", at, message).help(unknown(name, &known));
                    report.push(finding.about(Subject::path(path.key(name.as_str()))));
                }
            }
        }
        unused
    }
}

/// Whether a finding is what Compose refuses, so that nobody can allow it.
fn is_refusal(finding: &Finding) -> bool {
    rule(finding.rule).is_none() && finding.level == Level::Deny
}

/// Whether an exemption from a finding can have an effect: not from a refusal, nor from what is said about exemptions.
pub fn may_be_exempt(finding: &Finding) -> bool {
    !is_refusal(finding) && !finding.rule.ends_with("-exemption")
}

/// The exemptions of settings files.
fn listed<'a>(policy: &'a Policy, all: &mut Vec<Exemption<'a>>) {
    for layer in &policy.layers {
        // One that names no rule is a finding already.
        let named = layer.settings.exemptions.iter().enumerate().filter(|(_, exemption)| !exemption.rule.is_empty());
        for (index, exemption) in named {
            let path = Path::root().key("exemptions").index(index).key("rule");
            let at =
                layer.node.as_ref().and_then(|node| node.at_path(&path)).map_or_else(Location::default, |node| node.at);
            all.push(Exemption {
                rule: exemption.rule.clone(),
                at,
                until: exemption.until.clone(),
                scope: Scope::Patterns(&layer.base, &exemption.paths, &exemption.services),
                subject: Subject::path(path),
                spent: false,
                barred: false,
            });
        }
    }
}

/// Whether something could not be read, in one file or in any.
fn is_broken(report: &Report, source: Option<SourceId>) -> bool {
    report.findings.iter().any(|finding| {
        finding.level == Level::Deny
            && rule(finding.rule).is_none()
            && source.is_none_or(|source| finding.at.source == source)
    })
}

/// Whether a file that was read has a path that fits one of the patterns.
fn reads(base: &str, paths: &[String], sources: &Sources) -> bool {
    sources.files().any(|(_, file)| fits(base, paths, &file.name))
}

fn unknown(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`bayplan explain` lists them all".to_owned(),
    }
}

fn is_expired(until: Option<&str>, today: Option<&str>) -> bool {
    until.zip(today).is_some_and(|(until, today)| until < today)
}
