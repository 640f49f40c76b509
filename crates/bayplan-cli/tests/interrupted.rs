//! The `bayplan` command is killed, runs out of space, or may not write: the old files stand, or the new ones, never a mixture.
//!
//! `BAYPLAN_KILLS=300` kills it more often than the default.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// How many stacks a fleet has; each is four or five files.
const STACKS: usize = 50;

/// The files of the output by path.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A fleet that is compiled again and again, in one of two variants.
struct Fleet {
    here: PathBuf,
    /// The output of each variant.
    outputs: Vec<Files>,
    _folder: tempfile::TempDir,
}

impl Fleet {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::at(folder.path().to_owned(), folder)
    }

    /// A fleet in `here`, with the output of variant 0 written.
    fn at(here: PathBuf, folder: tempfile::TempDir) -> Self {
        let mut fleet = Self { here, outputs: Vec::new(), _folder: folder };
        for variant in [1, 0] {
            fleet.write(variant);
            fleet.succeed();
            fleet.outputs.insert(0, fleet.files());
        }
        // A file of somebody else in a folder that variant 1 leaves.
        fs::write(fleet.foreign(), "mine\n").unwrap();
        assert!(fleet.outputs.iter().all(|files| files.len() > 3 * STACKS));
        fleet
    }

    fn foreign(&self) -> PathBuf {
        self.here.join("generated/case/prod/compose/s1/.env.local")
    }

    /// The blueprints of a variant: some stacks are in one of them only, the others differ.
    fn write(&self, variant: usize) {
        let blueprints = self.here.join("blueprints/case");
        let _ = fs::remove_dir_all(&blueprints);
        fs::create_dir_all(&blueprints).unwrap();
        let settings = "environments: { prod: { domain: example.org, ingress: { host: 192.0.2.1 } } }\n\
            hosts: { host: { networks: 4000 } }\n\
            defaults: { read_only: true, security_opt: ['no-new-privileges:true'], mem_limit: 64m, cpus: 0.1 }\n";
        let platform = "services:\n  traefik: { use: 'traefik:v3.7.12', ports: !override ['127.0.0.1:80:80'] }\n  \
            prometheus: { use: 'prometheus:v3.15.0' }\n";
        fs::write(blueprints.join("fleet.yaml"), settings).unwrap();
        fs::write(blueprints.join("platform.yaml"), platform).unwrap();
        for stack in variant * 10..variant * 10 + STACKS {
            let metrics = if (stack + variant).is_multiple_of(3) { "" } else { ", metrics: 80" };
            let route = format!("r{stack}-{variant}");
            let text = format!(
                "services: {{ web: {{ image: 'nginx:1.27.3', expose: ['80'], needs: [], route: {route}{metrics} }} }}\n"
            );
            fs::write(blueprints.join(format!("s{stack}.yaml")), text).unwrap();
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bayplan"));
        command.arg("gen").current_dir(&self.here).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn run(&self) -> Output {
        self.command().stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
    }

    fn succeed(&self) {
        let output = self.run();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Every file below the output folder but the foreign one.
    fn files(&self) -> Files {
        let (mut files, root) = (Files::new(), self.here.join("generated"));
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else if path != self.foreign() {
                    files.insert(path.strip_prefix(&root).unwrap().to_owned(), fs::read(&path).unwrap());
                }
            }
        }
        files
    }

    /// Which variant the output is, whole and with nothing else.
    fn variant(&self, what: &str) -> usize {
        let files = self.files();
        if let Some(variant) = self.outputs.iter().position(|output| *output == files) {
            if self.foreign().parent().unwrap().exists() {
                assert_eq!(fs::read_to_string(self.foreign()).unwrap(), "mine\n");
            }
            return variant;
        }
        let differ = |output: &Files| {
            let names = files.keys().chain(output.keys()).filter(|path| files.get(*path) != output.get(*path));
            names.map(|path| path.display().to_string()).collect::<std::collections::BTreeSet<_>>()
        };
        panic!(
            "{what}: a mixture. Not as in 0: {:?}. Not as in 1: {:?}",
            differ(&self.outputs[0]),
            differ(&self.outputs[1])
        );
    }

    /// A run that only undoes what was interrupted: it has nothing to write. Says whether there was something to undo.
    fn recover(&self) -> bool {
        let bad = self.here.join("blueprints/case/bad.yaml");
        fs::write(&bad, "services: [\n").unwrap();
        let output = self.run();
        fs::remove_file(bad).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        said.starts_with("an interrupted run was undone first\n")
    }
}

