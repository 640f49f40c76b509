//! `command line, variables of the process, disk → which files make the project, and which variables they see`, in the order
//! of precedence of Docker Compose: the shell, then `--env-file` or `COMPOSE_ENV_FILES`, or else `.env` of the folder to
//! start from, then that of the project.

use super::standard_input::{NAME, WithStandardInput};
use crate::Failure;
use crate::args::ConfigArgs;
use crate::discover;
use bayplan::finding::Report;
use bayplan::resolve::files::{self, FileError, Files};
use bayplan::resolve::scope::{Scope, Supplier};
use bayplan::source::Sources;
use bayplan_yaml::SourceId;
use indexmap::IndexMap;
use std::path::{Path, PathBuf};

/// What the command line, the variables and the disk say about a project.
pub(super) struct Request {
    /// The files, the first the main one.
    pub files: Vec<String>,
    /// The folder of the project, absolute.
    pub folder: String,
    /// The variables.
    pub scope: Scope,
    /// What `~` stands for.
    pub home: Option<String>,
}

/// What a request is made from.
pub(super) struct Asker<'a> {
    pub args: &'a ConfigArgs,
    /// The folder that paths are relative to, absolute.
    pub root: &'a Path,
    pub disk: &'a WithStandardInput<'a>,
    pub sources: &'a mut Sources,
    pub report: &'a mut Report,
}

/// What the shell says, before any file is read.
struct Shell {
    values: IndexMap<String, String>,
    home: Option<String>,
}

impl Shell {
    fn of_process(root: &Path) -> Self {
        let mut values: IndexMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        values.entry("PWD".to_owned()).or_insert_with(|| root.to_string_lossy().into_owned());
        Self { values, home: std::env::home_dir().map(|home| home.to_string_lossy().into_owned()) }
    }

    /// The files of `--env-file`, or else of `COMPOSE_ENV_FILES`.
    fn env_files(&self, args: &ConfigArgs) -> Vec<PathBuf> {
        let listed = self.values.get("COMPOSE_ENV_FILES").map_or("", String::as_str).split(',');
        let listed = listed.filter(|name| !name.is_empty()).map(PathBuf::from);
        if args.env_files.is_empty() { listed.collect() } else { args.env_files.clone() }
    }
}

/// The variable that says whether `.env` is left alone.
const OFF: &str = "COMPOSE_DISABLE_ENV_FILE";

/// Whether `.env` is left alone.
fn disabled(value: Option<&str>) -> Result<bool, Failure> {
    match value {
        None | Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
        Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
        Some(other) => Err(Failure::new(format!("`{OFF}` is neither `true` nor `false`: `{}`", other.escape_debug()))
            .help("set it to `true`, or unset it")),
    }
}

impl Asker<'_> {
    pub fn request(mut self) -> Result<Request, Failure> {
        let shell = Shell::of_process(self.root);
        let env_files = shell.env_files(self.args);
        let mut off = !env_files.is_empty() || disabled(shell.values.get(OFF).map(String::as_str))?;
        let Shell { values, home } = shell;
        let mut scope = Scope::of(Supplier::Shell, values);
        let mut named = Vec::new();
        for file in &env_files {
            named.extend(self.read(file)?);
        }
        scope = scope.with_files(&named, self.sources, self.report);
        let first = self.args.files.iter().find(|file| *file != Path::new("-"));
        let first = first.map(|file| file.parent().unwrap_or(Path::new("")).to_owned());
        let mut folder = self.args.project_directory.clone().or(first);
        if !off {
            let shell = scope.clone();
            scope = self.default(folder.as_deref().unwrap_or(Path::new("")), scope)?;
            // In `.env` itself it comes too late for what Compose has taken for itself already.
            if shell.get(OFF).is_none() && disabled(scope.get(OFF))? {
                off = true;
                scope = scope.only(|name| shell.get(name).is_some() || name.starts_with("COMPOSE_"));
            }
        }
        let files = self.files(&scope, folder.as_deref())?;
        if folder.is_none() {
            let found = files.iter().find(|file| *file != Path::new("-")).and_then(|file| file.parent());
            let found = found.unwrap_or(Path::new("")).to_owned();
            if !off && self.root.join(&found) != *self.root {
                scope = self.default(&found, scope)?;
            }
            folder = Some(found);
        }
        let folder = self.root.join(folder.unwrap_or_default()).to_string_lossy().replace('\\', "/");
        let shown = |file: &PathBuf| match file == Path::new("-") {
            true => NAME.to_owned(),
            false => discover::show(self.root, &self.root.join(file)),
        };
        Ok(Request { files: files.iter().map(shown).collect(), folder: files::clean(&folder), scope, home })
    }

    /// The compose files: those that are named, those of `COMPOSE_FILE`, or those found in `folder` or above.
    fn files(&self, scope: &Scope, folder: Option<&Path>) -> Result<Vec<PathBuf>, Failure> {
        if !self.args.files.is_empty() {
            return Ok(self.args.files.clone());
        }
        if let Some(listed) = scope.get("COMPOSE_FILE") {
            let separator = scope.get("COMPOSE_PATH_SEPARATOR").filter(|text| !text.is_empty());
            let separator = separator.unwrap_or(if cfg!(windows) { ";" } else { ":" });
            return Ok(listed.split(separator).map(PathBuf::from).collect());
        }
        let found = discover::upward(&self.root.join(folder.unwrap_or(Path::new(""))));
        if found.is_empty() {
            return Err(Failure::new("there is no compose file here or above").help("name one with `-f`"));
        }
        Ok(found)
    }

    fn read(&mut self, file: &Path) -> Result<Option<SourceId>, Failure> {
        discover::read(self.root, file, self.sources, self.report)
    }

    /// With the variables of `.env` in `folder`, where there is one.
    fn default(&mut self, folder: &Path, scope: Scope) -> Result<Scope, Failure> {
        let path = folder.join(".env");
        if matches!(self.disk.read(&path.to_string_lossy()), Err(FileError::Missing | FileError::Folder)) {
            return Ok(scope);
        }
        let Some(source) = self.read(&path)? else { return Ok(scope) };
        Ok(scope.with_file(source, self.sources, self.report))
    }
}
