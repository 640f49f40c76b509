use super::*;
use crate::emit::tree::Comment;
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io;

/// A disk that fails at one operation, or at it and all later ones as if the process had been killed.
struct FaultyDisk {
    at: usize,
    killed: bool,
    done: Cell<usize>,
}

impl FaultyDisk {
    fn new(at: usize, killed: bool) -> Self {
        Self { at, killed, done: Cell::new(0) }
    }

    fn turn(&self) -> io::Result<()> {
        let turn = self.done.replace(self.done.get() + 1);
        let fails = if self.killed { turn >= self.at } else { turn == self.at };
        if fails { Err(io::Error::new(io::ErrorKind::StorageFull, "injected")) } else { Ok(()) }
    }

    fn struck(&self) -> bool {
        self.done.get() > self.at
    }
}

impl Disk for FaultyDisk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.turn().and_then(|()| RealDisk.create_dir(path))
    }
    fn write_new(&self, path: &Path, content: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
        if let Err(error) = self.turn() {
            // A full disk leaves half a file.
            let _ = fs::write(path, &content[..content.len() / 2]);
            return Err(error);
        }
        fs::write(path, content)?;
        permissions.map_or(Ok(()), |permissions| fs::set_permissions(path, permissions))
    }
    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.turn().and_then(|()| RealDisk.hard_link(from, to))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.turn().and_then(|()| RealDisk.rename(from, to))
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.turn().and_then(|()| RealDisk.remove_file(path))
    }
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.turn().and_then(|()| RealDisk.remove_dir(path))
    }
    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        self.turn()
    }
}

/// A disk on which somebody edits a file while the new contents are staged.
struct MeddledDisk<'a>(&'a Path);

impl Disk for MeddledDisk<'_> {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.create_dir(path)
    }
    fn write_new(&self, path: &Path, content: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
        fs::write(self.0, "an edit in the last moment\n")?;
        RealDisk.write_new(path, content, permissions)
    }
    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.hard_link(from, to)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove_file(path)
    }
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove_dir(path)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.sync_dir(path)
    }
}

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::new();
    for (path, body) in files {
        tree.add(path, Comment::Hash, "shop.yaml", body).unwrap();
    }
    tree
}

fn folder(tree: &Tree) -> [Folder<'_>; 1] {
    [Folder { path: "shop/dev", tree: Some(tree) }]
}

/// A directory with `tree` written to it, and foreign files beside.
fn written(tree: &Tree) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("shop/dev/keep")).unwrap();
    for foreign in ["shop/dev/keep/notes.txt", "shop/dev/.env", "shop/other.yaml"] {
        fs::write(dir.path().join(foreign), "mine\n").unwrap();
    }
    sync(dir.path(), &folder(tree), Options::default()).unwrap();
    dir
}

/// Path → content of everything below `root`; folders and links have their own marks.
fn snapshot(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            let content = if kind.is_dir() {
                open.push(path.clone());
                "<folder>".to_owned()
            } else if kind.is_symlink() {
                format!("<link {}>", fs::read_link(&path).unwrap().display())
            } else {
                fs::read_to_string(&path).unwrap()
            };
            found.insert(name, content);
        }
    }
    found
}

fn old_tree() -> Tree {
    tree(&[
        ("same.yaml", "1"),
        ("changed.yaml", "old"),
        ("gone/deep/x.yaml", "x"),
        ("gone/y.yaml", "y"),
        ("turn", "file"),
    ])
}

/// Creates, replaces, removes, makes folders, turns a file to a folder and a folder to a file.
fn new_tree() -> Tree {
    tree(&[
        ("same.yaml", "1"),
        ("changed.yaml", "new"),
        ("gone", "now a file"),
        ("turn/into/folder.yaml", "z"),
        ("new.yaml", "n"),
    ])
}

