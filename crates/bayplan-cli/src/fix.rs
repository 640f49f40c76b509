//! `bayplan fix`: shows the edits that mend findings, or makes them.

mod hunks;
mod write;

use crate::args::{FixArgs, Format};
use crate::compile::{Run, today};
use crate::discover;
use crate::render::excerpt::shown;
use crate::render::{Style, counted, json};
use crate::run::{Runner, Said, line};
use crate::{Exit, Failure};
use bayplan::disk::Disk;
use bayplan::finding::Safety;
use bayplan::fix::{FleetFiles, Outcome, Remembered, Repairs, Told, Workspace};
use bayplan::rules::{Policy, Profile, page, pages};
use serde_json::{Value, json};
use std::path::PathBuf;

impl Runner<'_> {
    /// Shows or makes the edits that mend what is found.
    pub(crate) fn fix(self, args: &FixArgs, said: &mut Said) -> Result<Exit, Failure> {
        let outcome = self.fixes(args)?;
        if args.apply {
            write::write(self.here, &outcome.edited)?;
        }
        match self.out.format {
            Format::Json => line(&mut said.out, &as_json(&outcome, args).to_string()),
            _ => show(&outcome, args, self.out, said),
        }
        Ok(if outcome.edited.is_empty() || args.apply { Exit::Clean } else { Exit::Denied })
    }

    /// What would be edited; nothing is written.
    pub fn fixes(self, args: &FixArgs) -> Result<Outcome, Failure> {
        for rule in &args.only {
            if page(rule).is_none() {
                return Err(crate::run::unknown("rule", rule, pages().map(|page| page.name), "bayplan explain"));
            }
        }
        let wanted = |rule: &str, safety| {
            (args.risky || safety == Safety::Safe)
                && (args.only.is_empty() || args.only.iter().any(|only| only == rule))
        };
        let mut outcome = self.in_workspace(&args.paths, args.profile, |workspace| {
            bayplan::fix::fix(workspace, &|finding, fix| wanted(finding.rule, fix.safety))
        })?;
        outcome.left.retain(|told| args.only.is_empty() || args.only.iter().any(|only| only == told.rule));
        Ok(outcome)
    }

    /// What the fixes of all findings come to, each by itself.
    pub(crate) fn repairs(
        self,
        paths: &[PathBuf],
        profile: Option<Profile>,
        wanted: impl Fn(Safety) -> bool,
    ) -> Result<Repairs, Failure> {
        self.in_workspace(paths, profile, |workspace| bayplan::fix::repairs(workspace, &|_, fix| wanted(fix.safety)))
    }

    /// Does something with all that is looked at.
    fn in_workspace<T>(
        self,
        paths: &[PathBuf],
        profile: Option<Profile>,
        act: impl FnOnce(&Workspace<'_>) -> T,
    ) -> Result<T, Failure> {
        let here = self.here;
        let mut run = Run::default();
        let settings = self.settings(paths, profile, &mut run)?;
        let paths: Vec<_> = paths.iter().map(|path| discover::relative(here, path)).collect();
        let found = discover::find(here, &paths, true, &settings)?;
        let mut fleets = Vec::new();
        for folder in &found.fleets {
            let fleet = discover::read_fleet(here, folder, &mut run.sources, &mut run.report)?;
            let name = |source| run.sources.name(source).to_owned();
            fleets.push(FleetFiles {
                name: fleet.name.clone(),
                folder: discover::show(here, &fleet.folder),
                settings: fleet.settings.map(name),
                env_files: fleet.environments.iter().map(|(file, source)| (file.clone(), name(*source))).collect(),
                back: crate::run::back(&here.join("generated"), &fleet.folder),
                blueprints: fleet.blueprints,
                policy: Policy { fallback: Profile::Production, ..settings.policy.clone() },
            });
        }
        let disk = Disk::new(here);
        let root = write::root(here);
        let locked = |file: &str| write::outside(&here.join(file), &root);
        Ok(act(&Workspace {
            projects: discover::projects(here, &found.compose),
            policy: settings.policy,
            hosts: settings.hosts,
            fleets,
            files: Remembered::new(&disk),
            sources: run.sources,
            today: Some(today()),
            locked: &locked,
        }))
    }
}

fn show(outcome: &Outcome, args: &FixArgs, style: Style, said: &mut Said) {
    for edited in &outcome.edited {
        said.out.push_str(&hunks::diff(edited, outcome, style));
    }
    let clean = |text: &str| text.chars().map(shown).collect::<String>();
    let place = |told: &Told| match told.place {
        Some((line, column)) => format!("{}:{line}:{column}", told.file),
        None => told.file.clone(),
    };
    for refused in &outcome.refused {
        let told = &refused.told;
        let head = style.paint("33;1", "not fixed:");
        let reason = format!("{} ({}): {}", clean(&told.message), told.rule, clean(&refused.reason));
        line(&mut said.out, &format!("{head} {} {reason}", clean(&place(told))));
    }
    for told in &outcome.left {
        let head = style.paint("36", "with --unsafe:");
        let what = format!("{} ({}): {}", clean(&told.message), told.rule, clean(&told.title));
        line(&mut said.out, &format!("{head} {} {what}", clean(&place(told))));
    }
    line(&mut said.out, &summary(outcome, args, style));
}

fn summary(outcome: &Outcome, args: &FixArgs, style: Style) -> String {
    let (count, files) = (counted(outcome.made.len(), "finding"), counted(outcome.edited.len(), "file"));
    let mut parts = vec![match (outcome.edited.is_empty(), args.apply) {
        (true, _) => "nothing to fix".to_owned(),
        (false, true) => format!("{count} fixed in {files}"),
        (false, false) => format!("{count} can be fixed in {files}: run `bayplan fix --apply`"),
    }];
    for (count, what) in [
        (outcome.refused.len(), "not fixed"),
        (outcome.left.len(), "only with `--unsafe`"),
        (outcome.without, "without a fix"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    style.paint(if outcome.edited.is_empty() || args.apply { "32" } else { "33;1" }, &parts.join(", "))
}

fn as_json(outcome: &Outcome, args: &FixArgs) -> Value {
    let plain = Style { format: Format::Json, color: false, unicode: false, width: 80 };
    let told = |told: &Told| {
        json!({
            "rule": told.rule,
            "level": told.level,
            "message": told.message,
            "fix": told.title,
            "safety": told.safety,
            "file": told.file,
            "line": told.place.map(|place| place.0),
            "column": told.place.map(|place| place.1),
        })
    };
    let refused = outcome.refused.iter().map(|refused| {
        let mut value = told(&refused.told);
        value["reason"] = refused.reason.as_str().into();
        value
    });
    let edited =
        outcome.edited.iter().map(|edited| json!({ "file": edited.file, "diff": hunks::diff(edited, outcome, plain) }));
    json!({
        "version": json::VERSION,
        "written": args.apply,
        "edited": edited.collect::<Vec<_>>(),
        "fixed": outcome.made.iter().map(|made| told(&made.told)).collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
        "unsafe": outcome.left.iter().map(told).collect::<Vec<_>>(),
        "without": outcome.without,
    })
}
