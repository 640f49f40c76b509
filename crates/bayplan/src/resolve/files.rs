//! `path → text`: how the reader opens files. The core touches no disk; whoever calls it says what can be opened.

use std::sync::Arc;

/// What can be opened. Paths are those of [`join`]: with `/`, relative to wherever the caller reads from, or absolute.
pub trait Files {
    /// The text of a file.
    ///
    /// # Errors
    /// Says why there is none.
    fn read(&self, path: &str) -> Result<Arc<str>, FileError>;
}

/// Why a file gives no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// Nothing has this name.
    Missing,
    /// It is a folder.
    Folder,
    /// It is a device, a socket or a named pipe: reading it might never end.
    Special,
    /// It has more bytes than are read.
    TooLarge,
    /// It is not UTF-8; the offset of the first byte that is not, and the text with replacement characters.
    NotText {
        /// The offset in bytes.
        at: usize,
        /// The text as far as it is one.
        lossy: Arc<str>,
    },
    /// The operating system says no.
    Other(String),
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("does not exist"),
            Self::Folder => f.write_str("is a folder"),
            Self::Special => f.write_str("is no regular file"),
            Self::TooLarge => f.write_str("has more than 128 MiB"),
            Self::NotText { .. } => f.write_str("is not UTF-8"),
            Self::Other(said) => write!(f, "cannot be read: {said}"),
        }
    }
}

/// Nothing can be opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Arc<str>, FileError> {
        Err(FileError::Missing)
    }
}

/// Texts by path.
impl Files for std::collections::BTreeMap<String, Arc<str>> {
    fn read(&self, path: &str) -> Result<Arc<str>, FileError> {
        self.get(path).cloned().ok_or(FileError::Missing)
    }
}

/// `path` seen from `folder`, cleaned; an absolute path stays.
pub fn join(folder: &str, path: &str) -> String {
    if is_absolute(path) || folder.is_empty() {
        return clean(path);
    }
    if path.is_empty() { clean(folder) } else { clean(&format!("{folder}/{path}")) }
}

/// Whether a path starts at the root of a file system.
pub fn is_absolute(path: &str) -> bool {
    let bytes = path.as_bytes();
    path.starts_with('/')
        || matches!(bytes, [drive, b':', b'/' | b'\\', ..] if cfg!(windows) && drive.is_ascii_alphabetic())
}

/// The folder of a path, as Go's `path.Dir` gives it.
pub fn folder(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => clean(folder),
        None => ".".to_owned(),
    }
}

/// A path without empty, `.` and `..` parts, as Go's `path.Clean` leaves it.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// The way from the folder `from` to `to`, both cleaned; `to` itself where only one of them is absolute, or where `from`
/// begins with `..` of unknown names.
pub fn relative(from: &str, to: &str) -> String {
    if is_absolute(from) != is_absolute(to) {
        return to.to_owned();
    }
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect()
    };
    let (from, to_parts) = (parts(from), parts(to));
    let shared = from.iter().zip(&to_parts).take_while(|(a, b)| a == b).count();
    if from[shared..].iter().any(|part| part == "..") {
        return to.to_owned();
    }
    let up = from[shared..].iter().map(|_| "..");
    let way = up.chain(to_parts[shared..].iter().map(String::as_str)).collect::<Vec<_>>().join("/");
    if way.is_empty() { ".".to_owned() } else { way }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_as_go_joins_them() {
        for (base, path, joined) in [
            ("", "compose.yaml", "compose.yaml"),
            (".", "./a/../b", "b"),
            ("stacks/shop", "../x/y.yaml", "stacks/x/y.yaml"),
            ("a", "/b//c/.", "/b/c"),
            ("a", "../../x", "../x"),
            ("/", "../x", "/x"),
            ("a", "", "a"),
        ] {
            assert_eq!(join(base, path), joined, "{base} + {path}");
        }
        for (path, wanted) in [("a/b.yaml", "a"), ("b.yaml", "."), ("/b.yaml", "/"), ("/a//b", "/a")] {
            assert_eq!(folder(path), wanted, "{path}");
        }
    }

    #[test]
    fn ways_lead_where_they_should() {
        for (from, to, way) in [
            (".", "sub", "sub"),
            ("a/b", "a/c/d", "../c/d"),
            ("a", "a", "."),
            ("/x/y", "/x", ".."),
            ("a", "/x", "/x"),
            ("../a", "b", "b"),
            ("../a", "../b", "../b"),
        ] {
            assert_eq!(relative(from, to), way, "{from} → {to}");
        }
        assert_eq!(join("a/b", &relative("a/b", "a/c")), "a/c");
    }
}