#[test]
fn writes_replaces_removes_and_keeps_what_is_foreign() {
    let dir = written(&old_tree());
    let outcome = sync(dir.path(), &folder(&new_tree()), Options::default()).unwrap();
    let actions: Vec<_> = outcome.changes.iter().map(|change| (change.action, change.path.as_str())).collect();
    assert_eq!(
        actions,
        [
            (Action::Replace, "shop/dev/changed.yaml"),
            (Action::Create, "shop/dev/gone"),
            (Action::Remove, "shop/dev/gone/deep/x.yaml"),
            (Action::Remove, "shop/dev/gone/y.yaml"),
            (Action::Create, "shop/dev/new.yaml"),
            (Action::Remove, "shop/dev/turn"),
            (Action::Create, "shop/dev/turn/into/folder.yaml"),
        ]
    );
    assert_eq!(outcome.unchanged, 1);
    let there = snapshot(dir.path());
    for (path, text) in new_tree().files() {
        assert_eq!(there[&format!("shop/dev/{path}")], text);
    }
    assert_eq!(there["shop/dev/keep/notes.txt"], "mine\n");
    assert_eq!(there["shop/dev/.env"], "mine\n");
    assert!(!there.contains_key(".bayplan"));
    assert_eq!(there.len(), new_tree().len() + 3 + ["shop", "shop/dev", "keep", "turn", "turn/into"].len());
}

#[test]
fn a_failure_at_any_step_leaves_the_old_files_at_once() {
    let (mut failures, mut at) = (0, 0);
    loop {
        let dir = written(&old_tree());
        let before = snapshot(dir.path());
        let disk = FaultyDisk::new(at, false);
        let result = sync_on(&disk, dir.path(), &folder(&new_tree()), Options::default());
        if !disk.struck() {
            assert!(result.is_ok());
            break;
        }
        match result {
            Err(SyncError::Io { .. }) => {
                failures += 1;
                let mut after = snapshot(dir.path());
                after.retain(|path, _| !path.starts_with(".bayplan"));
                assert_eq!(before, after, "after failure of step {at}");
            }
            Err(error) => panic!("step {at}: {error}"),
            // Work that only tidies up may fail without harm, and hard links have a second way.
            Ok(_) => assert!(compare(dir.path(), &folder(&new_tree()), Options::default()).unwrap().is_clean()),
        }
        // The next run comes through and leaves nothing behind.
        sync(dir.path(), &folder(&new_tree()), Options::default()).unwrap();
        assert!(compare(dir.path(), &folder(&new_tree()), Options::default()).unwrap().is_clean());
        assert!(!dir.path().join(".bayplan").exists(), "after failure of step {at}");
        at += 1;
    }
    assert!(failures > 15, "{failures} failures in {at} steps");
}

#[test]
fn a_crash_at_any_step_and_a_crash_while_recovering_leave_old_or_new_files() {
    let mut at = 0;
    loop {
        let mut second = 0;
        loop {
            let dir = written(&old_tree());
            let before = snapshot(dir.path());
            let disk = FaultyDisk::new(at, true);
            let result = sync_on(&disk, dir.path(), &folder(&new_tree()), Options::default());
            if !disk.struck() {
                return assert!(result.is_ok());
            }
            let recovery = FaultyDisk::new(second, true);
            let _ = recover_on(&recovery, dir.path());
            recover(dir.path()).unwrap();
            let after = snapshot(dir.path());
            assert!(!after.contains_key(".bayplan"));
            let is_new = compare(dir.path(), &folder(&new_tree()), Options::default()).unwrap().is_clean();
            // A crash while tidying up may leave empty folders behind, never other files.
            let files = |all: &BTreeMap<String, String>| {
                all.clone().into_iter().filter(|(_, content)| content != "<folder>").collect::<Vec<_>>()
            };
            assert!(is_new || files(&before) == files(&after), "crash at {at}, then at {second}: {after:#?}");
            assert_eq!(after["shop/dev/keep/notes.txt"], "mine\n");
            sync(dir.path(), &folder(&new_tree()), Options::default()).unwrap();
            assert!(compare(dir.path(), &folder(&new_tree()), Options::default()).unwrap().is_clean());
            if !recovery.struck() {
                break;
            }
            second += 1;
        }
        at += 1;
    }
}

