//! `changes → all of them on disk, or none`: staging, a journal, renames, and the way back.
//!
//! Inside the root, while a run lasts, stands the folder `.bayplan`:
//!
//! ```text
//! lock        held by the run that writes; the system frees it when the process ends, however it ends
//! new/N       the new content of step N, written and flushed before anything else is touched
//! journal     the steps; stands there from before the first change to after the last one
//! old/N       what step N replaced or removed: a second name of the same file
//! ```
//!
//! No journal: the tree is whole, and what stands in `.bayplan` is rubbish. A journal: some steps may have been done; the
//! way back ([`recover`]) undoes those that were, in reverse order, and may itself be interrupted and done again.
//! Removing the journal is the moment at which the new tree counts.
//!
//! Files are renamed one by one and folders stay the same folders, because containers mount folders by inode: swapping a
//! whole folder would leave a running Traefik or Prometheus looking at the old one.

use super::disk::{self, Disk};
use super::error::io_error;
use super::journal::{Step, check_ancestors, read_journal, remove_journal, write_journal};
use super::{Action, Change, SyncError};
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The name of the folder with the state of a run.
pub(super) const WORK: &str = ".bayplan";

/// The right to write into a root; given back when dropped.
pub(super) struct Lock<'a> {
    disk: &'a dyn Disk,
    root: &'a Path,
    made_root: bool,
    /// Whether `.bayplan` holds nothing that a later run needs.
    clean: bool,
    _file: File,
}

impl<'a> Lock<'a> {
    /// Takes the lock, or says that another run has it.
    pub(super) fn take(disk: &'a dyn Disk, root: &'a Path) -> Result<Self, SyncError> {
        let made_root = !root.exists();
        if made_root {
            fs::create_dir_all(root).map_err(io_error("create", root))?;
        }
        let work = root.join(WORK);
        let path = work.join("lock");
        // The run before may be removing the folder just now.
        for _ in 0..50 {
            match disk.create_dir(&work) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    if made_root {
                        let _ = fs::remove_dir(root);
                    }
                    return Err(io_error("create", &work)(error));
                }
                _ if !disk::is_real_dir(&work) => return Err(SyncError::Link { path: work }),
                _ => {}
            }
            let file = match File::options().write(true).create(true).truncate(false).open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(io_error("open", &path)(error)),
            };
            match file.try_lock() {
                Ok(()) if is_file_at(&file, &path) => {
                    return Ok(Self { disk, root, made_root, clean: true, _file: file });
                }
                Ok(()) => continue,
                Err(TryLockError::WouldBlock) => return Err(SyncError::Busy { root: root.to_owned() }),
                Err(TryLockError::Error(error)) => return Err(io_error("lock", &path)(error)),
            }
        }
        Err(SyncError::Busy { root: root.to_owned() })
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        // What cannot be removed now is rubbish for the next run.
        let work = self.root.join(WORK);
        if self.clean && remove_rubbish(self.disk, &work).is_ok() {
            let _ = self.disk.remove_file(&work.join("lock"));
            let _ = self.disk.remove_dir(&work);
            if self.made_root {
                let _ = self.disk.remove_dir(self.root);
            }
        }
    }
}

/// Whether a run before this one left something behind.
pub(super) fn is_pending(root: &Path) -> bool {
    fs::symlink_metadata(root.join(WORK)).is_ok()
}

/// Whether a run before this one was interrupted between its first and its last change.
pub(super) fn is_interrupted(root: &Path) -> bool {
    fs::symlink_metadata(root.join(WORK).join("journal")).is_ok()
}

/// Makes all of `changes`, or none of them.
pub(super) fn run(lock: &mut Lock<'_>, changes: &[Change], make_way: &BTreeSet<String>) -> Result<(), SyncError> {
    let (disk, root) = (lock.disk, lock.root);
    let work = root.join(WORK);
    let steps = stage(disk, root, changes, make_way)?;
    lock.clean = false;
    if let Err(error) = write_journal(disk, &work, &steps) {
        lock.clean = !is_interrupted(root);
        return Err(error);
    }
    let done = steps.iter().try_for_each(|step| apply(disk, root, step)).and_then(|()| flush(disk, root, &steps));
    if let Err(cause) = done.and_then(|()| remove_journal(disk, &work)) {
        return Err(match roll_back(disk, root, &steps).and_then(|()| remove_journal(disk, &work)) {
            Ok(()) => {
                lock.clean = true;
                cause
            }
            Err(way_back) => SyncError::Torn { cause: Box::new(cause), way_back: Box::new(way_back) },
        });
    }
    // The new tree counts only when the journal is gone for good: until then `old` must stay.
    lock.clean = disk.sync_dir(&work).is_ok();
    lock.made_root = false;
    for change in changes.iter().filter(|change| change.action == Action::Remove) {
        remove_empty_parents(disk, root, change);
    }
    Ok(())
}

