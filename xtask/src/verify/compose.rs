//! Compose files → `docker compose config`, and the newest compose-go loader.

use super::Ledger;
use crate::outputs::Environment;
use crate::program;
use crate::tools::{self, Tool};
use serde::Deserialize;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const CONFIG: &str = "docker compose config";
const LOADER: &str = "compose-go loader";
const LIMIT: Duration = Duration::from_secs(30);

/// Feeds every compose file of `environment` to both.
pub fn examine(environment: &Environment, ledger: &mut Ledger) {
    let stacks = environment.stacks();
    match tools::need(Tool::DockerCompose) {
        Ok(program) => {
            for (_, file) in &stacks {
                ledger.record(CONFIG, &environment.shown(file), config(&program, file));
            }
        }
        Err(advice) => ledger.missing(CONFIG, &advice),
    }
    match tools::need(Tool::ComposeLoader) {
        Ok(program) => {
            for (_, file) in &stacks {
                ledger.record(LOADER, &environment.shown(file), load(&program, file));
            }
        }
        Err(advice) => ledger.missing(LOADER, &advice),
    }
}

fn config(program: &Path, file: &Path) -> Result<(), String> {
    let mut command = Command::new(program);
    without_settings(&mut command).arg("--file").arg(file).args(["config", "--quiet"]);
    let outcome = program::run(&mut command, "", LIMIT)?;
    // An undefined variable is only a warning to Compose; in generated output it is a fault.
    if outcome.ok && outcome.stderr.trim().is_empty() { Ok(()) } else { Err(outcome.said()) }
}

/// Leaves `command` nothing of this shell that could supply a value to a compose file.
pub fn without_settings(command: &mut Command) -> &mut Command {
    let kept = ["PATH", "HOME", "DOCKER_HOST", "TMPDIR"].map(|name| (name, std::env::var_os(name)));
    command.env_clear();
    command.envs(kept.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

#[derive(Deserialize)]
struct Loaded {
    ok: bool,
    #[serde(default)]
    error: String,
    #[serde(default)]
    warnings: Vec<String>,
}

fn load(program: &Path, file: &Path) -> Result<(), String> {
    let mut command = Command::new(program);
    let question = format!("{}\n", file.display());
    let answer = program::run(without_settings(&mut command), &question, LIMIT)?.output()?;
    let loaded: Loaded =
        serde_json::from_str(&answer).map_err(|error| format!("the loader answers no JSON: {error}"))?;
    match (loaded.ok, loaded.warnings.is_empty()) {
        (true, true) => Ok(()),
        (true, false) => Err(loaded.warnings.join("\n")),
        (false, _) => Err(loaded.error),
    }
}
