//! `bayplan lint`: what is wrong, in the format that was asked for.

use crate::args::{Format, LintArgs};
use crate::compile::Run;
use crate::render::root::Root;
use crate::render::{github, json, pretty, sarif, short};
use crate::run::{Asked, Runner, Said, line};
use crate::{Exit, Failure};

impl Runner<'_> {
    pub(crate) fn lint(self, args: &LintArgs, said: &mut Said) -> Result<Exit, Failure> {
        let asked = Asked { environment: args.env.as_deref(), profile: args.profile, ..Asked::default() };
        let run = self.compile(&args.paths, true, &asked)?;
        self.show(args, &run, said);
        Ok(if run.report.denied() { Exit::Denied } else { Exit::Clean })
    }

    fn show(self, args: &LintArgs, run: &Run, said: &mut Said) {
        let (style, Run { sources, report, .. }) = (self.out, run);
        let files = sources.files().count();
        match style.format {
            Format::Json => line(&mut said.out, &json::report(report, sources, files).to_string()),
            Format::Short => said.out.push_str(&short::findings(report, sources)),
            Format::Github => said.out.push_str(&github::findings(report, sources, &Root::of(self.here))),
            Format::Sarif => {
                let log = sarif::log(report, sources, &Root::of(self.here), &sarif::respelled);
                line(&mut said.out, &format!("{log:#}"));
            }
            Format::Pretty | Format::Yaml => {
                let render = if args.all { pretty::findings } else { pretty::brief };
                said.out.push_str(&render(report, sources, style));
                line(&mut said.out, &pretty::summary(report, sources, files, style));
            }
        }
    }
}
