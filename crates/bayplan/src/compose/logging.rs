//! `logging`: where the output of containers goes.

use crate::record;
use crate::record::{Extensions, Options};
use indexmap::IndexMap;

record! {
    /// Where the output of a container goes.
    pub struct Logging {
        /// The driver, such as `json-file`, `local` or `journald`.
        driver: Option<String>,
        /// Settings of the driver, such as `max-size`.
        options: IndexMap<String, String> = Options<true>,
        ..extensions: Extensions,
    }
}
