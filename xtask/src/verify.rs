//! `cargo xtask verify`.

use std::process::ExitCode;

/// Runs the verb.
pub fn run(_args: &[String]) -> ExitCode {
    eprintln!("`verify` does not exist yet");
    ExitCode::from(2)
}
