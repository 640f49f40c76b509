//! The process that reads disk and prints: command line → files found → pipeline → findings shown, trees written.

pub mod args;
mod calls;
pub mod compile;
mod config;
pub mod discover;
mod explain;
mod export;
mod fix;
mod identity;
mod init;
mod lint;
mod manual;
mod output;
pub mod render;
mod revision;
pub mod run;

use bayplan::sync::SyncError;
use clap::Parser;
use render::Style;
use std::ffi::OsString;
use std::io::{Write, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;

/// How a run that could run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing is denied and nothing is stale.
    Clean,
    /// A finding is denied, output is stale, or a file that is not ours is in the way.
    Denied,
}

/// Why there was nothing to run: bad arguments or a disk that refuses.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    /// A failure; `message` in lower case, without a full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// With the one thing to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the one thing to do, where there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    fn io(action: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {action} `{}`: {error}", path.display()))
    }
}

impl From<SyncError> for Failure {
    fn from(error: SyncError) -> Self {
        Self::new(error.to_string()).help(error.help())
    }
}

/// Runs the command line `args` (the program's name first): the function behind `bayplan` and behind `cargo xtask`.
///
/// Exit codes: 0 clean, 1 a denied finding or stale output, 2 could not run.
pub fn main_with<I, T>(args: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    main_of(&[], args)
}

/// The `main` of a program that builds fleets in Rust: the verbs of `bayplan` over these fleets, and over the blueprints and compose
/// files beside them. With an `xtask` package and the alias `xtask = "run --quiet --package xtask --"` this is `cargo xtask gen`.
///
/// ```no_run
/// use bayplan::prelude::*;
/// fn main() -> std::process::ExitCode {
///     let mut shop = Stack::new("shop");
///     shop.add("web", Service::image(image!("ghcr.io/acme/shop:1.8.2")).expose(8080).route("shop").size("small"));
///     let mut fleet = Fleet::new("acme");
///     fleet.add(shop);
///     bayplan_cli::xtask_main([fleet])
/// }
/// ```
pub fn xtask_main(fleets: impl IntoIterator<Item = bayplan::dsl::Fleet>) -> ExitCode {
    let fleets: Vec<_> = fleets.into_iter().collect();
    main_of(&fleets, std::env::args_os())
}

fn main_of<I, T>(fleets: &[bayplan::dsl::Fleet], args: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let cli = match args::Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are errors to clap, with exit code 0.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let (out, err) = (Style::of(&cli.output, &stdout()), Style::of(&cli.output, &stderr()));
    let mut said = run::Said::default();
    // Paths are shown as given, so they stay relative.
    let runner = run::Runner { here: Path::new(""), compiler: &compile::Library { fleets }, out, err };
    let result = runner.run(&cli.verb, &mut said);
    let written = stdout().write_all(said.out.as_bytes()).and_then(|()| stdout().flush());
    let _ = stderr().write_all(said.err.as_bytes());
    match (result, written) {
        (Err(failure), _) => {
            let mut text = format!("{} {}\n", err.paint("31;1", "error:"), failure.message);
            if let Some(help) = failure.help {
                text += &format!("{} {help}\n", err.paint("36", "help:"));
            }
            let _ = stderr().write_all(text.as_bytes());
            ExitCode::from(2)
        }
        // Whoever read the output has had enough of it.
        (Ok(exit), Err(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => exit.into(),
        (_, Err(_)) => ExitCode::from(2),
        (Ok(exit), Ok(())) => exit.into(),
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Clean => 0,
            Exit::Denied => 1,
        })
    }
}
