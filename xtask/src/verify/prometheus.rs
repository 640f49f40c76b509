//! Prometheus configuration → `promtool check config` and `promtool check rules`.

use super::Ledger;
use crate::outputs::Environment;
use crate::program;
use crate::tools::{self, Tool};
use crate::tree;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const CONFIG: &str = "promtool check config";
const RULES: &str = "promtool check rules";
const LIMIT: Duration = Duration::from_secs(60);

/// Feeds the Prometheus folder of `environment` to both.
pub fn examine(environment: &Environment, ledger: &mut Ledger) {
    let program = match tools::need(Tool::Promtool) {
        Ok(program) => program,
        Err(advice) => {
            ledger.missing(CONFIG, &advice);
            ledger.missing(RULES, &advice);
            return;
        }
    };
    for file in environment.files("prometheus", &["prometheus.yml", "prometheus.yaml"]) {
        ledger.record(CONFIG, &environment.shown(&file), config(&program, environment, &file));
    }
    for file in environment.files("prometheus/rules.d", &[".yml", ".yaml"]) {
        let mut command = Command::new(&program);
        command.args(["check", "rules", "--lint=all", "--lint-fatal"]).arg(&file);
        ledger.record(RULES, &environment.shown(&file), check(&mut command));
    }
}

/// Checks a copy, beside which nothing else lies that a glob could catch.
fn config(program: &Path, environment: &Environment, file: &Path) -> Result<(), String> {
    let scratch = tempfile::tempdir().map_err(|error| format!("no folder for a copy: {error}"))?;
    tree::copy(&environment.folder.join("prometheus"), scratch.path())?;
    let mut command = Command::new(program);
    command.args(["check", "config", "--lint=all", "--lint-fatal"]);
    command.arg(scratch.path().join(file.file_name().unwrap_or_default()));
    check(&mut command)
}

fn check(command: &mut Command) -> Result<(), String> {
    let outcome = program::run(command, "", LIMIT)?;
    if outcome.ok { Ok(()) } else { Err(format!("{}\n{}", outcome.stdout.trim(), outcome.stderr.trim())) }
}
