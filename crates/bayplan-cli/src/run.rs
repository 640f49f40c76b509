//! `verb → exit code`: finds, compiles, shows and writes.

use crate::args::{Format, GenArgs, SchemaArgs, Verb};
use crate::compile::{Compiler, Run};
use crate::discover;
use crate::render::secret::masked;
use crate::render::{Style, counted, json, pretty};
use crate::{Exit, Failure, manual};
use bayplan::finding::Level;
use bayplan::rules::{Profile, RuleSettings};
use bayplan::sync::{self, Action, Change, Conflict, Folder, Kept, Options, SyncError};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// At most so many lines of a difference are shown where none was asked for.
const DIFF_LINES: usize = 40;

/// What a verb has to say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The result, for standard output.
    pub out: String,
    /// Findings and remarks that are not the result, for standard error.
    pub err: String,
}

/// How to compile.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Where the output goes, seen from here.
    pub out: &'a Path,
    /// Only this environment.
    pub environment: Option<&'a str>,
    /// How strict the rules are, whatever files say.
    pub profile: Option<Profile>,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self { out: Path::new("generated"), environment: None, profile: None }
    }
}

/// Runs verbs.
#[derive(Clone, Copy)]
pub struct Runner<'a> {
    /// The folder that paths are relative to; empty for the one that the process stands in.
    pub here: &'a Path,
    /// What compiles.
    pub compiler: &'a dyn Compiler,
    /// How standard output looks.
    pub out: Style,
    /// How standard error looks.
    pub err: Style,
}

