//! What the reader and the resolver find before any rule looks: one page a name. Their levels are the same in every profile.

mod exemptions;
mod files;
mod fleet;
mod references;
mod shape;
mod variables;
mod yaml;

use super::{Group, Rule};
use crate::finding::Level;
use std::sync::LazyLock;

/// What the reader and the resolver find, by name.
pub static EARLIER: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let kinds =
        [exemptions::PAGES, files::PAGES, fleet::PAGES, references::PAGES, shape::PAGES, variables::PAGES, yaml::PAGES];
    let mut pages: Vec<&Rule> = kinds.into_iter().flatten().collect();
    pages.sort_unstable_by_key(|page| page.name);
    pages
});

/// What the pages have in common: there is nothing left for them to look at.
const EARLY: Rule = Rule {
    name: "",
    group: Group::Correctness,
    level: Level::Deny,
    profiles: &[],
    finds: "",
    why: "",
    fails: "",
    passes: "",
    fine: "",
    fix: "",
    sources: &[],
    check: |_, _, _| {},
};
