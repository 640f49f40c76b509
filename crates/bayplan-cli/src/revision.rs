//! `git revision → folder with its files`: what the repository was, for a comparison with what it is.

use crate::Failure;
use crate::render::root::Root;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The files of a revision, in a folder that goes away.
pub struct Revision {
    /// The folder, which has the name of the repository's.
    pub root: PathBuf,
    _temporary: tempfile::TempDir,
}

impl Revision {
    /// Writes the files of the revision where the branch that is checked out in `root` left `name`. What Git ignores, such as
    /// `.env`, is no part of a revision: what is there now counts for both.
    pub fn check_out(root: &Root, name: &str) -> Result<Self, Failure> {
        let git = Git { folder: Path::new(&root.folder), index: None };
        let inside = git.run(&["rev-parse", "--is-inside-work-tree"])?;
        if !inside.status.success() {
            let error = String::from_utf8_lossy(&inside.stderr);
            let error =
                error.lines().next().unwrap_or_default().trim_start_matches("fatal: ").escape_debug().to_string();
            return Err(Failure::new(format!("Git cannot read a repository here: {error}")).help("leave `--diff` out"));
        }
        let commit = format!("{name}^{{commit}}");
        let found = git.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        if !found.status.success() {
            let message = format!("there is no revision `{}`", name.escape_debug());
            return Err(Failure::new(message).help("name a branch, tag or commit that is here, or fetch it first"));
        }
        let named = text(&found.stdout);
        // Where the branch of that name went on, it says nothing about this one.
        let base = git.run(&["merge-base", &named, "HEAD"])?;
        let base = if base.status.success() { text(&base.stdout) } else { named };
        let failed = |error: std::io::Error| Failure::new(format!("cannot write the files of `{name}`: {error}"));
        let temporary = tempfile::tempdir().map_err(failed)?;
        let folder = temporary.path().join(git.folder.file_name().unwrap_or(OsStr::new("repository")));
        fs::create_dir(&folder).map_err(failed)?;
        let index = temporary.path().join("index");
        let own = Git { folder: git.folder, index: Some(&index) };
        own.must(&["read-tree", &base], name)?;
        let mut prefix = OsString::from("--prefix=");
        prefix.push(folder.join(""));
        own.must(&[OsStr::new("checkout-index"), OsStr::new("--all"), OsStr::new("--force"), &prefix], name)?;
        bring_ignored(git, &folder)?;
        // A repository of its own, in which the same files are ignored.
        let info = folder.join(".git/info");
        fs::create_dir_all(&info).map_err(failed)?;
        let exclude = git.run(&["rev-parse", "--git-path", "info/exclude"])?;
        let _ = fs::copy(git.folder.join(text(&exclude.stdout)), info.join("exclude"));
        Ok(Self { root: folder, _temporary: temporary })
    }
}

/// Links what Git ignores into `folder`.
fn bring_ignored(git: Git<'_>, folder: &Path) -> Result<(), Failure> {
    let args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
    let listed = git.run(&args)?;
    for path in listed.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
        let Ok(path) = std::str::from_utf8(path) else { continue };
        let path = path.trim_end_matches('/');
        let (from, to) = (git.folder.join(path), folder.join(path));
        // What was no part of the repository then is nothing to compare with.
        if to.parent().is_some_and(Path::is_dir) && fs::symlink_metadata(&to).is_err() {
            link(&from, &to);
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) {
    let _ = std::os::unix::fs::symlink(from, to);
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) {
    let _ = fs::copy(from, to);
}

/// Git in a folder.
#[derive(Clone, Copy)]
struct Git<'a> {
    folder: &'a Path,
    /// In place of the repository's.
    index: Option<&'a Path>,
}

impl Git<'_> {
    fn run<S: AsRef<OsStr>>(self, args: &[S]) -> Result<Output, Failure> {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.folder).args(args);
        // A hook of Git says which repository and index it runs for.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        if let Some(index) = self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        command.output().map_err(|error| {
            Failure::new(format!("cannot run `git`: {error}")).help("install Git, or leave `--diff` out")
        })
    }

    fn must<S: AsRef<OsStr>>(self, args: &[S], name: &str) -> Result<(), Failure> {
        let output = self.run(args)?;
        if output.status.success() {
            return Ok(());
        }
        let error = String::from_utf8_lossy(&output.stderr);
        let error = error.lines().next().unwrap_or_default().escape_debug().to_string();
        Err(Failure::new(format!("Git cannot give the files of `{}`: {error}", name.escape_debug())))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches(['\n', '\r']).to_owned()
}