#[test]
fn an_edit_made_after_a_crash_survives_the_way_back() {
    let dir = written(&old_tree());
    let work = (0..).find_map(|at| {
        let dir = written(&old_tree());
        let disk = FaultyDisk::new(at, true);
        let _ = sync_on(&disk, dir.path(), &folder(&new_tree()), Options::default());
        let text = fs::read_to_string(dir.path().join("shop/dev/changed.yaml")).unwrap();
        (transaction::is_interrupted(dir.path()) && text.contains("new")).then_some(dir)
    });
    drop(dir);
    let dir = work.unwrap();
    let comparison = compare(dir.path(), &folder(&new_tree()), Options::default()).unwrap();
    assert!(comparison.interrupted && !comparison.is_clean());
    let path = dir.path().join("shop/dev/changed.yaml");
    let edited = format!("{}# by hand\n", fs::read_to_string(&path).unwrap());
    fs::write(&path, &edited).unwrap();
    assert!(recover(dir.path()).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), edited);
    assert!(matches!(sync(dir.path(), &folder(&new_tree()), Options::default()), Err(SyncError::Conflicts(_))));
}

#[test]
fn an_edit_made_while_writing_survives() {
    for path in ["shop/dev/changed.yaml", "shop/dev/gone/y.yaml", "shop/dev/new.yaml"] {
        let dir = written(&old_tree());
        let mut before = snapshot(dir.path());
        let edited = dir.path().join(path);
        let result = sync_on(&MeddledDisk(&edited), dir.path(), &folder(&new_tree()), Options::default());
        assert!(matches!(result, Err(SyncError::Changed { .. })), "{path}");
        before.insert(path.to_owned(), "an edit in the last moment\n".to_owned());
        assert_eq!(snapshot(dir.path()), before);
    }
}

#[test]
fn edited_and_foreign_files_are_refused_without_force_and_nothing_else_is_written() {
    let dir = written(&old_tree());
    let root = dir.path().join("shop/dev");
    let edit = |path: &str| {
        let text = fs::read_to_string(root.join(path)).unwrap();
        fs::write(root.join(path), text + "edited: true\n").unwrap();
    };
    edit("changed.yaml");
    edit("gone/y.yaml");
    fs::write(root.join("new.yaml"), "by: hand\n").unwrap();
    let before = snapshot(dir.path());
    let Err(SyncError::Conflicts(conflicts)) = sync(dir.path(), &folder(&new_tree()), Options::default()) else {
        panic!("not refused");
    };
    let reasons: Vec<_> = conflicts.iter().map(|c| (c.change.path.trim_start_matches("shop/dev/"), c.reason)).collect();
    assert_eq!(
        reasons,
        [
            ("changed.yaml", Reason::Edited),
            ("gone", Reason::InTheWay),
            ("gone/y.yaml", Reason::Edited),
            ("new.yaml", Reason::Foreign)
        ]
    );
    let diff = conflicts[3].change.diff();
    assert!(diff.starts_with("--- a/shop/dev/new.yaml\n+++ b/shop/dev/new.yaml\n") && diff.contains("\n-by: hand\n"));
    assert_eq!(snapshot(dir.path()), before);

    sync(dir.path(), &folder(&new_tree()), Options { force: true }).unwrap();
    assert!(compare(dir.path(), &folder(&new_tree()), Options::default()).unwrap().is_clean());
    assert_eq!(fs::read_to_string(root.join("keep/notes.txt")).unwrap(), "mine\n");
}

