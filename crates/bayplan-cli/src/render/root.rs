//! `path as shown → path from the root of the repository`: what programs that know the repository can find.

use bayplan::resolve::files::{clean, join};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The root of the repository, seen from the folder that shown paths start from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Root {
    /// The root itself; empty where nothing is known of the disk.
    pub folder: String,
    /// The way from the root to the folder that shown paths start from.
    pub below: String,
}

impl Root {
    /// The repository around `here`; `here` itself where it is in none.
    pub fn of(here: &Path) -> Self {
        let here = if here.as_os_str().is_empty() { Path::new(".") } else { here };
        let Ok(absolute) = fs::canonicalize(here) else { return Self::default() };
        let root = absolute.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&absolute);
        let text = |path: &Path| path.to_string_lossy().replace('\\', "/");
        let below = absolute.strip_prefix(root).map(text).unwrap_or_default();
        Self { folder: text(root), below }
    }

    /// The way up to the root: `../../`.
    pub fn up(&self) -> String {
        "../".repeat(self.below.split('/').filter(|part| !part.is_empty()).count())
    }

    /// A path from the root; an absolute one where it leads out of the repository.
    pub fn path(&self, shown: &str) -> String {
        let is_absolute = Path::new(shown).is_absolute();
        let path = match (is_absolute, self.below.is_empty()) {
            (false, true) => clean(shown),
            (false, false) => join(&self.below, shown),
            (true, _) => {
                let path = clean(shown);
                let inside = path.strip_prefix(&self.folder).and_then(|rest| rest.strip_prefix('/'));
                return inside.map(str::to_owned).unwrap_or(path);
            }
        };
        if path == ".." || path.starts_with("../") { join(&self.folder, &path) } else { path }
    }

    /// The path as a URI: relative to the root, or `file:///…` where it leads out of the repository.
    pub fn uri(&self, shown: &str) -> String {
        let path = self.path(shown);
        let encoded = encoded(&path);
        match (path.starts_with('/'), Path::new(&path).is_absolute()) {
            (true, _) => format!("file://{encoded}"),
            (false, true) => format!("file:///{encoded}"),
            (false, false) => encoded,
        }
    }
}

/// A path with everything percent-encoded that is no plain character of a URI's path.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        // A colon in the first part of a relative path would end the name of a scheme.
        if byte.is_ascii_alphanumeric() || b"-._~/@!$&'()*+,;=".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_at_the_root_of_the_repository() {
        let root = Root { folder: "/home/me/repo".into(), below: "stacks/media".into() };
        for (shown, path, uri) in [
            ("compose.yaml", "stacks/media/compose.yaml", "stacks/media/compose.yaml"),
            ("../web/compose.yaml", "stacks/web/compose.yaml", "stacks/web/compose.yaml"),
            ("../../../other/a b.yaml", "/home/me/other/a b.yaml", "file:///home/me/other/a%20b.yaml"),
            ("/home/me/repo/x.yaml", "x.yaml", "x.yaml"),
            ("/home/me/repository/x.yaml", "/home/me/repository/x.yaml", "file:///home/me/repository/x.yaml"),
        ] {
            assert_eq!((root.path(shown).as_str(), root.uri(shown).as_str()), (path, uri), "{shown}");
        }
        let root = Root { folder: "/repo".into(), below: String::new() };
        for (shown, uri) in [
            ("a:b/c#1?.yaml", "a%3Ab/c%231%3F.yaml"),
            ("ü 100%/[x].yaml", "%C3%BC%20100%25/%5Bx%5D.yaml"),
            ("./x.yaml", "x.yaml"),
        ] {
            assert_eq!(root.uri(shown), uri);
        }
    }

    #[test]
    fn the_root_is_where_git_is() {
        let dir = tempfile::tempdir().unwrap();
        let folder = fs::canonicalize(dir.path()).unwrap().to_string_lossy().into_owned();
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        assert_eq!(Root::of(&dir.path().join("a/b")).below, "");
        fs::write(dir.path().join(".git"), "gitdir: elsewhere\n").unwrap();
        assert_eq!(Root::of(&dir.path().join("a/b")), Root { folder, below: "a/b".into() });
    }
}
