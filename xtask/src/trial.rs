//! `cargo xtask trial`.

use std::process::ExitCode;

/// Runs the verb.
pub fn run(_args: &[String]) -> ExitCode {
    eprintln!("`trial` does not exist yet");
    ExitCode::from(2)
}
