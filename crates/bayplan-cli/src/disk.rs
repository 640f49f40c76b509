//! `path → text`, from the disk.

use bayplan::resolve::files::{BESIDE, FileError, FileKind, Files, Stat, clean};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

/// Larger files, in bytes, are not read.
pub(crate) const LARGEST: u64 = 128 << 20;

/// Settings of other programs are not larger, in bytes.
const LARGEST_BESIDE: u64 = 1 << 20;
/// So many files and folders are looked at beside the compose files.
const MOST: usize = 20_000;
/// Folders deeper than this are not searched.
const DEEPEST: usize = 6;

/// The disk, seen from a folder.
#[derive(Debug, Clone, Copy)]
pub struct Disk<'a>(pub &'a Path);

impl Files for Disk<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        let path = self.0.join(path);
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
        let here = if self.0.as_os_str().is_empty() { Path::new(".") } else { self.0 };
        let root = std::path::absolute(here).ok()?;
        Some(clean(&root.to_string_lossy().replace('\\', "/")))
    }

    fn beside(&self, folder: &str) -> Vec<String> {
        let (mut found, mut seen) = (Vec::new(), 0);
        search(self.0, Path::new(folder), 0, &mut seen, &mut found);
        found.sort();
        found
    }

    fn stat(&self, path: &str) -> Option<Stat> {
        let metadata = fs::metadata(self.0.join(path)).ok()?;
        let kind = match metadata.file_type() {
            kind if kind.is_dir() => FileKind::Folder,
            kind if kind.is_file() => FileKind::File,
            _ => FileKind::Special,
        };
        Some(Stat { kind, mode: mode(&metadata) })
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.0.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
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
