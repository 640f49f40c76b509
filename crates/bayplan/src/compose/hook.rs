//! Hooks: what runs beside a container's own command.

use super::command::Command;
use super::container::with_container;
use crate::record;
use crate::record::{Extensions, KeyValues};
use indexmap::IndexMap;

record! {
    /// A command that runs in a container after it started or before it stops.
    pub struct Hook {
        /// The command.
        command [Required]: Command,
        /// The user it runs as.
        user: Option<String>,
        /// Whether it runs with all rights.
        privileged: Option<bool>,
        /// The folder it runs in.
        working_dir: Option<String>,
        /// Its environment variables.
        environment: IndexMap<String, Option<String>> = KeyValues,
        ..extensions: Extensions,
    }
}

with_container! {
    /// A container that runs to its end before the container of the service starts.
    pub struct InitContainer {
        /// Whether it runs once for each container of the service, not once for all.
        per_replica: Option<bool>,
    }
}
