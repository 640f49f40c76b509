//! `split-script`: quotes inside the script of a shell end it too early

use crate::compose::Command;
use crate::finding::Level;
use crate::plan::Plan;
use crate::rules::{Findings, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    name: "split-script",
    group: Group::Correctness,
    level: Level::Warn,
    profiles: &[],
    finds: "quotes inside the script of a shell end it too early",
    why: "the shell runs the first part alone; the rest are its arguments, which nobody reads",
    fails: "services:\n  web:\n    image: nginx:1.27.3\n    command: sh -c \"export A=\"-x y\" && exec nginx\"\n",
    passes: "services:\n  web:\n    image: nginx:1.27.3\n    command: sh -c \"export A='-x y' && exec nginx\"\n",
    fine: "services:\n  web:\n    image: nginx:1.27.3\n    command: sh -c 'echo $$0 $$1' one two\n  other:\n    image: nginx:1.27.3\n    command: [sh, -c, 'echo', 'ignored']\n",
    fix: "write the command as a list: `[\"sh\", \"-c\", \"…\"]`",
    sources: &["seed hy-head: couchdb"],
    check,
};

const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh"];

fn check(rule: &Rule, plan: &Plan, found: &mut Findings<'_>) {
    for (stack, name, service) in plan.services() {
        for (key, command) in [("command", &service.compose.command), ("entrypoint", &service.compose.entrypoint)] {
            let Some(rest) = command.as_ref().and_then(rest) else { continue };
            let message = format!("the script of `{name}` ends before `{}`: a quote in it ends it", shortened(rest));
            let finding = found.service(rule, stack, name, &[key], message);
            finding.set_help(format!("write it as a list: `{key}: [\"sh\", \"-c\", …]`"));
        }
    }
}

/// The first word behind a script that does not ask for words behind it.
fn rest(command: &Command) -> Option<&str> {
    command.text.as_ref()?;
    let words = &command.words;
    let shell = words.iter().position(|word| SHELLS.contains(&word.rsplit('/').next().unwrap_or(word)))?;
    let is_flag = |word: &String| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
    let flag = words.get(shell + 1..)?.iter().position(is_flag).filter(|at| *at <= 2)? + shell + 1;
    let (script, rest) = (words.get(flag + 1)?, words.get(flag + 2)?);
    let asks = ["$@", "$*", "$#"].iter().any(|sign| script.contains(sign))
        || script
            .match_indices('$')
            .any(|(at, _)| script[at + 1..].trim_start_matches('{').starts_with(|c: char| c.is_ascii_digit()));
    (!asks).then_some(rest)
}

fn shortened(word: &str) -> String {
    const MOST: usize = 20;
    let line = word.lines().next().unwrap_or_default();
    if line.chars().count() > MOST {
        format!("{}…", line.chars().take(MOST).collect::<String>())
    } else {
        line.to_owned()
    }
}
