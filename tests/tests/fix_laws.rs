//! Laws of `fix --apply`, over the failing examples of the rules, the files of the literate cases, and Docker's own test
//! inputs where they are: what is mended is gone, nothing new is found, a second run edits nothing, what no hunk shows stays as
//! it was, and what Compose accepted it still accepts.
//!
//! It reads a part of them; `BAYPLAN_EVERYTHING=1` reads all, with every rule, in some minutes.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "fix_laws/differences.rs"]
mod differences;
#[path = "fix_laws/repositories.rs"]
mod repositories;

use bayplan::finding::Safety;
use bayplan::fix::is_of_form;
use bayplan_cli::args::{Cli, Format};
use bayplan_cli::compile::Library;
use bayplan_cli::render::Style;
use bayplan_cli::run::{Runner, Said};
use bayplan_tests::compose_go::{ask, files, tool};
use clap::Parser;
use repositories::Repository;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What happened.
#[derive(Debug, Default)]
struct Tally {
    repositories: usize,
    runs: usize,
    tried: usize,
    applied: usize,
    refused: BTreeMap<String, usize>,
    broken: Vec<String>,
    /// Files before and after the fixes of a run, and whether one of these was unsafe.
    edited: Vec<(String, PathBuf, PathBuf, bool)>,
}

#[test]
fn fixes_keep_their_promises() {
    let all = repositories::all();
    let folder = tempfile::tempdir().unwrap();
    let next = Mutex::new(all.iter().enumerate());
    let tally = Mutex::new(Tally { repositories: all.len(), ..Tally::default() });
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let taken = next.lock().unwrap().next();
                    let Some((number, repository)) = taken else { break };
                    laws(repository, &folder.path().join(number.to_string()), &tally);
                }
            });
        }
    });
    let mut tally = tally.into_inner().unwrap();
    let asked = still_accepted(&mut tally);
    println!("{} repositories, {} runs that edit something", tally.repositories, tally.runs);
    println!("{} fixes tried, {} applied", tally.tried, tally.applied);
    let mut reasons: Vec<_> = tally.refused.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    println!("{} refused:", reasons.iter().map(|(_, count)| **count).sum::<usize>());
    reasons.iter().for_each(|(reason, count)| println!("{count:>6}  {reason}"));
    println!("{asked}");
    assert!(tally.applied > 100, "hardly anything was fixed");
    assert!(tally.broken.is_empty(), "{} laws broken\n\n{}", tally.broken.len(), tally.broken.join("\n\n"));
}

/// The laws of one repository: with the safe fixes, then with all of them.
fn laws(repository: &Repository, folder: &Path, tally: &Mutex<Tally>) {
    let before = folder.join("before/case");
    repository.write(&before);
    let Some(found) = lint(repository, &before) else { return };
    if found.is_empty() {
        return;
    }
    let mut known = Vec::new();
    for risky in [false, true] {
        let after = folder.join(if risky { "all/case" } else { "safe/case" });
        repository.write(&after);
        let Some(said) = fix(repository, &after, risky) else { continue };
        let mut broken = Vec::new();
        let fixed = list(&said["fixed"]);
        let mut edited = Vec::new();
        for (name, text) in &repository.files {
            let now = std::fs::read(after.join(name)).unwrap();
            let diff = list(&said["edited"]).iter().find(|edited| edited["file"] == **name);
            match (diff, now == *text) {
                (None, true) => {}
                (None, false) => broken.push(format!("{name} changed, and is not among those edited")),
                (Some(_), true) => broken.push(format!("{name} is said to be edited, and is as it was")),
                (Some(diff), false) => {
                    edited.push((name.clone(), now.clone()));
                    let diff = diff["diff"].as_str().unwrap();
                    broken.extend(differences::wrong(text, &now, diff).into_iter().map(|why| format!("{name}: {why}")));
                }
            }
        }
        if files(&after, &[""]).len() != repository.files.len() {
            broken.push("another file was written".to_owned());
        }
        // Where safe fixes are all there are, they were looked at before.
        if edited == known {
            tally.lock().unwrap().count(&repository.name, risky, &said, &broken);
            continue;
        }
        broken.extend(still_wrong(&found, &lint(repository, &after).unwrap_or_default(), fixed));
        if let Some(again) = fix(repository, &after, risky)
            && !(list(&again["edited"]).is_empty() && list(&again["fixed"]).is_empty())
        {
            broken.push(format!("a second run edits again:\n{again:#}"));
        }
        if !broken.is_empty() {
            let shown = edited.iter().map(|(name, text)| format!("--- {name}\n{}", String::from_utf8_lossy(text)));
            broken.push(shown.collect::<Vec<_>>().join("\n"));
        }
        let is_unsafe = fixed.iter().any(|told| told["safety"] == json!(Safety::Unsafe));
        let mut tally = tally.lock().unwrap();
        tally.count(&repository.name, risky, &said, &broken);
        tally.runs += 1;
        // Blueprints say what Compose does not know.
        let is_fleet = repository.files.keys().any(|name| name.ends_with("fleet.yaml"));
        for (name, _) in edited.iter().filter(|_| !is_fleet) {
            tally.edited.push((repository.name.clone(), before.join(name), after.join(name), is_unsafe));
        }
        known = edited;
    }
}

