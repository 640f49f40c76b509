//! The `bayplan` command, for tests that give it variables and standard input of their own.

use std::process::ExitCode;

fn main() -> ExitCode {
    bayplan_cli::main_with(std::env::args_os())
}
