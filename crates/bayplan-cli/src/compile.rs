//! `texts → findings and trees`: where the command line meets the library.

use crate::Failure;
use crate::discover::{self, Found};
use bayplan::compile::{Compiled, ComposeProject, FleetTexts, Loaded};
use bayplan::disk::Disk;
use bayplan::dsl;
use bayplan::emit::Tree;
use bayplan::finding::Report;
use bayplan::fix::Remembered;
use bayplan::resolve::scope::{Scope, Supplier};
use bayplan::rules::{Policy, Profile};
use bayplan::source::Sources;
use std::path::Path;

/// Everything that one run gathers.
#[derive(Debug, Default)]
pub struct Run {
    /// The texts read.
    pub sources: Sources,
    /// What is wrong with them.
    pub report: Report,
    /// What would be written.
    pub outputs: Vec<Output>,
}

/// The files of one environment of one fleet.
#[derive(Debug)]
pub struct Output {
    /// The name of the fleet.
    pub fleet: String,
    /// The name of the environment.
    pub environment: String,
    /// The files.
    pub tree: Tree,
}

/// What the command line asks of the library.
pub trait Compiler {
    /// Compiles a fleet for all its environments, or for the one named. `back` leads from the folder of a stack's compose
    /// file to the fleet's folder.
    fn fleet(
        &self,
        here: &Path,
        fleet: &discover::Fleet,
        back: &str,
        environment: Option<&str>,
        policy: &Policy,
        run: &mut Run,
    );
    /// The fleets that are built in Rust.
    fn built(&self) -> &[dsl::Fleet] {
        &[]
    }
    /// Checks Compose projects that belong to no fleet. Their paths are seen from `here`.
    fn compose(&self, here: &Path, projects: &[ComposeProject], settings: &discover::Settings, run: &mut Run);
    /// The projects in `found` with everything that their values come from.
    fn trace(&self, here: &Path, found: &Found, run: &mut Run) -> Result<Vec<Loaded>, Failure>;
    /// The rules: name, and what `explain` prints.
    fn rules(&self) -> Vec<(&'static str, String)>;
    /// The JSON Schemas and the rules page: name and text.
    fn schemas(&self) -> Vec<(&'static str, String)>;
}

/// The library itself, and the fleets that are built in Rust.
#[derive(Debug, Clone, Copy, Default)]
pub struct Library<'a> {
    /// The fleets.
    pub fleets: &'a [dsl::Fleet],
}

impl Compiler for Library<'_> {
    fn built(&self) -> &[dsl::Fleet] {
        self.fleets
    }

    fn fleet(
        &self,
        here: &Path,
        fleet: &discover::Fleet,
        back: &str,
        environment: Option<&str>,
        policy: &Policy,
        run: &mut Run,
    ) {
        let (disk, today, folder) = (Disk::new(here), today(), discover::show(here, &fleet.folder));
        let policy = Policy { fallback: Profile::Production, ..policy.clone() };
        let texts = texts(&disk, fleet, back, Some(&today), &folder, &policy);
        let (sources, report) = (&mut run.sources, &mut run.report);
        let all = match fleet.built.and_then(|at| self.fleets.get(at)) {
            Some(built) => bayplan::compile::built(built, &texts, environment, sources, report),
            None => bayplan::compile::fleet(&texts, environment, sources, report),
        };
        for Compiled { fleet, environment, tree, .. } in all {
            run.outputs.extend(tree.map(|tree| Output { fleet, environment, tree }));
        }
    }

    fn compose(&self, here: &Path, projects: &[ComposeProject], settings: &discover::Settings, run: &mut Run) {
        let (disk, today) = (Disk::new(here), today());
        // Several rules ask for the same files and folders.
        let files = Remembered::new(&disk);
        let (policy, hosts) = (&settings.policy, &settings.hosts);
        bayplan::compile::projects(projects, policy, hosts, &files, Some(&today), &mut run.sources, &mut run.report);
    }

    fn trace(&self, here: &Path, found: &Found, run: &mut Run) -> Result<Vec<Loaded>, Failure> {
        let shell = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let shell = Scope::of(Supplier::Shell, shell);
        let (sources, report) = (&mut run.sources, &mut run.report);
        let (projects, policy) = (discover::projects(here, &found.compose), Policy::of(Profile::Production));
        let mut loaded = bayplan::compile::trace_projects(&projects, &shell, &Disk::new(here), sources, report);
        for folder in &found.fleets {
            let fleet = discover::read_fleet(here, folder, &mut run.sources, &mut run.report)?;
            let (disk, folder) = (Disk::new(here), discover::show(here, &fleet.folder));
            let texts = texts(&disk, &fleet, ".", None, &folder, &policy);
            loaded.extend(bayplan::compile::trace_fleet(&texts, None, &mut run.sources, &mut run.report));
        }
        for (at, fleet) in self.fleets.iter().enumerate() {
            let read = discover::read_built(here, at, fleet, &mut run.sources, &mut run.report)?;
            let disk = Disk::new(here);
            let texts = texts(&disk, &read, ".", None, fleet.path(), &policy);
            loaded.extend(bayplan::compile::trace_built(fleet, &texts, None, &mut run.sources, &mut run.report));
        }
        Ok(loaded)
    }

    fn rules(&self) -> Vec<(&'static str, String)> {
        let mut all: Vec<_> = bayplan::rules::pages().map(|page| (page.name, page.explain())).collect();
        all.sort_unstable();
        all
    }

    fn schemas(&self) -> Vec<(&'static str, String)> {
        let pages = [("rules", bayplan::rules::page::markdown()), ("catalog", bayplan::catalog::page::markdown())];
        bayplan::blueprint::schemas().into_iter().chain(pages).collect()
    }
}

fn texts<'a>(
    disk: &'a Disk<'a>,
    fleet: &'a discover::Fleet,
    back: &'a str,
    today: Option<&'a str>,
    folder: &'a str,
    policy: &'a Policy,
) -> FleetTexts<'a> {
    FleetTexts {
        name: &fleet.name,
        settings: fleet.settings,
        folder,
        blueprints: &fleet.blueprints,
        files: disk,
        env_files: &fleet.environments,
        back,
        policy,
        trace: false,
        today,
    }
}

/// The day in UTC, as `YYYY-MM-DD`.
pub(crate) fn today() -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs());
    date(seconds / 86_400)
}

/// The date of a day that is counted from 1970-01-01. Years are counted from March, so that a leap day ends one.
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_are_dates() {
        for (days, date) in [(0, "1970-01-01"), (11_016, "2000-02-29"), (11_017, "2000-03-01"), (20_778, "2026-11-21")]
        {
            assert_eq!(super::date(days), date);
        }
    }
}