/// Numbers that look random, the same ones every time.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn a_killed_run_leaves_old_or_new_files() {
    let kills: usize = std::env::var("BAYPLAN_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(24);
    let fleet = Fleet::new();
    let work = fleet.here.join("generated/.bayplan");
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut now, mut undone, mut finished) = (0, 0, 0);
    for turn in 0..kills {
        let next = 1 - now;
        fleet.write(next);
        let mut child = fleet.command().spawn().unwrap();
        // Killed when so many files are staged, or when so many steps are made: by what it did, not by the clock.
        let (folder, most) = [("new", 200), ("old", 160), ("old", 160)][turn % 3];
        let after = random.below(most);
        while child.try_wait().unwrap().is_none() && count(&work.join(folder)) <= after {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        let whole = child.wait().unwrap().success();
        finished += usize::from(whole);
        let what = format!("killed after {after} in {folder}");
        let recovered = fleet.recover();
        undone += usize::from(recovered);
        let there = fleet.variant(&what);
        assert!(!whole || there == next, "{what}: it said that it was done");
        assert!(!recovered || there == now, "{what}: undone, but not back");
        assert!(!work.exists(), "{what}: something was left behind");
        fleet.succeed();
        assert_eq!(fleet.variant(&what), next, "{what}");
        now = next;
    }
    println!("{kills} kills: {undone} in the middle of the changes, {finished} too late");
    assert!(undone > 0, "no run was caught in the middle of its changes");
}

#[test]
fn a_file_that_may_not_grow_leaves_the_old_files() {
    let fleet = Fleet::new();
    fleet.write(1);
    let (mut limit, mut failures) = (0, 0);
    loop {
        // The limit is in blocks of 512 bytes. Without the trap the process would be killed by a signal.
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" gen");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_bayplan")]).current_dir(&fleet.here);
        let output = command.output().unwrap();
        if output.status.success() {
            break;
        }
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains("the old files stand"), "{limit}: {said}");
        assert_eq!(fleet.variant(&format!("with {limit} blocks a file")), 0);
        assert!(!fleet.here.join("generated/.bayplan").exists(), "{limit}");
        failures += 1;
        limit += 1 + limit / 2;
    }
    assert!(failures > 3, "{failures}");
    assert_eq!(fleet.variant("in the end"), 1);
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

/// A file system of its own; taken away when dropped.
struct Small(PathBuf);

impl Small {
    fn mount(at: &Path, size: usize) -> Option<Self> {
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &format!("size={size}k"), "bayplan-test"]).arg(at);
        let mounted = command.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        mounted.then(|| Self(at.to_owned()))
    }

    fn resize(&self, size: usize) -> bool {
        let mut command = Command::new("mount");
        command.args(["-o", &format!("remount,size={size}k")]).arg(&self.0);
        command.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_leaves_the_old_files() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("small");
    fs::create_dir(&here).unwrap();
    let small = if is_root() { Small::mount(&here, 20_000) } else { None };
    let Some(small) = small else {
        println!("skipped: a small file system can be mounted by root only");
        return;
    };
    let fleet = Fleet::at(here, folder);
    fleet.write(1);
    let used = |path: &Path| {
        let output = Command::new("df").args(["--output=used", "-k"]).arg(path).output().unwrap();
        String::from_utf8_lossy(&output.stdout).split_whitespace().last().unwrap().parse::<usize>().unwrap()
    };
    let (mut failures, start) = (0, used(&fleet.here));
    for more in (0..).step_by(24) {
        assert!(small.resize(start + more), "the file system cannot be made smaller");
        let output = fleet.run();
        if output.status.success() {
            break;
        }
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains("No space left"), "{more}: {said}");
        assert_eq!(fleet.variant(&format!("with {more} KiB free")), 0);
        failures += 1;
    }
    assert!(failures > 5, "{failures}");
    assert_eq!(fleet.variant("in the end"), 1);
    println!("{failures} runs found the disk full");
}

#[test]
fn a_folder_that_may_not_be_written_leaves_the_old_files() {
    let fleet = Fleet::new();
    fleet.write(1);
    // Root may write everywhere: as root, the command runs as nobody.
    let nobody = is_root().then_some(65_534);
    let program = fleet.here.join("bayplan");
    fs::copy(env!("CARGO_BIN_EXE_bayplan"), &program).unwrap();
    if let Some(nobody) = nobody {
        let mut open = vec![fleet.here.clone()];
        while let Some(path) = open.pop() {
            chown(&path, Some(nobody), Some(nobody)).unwrap();
            open.extend(fs::read_dir(&path).into_iter().flatten().map(|entry| entry.unwrap().path()));
        }
    }
    let run = || {
        let mut command = Command::new(&program);
        command.arg("gen").current_dir(&fleet.here);
        if let Some(nobody) = nobody {
            command.uid(nobody).gid(nobody);
        }
        command.output().unwrap()
    };
    let set = |folder: &Path, mode: u32| fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
    for folder in [
        "",
        "case/prod",
        "case/prod/compose",
        "case/prod/prometheus/scrape.d",
        "case/prod/traefik/dynamic",
        "case/prod/compose/s3",
    ] {
        let folder = fleet.here.join("generated").join(folder);
        set(&folder, 0o555);
        let output = run();
        set(&folder, 0o755);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains("Permission denied"), "{}: {said}", folder.display());
        assert_eq!(fleet.variant(&folder.display().to_string()), 0);
    }
    assert!(run().status.success());
    assert_eq!(fleet.variant("in the end"), 1);
}
