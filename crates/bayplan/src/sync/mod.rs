//! `trees × directory → written or stale`: the one stage with IO. All files or none.
//!
//! What is promised:
//! - A run that fails in the middle (a crash, a full disk, a read-only folder) leaves the old files, at once or, after a
//!   crash, when the next run begins.
//! - A file that bayplan did not write, or that someone edited since, is never overwritten or removed unless told to.
//! - Files of ours that no blueprint asks for any more are removed, within the folders given.
//! - A folder that shall not be there is removed whole, or kept whole where it holds a file that is not ours as we wrote it.
//! - Symbolic links inside the root are never followed.
//! - Nothing to change means nothing written, not even a time.
//! - Two runs never write at once.

mod compare;
mod disk;
mod error;
mod journal;
mod transaction;

#[cfg(test)]
mod tests;

pub use compare::{compare, folders};
pub use error::SyncError;

use crate::emit::tree::Tree;
use disk::{Disk, RealDisk};
use std::collections::BTreeSet;
use std::path::Path;
use transaction::Lock;

/// One folder inside the root, and what it shall have.
#[derive(Debug, Clone, Copy)]
pub struct Folder<'a> {
    /// The path inside the root, with `/`: `enlaight/production`.
    pub path: &'a str,
    /// All files that it shall have, by their path inside the folder; nothing where it shall not be there at all.
    pub tree: Option<&'a Tree>,
}

/// How to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Overwrite and remove files that were edited, and overwrite files that bayplan did not write.
    pub force: bool,
}

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It does not exist yet.
    Create,
    /// It has another content.
    Replace,
    /// No blueprint asks for it any more.
    Remove,
}

/// A file that is not as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path inside the root, with `/`.
    pub path: String,
    /// What happens to it.
    pub action: Action,
    /// The content that it has; invalid UTF-8 replaced.
    pub before: Option<String>,
    /// The content that it shall have.
    pub after: Option<String>,
    /// The path of the [`Folder`] that it belongs to.
    folder: String,
    before_fingerprint: Option<String>,
}

/// A file that is in the way and not ours to touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Why it is not touched.
    pub reason: Reason,
    /// What would happen to it.
    pub change: Change,
}

/// Why a file is not touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Bayplan wrote it and someone edited it since.
    Edited,
    /// Bayplan did not write it.
    Foreign,
    /// It is a symbolic link.
    Link,
    /// A folder, or a file where a folder is needed, that holds what is not ours: not even force removes it.
    InTheWay,
}

/// A folder that shall not be there and is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The path of the [`Folder`].
    pub folder: String,
    /// The path of the first file that keeps it there.
    pub path: String,
    /// Why that file is not removed.
    pub reason: Reason,
}

/// How a directory differs from what it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// What a run would change, in the order of paths.
    pub changes: Vec<Change>,
    /// What a run would refuse to change, in the order of paths.
    pub conflicts: Vec<Conflict>,
    /// The folders that shall not be there and stay as they are.
    pub kept: Vec<Kept>,
    /// How many files are as they shall be.
    pub unchanged: usize,
    /// Whether a run was interrupted in the middle of its changes, so that the next one will first undo them.
    pub interrupted: bool,
    make_way: BTreeSet<String>,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The changes made, in the order of paths.
    pub changes: Vec<Change>,
    /// The folders that shall not be there and stayed as they are.
    pub kept: Vec<Kept>,
    /// How many files were as they shall be.
    pub unchanged: usize,
    /// Whether an interrupted run was undone first.
    pub recovered: bool,
}

/// Brings the folders inside `root` to what they shall be: all of them, or none where any file of them is not ours.
pub fn sync(root: &Path, folders: &[Folder<'_>], options: Options) -> Result<Outcome, SyncError> {
    sync_on(&RealDisk, root, folders, options)
}

/// Undoes what an interrupted run left half done, and says whether there was anything.
pub fn recover(root: &Path) -> Result<bool, SyncError> {
    recover_on(&RealDisk, root)
}

impl Comparison {
    /// Whether everything is as it shall be.
    pub fn is_clean(&self) -> bool {
        self.changes.is_empty() && self.conflicts.is_empty() && !self.interrupted
    }
}

impl Change {
    /// The difference as a unified diff, with `a/` and `b/` before the path.
    pub fn diff(&self) -> String {
        let (before, after) = (self.before.as_deref().unwrap_or(""), self.after.as_deref().unwrap_or(""));
        if before.len() + after.len() > MOST_DIFFED {
            return format!("--- a/{0}\n+++ b/{0}\n(too long to show)\n", self.path);
        }
        let name = |side: &str, there: bool| if there { format!("{side}/{}", self.path) } else { "/dev/null".into() };
        let header = (name("a", self.before.is_some()), name("b", self.after.is_some()));
        similar::TextDiff::from_lines(before, after).unified_diff().header(&header.0, &header.1).to_string()
    }
}

/// Longer texts, in bytes, are not compared line by line.
const MOST_DIFFED: usize = 4 << 20;

fn recover_on(disk: &dyn Disk, root: &Path) -> Result<bool, SyncError> {
    if !transaction::is_pending(root) {
        return Ok(false);
    }
    transaction::recover(&mut Lock::take(disk, root)?)
}

fn sync_on(disk: &dyn Disk, root: &Path, folders: &[Folder<'_>], options: Options) -> Result<Outcome, SyncError> {
    let refuse = |comparison: Comparison| match comparison.conflicts.is_empty() {
        true => Ok(comparison),
        false => Err(SyncError::Conflicts(comparison.conflicts)),
    };
    if !transaction::is_pending(root) {
        let comparison = refuse(compare(root, folders, options)?)?;
        if comparison.changes.is_empty() {
            let Comparison { kept, unchanged, .. } = comparison;
            return Ok(Outcome { kept, unchanged, ..Outcome::default() });
        }
    }
    let mut lock = Lock::take(disk, root)?;
    let recovered = transaction::recover(&mut lock)?;
    let comparison = refuse(compare(root, folders, options)?)?;
    if !comparison.changes.is_empty() {
        transaction::run(&mut lock, &comparison.changes, &comparison.make_way)?;
    }
    let Comparison { changes, kept, unchanged, .. } = comparison;
    Ok(Outcome { changes, kept, unchanged, recovered })
}
