//! Why nothing was written.

use super::{Conflict, Reason};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why sync could not do its work. Unless it says otherwise, the old files stand.
#[derive(Debug)]
pub enum SyncError {
    /// Files that are not ours are in the way.
    Conflicts(Vec<Conflict>),
    /// The disk refused something.
    Io {
        /// What was tried: `write`, `remove` …
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A symbolic link or a file stands where a folder of ours should be.
    Link {
        /// The link.
        path: PathBuf,
    },
    /// Another run is writing to the same root.
    Busy {
        /// The root.
        root: PathBuf,
    },
    /// A file changed while the run was writing.
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A path that could leave the root.
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The journal of an interrupted run cannot be read.
    Journal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The run failed, and undoing it failed too: old and new files are mixed until the next run.
    Torn {
        /// Why the run failed.
        cause: Box<SyncError>,
        /// Why undoing it failed.
        way_back: Box<SyncError>,
    },
}

impl SyncError {
    /// The one thing to do.
    pub fn help(&self) -> String {
        match self {
            Self::Conflicts(conflicts) => {
                let all = |wanted: &[Reason]| conflicts.iter().all(|conflict| wanted.contains(&conflict.reason));
                if all(&[Reason::InTheWay]) {
                    "move it away".to_owned()
                } else if all(&[Reason::Edited]) {
                    "bring the edit into the blueprint, or throw it away with `--force`".to_owned()
                } else {
                    "move the files away, or overwrite them with `--force`".to_owned()
                }
            }
            Self::Io { .. } => "put that right and run again; the old files stand".to_owned(),
            Self::Link { .. } => "replace it by a folder".to_owned(),
            Self::Busy { .. } => "wait for the other run to end".to_owned(),
            Self::Changed { .. } => "run again".to_owned(),
            Self::Path { .. } => "choose another name".to_owned(),
            Self::Journal { path, .. } => match path.parent() {
                Some(folder) => format!("remove `{}` and run again", folder.display()),
                None => "remove it and run again".to_owned(),
            },
            Self::Torn { .. } => "put that right and run again: the next run first restores the old files".to_owned(),
        }
    }
}

impl fmt::Display for SyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflicts(conflicts) => {
                for (at, conflict) in conflicts.iter().enumerate() {
                    let break_ = if at == 0 { "" } else { "\n" };
                    write!(f, "{break_}`{}` {}", conflict.change.path, conflict.reason)?;
                }
                Ok(())
            }
            Self::Io { action, path, error } => write!(f, "cannot {action} `{}`: {error}", path.display()),
            Self::Link { path } => write!(f, "`{}` is not a folder, and links are not followed", path.display()),
            Self::Busy { root } => write!(f, "another run is writing to `{}`", root.display()),
            Self::Changed { path } => write!(f, "`{}` changed while bayplan was writing", path.display()),
            Self::Path { path, why } => write!(f, "cannot write to `{}`: {why}", path.escape_debug()),
            Self::Journal { path, why } => {
                write!(f, "cannot read the journal `{}` of an interrupted run: {why}", path.display())
            }
            Self::Torn { cause, way_back } => {
                write!(f, "{cause}; and the files already changed could not be restored: {way_back}")
            }
        }
    }
}

impl std::error::Error for SyncError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            Self::Torn { cause, .. } => Some(cause.as_ref()),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Edited => "was edited since bayplan wrote it",
            Reason::Foreign => "was not written by bayplan",
            Reason::Link => "is a symbolic link",
            Reason::InTheWay => "cannot be written: something that is not ours is in the way",
        })
    }
}

/// Makes a [`SyncError::Io`].
pub(super) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SyncError {
    let path = path.to_owned();
    move |error| SyncError::Io { action, path, error }
}
