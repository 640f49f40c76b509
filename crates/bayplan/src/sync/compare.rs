//! `trees × directory → differences`: reads the directory and writes nothing.

use super::error::io_error;
use super::{
    Action, Change, Comparison, Conflict, Folder, Kept, Options, Reason, SyncError, disk, journal, transaction,
};
use crate::emit::tree::{self, Ownership};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

/// Longer files, in bytes, cannot be ours.
const MOST_OURS: u64 = 64 << 20;

/// Says how the folders inside `root` differ from what they shall be. Writes nothing.
pub fn compare(root: &Path, folders: &[Folder<'_>], options: Options) -> Result<Comparison, SyncError> {
    let mut comparison = Comparison { interrupted: transaction::is_interrupted(root), ..Comparison::default() };
    for folder in folders {
        Comparer { root, folder: *folder, options, comparison: &mut comparison }.run()?;
    }
    comparison.changes.sort_by(|a, b| a.path.cmp(&b.path));
    comparison.conflicts.sort_by(|a, b| a.change.path.cmp(&b.change.path));
    Ok(comparison)
}

/// The names of the folders in `parent`, a path inside the root; links are none.
pub fn folders(root: &Path, parent: &str) -> Result<Vec<String>, SyncError> {
    journal::check_path(parent).map_err(|why| SyncError::Path { path: parent.to_owned(), why })?;
    journal::check_ancestors(root, &format!("{parent}/"))?;
    let path = root.join(parent);
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_error("read", &path)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(io_error("read", &path))?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            names.extend(entry.file_name().to_str().map(str::to_owned));
        }
    }
    names.sort();
    Ok(names)
}

/// What stands under a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Dir,
    File,
    Link,
    /// A device, a socket, or something whose name is not UTF-8.
    Other,
}

/// The content that a file has.
#[derive(Default)]
struct Before {
    text: Option<String>,
    fingerprint: Option<String>,
}

struct Comparer<'a> {
    root: &'a Path,
    folder: Folder<'a>,
    options: Options,
    comparison: &'a mut Comparison,
}

