//! The `bayplan` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    bayplan_cli::main_with(std::env::args_os())
}