#[test]
fn folders_and_files_in_the_way_are_refused_even_with_force() {
    let dir = written(&tree(&[]));
    let wanted = tree(&[("keep", "a file where a folder of others stands"), (".env/x.yaml", "below a foreign file")]);
    let before = snapshot(dir.path());
    for force in [false, true] {
        let Err(SyncError::Conflicts(conflicts)) = sync(dir.path(), &folder(&wanted), Options { force }) else {
            panic!("not refused");
        };
        assert!(conflicts.len() == 2 && conflicts.iter().all(|conflict| conflict.reason == Reason::InTheWay));
    }
    assert_eq!(snapshot(dir.path()), before);
}

#[cfg(unix)]
#[test]
fn links_are_never_followed() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("x.yaml"), tree(&[("x.yaml", "1")]).get("x.yaml").unwrap()).unwrap();
    let before = snapshot(outside.path());

    // A folder of the tree, the environment's folder, a file, and an orphan that are links.
    let dir = written(&tree(&[]));
    symlink(outside.path(), dir.path().join("shop/dev/sub")).unwrap();
    let wanted = tree(&[("sub/y.yaml", "2")]);
    assert!(matches!(sync(dir.path(), &folder(&wanted), Options { force: true }), Err(SyncError::Conflicts(_))));
    sync(dir.path(), &folder(&tree(&[])), Options { force: true }).unwrap();

    symlink(outside.path(), dir.path().join("shop/linked")).unwrap();
    let linked = [Folder { path: "shop/linked", tree: Some(&wanted) }];
    assert!(matches!(sync(dir.path(), &linked, Options { force: true }), Err(SyncError::Link { .. })));

    symlink(outside.path().join("x.yaml"), dir.path().join("shop/dev/x.yaml")).unwrap();
    let wanted = tree(&[("x.yaml", "2")]);
    let Err(SyncError::Conflicts(conflicts)) = sync(dir.path(), &folder(&wanted), Options::default()) else {
        panic!("not refused");
    };
    assert_eq!(conflicts[0].reason, Reason::Link);
    sync(dir.path(), &folder(&wanted), Options { force: true }).unwrap();
    assert!(fs::symlink_metadata(dir.path().join("shop/dev/x.yaml")).unwrap().is_file());
    assert_eq!(snapshot(outside.path()), before);

    symlink(outside.path(), dir.path().join(".bayplan")).unwrap();
    let wanted = tree(&[("x.yaml", "3")]);
    assert!(matches!(sync(dir.path(), &folder(&wanted), Options::default()), Err(SyncError::Link { .. })));
    assert_eq!(snapshot(outside.path()), before);
}

#[test]
fn a_forged_journal_cannot_reach_outside() {
    let dir = written(&old_tree());
    let work = dir.path().join(".bayplan");
    for text in [
        r#"{"version":1,"steps":[{"do":"remove_file","path":"../x","number":0,"old":""}]}"#,
        r#"{"version":2,"steps":[]}"#,
        "",
        "[]",
    ] {
        fs::create_dir_all(&work).unwrap();
        fs::write(work.join("journal"), text).unwrap();
        assert!(matches!(recover(dir.path()), Err(SyncError::Journal { .. })), "{text}");
    }
}

#[test]
fn nothing_to_do_writes_nothing() {
    let dir = written(&old_tree());
    let times = |root: &Path| -> Vec<_> {
        let paths = snapshot(root).into_keys().chain([String::new()]);
        paths.map(|path| fs::metadata(root.join(path)).unwrap().modified().unwrap()).collect()
    };
    let before = times(dir.path());
    let disk = FaultyDisk::new(0, true);
    let outcome = sync_on(&disk, dir.path(), &folder(&old_tree()), Options::default()).unwrap();
    assert_eq!((outcome.changes.len(), outcome.unchanged, disk.struck()), (0, 5, false));
    assert_eq!(times(dir.path()), before);
}

