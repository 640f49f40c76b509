//! `cargo xtask tools`.

use std::process::ExitCode;

/// Runs the verb.
pub fn run(_args: &[String]) -> ExitCode {
    eprintln!("`tools` does not exist yet");
    ExitCode::from(2)
}
