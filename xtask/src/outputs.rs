//! `generated/` → the environments in it, and the files of each.

use std::fs;
use std::path::{Path, PathBuf};

/// One environment folder, `generated/<fleet>/<environment>/`.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The fleet's name.
    pub fleet: String,
    /// The environment's name.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
}

impl Environment {
    /// `<fleet>/<environment>`.
    pub fn label(&self) -> String {
        format!("{}/{}", self.fleet, self.name)
    }

    /// The compose files by stack, in order of the stacks' names.
    pub fn stacks(&self) -> Vec<(String, PathBuf)> {
        entries(&self.folder.join("compose"))
            .into_iter()
            .map(|folder| (file_name(&folder), folder.join("compose.yaml")))
            .filter(|(_, file)| file.is_file())
            .collect()
    }

    /// The files in the folder `under` whose names end with one of `extensions`.
    pub fn files(&self, under: &str, extensions: &[&str]) -> Vec<PathBuf> {
        let mut files = entries(&self.folder.join(under));
        files.retain(|path| path.is_file() && extensions.iter().any(|end| file_name(path).ends_with(end)));
        files
    }

    /// `path` as a person names it: from the fleet on.
    pub fn shown(&self, path: &Path) -> String {
        let inner = path.strip_prefix(&self.folder).unwrap_or(path);
        format!("{}/{}", self.label(), inner.display())
    }
}

/// The environments under `root` that `wanted` names (`FLEET` or `FLEET/ENVIRONMENT`; none means all).
pub fn environments(root: &Path, wanted: &[String]) -> Result<Vec<Environment>, String> {
    let mut found = Vec::new();
    for fleet in entries(root).into_iter().filter(|path| path.is_dir()) {
        for folder in entries(&fleet).into_iter().filter(|path| path.is_dir()) {
            found.push(Environment { fleet: file_name(&fleet), name: file_name(&folder), folder });
        }
    }
    for name in wanted {
        if !found.iter().any(|environment| is_meant(environment, name)) {
            let known: Vec<_> = found.iter().map(Environment::label).collect();
            return Err(format!("`{name}` is no fleet or environment in {}: {}", root.display(), known.join(", ")));
        }
    }
    found.retain(|environment| wanted.is_empty() || wanted.iter().any(|name| is_meant(environment, name)));
    if found.is_empty() {
        return Err(format!("{} holds no output: run `cargo xtask gen`", root.display()));
    }
    Ok(found)
}

fn is_meant(environment: &Environment, name: &str) -> bool {
    name == environment.fleet || name == environment.label()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| !file_name(path).starts_with('.'));
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
