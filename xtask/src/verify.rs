//! `cargo xtask verify`: every environment under `generated/` → what each real program says about it.

mod alloy;
mod compose;
mod dnsmasq;
mod ledger;
mod prometheus;
mod traefik;

use crate::outputs::{self, Environment};
use crate::tools;
pub use compose::without_settings;
pub use dnsmasq::started;
use ledger::Ledger;
use std::path::PathBuf;
use std::process::ExitCode;

/// How one program examines one environment.
type Examine = fn(&Environment, &mut Ledger);

const PROGRAMS: &[Examine] =
    &[compose::examine, traefik::examine, prometheus::examine, dnsmasq::examine, alloy::examine];

const HELP: &str = "\
Usage: cargo xtask verify [OPTIONS] [FLEET | FLEET/ENVIRONMENT]…

Feeds the generated files to the real programs and prints what each of them accepted.

Options:
  --generated DIR   the output to examine [default: generated]
  --require-all     a program that is missing is a failure (so it is with CI=true); Alloy itself may always be missing
  -v, --verbose     print everything that was accepted, one line each";

/// Runs the verb.
pub fn run(args: &[String]) -> ExitCode {
    let mut root: PathBuf = tools::repository().join("generated");
    let mut require = std::env::var("CI").is_ok_and(|value| value == "true");
    let mut verbose = false;
    let mut wanted = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--generated" => match args.next() {
                Some(folder) => root = PathBuf::from(folder),
                None => return usage("`--generated` wants a folder"),
            },
            "--require-all" => require = true,
            "-v" | "--verbose" => verbose = true,
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
    let mut ledger = Ledger::new(verbose);
    for environment in &environments {
        println!("== {}", environment.label());
        for examine in PROGRAMS {
            examine(environment, &mut ledger);
        }
    }
    println!("\n{}", ledger.table());
    ExitCode::from(u8::from(!ledger.is_clean(require)))
}

fn usage(error: &str) -> ExitCode {
    eprintln!("{error}\n\n{HELP}");
    ExitCode::from(2)
}
