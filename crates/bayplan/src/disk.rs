//! `path → text`, from the disk: the one way in which the library reads files, behind the feature `disk`.

use crate::resolve::files::{BESIDE, FileError, FileKind, Files, Stat, clean, is_absolute, relative};
use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

/// Larger files, in bytes, are not read.
pub const LARGEST: u64 = 128 << 20;

/// Settings of other programs are not larger, in bytes.
const LARGEST_BESIDE: u64 = 1 << 20;
/// So many files and folders are looked at beside the compose files.
const MOST: usize = 20_000;
/// Folders deeper than this are not searched.
const DEEPEST: usize = 6;

/// More threads than this have little to do.
const THREADS: usize = 8;
/// As many bytes as the stack of a program's first thread has.
const STACK: usize = 8 << 20;

/// The disk, seen from a folder.
#[derive(Debug)]
pub struct Disk<'a> {
    here: &'a Path,
    tracked: OnceLock<Option<HashSet<String>>>,
}

impl<'a> Disk<'a> {
    /// The disk, seen from `here`.
    pub fn new(here: &'a Path) -> Self {
        Self { here, tracked: OnceLock::new() }
    }
}

impl Files for Disk<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        let path = self.here.join(path);
        let other = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => FileError::Missing,
            _ => FileError::Other(error.to_string()),
        };
        let metadata = fs::metadata(&path).map_err(other)?;
        match metadata.file_type() {
            kind if kind.is_dir() => Err(FileError::Folder),
            kind if !kind.is_file() => Err(FileError::Special),
            _ if metadata.len() > LARGEST => Err(FileError::TooLarge),
            _ => FileError::text(fs::read(&path).map_err(other)?),
        }
    }

    fn root(&self) -> Option<String> {
        let here = if self.here.as_os_str().is_empty() { Path::new(".") } else { self.here };
        let root = std::path::absolute(here).ok()?;
        Some(clean(&root.to_string_lossy().replace('\\', "/")))
    }

    fn beside(&self, folder: &str) -> Vec<String> {
        let (mut found, mut seen) = (Vec::new(), 0);
        search(self.here, Path::new(folder), 0, &mut seen, &mut found);
        found.sort();
        found
    }

    fn stat(&self, path: &str) -> Option<Stat> {
        let metadata = fs::metadata(self.here.join(path)).ok()?;
        let kind = match metadata.file_type() {
            kind if kind.is_dir() => FileKind::Folder,
            kind if kind.is_file() => FileKind::File,
            _ => FileKind::Special,
        };
        Some(Stat { kind, mode: mode(&metadata) })
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.here.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn is_tracked(&self, path: &str) -> Option<bool> {
        let tracked = self.tracked.get_or_init(|| tracked(self.here)).as_ref()?;
        let path = if is_absolute(path) { relative(&self.root()?, &clean(path)) } else { clean(path) };
        Some(tracked.contains(&path))
    }

    fn share(&self, parts: usize, work: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        let worker = || {
            let taken = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|part| *part < parts);
            std::iter::from_fn(taken).for_each(work);
        };
        let others = thread::available_parallelism().map_or(0, |threads| threads.get().min(THREADS) - 1);
        thread::scope(|scope| {
            for _ in 0..others {
                // Where there are no more threads, those that are there do it all.
                let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker);
            }
            worker();
        });
    }
}

/// The files that Git has in its index, seen from `here`; nothing without Git, or outside of a repository.
fn tracked(here: &Path) -> Option<HashSet<String>> {
    let here = if here.as_os_str().is_empty() { Path::new(".") } else { here };
    // To start a program costs more than to read a small repository.
    let inside = |folder: PathBuf| folder.ancestors().any(|folder| folder.join(".git").exists());
    if std::env::var_os("GIT_DIR").is_none() && !std::path::absolute(here).is_ok_and(inside) {
        return None;
    }
    let output = Command::new("git")
        // What the configuration of a foreign repository names is not run.
        .args(["-c", "core.fsmonitor=false", "ls-files", "-z", "--cached", ":/"])
        .current_dir(here)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let names = output.stdout.split(|byte| *byte == 0).filter_map(|name| std::str::from_utf8(name).ok());
    output.status.success().then(|| names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// Gathers the files below `folder`, which is seen from `here`. What cannot be read is passed over: nobody named it.
fn search(here: &Path, folder: &Path, depth: usize, seen: &mut usize, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(here.join(folder)) else { return };
    let mut names: Vec<_> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).take(MOST).collect();
    names.sort();
    for name in names {
        *seen += 1;
        if *seen > MOST {
            return;
        }
        let path = folder.strip_prefix(".").unwrap_or(folder).join(&name);
        // Links are not followed, so that the search ends.
        let Ok(metadata) = fs::symlink_metadata(here.join(&path)) else { continue };
        let end = name.rsplit_once('.').map(|(_, end)| end);
        let skipped =
            name.starts_with('.') || matches!(name.as_str(), "node_modules" | "target" | "vendor" | "generated");
        if metadata.is_dir() && depth < DEEPEST && !skipped {
            search(here, &path, depth + 1, seen, found);
        } else if metadata.is_file() && metadata.len() <= LARGEST_BESIDE && end.is_some_and(|end| BESIDE.contains(&end))
        {
            found.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_tracks_is_known_from_every_folder() {
        let root = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| {
            Command::new("git").args(arguments).current_dir(root.path()).output().is_ok_and(|it| it.status.success())
        };
        fs::create_dir_all(root.path().join("stacks/shop")).unwrap();
        fs::create_dir(root.path().join("secrets")).unwrap();
        for name in ["secrets/a b", "secrets/new", "stacks/shop/.env"] {
            fs::write(root.path().join(name), "x").unwrap();
        }
        assert_eq!(Disk::new(root.path()).is_tracked("secrets/a b"), None);
        if !git(&["init", "-q"]) {
            return;
        }
        assert_eq!(Disk::new(root.path()).is_tracked("secrets/a b"), Some(false));
        assert!(git(&["add", "secrets/a b", "stacks/shop/.env"]));
        let shop = root.path().join("stacks/shop");
        let absolute = root.path().join("secrets/a b");
        for (here, path, is) in [
            (root.path(), "secrets/a b", true),
            (root.path(), "./secrets/../secrets/a b", true),
            (root.path(), "secrets/new", false),
            (root.path(), "secrets/gone", false),
            (&shop, ".env", true),
            (&shop, "../../secrets/a b", true),
            (&shop, absolute.to_str().unwrap(), true),
        ] {
            assert_eq!(Disk::new(here).is_tracked(path), Some(is), "{path}");
        }
    }
}
