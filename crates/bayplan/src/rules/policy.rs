//! What a repository says about rules: a ready profile, levels, and leave to break single ones.

use super::{Profile, Rule};
use crate::finding::{Finding, Level};
use crate::record;
use crate::record::Values;
use crate::resolve::files::join;
use crate::source::Sources;
use bayplan_yaml::Node;
use indexmap::IndexMap;

record! {
    /// What a file says about rules.
    pub struct RuleSettings {
        /// How strict the rules are: `default`, `homelab`, `production`, `cis` or `all`. Left out, blueprints are held to
        /// `production` and hand-written compose files to `default`.
        profile: Option<Profile>,
        /// The level of rules: `deny`, `warn` or `allow`.
        rules: IndexMap<String, Level> = Values<crate::blueprint::fleet::LevelForm>,
        /// Levels of rules for some files or services; of those that hold, the last one that names a rule wins.
        overrides: Vec<Override>,
        /// Leave to break rules, each with its reason.
        exemptions: Vec<ListedExemption>,
        /// Where images may come from: registries, or beginnings of names, such as `ghcr.io/acme` and `docker.io/library`.
        /// From anywhere where it is left out.
        registries: Vec<String>,
    }
}

record! {
    /// Levels of rules for some files or services.
    pub struct Override {
        /// Patterns of paths, such as `media/**`; every file where it is left out.
        paths: Vec<String>,
        /// Patterns of service names, such as `*-db`; every service where it is left out.
        services: Vec<String>,
        /// The level of rules: `deny`, `warn` or `allow`.
        rules [Required]: IndexMap<String, Level> = Values<crate::blueprint::fleet::LevelForm>,
    }
}

record! {
    /// Leave to break a rule, for some files or services.
    pub struct ListedExemption {
        /// The rule.
        rule [Required]: String,
        /// Patterns of paths, such as `media/**`; every file where it is left out.
        paths: Vec<String>,
        /// Patterns of service names; every service, and what belongs to none, where it is left out.
        services: Vec<String>,
        /// Why it may be broken.
        reason [Required]: String,
        /// The last day of the exemption, as `YYYY-MM-DD`.
        until: Option<String> = crate::blueprint::forms::Date,
    }
}

/// What files say about rules, one over the other.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The profile where no file names one.
    pub fallback: Profile,
    /// What each file says, the weakest first.
    pub layers: Vec<PolicyLayer>,
    /// Whether everything that the files speak of is looked at, so that an exemption which nothing needs is one.
    pub whole: bool,
}

/// What one file says about rules.
#[derive(Debug, Clone, Default)]
pub struct PolicyLayer {
    /// What it says.
    pub settings: RuleSettings,
    /// The file as read, for places.
    pub node: Option<Node>,
    /// The way from its folder to the one that shown paths start from.
    pub base: String,
}

impl Policy {
    /// The profile alone.
    pub fn of(profile: Profile) -> Self {
        Self { fallback: profile, ..Self::default() }
    }

    /// And what another file says, over everything else.
    #[must_use]
    pub fn with(mut self, settings: RuleSettings, node: Option<Node>) -> Self {
        self.layers.push(PolicyLayer { settings, node, base: String::new() });
        self
    }

    /// The profile that counts.
    pub fn profile(&self) -> Profile {
        self.layers.iter().rev().find_map(|layer| layer.settings.profile).unwrap_or(self.fallback)
    }

    /// Where images may come from, as the strongest file that says so has it; nothing where none does.
    pub fn registries(&self) -> &[String] {
        let said = self.layers.iter().rev().map(|layer| layer.settings.registries.as_slice());
        said.into_iter().find(|registries| !registries.is_empty()).unwrap_or_default()
    }

    /// Whether a rule can have a say at all.
    pub fn asks(&self, rule: &Rule) -> bool {
        let named = |rules: &IndexMap<String, Level>| rules.get(rule.name).is_some_and(|level| *level != Level::Allow);
        rule.level_in(self.profile()) != Level::Allow
            || self.layers.iter().any(|layer| {
                named(&layer.settings.rules) || layer.settings.overrides.iter().any(|over| named(&over.rules))
            })
    }

    /// What a finding does: what the strongest file says about it (there, the last override that holds, else the level of
    /// its rule), else what the profile says. A rule may call one of its findings worse or better than the others: that
    /// stays where nobody sets a level.
    pub fn level(&self, finding: &Finding, rule: Option<&Rule>, sources: &Sources) -> Level {
        for PolicyLayer { settings: layer, base, .. } in self.layers.iter().rev() {
            let over =
                layer.overrides.iter().rev().filter(|over| holds(base, &over.paths, &over.services, finding, sources));
            if let Some(level) =
                over.filter_map(|over| over.rules.get(finding.rule)).next().or(layer.rules.get(finding.rule))
            {
                return *level;
            }
        }
        let Some(rule) = rule else { return finding.level };
        match rule.level_in(self.profile()) {
            Level::Allow => Level::Allow,
            level if finding.level == rule.level => level,
            _ => finding.level,
        }
    }
}

/// Whether a finding stands in one of the paths and is about one of the services, where some are named.
pub(super) fn holds(base: &str, paths: &[String], services: &[String], finding: &Finding, sources: &Sources) -> bool {
    let service = finding.subject.service.as_deref();
    let named = |name: &str| services.iter().any(|pattern| fast_glob::glob_match(pattern, name));
    (paths.is_empty() || fits(base, paths, sources.name(finding.at.source)))
        && (services.is_empty() || service.is_some_and(named))
}

/// Whether a path as shown fits one of the patterns, which start at `base`.
pub fn fits(base: &str, patterns: &[String], path: &str) -> bool {
    let path = if base.is_empty() { path.to_owned() } else { join(base, path) };
    patterns.iter().any(|pattern| {
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        fast_glob::glob_match(pattern, &path)
            // A folder stands for what is in it.
            || path.strip_prefix(pattern.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
    })
}
