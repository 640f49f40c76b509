//! `bayplan lint`: what is wrong, in the format that was asked for.

mod added;
mod baseline;

use crate::args::{Format, LintArgs};
use crate::compile::Run;
use crate::render::root::Root;
use crate::render::{counted, github, json, pretty, sarif, short};
use crate::run::{Asked, Runner, Said, line};
use crate::{Exit, Failure};
use added::Hidden;

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
        self.show(args, &run, hidden.as_ref(), said);
        Ok(if run.report.denied() { Exit::Denied } else { Exit::Clean })
    }

    fn show(self, args: &LintArgs, run: &Run, hidden: Option<&Hidden>, said: &mut Said) {
        let (style, Run { sources, report, .. }) = (self.out, run);
        let files = sources.files().count();
        match style.format {
            Format::Json => {
                let mut object = json::report(report, sources, files);
                if let Some(Hidden { count, .. }) = hidden {
                    object["summary"]["hidden"] = (*count).into();
                }
                line(&mut said.out, &object.to_string());
            }
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
                if let Some(hint) = pretty::fixable(report, style) {
                    line(&mut said.out, &hint);
                }
            }
        }
        if let Some(Hidden { count, name }) = hidden.filter(|hidden| hidden.count > 0) {
            let text = format!("{} not shown: the branch left `{}` with them", counted(*count, "finding"), name);
            line(&mut said.err, &text);
        }
    }
}