#[test]
fn a_checkout_with_other_line_ends_is_not_stale() {
    let dir = written(&old_tree());
    let path = dir.path().join("shop/dev/changed.yaml");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace('\n', "\r\n")).unwrap();
    assert!(compare(dir.path(), &folder(&old_tree()), Options::default()).unwrap().is_clean());
}

#[test]
fn two_runs_do_not_write_at_once() {
    let dir = written(&old_tree());
    let lock = Lock::take(&RealDisk, dir.path()).unwrap();
    assert!(matches!(sync(dir.path(), &folder(&new_tree()), Options::default()), Err(SyncError::Busy { .. })));
    drop(lock);
    sync(dir.path(), &folder(&new_tree()), Options::default()).unwrap();

    // Many at once: each ends well or finds another at work, and the tree is whole.
    let (one, two) = (old_tree(), new_tree());
    std::thread::scope(|scope| {
        for turn in 0..8 {
            let (tree, root) = (if turn % 2 == 0 { &one } else { &two }, dir.path());
            scope.spawn(move || {
                for _ in 0..5 {
                    match sync(root, &folder(tree), Options::default()) {
                        Ok(_) | Err(SyncError::Busy { .. } | SyncError::Io { .. } | SyncError::Changed { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    let clean = |tree: &Tree| compare(dir.path(), &folder(tree), Options::default()).unwrap().is_clean();
    assert!(clean(&one) || clean(&two));
}

#[cfg(unix)]
#[test]
fn permissions_of_a_replaced_file_stay() {
    use std::os::unix::fs::PermissionsExt;
    let dir = written(&old_tree());
    let path = dir.path().join("shop/dev/changed.yaml");
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    sync(dir.path(), &folder(&new_tree()), Options::default()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn the_first_run_makes_the_root_and_a_failed_one_leaves_none() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("generated");
    assert!(sync_on(&FaultyDisk::new(4, false), &root, &folder(&old_tree()), Options::default()).is_err());
    assert!(!root.exists());
    sync(&root, &folder(&old_tree()), Options::default()).unwrap();
    assert!(compare(&root, &folder(&old_tree()), Options::default()).unwrap().is_clean());
}

#[test]
fn several_folders_are_one_transaction() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (tree(&[("a.yaml", "1")]), tree(&[("a.yaml", "2")]));
    let folders = [Folder { path: "shop/dev", tree: Some(&one) }, Folder { path: "shop/prod", tree: Some(&two) }];
    fs::create_dir_all(dir.path().join("shop/prod")).unwrap();
    fs::write(dir.path().join("shop/prod/a.yaml"), "mine\n").unwrap();
    assert!(sync(dir.path(), &folders, Options::default()).is_err());
    assert!(!dir.path().join("shop/dev").exists());
    assert_eq!(sync(dir.path(), &folders, Options { force: true }).unwrap().changes.len(), 2);
    // Only the folders given are looked at.
    let empty = tree(&[]);
    sync(dir.path(), &[Folder { path: "shop/dev", tree: Some(&empty) }], Options::default()).unwrap();
    assert!(dir.path().join("shop/prod/a.yaml").exists() && !dir.path().join("shop/dev/a.yaml").exists());
}

#[test]
fn a_folder_that_nobody_asks_for_goes_whole_or_stays_whole() {
    let dir = tempfile::tempdir().unwrap();
    let kept_tree = tree(&[("a.yaml", "1"), ("deep/b.yaml", "2")]);
    let all = ["dev", "prod", "old", "notes", "edited", "linked"];
    for name in all.iter().filter(|name| **name != "notes") {
        let path = format!("shop/{name}");
        sync(dir.path(), &[Folder { path: &path, tree: Some(&kept_tree) }], Options::default()).unwrap();
    }
    fs::create_dir_all(dir.path().join("shop/notes")).unwrap();
    for (foreign, text) in [("shop/notes/a.txt", "mine"), ("shop/prod/deep/.env.local", "mine"), ("shop/file", "mine")]
    {
        fs::write(dir.path().join(foreign), text).unwrap();
    }
    let edited = dir.path().join("shop/edited/a.yaml");
    fs::write(&edited, fs::read_to_string(&edited).unwrap() + "mine\n").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.yaml", dir.path().join("shop/linked/z.yaml")).unwrap();
    let before = snapshot(dir.path());
    assert_eq!(folders(dir.path(), "shop").unwrap(), ["dev", "edited", "linked", "notes", "old", "prod"]);
    assert_eq!(folders(dir.path(), "nowhere").unwrap(), [""; 0]);
    assert!(folders(dir.path(), "../shop").is_err());

    let paths: Vec<String> = all[1..].iter().map(|name| format!("shop/{name}")).collect();
    let mut wanted = vec![Folder { path: "shop/dev", tree: Some(&kept_tree) }];
    wanted.extend(paths.iter().map(|path| Folder { path, tree: None }));
    // Not even force throws away what is not ours.
    for force in [true, false] {
        let found = compare(dir.path(), &wanted, Options { force }).unwrap();
        let gone: Vec<&str> = found.changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(gone, ["shop/old/a.yaml", "shop/old/deep/b.yaml"]);
        let kept: Vec<_> = found.kept.iter().map(|kept| (kept.path.as_str(), kept.reason)).collect();
        let prod = ("shop/prod/deep/.env.local", Reason::Foreign);
        assert_eq!(kept[..2], [prod, ("shop/edited/a.yaml", Reason::Edited)]);
        assert!(found.conflicts.is_empty() && found.unchanged == 2);
    }
    let outcome = sync(dir.path(), &wanted, Options::default()).unwrap();
    assert_eq!(outcome.changes.len(), 2);
    let after = snapshot(dir.path());
    assert!(!after.contains_key("shop/old"));
    assert!(before.iter().filter(|(path, _)| !path.starts_with("shop/old")).all(|(path, text)| after[path] == *text));
    assert_eq!(sync(dir.path(), &wanted, Options::default()).unwrap().changes, []);
}

fn any_tree() -> impl Strategy<Value = Tree> {
    proptest::collection::btree_map("[ab](/[ab]){0,2}", "[a-c]{0,2}", 0..6).prop_map(|files| {
        let mut tree = Tree::new();
        for (path, body) in files {
            // A file where a folder is needed is refused by the tree.
            let _ = tree.add(&path, Comment::Hash, "s.yaml", &body);
        }
        tree
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Sync then compare is clean; again writes nothing; foreign files survive; a failure leaves the old files.
    #[test]
    fn laws(old in any_tree(), new in any_tree(), at in 0usize..60, killed: bool) {
        let dir = written(&old);
        let before = snapshot(dir.path());
        let disk = FaultyDisk::new(at, killed);
        let result = sync_on(&disk, dir.path(), &folder(&new), Options::default());
        recover(dir.path()).unwrap();
        let clean = compare(dir.path(), &folder(&new), Options::default()).unwrap().is_clean();
        if result.is_err() {
            let files = |all: BTreeMap<String, String>| {
                all.into_iter().filter(|(_, content)| content != "<folder>").collect::<Vec<_>>()
            };
            prop_assert!(clean || files(snapshot(dir.path())) == files(before));
        } else {
            prop_assert!(clean);
        }
        sync(dir.path(), &folder(&new), Options::default()).unwrap();
        prop_assert!(compare(dir.path(), &folder(&new), Options::default()).unwrap().is_clean());
        prop_assert!(sync(dir.path(), &folder(&new), Options::default()).unwrap().changes.is_empty());
        let after = snapshot(dir.path());
        prop_assert_eq!(&after["shop/dev/keep/notes.txt"], "mine\n");
        prop_assert!(!after.contains_key(".bayplan"));
        let ours = after.values().filter(|content| content.contains("bayplan: sha256")).count();
        prop_assert_eq!(ours, new.len());
    }
}
