//! `cargo xtask trial`: the generated stacks, started on a Docker daemon → what they prove, one line each.

mod check;
mod containers;
mod daemon;
mod image;
mod layer;
mod model;
mod plan;
mod proof;
mod stage;

use crate::outputs::{self, Environment};
use crate::tools::{self, Tool};
use daemon::Docker;
use proof::Proofs;
use stage::Stage;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

const HELP: &str = "\
Usage: cargo xtask trial [OPTIONS] [FLEET | FLEET/ENVIRONMENT]…

Starts the generated stacks on a Docker daemon (one of its own, if none runs here) and proves, one line each, that they
are healthy, hardened, routed, isolated and scraped as they should be. Images are made here: the real Traefik, Prometheus
and dnsmasq, and stand-ins for the others.

Options:
  --generated DIR   the output to try [default: generated]
  --require-all     what is missing is a failure (so it is with CI=true); Alloy itself may always be missing";

/// What a trial cannot do without.
const NEEDED: &[Tool] = &[
    Tool::Docker,
    Tool::Dockerd,
    Tool::DockerCompose,
    Tool::StandIn,
    Tool::Traefik,
    Tool::Prometheus,
    Tool::Promtool,
    Tool::Dnsmasq,
    Tool::Busybox,
];

/// Runs the verb.
pub fn run(args: &[String]) -> ExitCode {
    let mut root: PathBuf = tools::repository().join("generated");
    let mut require = std::env::var("CI").is_ok_and(|value| value == "true");
    let mut wanted = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--generated" => match args.next() {
                Some(folder) => root = PathBuf::from(folder),
                None => return usage("`--generated` wants a folder"),
            },
            "--require-all" => require = true,
            "-h" | "--help" => {
                println!("{HELP}");
                return ExitCode::SUCCESS;
            }
            unknown if unknown.starts_with('-') => return usage(&format!("`{unknown}` is no option")),
            name => wanted.push(name.to_owned()),
        }
    }
    let root = root.canonicalize().unwrap_or(root);
    let environments = match outputs::environments(&root, &wanted) {
        Ok(environments) => environments,
        Err(error) => return usage(&error),
    };
    let missing: Vec<String> = NEEDED.iter().filter_map(|tool| tools::need(*tool).err()).collect();
    let docker = if missing.is_empty() { Docker::connect() } else { Err(missing.join("\n")) };
    let docker = match docker {
        Ok(docker) => docker,
        Err(error) => {
            println!("SKIPPED: no trial without a Docker daemon and the real programs:\n{error}");
            return ExitCode::from(u8::from(require));
        }
    };
    let mut proofs = Proofs::default();
    for environment in &environments {
        let start = Instant::now();
        println!("== {}", environment.label());
        if let Err(error) = attempt(&docker, environment, &mut proofs) {
            proofs.failed("the trial could not be carried out", &error);
        }
        println!("   {} s", start.elapsed().as_secs());
    }
    println!("\n{}", proofs.summary());
    ExitCode::from(u8::from(!proofs.all_hold()))
}

fn attempt(docker: &Docker, environment: &Environment, proofs: &mut Proofs) -> Result<(), String> {
    let mut stage = Stage::prepare(docker, environment)?;
    let outcome = stage.start().and_then(|()| proof::all(&stage, proofs));
    if outcome.is_err() {
        println!("{}", stage.last_words());
    }
    let left = stage.clear();
    proofs.record("nothing is left: containers, networks, volumes and images are gone", left);
    outcome
}

fn usage(error: &str) -> ExitCode {
    eprintln!("{error}\n\n{HELP}");
    ExitCode::from(2)
}
