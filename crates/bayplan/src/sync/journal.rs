//! `steps ⇄ journal`: what a run is about to do, on the disk before it does it.

use super::SyncError;
use super::disk::Disk;
use super::error::io_error;
use super::transaction::WORK;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// One change, in the order made. Paths are relative to the root, with `/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Step {
    RemoveFile { path: String, number: usize, old: String },
    RemoveDir { path: String },
    MakeDir { path: String },
    Create { path: String, number: usize, new: String },
    Replace { path: String, number: usize, old: String, new: String },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    pub(super) version: u32,
    pub(super) steps: Vec<Step>,
}

/// Writes the journal, from when on the steps may be made.
pub(super) fn write_journal(disk: &dyn Disk, work: &Path, steps: &[Step]) -> Result<(), SyncError> {
    let path = work.join("journal");
    let written = work.join("journal.new");
    let journal = Journal { version: 1, steps: steps.to_vec() };
    let text = serde_json::to_string(&journal).map_err(|error| io_error("write", &path)(error.into()))?;
    disk.write_new(&written, text.as_bytes(), None).map_err(io_error("write", &path))?;
    for folder in ["new", "old"] {
        disk.sync_dir(&work.join(folder)).map_err(io_error("flush", work))?;
    }
    disk.rename(&written, &path).map_err(io_error("write", &path))?;
    match disk.sync_dir(work) {
        Ok(()) => Ok(()),
        Err(error) => {
            disk.remove_file(&path).map_err(io_error("remove", &path))?;
            Err(io_error("flush", work)(error))
        }
    }
}

/// Removes the journal: from now on the tree is whole as it stands.
pub(super) fn remove_journal(disk: &dyn Disk, work: &Path) -> Result<(), SyncError> {
    let path = work.join("journal");
    disk.remove_file(&path).map_err(io_error("remove", &path))
}

/// Reads the steps of an interrupted run. A journal may have come with a checkout: nothing in it is believed that could
/// lead out of the root.
pub(super) fn read_journal(work: &Path) -> Result<Vec<Step>, SyncError> {
    let path = work.join("journal");
    let broken = |why: String| SyncError::Journal { path: path.clone(), why };
    let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
    let journal: Journal = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
    if journal.version != 1 {
        return Err(broken(format!("version {} is not known", journal.version)));
    }
    for step in &journal.steps {
        check_path(step.path()).map_err(|why| broken(why.to_owned()))?;
    }
    for folder in ["new", "old"] {
        if fs::symlink_metadata(work.join(folder)).is_ok_and(|metadata| !metadata.is_dir()) {
            return Err(SyncError::Link { path: work.join(folder) });
        }
    }
    Ok(journal.steps)
}

/// Refuses a path of which a folder is a symbolic link or a file.
pub(super) fn check_ancestors(root: &Path, path: &str) -> Result<(), SyncError> {
    for (at, _) in path.match_indices('/') {
        let folder = root.join(&path[..at]);
        match fs::symlink_metadata(&folder) {
            Ok(metadata) if !metadata.is_dir() => return Err(SyncError::Link { path: folder }),
            _ => {}
        }
    }
    Ok(())
}

/// Refuses a path that could leave the root.
pub(super) fn check_path(path: &str) -> Result<(), &'static str> {
    if path.split('/').any(|segment| matches!(segment, "" | "." | "..") || segment.contains(['\\', '\0', ':'])) {
        return Err("a path leaves the folder");
    }
    if path.split('/').next() == Some(WORK) {
        return Err("a path stands inside the folder `.bayplan`");
    }
    Ok(())
}

impl Step {
    /// The path that is changed.
    pub(super) fn path(&self) -> &str {
        match self {
            Step::RemoveFile { path, .. }
            | Step::RemoveDir { path }
            | Step::MakeDir { path }
            | Step::Create { path, .. }
            | Step::Replace { path, .. } => path,
        }
    }

    /// Its place in the order of steps.
    pub(super) fn turn(&self) -> u8 {
        match self {
            Step::RemoveFile { .. } => 0,
            Step::RemoveDir { .. } => 1,
            Step::MakeDir { .. } => 2,
            Step::Create { .. } | Step::Replace { .. } => 3,
        }
    }
}
