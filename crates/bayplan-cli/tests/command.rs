//! The `bayplan` command as a process: exit codes, streams, colours.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output};

fn bayplan(here: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bayplan"))
        .args(args)
        .current_dir(here)
        .env_remove("NO_COLOR")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn exit_codes() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("bad.yaml"), b"services: \xff\n").unwrap();
    let cases: [(&[&str], i32); 9] = [
        (&["--help"], 0),
        (&["--version"], 0),
        (&["lint", "bad.yaml"], 1),
        (&["lint", "nowhere.yaml"], 2),
        (&["lint"], 2),
        (&["gen"], 2),
        (&["gen", "--nonsense"], 2),
        (&["explain", "no-such-rule"], 2),
        (&[], 2),
    ];
    for (args, code) in cases {
        let output = bayplan(dir.path(), args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", text(&output.stderr));
    }
}

/// The root user may read everything, so the program runs as somebody else there.
#[cfg(unix)]
#[test]
fn folders_that_may_not_be_read_are_said() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let mode = |path: &str, mode| {
        std::fs::set_permissions(dir.path().join(path), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    for folder in ["open", "closed", "old"] {
        std::fs::create_dir(dir.path().join(folder)).unwrap();
        std::fs::write(dir.path().join(folder).join("compose.yaml"), "services: { web: { image: 'nginx:1.27.3' } }\n")
            .unwrap();
    }
    std::fs::write(dir.path().join("bayplan.yaml"), "exclude: [old]\n").unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_bayplan"), dir.path().join("program")).unwrap();
    [("program", 0o755), ("", 0o755), ("closed", 0), ("old", 0)].into_iter().for_each(|(path, bits)| mode(path, bits));
    let run = || {
        let program = dir.path().join("program");
        let mut command = match std::fs::read_dir(dir.path().join("closed")) {
            Err(_) => Command::new(program),
            Ok(_) => {
                let mut other = Command::new("setpriv");
                other.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
                other
            }
        };
        command.arg("lint").current_dir(dir.path()).output()
    };
    let Ok(output) = run() else {
        eprintln!("skipped: the user may read everything, and there is no setpriv");
        return;
    };
    let out = text(&output.stdout);
    assert!(out.contains("warning[unreadable-file]: the folder `closed` may not be read"), "{out}{output:?}");
    assert!(!out.contains("`old`") && out.contains("1 warning in"), "{out}");
    assert_eq!(output.status.code(), Some(0), "{out}");
    std::fs::remove_dir_all(dir.path().join("open")).unwrap();
    let output = run().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("here, and `closed` may not be read"), "{}", text(&output.stderr));
    ["closed", "old"].into_iter().for_each(|folder| mode(folder, 0o755));
}

#[test]
fn findings_go_to_standard_output_and_failures_to_standard_error() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("bad.yaml"), b"services: \xff\n").unwrap();
    let output = bayplan(dir.path(), &["lint", "bad.yaml"]);
    let out = text(&output.stdout);
    assert!(out.contains("error[unreadable-file]: the byte `0xff` is not UTF-8"), "{out}");
    assert!(out.contains("bad.yaml:1:11") && out.ends_with("1 error in 1 file\n"), "{out}");
    assert_eq!(text(&output.stderr), "");
    // Behind a pipe there are no colours and no drawn lines.
    assert!(!out.contains('\u{1b}') && !out.contains('╭'), "{out}");
    assert!(text(&bayplan(dir.path(), &["lint", "bad.yaml", "--color=always"]).stdout).contains("\u{1b}["));

    let output = bayplan(dir.path(), &["lint", "nowhere.yaml"]);
    assert!(output.stdout.is_empty());
    assert!(text(&output.stderr).starts_with("error: cannot read `nowhere.yaml`"), "{}", text(&output.stderr));
}

#[test]
fn json_has_a_version_and_the_same_finding() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("bad.yaml"), b"services: \xff\n").unwrap();
    let output = bayplan(dir.path(), &["--format=json", "lint", "bad.yaml"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["version"], 1);
    assert_eq!(value["findings"][0]["column"], 11);
    assert_eq!(output.status.code(), Some(1));
}
