//! `bayplan init`: what it writes compiles, breaks as a person would break it, and mends.

use bayplan_cli::args::{Cli, Format};
use bayplan_cli::compile::Library;
use bayplan_cli::render::Style;
use bayplan_cli::run::{Runner, Said};
use bayplan_cli::{Exit, Failure};
use clap::Parser;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const STYLE: Style = Style { format: Format::Pretty, color: false, unicode: true, width: 100 };

fn bayplan(here: &Path, arguments: &[&str]) -> (Result<Exit, Failure>, Said) {
    let cli = Cli::try_parse_from(["bayplan"].iter().chain(arguments)).expect("a command line");
    let mut said = Said::default();
    let runner = Runner { here, compiler: &Library::default(), out: STYLE, err: STYLE };
    (runner.run(&cli.verb, &mut said), said)
}

#[test]
fn a_fleet_in_yaml_compiles_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (exit, said) = bayplan(folder.path(), &["init", "cellar"]);
    assert_eq!(exit, Ok(Exit::Clean), "{}", said.err);
    assert!(said.out.contains("+ blueprints/cellar/fleet.yaml"), "{}", said.out);
    let (exit, said) = bayplan(folder.path(), &["gen"]);
    assert_eq!((exit, said.err.as_str()), (Ok(Exit::Clean), ""));
    let routes = folder.path().join("generated/cellar/production/traefik/dynamic/hello.yaml");
    assert!(fs::read_to_string(routes).unwrap().contains("hello.cellar.example"));
    // Nothing that is there is touched.
    let settings = folder.path().join("blueprints/cellar/fleet.yaml");
    fs::write(&settings, "name: mine\n").unwrap();
    assert!(bayplan(folder.path(), &["init", "cellar"]).0.is_err());
    assert_eq!(fs::read_to_string(settings).unwrap(), "name: mine\n");
}

/// `cargo xtask ARGUMENTS` in a repository; built without a network, in a folder that later runs find warm.
fn xtask(repository: &Path, arguments: &[&str]) -> (i32, String, String) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("init");
    let run = Command::new(env!("CARGO"))
        .args(["--offline", "xtask"])
        .args(arguments)
        .current_dir(repository)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    let Output { status, stdout, stderr } = run;
    (status.code().unwrap_or(-1), String::from_utf8_lossy(&stdout).into(), String::from_utf8_lossy(&stderr).into())
}

#[test]
fn a_fleet_in_rust_builds_runs_breaks_and_mends() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let crates = root.join("crates");
    let (exit, said) = bayplan(here, &["init", "--rust", "--crates", crates.to_str().unwrap(), "cellar"]);
    assert_eq!(exit, Ok(Exit::Clean), "{}", said.err);
    // Without a network Cargo takes the versions that are here.
    fs::copy(root.join("Cargo.lock"), here.join("Cargo.lock")).unwrap();

    let (code, out, err) = xtask(here, &["gen"]);
    assert_eq!(code, 0, "{out}{err}");
    let compose = here.join("generated/cellar/production/compose/hello/compose.yaml");
    assert!(fs::read_to_string(&compose).unwrap().contains("traefik/whoami:v1.11.0"));
    assert_eq!(xtask(here, &["gen", "--check"]).0, 0);

    // A policy that rustc knows: no program comes of it.
    let fleet = here.join("xtask/src/fleet.rs");
    let good = fs::read_to_string(&fleet).unwrap();
    fs::write(&fleet, good.replace("whoami:v1.11.0", "whoami:latest")).unwrap();
    let (code, _, err) = xtask(here, &["gen"]);
    assert!(
        code != 0 && err.contains("the policy `unpinned-image` forbids") && err.contains("xtask/src/fleet.rs"),
        "{err}"
    );

    // One that only the whole fleet can break: the call is shown.
    fs::write(&fleet, good.replace(".route(\"hello\")", ".route(\"hello\")\n            .read_only(false)")).unwrap();
    let line = 1 + fs::read_to_string(&fleet).unwrap().lines().position(|line| line.contains("read_only")).unwrap();
    let (code, out, err) = xtask(here, &["gen"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("writable-rootfs") && err.contains(&format!("xtask/src/fleet.rs:{line}:14")), "{err}");
    assert!(err.contains(".read_only(false)"), "{err}");

    // As YAML, it compiles to the same.
    fs::write(&fleet, &good).unwrap();
    let (code, out, err) = xtask(here, &["export", "--write", "exported"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = xtask(here, &["gen", "--check"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let yaml = tempfile::tempdir().unwrap();
    fs::create_dir(yaml.path().join("blueprints")).unwrap();
    fs::rename(here.join("exported/cellar"), yaml.path().join("blueprints/cellar")).unwrap();
    let (exit, said) = bayplan(yaml.path(), &["gen"]);
    assert_eq!(exit, Ok(Exit::Clean), "{}", said.err);
    for path in said.out.lines().filter_map(|line| line.strip_prefix("+ ")) {
        assert_eq!(
            fs::read_to_string(yaml.path().join(path)).unwrap(),
            fs::read_to_string(here.join(path)).unwrap(),
            "{path}"
        );
    }
}
