//! `bayplan lint`: what is wrong, in the format that was asked for.

mod added;
mod baseline;

use crate::args::{Format, LintArgs};
use crate::compile::Run;
use crate::render::root::Root;
use crate::render::{counted, github, json, pretty, repair, sarif, short};
use crate::run::{Asked, Runner, Said, line};
use crate::{Exit, Failure};
use added::Hidden;
use bayplan::finding::{Level, Safety};
use bayplan::fix::Repairs;

impl Runner<'_> {
    pub(crate) fn lint(self, args: &LintArgs, said: &mut Said) -> Result<Exit, Failure> {
        let asked = Asked { environment: args.env.as_deref(), profile: args.profile, ..Asked::default() };
        let mut run = self.compile(&args.paths, true, &asked)?;
        let mut hidden = None;
        if let Some(name) = &args.diff {
            hidden = Some(self.only_added(name, args, &asked, &mut run)?);
        } else if args.add_exemptions {
            self.exempt(&run, args.reason.as_deref(), said)?;
            run = self.compile(&args.paths, true, &asked)?;
        }
        self.show(args, &run, hidden.as_ref(), said)?;
        Ok(if run.report.denied() { Exit::Denied } else { Exit::Clean })
    }

    fn show(self, args: &LintArgs, run: &Run, hidden: Option<&Hidden>, said: &mut Said) -> Result<(), Failure> {
        let (style, Run { sources, report, .. }) = (self.out, run);
        let files = sources.files().count();
        match style.format {
            Format::Json => {
                let repairs = self.made(args, run, |_| true)?;
                let mut object = json::report(report, sources, files, Some(&repair::of(&repairs, sources)));
                if let Some(Hidden { count, .. }) = hidden {
                    object.summary.hidden = Some(*count);
                }
                said.out.push_str(&object.line());
            }
            Format::Short => said.out.push_str(&short::findings(report, sources)),
            Format::Github => said.out.push_str(&github::findings(report, sources, &Root::of(self.here))),
            Format::Sarif => {
                let repairs = self.made(args, run, |safety| safety == Safety::Safe)?;
                let log = sarif::log(report, sources, &Root::of(self.here), &repair::of(&repairs, sources));
                line(&mut said.out, &format!("{log:#}"));
            }
            Format::Pretty | Format::Yaml => {
                let render = if args.all { pretty::findings } else { pretty::brief };
                said.out.push_str(&render(report, sources, style));
                line(&mut said.out, &pretty::summary(report, sources, files, style));
                if let Some(hint) = pretty::fixable(report, style) {
                    line(&mut said.out, &hint);
                }
            }
        }
        if let Some(Hidden { count, name }) = hidden.filter(|hidden| hidden.count > 0) {
            let text = format!("{} not shown: the branch left `{}` with them", counted(*count, "finding"), name);
            line(&mut said.err, &text);
        }
        Ok(())
    }

    /// What the fixes come to, where there are some.
    fn made(self, args: &LintArgs, run: &Run, wanted: impl Fn(Safety) -> bool) -> Result<Repairs, Failure> {
        let mut shown = run.report.findings.iter().filter(|finding| finding.level != Level::Allow);
        match shown.any(|finding| finding.fix.as_ref().is_some_and(|fix| wanted(fix.safety))) {
            true => self.repairs(&args.paths, args.profile, wanted),
            false => Ok(Repairs::default()),
        }
    }
}