impl Comparer<'_> {
    fn run(mut self) -> Result<(), SyncError> {
        let bad = |why: &'static str| SyncError::Path { path: self.folder.path.to_owned(), why };
        journal::check_path(self.folder.path).map_err(bad)?;
        journal::check_ancestors(self.root, &format!("{}/", self.folder.path))?;
        let there = walk(self.root, self.folder.path)?;
        let Some(tree) = self.folder.tree else { return self.whole(&there) };
        let folder = self.folder;
        let wanted: BTreeMap<String, &str> =
            tree.files().map(|(path, text)| (format!("{}/{path}", folder.path), text)).collect();
        if wanted.keys().any(|path| journal::check_path(path).is_err()) {
            return Err(bad("a file of it leaves the folder"));
        }
        let gone = self.orphans(&there, &wanted)?;
        for (path, text) in &wanted {
            self.file(path, text, &there, &gone)?;
        }
        Ok(())
    }

    /// Removes the folder, where every file in it is ours as we wrote it; else leaves all of it.
    fn whole(&mut self, there: &BTreeMap<String, Entry>) -> Result<(), SyncError> {
        let (mut ours, mut stranger) = (Vec::new(), None);
        for (path, entry) in there.iter().filter(|(_, entry)| **entry != Entry::Dir) {
            let target = self.root.join(path);
            let reason = if *entry == Entry::Link {
                Reason::Link
            } else if *entry == Entry::Other || length(&target) > MOST_OURS {
                Reason::Foreign
            } else {
                let content = fs::read(&target).map_err(io_error("read", &target))?;
                match tree::verify(&content) {
                    Ownership::Foreign => Reason::Foreign,
                    Ownership::Edited => Reason::Edited,
                    Ownership::Ours => {
                        ours.push((path, content));
                        continue;
                    }
                }
            };
            stranger.get_or_insert((path, reason));
        }
        match stranger {
            // A folder without any file of ours is somebody else's.
            Some((path, reason)) if !ours.is_empty() || reason == Reason::Edited => {
                self.comparison.kept.push(Kept { folder: self.folder.path.to_owned(), path: path.clone(), reason });
            }
            Some(_) => {}
            None => ours.iter().for_each(|(path, content)| {
                self.add(Action::Remove, path, Before::of(content), None, None);
            }),
        }
        Ok(())
    }

    /// Finds files of ours that no blueprint asks for, and returns those that go.
    fn orphans(
        &mut self,
        there: &BTreeMap<String, Entry>,
        wanted: &BTreeMap<String, &str>,
    ) -> Result<BTreeSet<String>, SyncError> {
        let mut gone = BTreeSet::new();
        for path in there.iter().filter(|(_, entry)| **entry == Entry::File).map(|(path, _)| path) {
            if wanted.contains_key(path) || length(&self.root.join(path)) > MOST_OURS {
                continue;
            }
            let content = fs::read(self.root.join(path)).map_err(io_error("read", &self.root.join(path)))?;
            let reason = match tree::verify(&content) {
                Ownership::Ours => None,
                Ownership::Edited if self.options.force => None,
                Ownership::Edited => Some(Reason::Edited),
                Ownership::Foreign => continue,
            };
            if reason.is_none() {
                gone.insert(path.clone());
            }
            self.add(Action::Remove, path, Before::of(&content), None, reason);
        }
        Ok(gone)
    }

    /// Compares one wanted file.
    fn file(
        &mut self,
        path: &str,
        text: &str,
        there: &BTreeMap<String, Entry>,
        gone: &BTreeSet<String>,
    ) -> Result<(), SyncError> {
        let target = self.root.join(path);
        // A folder of the path is a file or a link that stays.
        let blocked = path
            .match_indices('/')
            .map(|(at, _)| &path[..at])
            .any(|folder| there.get(folder).is_some_and(|entry| *entry != Entry::Dir) && !gone.contains(folder));
        if blocked {
            self.add(Action::Create, path, Before::default(), Some(text), Some(Reason::InTheWay));
            return Ok(());
        }
        match there.get(path) {
            None => self.add(Action::Create, path, Before::default(), Some(text), None),
            Some(Entry::Other) => {
                self.add(Action::Replace, path, Before::default(), Some(text), Some(Reason::InTheWay))
            }
            Some(Entry::Link) => {
                let to = fs::read_link(&target).map_err(io_error("read", &target))?;
                let fingerprint = disk::fingerprint(&target).map_err(io_error("read", &target))?;
                let before = Before { text: Some(format!("-> {}\n", to.display())), fingerprint };
                self.add(Action::Replace, path, before, Some(text), Some(Reason::Link).filter(|_| !self.options.force));
            }
            Some(Entry::Dir) => {
                let below = format!("{path}/");
                let inside = || there.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
                let goes = inside().all(|(path, entry)| *entry == Entry::Dir || gone.contains(path));
                if goes {
                    let folders = inside().filter(|(_, entry)| **entry == Entry::Dir).map(|(path, _)| path.clone());
                    self.comparison.make_way.extend(folders.chain([path.to_owned()]));
                }
                let reason = Some(Reason::InTheWay).filter(|_| !goes);
                self.add(Action::Create, path, Before::default(), Some(text), reason);
            }
            Some(Entry::File) => {
                let content = fs::read(&target).map_err(io_error("read", &target))?;
                if is_same(&content, text) {
                    self.comparison.unchanged += 1;
                    return Ok(());
                }
                let reason = match tree::verify(&content) {
                    Ownership::Ours => None,
                    Ownership::Edited => Some(Reason::Edited),
                    Ownership::Foreign => Some(Reason::Foreign),
                };
                let reason = reason.filter(|_| !self.options.force);
                self.add(Action::Replace, path, Before::of(&content), Some(text), reason);
            }
        }
        Ok(())
    }

    fn add(&mut self, action: Action, path: &str, before: Before, after: Option<&str>, reason: Option<Reason>) {
        // With its last file goes the folder itself, where it shall not be there.
        let folder = match self.folder.path.rsplit_once('/') {
            Some((parent, _)) if self.folder.tree.is_none() => parent,
            _ => self.folder.path,
        };
        let change = Change {
            path: path.to_owned(),
            action,
            before: before.text,
            after: after.map(str::to_owned),
            folder: folder.to_owned(),
            before_fingerprint: before.fingerprint,
        };
        match reason {
            Some(reason) => self.comparison.conflicts.push(Conflict { reason, change }),
            None => self.comparison.changes.push(change),
        }
    }
}

impl Before {
    fn of(content: &[u8]) -> Self {
        Self {
            text: Some(String::from_utf8_lossy(content).into_owned()),
            fingerprint: Some(disk::content_fingerprint(content)),
        }
    }
}

/// Everything below a folder by its path from the root; links are not followed. Nothing where the folder is missing.
fn walk(root: &Path, folder: &str) -> Result<BTreeMap<String, Entry>, SyncError> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let path = root.join(&folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io_error("read", &path)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(io_error("read", &path))?;
            let kind = entry.file_type().map_err(io_error("read", &entry.path()))?;
            let name = entry.file_name();
            let child = format!("{folder}/{}", name.to_string_lossy());
            let kind = match name.to_str() {
                None => Entry::Other,
                Some(_) if kind.is_symlink() => Entry::Link,
                Some(_) if kind.is_dir() => Entry::Dir,
                Some(_) if kind.is_file() => Entry::File,
                Some(_) => Entry::Other,
            };
            if kind == Entry::Dir {
                open.push(child.clone());
            }
            found.insert(child, kind);
        }
    }
    Ok(found)
}

fn length(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |metadata| metadata.len())
}

/// Whether a file has this content; a checkout may have turned its line ends to CRLF.
fn is_same(content: &[u8], text: &str) -> bool {
    content == text.as_bytes()
        || (content.contains(&b'\r')
            && !text.contains('\r')
            && std::str::from_utf8(content).is_ok_and(|content| content.replace("\r\n", "\n") == text))
}