/// Undoes what an interrupted run left half done, and says whether there was anything.
pub(super) fn recover(lock: &mut Lock<'_>) -> Result<bool, SyncError> {
    let (disk, root) = (lock.disk, lock.root);
    let work = root.join(WORK);
    let interrupted = is_interrupted(root);
    if interrupted {
        lock.clean = false;
        let steps = read_journal(&work)?;
        roll_back(disk, root, &steps)?;
        remove_journal(disk, &work)?;
        disk.sync_dir(&work).map_err(io_error("flush", &work))?;
        lock.clean = true;
    }
    remove_rubbish(disk, &work)?;
    Ok(interrupted)
}

/// Writes all new contents beside the tree and returns the steps that would bring them in.
fn stage(
    disk: &dyn Disk,
    root: &Path,
    changes: &[Change],
    make_way: &BTreeSet<String>,
) -> Result<Vec<Step>, SyncError> {
    let work = root.join(WORK);
    for folder in ["new", "old"] {
        let folder = work.join(folder);
        disk.create_dir(&folder).map_err(io_error("create", &folder))?;
    }
    let mut steps = Vec::new();
    let mut folders = BTreeSet::new();
    for (number, change) in changes.iter().enumerate() {
        let path = change.path.clone();
        let old = change.before_fingerprint.clone().unwrap_or_default();
        let Some(after) = &change.after else {
            steps.push(Step::RemoveFile { path, number, old });
            continue;
        };
        let target = root.join(&path);
        let permissions = match change.action {
            Action::Replace => {
                fs::symlink_metadata(&target).ok().filter(fs::Metadata::is_file).map(|m| m.permissions())
            }
            _ => None,
        };
        let staged = work.join("new").join(number.to_string());
        disk.write_new(&staged, after.as_bytes(), permissions).map_err(io_error("write", &target))?;
        let new = disk::content_fingerprint(after.as_bytes());
        for (at, _) in path.match_indices('/') {
            let folder = &path[..at];
            if make_way.contains(folder) || !disk::is_real_dir(&root.join(folder)) {
                folders.insert(folder.to_owned());
            }
        }
        steps.push(match change.action {
            Action::Replace => Step::Replace { path, number, old, new },
            _ => Step::Create { path, number, new },
        });
    }
    // Deepest first out of the way, outermost first in again: `a/b` sorts behind `a`.
    steps.extend(make_way.iter().map(|path| Step::RemoveDir { path: path.clone() }));
    steps.extend(folders.into_iter().map(|path| Step::MakeDir { path }));
    steps.sort_by_key(Step::turn);
    let first = steps.iter().position(|step| matches!(step, Step::RemoveDir { .. })).unwrap_or(0);
    if let Some(folders) = steps.get_mut(first..first + make_way.len()) {
        folders.reverse();
    }
    Ok(steps)
}

fn apply(disk: &dyn Disk, root: &Path, step: &Step) -> Result<(), SyncError> {
    let target = root.join(step.path());
    check_ancestors(root, step.path())?;
    let changed = || SyncError::Changed { path: target.clone() };
    let new = |number: &usize| root.join(WORK).join("new").join(number.to_string());
    let kept = |number: &usize| root.join(WORK).join("old").join(number.to_string());
    let is = |path: &Path, wanted: &str| -> Result<bool, SyncError> {
        Ok(disk::fingerprint(path).map_err(io_error("read", path))?.as_deref() == Some(wanted))
    };
    match step {
        Step::RemoveDir { .. } => disk.remove_dir(&target).map_err(io_error("remove", &target)),
        Step::MakeDir { .. } => match disk.create_dir(&target) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && disk::is_real_dir(&target) => Ok(()),
            result => result.map_err(io_error("create", &target)),
        },
        Step::RemoveFile { number, old, .. } => {
            disk.rename(&target, &kept(number)).map_err(io_error("remove", &target))?;
            if is(&kept(number), old)? { Ok(()) } else { Err(changed()) }
        }
        Step::Create { number, .. } => match disk.hard_link(&new(number), &target) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(changed()),
            // Not every file system has hard links.
            Err(_) if fs::symlink_metadata(&target).is_ok() => Err(changed()),
            Err(_) => disk.rename(&new(number), &target).map_err(io_error("write", &target)),
        },
        Step::Replace { number, old, .. } => {
            if disk.hard_link(&target, &kept(number)).is_err() {
                let content = fs::read(&target).map_err(io_error("read", &target))?;
                let permissions = fs::metadata(&target).ok().map(|metadata| metadata.permissions());
                disk.write_new(&kept(number), &content, permissions).map_err(io_error("write", &target))?;
            }
            if !is(&kept(number), old)? {
                return Err(changed());
            }
            disk.rename(&new(number), &target).map_err(io_error("write", &target))
        }
    }
}

