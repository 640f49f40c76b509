//! Alloy files → Alloy's own parser and formatter, and `alloy validate` where Alloy is installed.

use super::Ledger;
use crate::outputs::Environment;
use crate::program;
use crate::tools::{self, Tool};
use serde::Deserialize;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const FORMATTER: &str = "Alloy parser and formatter";
const VALIDATE: &str = "alloy validate";
const LIMIT: Duration = Duration::from_secs(60);

/// Feeds every `.alloy` file of `environment` to both.
pub fn examine(environment: &Environment, ledger: &mut Ledger) {
    let files = environment.files("alloy", &[".alloy"]);
    match tools::need(Tool::AlloySyntax) {
        Ok(program) => {
            for file in &files {
                ledger.record(FORMATTER, &environment.shown(file), format(&program, file));
            }
        }
        Err(advice) => ledger.missing(FORMATTER, &advice),
    }
    match tools::need(Tool::Alloy) {
        Ok(program) if !files.is_empty() => {
            let folder = environment.folder.join("alloy");
            let mut command = Command::new(program);
            let outcome = program::run(command.arg("validate").arg(&folder), "", LIMIT);
            let verdict = outcome.and_then(|outcome| outcome.output().map(|_| ()));
            ledger.record(VALIDATE, &environment.shown(&folder), verdict);
        }
        Ok(_) => {}
        Err(advice) => ledger.may_be_missing(VALIDATE, &advice),
    }
}

#[derive(Deserialize)]
struct Formatted {
    ok: bool,
    unchanged: bool,
    #[serde(default)]
    error: String,
    #[serde(default)]
    formatted: String,
}

fn format(program: &Path, file: &Path) -> Result<(), String> {
    let answer = program::run(&mut Command::new(program), &format!("{}\n", file.display()), LIMIT)?.output()?;
    let result: Formatted =
        serde_json::from_str(&answer).map_err(|error| format!("the formatter answers no JSON: {error}"))?;
    if !result.ok {
        return Err(result.error);
    }
    if result.unchanged {
        return Ok(());
    }
    let text = fs::read_to_string(file).unwrap_or_default();
    Err(first_difference(&text, &result.formatted))
}

fn first_difference(ours: &str, theirs: &str) -> String {
    let (mut left, mut right) = (ours.split('\n'), theirs.split('\n'));
    for line in 1.. {
        match (left.next(), right.next()) {
            (None, None) => break,
            (ours, theirs) if ours != theirs => {
                let shown = |text: Option<&str>| text.map_or("(the end)".to_owned(), |text| format!("{text:?}"));
                return format!("line {line} is {}, `alloy fmt` writes {}", shown(ours), shown(theirs));
            }
            _ => {}
        }
    }
    "the text differs".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\n\tb\n"), r#"line 2 is "b", `alloy fmt` writes "\tb""#);
        assert_eq!(first_difference("a", "a\n"), r#"line 2 is (the end), `alloy fmt` writes """#);
    }
}
