//! `cargo xtask VERB`: the repository's own verbs, and every verb of `bayplan`.

mod bench;
mod dns;
mod loopback;
mod names;
mod outputs;
mod program;
mod tools;
mod tree;
mod trial;
mod verify;
mod yaml;

use std::process::ExitCode;

/// A verb of the repository: gets the arguments behind its name.
type Run = fn(&[String]) -> ExitCode;

/// The repository's verbs: name, what it does, function.
const VERBS: &[(&str, &str, Run)] = &[
    ("tools", "build or find the real programs that the tests use", tools::run),
    ("verify", "feed `generated/` to the real programs", verify::run),
    ("bench", "measure reading and linting next to their peers", bench::run),
    ("trial", "start the generated stacks on a Docker daemon and measure them", trial::run),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let verb = args.get(1).map_or("", String::as_str);
    if let Some((_, _, run)) = VERBS.iter().find(|(name, ..)| *name == verb) {
        return run(args.get(2..).unwrap_or_default());
    }
    if matches!(verb, "" | "help" | "--help" | "-h") {
        println!("Verbs of this repository:");
        for (name, what, _) in VERBS {
            println!("  {name:<8} {what}");
        }
        println!("\nVerbs of bayplan:");
    }
    bayplan_cli::main_with(std::env::args_os())
}