/// Undoes the steps that were done, last first. Steps that were not done are found undone; a file that somebody changed
/// since stays as it is.
fn roll_back(disk: &dyn Disk, root: &Path, steps: &[Step]) -> Result<(), SyncError> {
    let mut first_error = None;
    for step in steps.iter().rev() {
        if let Err(error) = undo(disk, root, step) {
            first_error.get_or_insert(error);
        }
    }
    match first_error {
        Some(error) => Err(error),
        None => flush(disk, root, steps),
    }
}

fn undo(disk: &dyn Disk, root: &Path, step: &Step) -> Result<(), SyncError> {
    let target = root.join(step.path());
    // Below a link or a file there is nothing of ours.
    if check_ancestors(root, step.path()).is_err() {
        return Ok(());
    }
    let kept = |number: &usize| root.join(WORK).join("old").join(number.to_string());
    let print = |path: &Path| disk::fingerprint(path).map_err(io_error("read", path));
    let put_back = |number: &usize| disk.rename(&kept(number), &target).map_err(io_error("restore", &target));
    // A folder that somebody removed since stays removed.
    if !target.parent().is_some_and(disk::is_real_dir) {
        return Ok(());
    }
    match step {
        Step::RemoveDir { .. } if print(&target)?.is_none() => {
            disk.create_dir(&target).map_err(io_error("restore", &target))
        }
        Step::MakeDir { .. } if disk::is_real_dir(&target) => match disk.remove_dir(&target) {
            Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => Err(io_error("remove", &target)(error)),
            _ => Ok(()),
        },
        Step::RemoveFile { number, .. } if print(&target)?.is_none() && print(&kept(number))?.is_some() => {
            put_back(number)
        }
        Step::Create { new, .. } if print(&target)?.as_ref() == Some(new) => {
            disk.remove_file(&target).map_err(io_error("remove", &target))
        }
        Step::Replace { number, old, new, .. } if print(&kept(number))?.as_ref() == Some(old) => {
            if print(&target)?.is_none_or(|now| now == *new) { put_back(number) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// Waits until the names of all changed files are on the disk.
fn flush(disk: &dyn Disk, root: &Path, steps: &[Step]) -> Result<(), SyncError> {
    let folders: BTreeSet<PathBuf> =
        steps.iter().filter_map(|step| root.join(step.path()).parent().map(Path::to_owned)).collect();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        disk.sync_dir(folder).map_err(io_error("flush", folder))?;
    }
    Ok(())
}

/// Removes everything but the lock from the work folder.
fn remove_rubbish(disk: &dyn Disk, work: &Path) -> Result<(), SyncError> {
    for folder in ["new", "old"] {
        let folder = work.join(folder);
        if !disk::is_real_dir(&folder) {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(io_error("read", &folder))? {
            let path = entry.map_err(io_error("read", &folder))?.path();
            disk.remove_file(&path).map_err(io_error("remove", &path))?;
        }
        disk.remove_dir(&folder).map_err(io_error("remove", &folder))?;
    }
    let journal = work.join("journal.new");
    if fs::symlink_metadata(&journal).is_ok() {
        disk.remove_file(&journal).map_err(io_error("remove", &journal))?;
    }
    Ok(())
}

/// Removes the folders that a removed file leaves empty, up to its environment's folder.
fn remove_empty_parents(disk: &dyn Disk, root: &Path, change: &Change) {
    let mut path = change.path.as_str();
    while let Some((parent, _)) = path.rsplit_once('/') {
        if parent.len() <= change.folder.len() || disk.remove_dir(&root.join(parent)).is_err() {
            return;
        }
        path = parent;
    }
}

/// Whether `file` is still what stands under `path`: the run that had the lock before may have removed it.
#[cfg(unix)]
fn is_file_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_file_at(_file: &File, path: &Path) -> bool {
    path.exists()
}