impl Runner<'_> {
    /// Runs a verb.
    pub fn run(self, verb: &Verb, said: &mut Said) -> Result<Exit, Failure> {
        if self.out.format.is_of_findings() && !matches!(verb, Verb::Lint(_)) {
            return Err(Failure::new("only `lint` prints in this format").help("leave `--format` out, or use `json`"));
        }
        match verb {
            Verb::Gen(args) => self.generate(args, said),
            Verb::Lint(args) => self.lint(args, said),
            Verb::Fix(args) => self.fix(args, said),
            Verb::Explain(args) => self.explain(args, said),
            Verb::Schema(args) => self.schema(args, said),
            Verb::Config(args) => self.config(args, said),
            Verb::Init(args) => self.init(args, said),
            Verb::Export(args) => self.export(args, said),
            Verb::Completions(args) => manual::completions(args.shell, said),
            Verb::Man => manual::page(said),
        }
    }

    /// Compiles what `paths` name, compose files too where `compose` says so; nothing is written.
    pub fn compile(self, paths: &[PathBuf], compose: bool, asked: &Asked<'_>) -> Result<Run, Failure> {
        let here = self.here;
        let mut run = Run::default();
        let settings = self.settings(paths, asked.profile, &mut run)?;
        let paths: Vec<PathBuf> = paths.iter().map(|path| discover::relative(here, path)).collect();
        let found = discover::find(here, &paths, compose, &settings)?;
        found.report_closed(here, &mut run.report);
        for folder in &found.fleets {
            let fleet = discover::read_fleet(here, folder, &mut run.sources, &mut run.report)?;
            let back = back(&here.join(asked.out), &fleet.folder);
            self.compiler.fleet(here, &fleet, &back, asked.environment, &settings.policy, &mut run);
        }
        // Paths name files: what is built in Rust has none.
        let built = self.compiler.built().iter().enumerate().filter(|_| paths.is_empty());
        for (at, built) in built {
            let fleet = discover::read_built(here, at, built, &mut run.sources, &mut run.report)?;
            let back = back(&here.join(asked.out), &fleet.folder);
            self.compiler.fleet(here, &fleet, &back, asked.environment, &settings.policy, &mut run);
        }
        self.compiler.compose(here, &discover::projects(here, &found.compose), &settings, &mut run);
        crate::calls::locate(here, &mut run);
        run.report.sort(&run.sources);
        Ok(run)
    }

    /// The settings of the repository, with what was asked for over them.
    pub(crate) fn settings(
        self,
        paths: &[PathBuf],
        profile: Option<Profile>,
        run: &mut Run,
    ) -> Result<discover::Settings, Failure> {
        let mut settings = discover::settings(self.here, &mut run.sources, &mut run.report)?;
        settings.policy.whole = paths.is_empty();
        settings.built = !self.compiler.built().is_empty();
        if let Some(profile) = profile {
            let over = RuleSettings { profile: Some(profile), ..RuleSettings::default() };
            settings.policy = settings.policy.with(over, None);
        }
        Ok(settings)
    }

    fn generate(self, args: &GenArgs, said: &mut Said) -> Result<Exit, Failure> {
        let Self { here, out, err, .. } = self;
        let root = here.join(&args.out);
        if !args.check && sync::recover(&root).map_err(Failure::from)? {
            line(&mut said.err, "an interrupted run was undone first");
        }
        let asked = Asked { out: &args.out, environment: args.env.as_deref(), profile: None };
        let run = self.compile(&args.paths, false, &asked)?;
        let files = run.sources.files().count();
        let mut object = json::report(&run.report, &run.sources, files, None);
        if out.format != Format::Json {
            said.err.push_str(&pretty::findings(&run.report, &run.sources, err));
            if run.report.count(Level::Deny) + run.report.count(Level::Warn) > 0 {
                line(&mut said.err, &pretty::summary(&run.report, &run.sources, files, err));
            }
        }
        let mut exit = Exit::Denied;
        if run.report.denied() {
            if out.format != Format::Json {
                line(&mut said.err, "nothing was written");
            }
        } else {
            let Written { changes, refused, kept, interrupted } = write(&root, args, &run)?;
            let stale = interrupted || args.check && !changes.is_empty();
            exit = if refused.is_empty() && !stale { Exit::Clean } else { Exit::Denied };
            match out.format {
                Format::Json => {
                    let change = |change: &Change| json!({ "path": change.path, "action": verb(change.action) });
                    object.output = Some(json!({
                        "root": discover::show(here, &root),
                        "written": !args.check && refused.is_empty(),
                        "changes": changes.iter().map(change).collect::<Vec<_>>(),
                        "refused": refused.iter().map(|conflict| {
                            json!({ "path": conflict.change.path, "reason": conflict.reason.to_string() })
                        }).collect::<Vec<_>>(),
                        "kept": kept.iter().map(|kept| {
                            json!({ "folder": kept.folder, "path": kept.path, "reason": kept.reason.to_string() })
                        }).collect::<Vec<_>>(),
                    }));
                }
                _ => {
                    let root = discover::show(here, &root);
                    if interrupted {
                        line(&mut said.err, "an earlier run was interrupted; `bayplan gen` will undo it first");
                    }
                    show_kept(&kept, &root, err, said);
                    if refused.is_empty() {
                        show_changes(&changes, &root, args, out, said);
                    } else {
                        show_refused(refused, &root, args, err, said);
                    }
                }
            }
        }
        if out.format == Format::Json {
            said.out.push_str(&object.line());
        }
        Ok(exit)
    }

    fn schema(self, args: &SchemaArgs, said: &mut Said) -> Result<Exit, Failure> {
        let here = self.here;
        let mut schemas = self.compiler.schemas();
        if let Some(wanted) = &args.name {
            if !schemas.iter().any(|(name, _)| name == wanted) {
                return Err(unknown("schema", wanted, schemas.iter().map(|(name, _)| *name), "bayplan schema"));
            }
            schemas.retain(|(name, _)| name == wanted);
        }
        let Some(folder) = &args.write else {
            for (name, text) in &schemas {
                line(&mut said.out, if args.name.is_some() { text.trim_end() } else { name });
            }
            return Ok(Exit::Clean);
        };
        let mut exit = Exit::Clean;
        for (name, text) in &schemas {
            let end = if text.starts_with('#') { "md" } else { "schema.json" };
            let path = here.join(folder).join(format!("{name}.{end}"));
            let shown = discover::show(here, &path);
            if fs::read_to_string(&path).is_ok_and(|there| there.replace("\r\n", "\n") == *text) {
                continue;
            }
            if args.check {
                exit = Exit::Denied;
                line(&mut said.out, &format!("{shown} is stale: run `bayplan schema --write {}`", folder.display()));
                continue;
            }
            fs::create_dir_all(here.join(folder)).map_err(|error| Failure::io("create", folder, &error))?;
            fs::write(&path, text).map_err(|error| Failure::io("write", &path, &error))?;
            line(&mut said.out, &format!("{shown} written"));
        }
        Ok(exit)
    }
}

