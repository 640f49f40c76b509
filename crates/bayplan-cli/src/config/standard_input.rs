//! `-f -`: a compose file that comes by standard input.

use bayplan::disk::{Disk, LARGEST};
use bayplan::resolve::files::{FileError, Files};
use std::io::Read;
use std::sync::{Arc, OnceLock};

/// The name of standard input where a place in it is shown.
pub(super) const NAME: &str = "<stdin>";

/// The disk, and standard input by its name.
pub(super) struct WithStandardInput<'a> {
    disk: Disk<'a>,
    text: OnceLock<Result<Arc<str>, FileError>>,
}

impl<'a> WithStandardInput<'a> {
    /// Standard input is read when it is asked for.
    pub fn new(disk: Disk<'a>) -> Self {
        Self { disk, text: OnceLock::new() }
    }
}

impl Files for WithStandardInput<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        if path != NAME {
            return self.disk.read(path);
        }
        let read = || {
            let mut bytes = Vec::new();
            match std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes) {
                Err(error) => Err(FileError::Other(error.to_string())),
                Ok(_) if bytes.len() as u64 > LARGEST => Err(FileError::TooLarge),
                Ok(_) => FileError::text(bytes),
            }
        };
        self.text.get_or_init(read).clone()
    }

    fn root(&self) -> Option<String> {
        self.disk.root()
    }

    fn share(&self, parts: usize, work: &(dyn Fn(usize) + Sync)) {
        self.disk.share(parts, work);
    }
}