impl Tally {
    fn count(&mut self, name: &str, risky: bool, said: &Value, broken: &[String]) {
        if !broken.is_empty() {
            let with = if risky { " with --unsafe" } else { "" };
            self.broken.push(format!("{name}{with}:\n{}", broken.join("\n")));
        }
        // Of two runs, the one with all fixes counts.
        if risky {
            let (fixed, refused) = (list(&said["fixed"]), list(&said["refused"]));
            self.tried += fixed.len() + refused.len();
            self.applied += fixed.len();
            for told in refused {
                *self.refused.entry(kind(told["reason"].as_str().unwrap_or_default())).or_default() += 1;
            }
        }
    }
}

/// A reason without the names in it.
fn kind(reason: &str) -> String {
    let parts = reason.split('`').enumerate();
    let said: String = parts.map(|(at, part)| if at % 2 == 0 { part } else { "…" }).collect();
    // Of another finding, its rule is enough.
    said.split(": ").take(2).collect::<Vec<_>>().join(": ")
}

/// A finding as it is known when lines have moved: the rule, the file and whom it names first. The rest of what is said may
/// change with what else is mended: an image is no longer named as it was.
type Known = (String, String, String);

fn known(told: &Value) -> Known {
    let part = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
    let named = part("message").split('`').nth(1).unwrap_or_default().to_owned();
    (part("rule"), part("file"), named)
}

/// What was found before and fixed, or is new.
fn still_wrong(before: &[Value], after: &[Value], fixed: &[Value]) -> Vec<String> {
    let mut left: BTreeMap<Known, isize> = BTreeMap::new();
    before.iter().for_each(|told| *left.entry(known(told)).or_default() += 1);
    for told in fixed {
        match left.get_mut(&known(told)) {
            Some(count) => *count -= 1,
            None => return vec![format!("fixed, though it was never found: {told}")],
        }
    }
    let mut wrong = Vec::new();
    for told in after {
        match left.get_mut(&known(told)) {
            Some(count) if *count > 0 => *count -= 1,
            Some(_) => wrong.push(format!("still found: {told}")),
            None if is_of_form(told["rule"].as_str().unwrap_or_default()) => {}
            None => wrong.push(format!("new: {told}")),
        }
    }
    wrong
}

/// What the loader accepted before, and refuses after safe fixes, is a broken law.
fn still_accepted(tally: &mut Tally) -> String {
    let Some(loader) = tool("compose-loader") else { return "compose-go was not asked".to_owned() };
    let edited = std::mem::take(&mut tally.edited);
    let question = |file: &PathBuf| json!({ "files": [file], "profiles": ["*"], "environment": {}, "model": false });
    let questions: Vec<Value> = edited.iter().flat_map(|(_, a, b, _)| [question(a), question(b)]).collect();
    let answers = ask(&loader, &questions);
    let (mut accepted, mut healed, mut unsafely) = (0, 0, 0);
    for ((name, _, after, is_unsafe), answers) in edited.iter().zip(answers.chunks(2)) {
        match answers {
            [Ok(_), Ok(_)] => accepted += 1,
            [Err(_), Ok(_)] => healed += 1,
            [Ok(_), Err(_)] if *is_unsafe => unsafely += 1,
            [Ok(_), Err(why)] => {
                let text = std::fs::read_to_string(after).unwrap();
                tally.broken.push(format!("{name}: Compose refuses what it accepted: {why}\n{text}"));
            }
            _ => {}
        }
    }
    format!(
        "of {} edited files, compose-go accepts {accepted} as before, {healed} only now, {unsafely} no more after unsafe fixes",
        edited.len()
    )
}

const STYLE: Style = Style { format: Format::Json, color: false, unicode: true, width: 80 };

fn call(repository: &Repository, here: &Path, words: &[&str]) -> Option<Value> {
    let runner = Runner { here, compiler: &Library::default(), out: STYLE, err: STYLE };
    let given = words.iter().copied().chain(repository.arguments.iter().map(String::as_str));
    let cli = Cli::try_parse_from(["bayplan"].into_iter().chain(given)).unwrap();
    let mut said = Said::default();
    runner.run(&cli.verb, &mut said).ok()?;
    Some(serde_json::from_str(&said.out).unwrap())
}

/// What is found; nothing where nothing can be linted.
fn lint(repository: &Repository, here: &Path) -> Option<Vec<Value>> {
    let mut said = call(repository, here, &["lint", "--profile", repository.profile.as_str()])?;
    match said["findings"].take() {
        Value::Array(found) => Some(found),
        other => panic!("{}: no findings: {other}", repository.name),
    }
}

fn fix(repository: &Repository, here: &Path, risky: bool) -> Option<Value> {
    let mut words = vec!["fix", "--apply", "--profile", repository.profile.as_str()];
    words.extend(risky.then_some("--unsafe"));
    words.extend(repository.only.iter().flat_map(|rule| ["--only", rule]));
    call(repository, here, &words)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
