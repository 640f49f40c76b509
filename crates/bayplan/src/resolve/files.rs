//! `path → text`: how the reader opens files. The core touches no disk; whoever calls it says what can be opened.

use crate::finding::Finding;
use crate::source::Sources;
use bayplan_yaml::{Location, SourceId, Span};
use std::sync::Arc;

/// What can be opened. Paths are those of [`join`]: with `/`, relative to wherever the caller reads from, or absolute.
pub trait Files: Sync {
    /// The text of a file.
    ///
    /// # Errors
    /// Says why there is none.
    fn read(&self, path: &str) -> Result<Arc<str>, FileError>;

    /// The files below a folder that may be settings of other programs, by the ends of their names, in their order. Folders
    /// that hold too much are not searched to their end.
    fn beside(&self, _folder: &str) -> Vec<String> {
        Vec::new()
    }

    /// The folder that relative paths start from, as an absolute path, where it has one.
    fn root(&self) -> Option<String> {
        None
    }

    /// What has this name; nothing where there is nothing, or where it cannot be known.
    fn stat(&self, path: &str) -> Option<Stat> {
        match self.read(path) {
            Ok(_) => Some(Stat { kind: FileKind::File, mode: None }),
            Err(FileError::Folder) => Some(Stat { kind: FileKind::Folder, mode: None }),
            Err(_) => None,
        }
    }

    /// The names in a folder, sorted.
    fn list(&self, _folder: &str) -> Vec<String> {
        Vec::new()
    }

    /// Whether a file is under version control; nothing where that cannot be known.
    fn is_tracked(&self, _path: &str) -> Option<bool> {
        None
    }

    /// Does the `parts` of a work that is large, each once, in any order: whoever has threads may use them.
    fn share(&self, parts: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..parts).for_each(work);
    }
}

/// A path as people read it: below `root`, the folder that relative paths start from, without the way to that.
pub fn shown(root: &str, path: &str) -> String {
    let below = (!root.is_empty()).then(|| path.strip_prefix(root)?.strip_prefix('/')).flatten();
    below.unwrap_or(path).to_owned()
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// A file, a folder, or something else.
    pub kind: FileKind,
    /// Unix permission bits, where the system has them.
    pub mode: Option<u32>,
}

/// What lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A device, a socket or a named pipe.
    Special,
}

/// The ends of the names of files that may be settings of other programs.
pub const BESIDE: &[&str] = &["alloy", "conf", "river", "toml", "yaml", "yml"];

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
    /// It is not UTF-8.
    NotText {
        /// The offset of the first byte that is not.
        at: usize,
        /// That byte.
        found: u8,
        /// The text with replacement characters.
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

/// Opens a file and registers its text.
///
/// # Errors
/// Gives what is wrong, as a finding at `by`, the place that names the file, or in the file itself. `what` the file is to
/// be: "compose file".
pub fn open(
    path: &str,
    what: &str,
    by: Location,
    files: &dyn Files,
    sources: &mut Sources,
) -> Result<SourceId, Box<Finding>> {
    let error = match files.read(path) {
        Ok(text) => return Ok(sources.add_file(path, text)),
        Err(error) => error,
    };
    Err(Box::new(match error {
        FileError::NotText { at, found, lossy } => {
            let wide = lossy.starts_with('\u{fffd}') && lossy.contains('\0');
            let source = sources.add_file(path, lossy);
            let span = Span::new(at as u32, (at + '\u{fffd}'.len_utf8()) as u32);
            let message = match wide {
                true => "the file is UTF-16, not UTF-8".to_owned(),
                false => format!("the byte `{found:#04x}` is not UTF-8"),
            };
            Finding::deny("unreadable-file", Location { source, span }, message).help("save the file as UTF-8")
        }
        _ if is_remote(path) => {
            let message = format!("`{path}` is to be fetched from elsewhere");
            let help = "bayplan fetches nothing: keep a copy beside the project, and name that";
            Finding::deny("remote-file", by, message).help(help)
        }
        FileError::Missing => {
            Finding::deny("missing-file", by, format!("the {what} `{path}` {error}")).help("name a file that is there")
        }
        _ => Finding::deny("unreadable-file", by, format!("the {what} `{path}` {error}"))
            .help("name a file that can be read"),
    }))
}

/// Whether Docker Compose would fetch this path: a Git repository or an OCI artifact (docker/compose, `pkg/remote`).
pub fn is_remote(path: &str) -> bool {
    path.contains("://") || path.starts_with("git@") || path.starts_with("github.com/") || path.contains(".git#")
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
        let is_folder = || self.stat(path).is_some_and(|stat| stat.kind == FileKind::Folder);
        self.get(path).cloned().ok_or_else(|| if is_folder() { FileError::Folder } else { FileError::Missing })
    }

    fn beside(&self, folder: &str) -> Vec<String> {
        let below =
            |path: &&String| folder == "." || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let fits = |path: &&String| path.rsplit_once('.').is_some_and(|(_, end)| BESIDE.contains(&end));
        self.keys().filter(below).filter(fits).cloned().collect()
    }

    fn stat(&self, path: &str) -> Option<Stat> {
        let inside = |name: &String| name.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        let kind = match self.contains_key(path) {
            true => FileKind::File,
            false if self.keys().any(inside) => FileKind::Folder,
            false => return None,
        };
        Some(Stat { kind, mode: None })
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let prefix = if folder == "." { String::new() } else { format!("{folder}/") };
        let names = self.keys().filter_map(|name| name.strip_prefix(&prefix)?.split('/').next());
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.dedup();
        names
    }
}

impl FileError {
    /// The text of `bytes`.
    ///
    /// # Errors
    /// Says where they are no text.
    pub fn text(bytes: Vec<u8>) -> Result<Arc<str>, Self> {
        String::from_utf8(bytes).map(Arc::from).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let found = bytes.get(at).copied().unwrap_or_default();
            Self::NotText { at, found, lossy: String::from_utf8_lossy(bytes).into() }
        })
    }
}

/// `path` seen from `folder`, cleaned; an absolute path stays, and so does what would be fetched from elsewhere.
pub fn join(folder: &str, path: &str) -> String {
    if is_remote(path) {
        return path.to_owned();
    }
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
