//! `develop`: what `docker compose watch` does when files change.

use super::hook::Hook;
use crate::record;
use crate::record::{Each, Extensions, OneOrMany, Strict};

record! {
    /// What `docker compose watch` does.
    pub struct Develop {
        /// The paths to watch.
        watch: Vec<Watch> = Each,
        ..extensions: Extensions,
    }
}

crate::choice! {
    /// What happens when a watched file changes.
    pub enum WatchAction {
        /// The image is built anew and the container replaced.
        Rebuild = "rebuild",
        /// The file is copied into the container.
        Sync = "sync",
        /// The container is restarted.
        Restart = "restart",
        /// The file is copied and the container restarted.
        SyncRestart = "sync+restart",
        /// The file is copied and a command run.
        SyncExec = "sync+exec",
    }
}

record! {
    /// A path to watch.
    pub struct Watch {
        /// The file or folder.
        path [Required]: String,
        /// What happens when it changes.
        action [Required]: WatchAction,
        /// Where files are copied to in the container.
        target: Option<String>,
        /// Patterns of files that do not count.
        ignore: Vec<String> = OneOrMany,
        /// Patterns of the files that count.
        include: Vec<String> = OneOrMany,
        /// Whether to copy all files when watching begins.
        initial_sync: Option<bool> = Strict,
        /// The command that `sync+exec` runs.
        exec: Option<Hook>,
        ..extensions: Extensions,
    }
}
