//! `findings, revision → findings that were not there`: `lint --diff`.

use crate::Failure;
use crate::args::LintArgs;
use crate::compile::Run;
use crate::discover::{self, Settings};
use crate::identity::Identity;
use crate::render::root::Root;
use crate::revision::Revision;
use crate::run::{Asked, Runner};
use std::collections::HashMap;
use std::path::PathBuf;

/// How many findings were there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// So many.
    pub count: usize,
    /// The revision.
    pub name: String,
}

impl Runner<'_> {
    /// Drops findings that the revision had too.
    pub(super) fn only_added(
        self,
        name: &str,
        args: &LintArgs,
        asked: &Asked<'_>,
        run: &mut Run,
    ) -> Result<Hidden, Failure> {
        let root = Root::of(self.here);
        let revision = Revision::check_out(&root, name)?;
        let then = self.then(&revision, &root, &args.paths, asked)?;
        let mut known: HashMap<Identity, usize> = HashMap::new();
        if let Some((then, root)) = then {
            for finding in &then.report.findings {
                let path = root.path(then.sources.name(finding.at.source));
                *known.entry(Identity::of(finding, &path)).or_default() += 1;
            }
        }
        let (report, sources) = (&mut run.report, &run.sources);
        let before = report.findings.len();
        report.retain(|finding| {
            let identity = Identity::of(finding, &root.path(sources.name(finding.at.source)));
            match known.get_mut(&identity) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            }
        });
        Ok(Hidden { count: before - report.findings.len(), name: name.to_owned() })
    }

    /// What was wrong in the revision, and its root; nothing where it had none of the paths.
    fn then(
        self,
        revision: &Revision,
        root: &Root,
        paths: &[PathBuf],
        asked: &Asked<'_>,
    ) -> Result<Option<(Run, Root)>, Failure> {
        let here = revision.root.join(&root.below);
        let moved = |path: &PathBuf| match path.is_absolute() {
            true => match path.strip_prefix(&root.folder) {
                Ok(inside) => revision.root.join(inside),
                Err(_) => path.clone(),
            },
            false => path.clone(),
        };
        if !here.is_dir() {
            return Ok(None);
        }
        let runner = Runner { here: &here, ..self };
        let lints = |paths: &[PathBuf]| discover::find(&here, paths, true, &Settings::default()).is_ok();
        let there: Vec<PathBuf> = paths.iter().map(moved).filter(|path| lints(std::slice::from_ref(path))).collect();
        if there.is_empty() && !(paths.is_empty() && lints(&[])) {
            return Ok(None);
        }
        let mut run = runner.compile(&there, true, asked)?;
        // Some messages name a path from the root of the disk.
        let folder = revision.root.to_string_lossy();
        for finding in run.report.findings.iter_mut().filter(|finding| finding.message.contains(&*folder)) {
            finding.message = finding.message.replace(&*folder, &root.folder);
        }
        Ok(Some((run, Root::of(&here))))
    }
}
