//! `path → text`, from the disk.

use bayplan::resolve::files::{FileError, Files};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

/// Larger files, in bytes, are not read.
pub(crate) const LARGEST: u64 = 128 << 20;

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
}