/// The way from `OUT/FLEET/ENVIRONMENT/compose/STACK` to the fleet's folder.
pub(crate) fn back(out: &Path, folder: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let from = absolute(&out.join("fleet/environment/compose/stack"));
    let to = absolute(folder);
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| "..".to_owned());
    let down = to[shared..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// What became of the output.
struct Written {
    changes: Vec<Change>,
    refused: Vec<Conflict>,
    kept: Vec<Kept>,
    interrupted: bool,
}

/// Writes, or with `--check` only compares.
fn write(root: &Path, args: &GenArgs, run: &Run) -> Result<Written, Failure> {
    let paths: Vec<String> = run.outputs.iter().map(|out| format!("{}/{}", out.fleet, out.environment)).collect();
    let mut folders: Vec<Folder<'_>> =
        paths.iter().zip(&run.outputs).map(|(path, out)| Folder { path, tree: Some(&out.tree) }).collect();
    let gone = unnamed(root, args, run)?;
    folders.extend(gone.iter().map(|path| Folder { path, tree: None }));
    let options = Options { force: args.force };
    if args.check {
        let found = sync::compare(root, &folders, options)?;
        let sync::Comparison { changes, conflicts, kept, interrupted, .. } = found;
        return Ok(Written { changes, refused: conflicts, kept, interrupted });
    }
    let (changes, refused, kept) = match sync::sync(root, &folders, options) {
        Ok(outcome) => (outcome.changes, Vec::new(), outcome.kept),
        Err(SyncError::Conflicts(conflicts)) => (Vec::new(), conflicts, Vec::new()),
        Err(error) => return Err(error.into()),
    };
    Ok(Written { changes, refused, kept, interrupted: false })
}

/// The folders of environments that the fleets no longer name. With `--env` nothing is known of the others.
fn unnamed(root: &Path, args: &GenArgs, run: &Run) -> Result<Vec<String>, Failure> {
    let mut gone = Vec::new();
    let fleets: BTreeSet<&str> = run.outputs.iter().map(|out| out.fleet.as_str()).collect();
    for fleet in fleets.into_iter().filter(|_| args.env.is_none()) {
        let named = |name: &String| run.outputs.iter().any(|out| out.fleet == fleet && out.environment == *name);
        let others = sync::folders(root, fleet)?.into_iter().filter(|name| !named(name));
        gone.extend(others.map(|name| format!("{fleet}/{name}")));
    }
    Ok(gone)
}

fn show_kept(kept: &[Kept], root: &str, style: Style, said: &mut Said) {
    for Kept { folder, path, reason } in kept {
        let environment = folder.rsplit('/').next().unwrap_or(folder);
        let text = format!(
            "`{root}/{folder}` stays: the fleet names no environment `{environment}`, but `{root}/{path}` {reason}"
        );
        line(&mut said.err, &format!("{} {text}", style.paint("33;1", "note:")));
    }
}

fn show_changes(changes: &[Change], root: &str, args: &GenArgs, style: Style, said: &mut Said) {
    for change in changes {
        let (mark, code) = match change.action {
            Action::Create => ("+", "32"),
            Action::Replace => ("~", "33"),
            Action::Remove => ("-", "31"),
        };
        line(&mut said.out, &format!("{} {root}/{}", style.paint(code, mark), change.path));
        if args.diff || args.check {
            said.out.push_str(&paint_diff(&change.diff(), usize::MAX, style));
        }
    }
    let what = if args.check { "stale" } else { "written" };
    match (changes.len(), args.check) {
        (0, _) => line(&mut said.out, &format!("{root} is up to date")),
        (count, true) => line(&mut said.out, &format!("{} {what}: run `bayplan gen`", counted(count, "file"))),
        (count, false) => line(&mut said.out, &format!("{} {what}", counted(count, "file"))),
    }
}

fn show_refused(refused: Vec<Conflict>, root: &str, args: &GenArgs, style: Style, said: &mut Said) {
    for conflict in &refused {
        let text = format!("`{root}/{}` {}", conflict.change.path, conflict.reason);
        line(&mut said.err, &format!("{} {text}", style.paint("31;1", "error:")));
        let most = if args.diff { usize::MAX } else { DIFF_LINES };
        said.err.push_str(&paint_diff(&conflict.change.diff(), most, style));
    }
    let error = SyncError::Conflicts(refused);
    line(&mut said.err, &format!("{} {}", style.paint("36", "help:"), error.help()));
    line(&mut said.err, "nothing was written");
}

fn paint_diff(diff: &str, most: usize, style: Style) -> String {
    let mut out = String::new();
    for (at, text) in diff.lines().enumerate() {
        if at == most {
            line(&mut out, &format!("    … {} more, shown with `--diff`", counted(diff.lines().count() - at, "line")));
            break;
        }
        let code = match text.as_bytes().first() {
            Some(b'+') => "32",
            Some(b'-') => "31",
            Some(b'@') => "36",
            _ => "",
        };
        // What bayplan writes names secrets and holds none; what stands on the disk may hold some.
        let text = if text.starts_with('-') { masked(text) } else { text.to_owned() };
        let text: String = text.chars().map(crate::render::excerpt::shown).collect();
        line(&mut out, &format!("    {}", style.paint(code, &text)));
    }
    out
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Replace => "replace",
        Action::Remove => "remove",
    }
}

pub(crate) fn unknown<'a>(what: &str, wanted: &str, names: impl Iterator<Item = &'a str>, list: &str) -> Failure {
    let near = names
        .map(|name| (strsim::osa_distance(name, wanted), name))
        .filter(|(distance, _)| *distance <= wanted.len() / 3 + 1)
        .min();
    Failure::new(format!("there is no {what} `{}`", wanted.escape_debug())).help(match near {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None => format!("`{list}` lists them all"),
    })
}

pub(crate) fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "{text}");
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
