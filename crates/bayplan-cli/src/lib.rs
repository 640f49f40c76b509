//! The process that reads disk and prints: command line → files found → pipeline → findings shown, trees written.

pub mod args;

use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command line `args` (the program's name first): the function behind `bayplan` and behind `cargo xtask`.
///
/// Exit codes: 0 clean, 1 a denied finding or stale output, 2 could not run.
pub fn main_with<I, T>(args: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    match args::Cli::try_parse_from(args) {
        Ok(cli) => {
            eprintln!("not yet: {:?}", cli.verb);
            ExitCode::from(2)
        }
        Err(error) => {
            // Help and version are errors to clap, with exit code 0.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print();
            ExitCode::from(code)
        }
    }
}
