//! A value of a person is data in every file: whatever it is made of, it is refused, or it comes out as itself in a file
//! whose structure is that of a harmless value.
//!
//! Every file is read again by a reader of its format. Where the folder `BAYPLAN_TOOLS` (or the cache of `cargo xtask tools`)
//! has the real programs, they are asked too: compose-go for what a container will see, Alloy's own parser, promtool.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod fleet;
mod programs;
mod shape;

use bayplan::emit::Tree;
use bayplan::resolve::interpolate::interpolate;
use fleet::{PLACES, Place};
use shape::Part;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A harmless value. Places that want more than a word get it around this one.
const WORD: &str = "qqword";

/// What may stand around a value so that a place takes it at all: `W` is the value.
const AROUND: &[&str] = &[
    "W",
    "/W",
    "A=W",
    "http://W.example.org/",
    "^W$",
    "W@example.org",
    "W.example.org",
    "/srv/W:/W",
    "nginx:1.27.3-W",
    "W:$$apr1$$W",
];

/// What tries to be more than a value, in every place: `W` stays, so that the value can be found again.
const ATTEMPTS: &[&str] = &[
    "W`",
    "W\"",
    "W'",
    "W\n",
    "\nW",
    "W\nx: y",
    "W\r",
    "W\t",
    "W\u{0}",
    "W$",
    "W$$",
    "$W",
    "${W}",
    "${W:-x}",
    "W{{",
    "W}}",
    "{{ W }}",
    "{{.W}}",
    "W,x",
    "W/",
    "../W",
    "W#",
    "W #x",
    "W\\",
    "\\W",
    "W: x",
    "- W",
    "!W",
    "&W",
    "*W",
    "|W",
    "@W",
    "[W",
    "W]",
    "W;x",
    "W=x",
    "W\u{85}",
    "W\u{2028}",
    "\u{feff}W",
    "Wé",
    " W",
    "W ",
    "--W",
    "W*",
];

/// What tries to be more than a value of one of the languages that files hold: rules, templates, selectors, expressions.
const ELABORATE: &[&str] = &[
    "W\r\nx",
    "W\u{7}",
    "W\u{1b}[31m",
    "W\u{7f}",
    "W$(id)",
    "{{W}}",
    "{{ `W` }}",
    "{{\"W\"}}",
    "{{/* W",
    "{{{W}}}",
    "W{",
    "W}",
    ",W",
    "W/../x",
    "# W",
    "W\\n",
    ": W",
    "? W",
    "!!W",
    ">W",
    "%W",
    "~W",
    "]W",
    "W|x",
    "W&x",
    "W\u{a0}",
    "W\u{2029}",
    "W\u{202e}x",
    "W😀",
    "W  x",
    "W`) || Host(`x",
    "W`) && PathPrefix(`/",
    "W\") || Host(\"x",
    "W\naddress=/x/192.0.2.66",
    "W/192.0.2.66",
    "W\"}\nloki.write \"x\" {",
    "W\"} or up{a=\"",
    "W' || 'x",
    "W\r\nserver=192.0.2.66",
    "W--",
    "W<x>",
    "W(x",
    "W)",
    "W?",
    "W+",
    "W^",
    "W\\u0022",
    "W%0a",
    "W\u{fffd}",
    "W\u{10ffff}",
];

/// The places whose values end in another language.
const IN_LANGUAGES: &[&str] = &[
    "environment",
    "label",
    "command, text",
    "content of a config",
    "route, path",
    "metrics, path",
    "metrics, label",
    "logs, label",
    "logs, drop",
    "header",
    "replacement",
    "name of the stack",
    "variable in a value",
];

/// The texts that a value may come out as: itself, with `$` doubled for Compose, with its variables replaced, as a host
/// name is written.
fn forms(value: &str) -> Vec<String> {
    let replaced = interpolate(value, &|_| None).value;
    let mut forms = vec![value.to_owned(), value.replace('$', "$$"), replaced.replace('$', "$$"), replaced];
    forms.extend(bayplan::value::HostName::parse(value).map(|host| host.to_string()));
    forms.extend(bayplan::value::ProjectName::normalize(value).map(|name| name.to_string()));
    forms.extend(value.split_once(':').map(|(before, _)| before.to_owned()));
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms
}

/// Whether `text` is what `harmless` becomes where the value stands for the word.
fn is_data(harmless: &str, text: &str, value: &str) -> bool {
    if !harmless.contains(WORD) {
        return harmless == text;
    }
    forms(value).iter().any(|form| {
        // The word can stand there several times, and be written in several forms.
        let mut rest = text;
        let mut pieces = harmless.split(WORD);
        let first = pieces.next().unwrap_or_default();
        let Some(after) = rest.strip_prefix(first) else { return false };
        rest = after;
        for piece in pieces {
            let next = std::iter::once(form)
                .chain(&forms(value))
                .find_map(|form| rest.strip_prefix(form.as_str())?.strip_prefix(piece).map(str::to_owned));
            let Some(next) = next else { return false };
            rest = &text[text.len() - next.len()..];
        }
        rest.is_empty()
    })
}

/// Says how the files of a value differ in more than the value from those of a harmless one.
fn compare(harmless: &BTreeMap<String, Tree>, trees: &BTreeMap<String, Tree>, value: &str) -> Option<String> {
    let list = |trees: &BTreeMap<String, Tree>| -> Vec<(String, String)> {
        let of = |(environment, tree): (&String, &Tree)| -> Vec<(String, String)> {
            tree.files().map(|(path, text)| (format!("{environment}/{path}"), text.to_owned())).collect()
        };
        trees.iter().flat_map(of).collect()
    };
    let (before, after) = (list(harmless), list(trees));
    if before.len() != after.len() {
        return Some(format!("{} files, not {}", after.len(), before.len()));
    }
    for ((old_path, old), (path, text)) in before.iter().zip(&after) {
        if !is_data(old_path, path, value) {
            return Some(format!("the file {path}, not {old_path}"));
        }
        let inner = path.split_once('/').map_or(path.as_str(), |(_, inner)| inner);
        let read = |text: &str| shape::read(inner, text);
        let (old, new) = match (read(old), read(text)) {
            (Ok(old), Ok(new)) => (old, new),
            (old, new) => return Some(format!("{path} cannot be read: {:?}", new.err().or(old.err()))),
        };
        if let Some(difference) = parts(&old, &new, value) {
            return Some(format!("{path}: {difference}"));
        }
    }
    None
}

fn parts(old: &[Part], new: &[Part], value: &str) -> Option<String> {
    if old.len() != new.len() {
        let first = old.iter().zip(new).find(|(old, new)| std::mem::discriminant(*old) != std::mem::discriminant(*new));
        return Some(format!("{} parts, not {}; first {first:?}", new.len(), old.len()));
    }
    let (mut key, mut differs) = (String::new(), None);
    for pair in old.iter().zip(new) {
        let same = match pair {
            (Part::Text(old), Part::Text(new)) if key == "bayplan.config-hash" || is_hash(old) => {
                old.len() == new.len()
            }
            (Part::Text(old), Part::Text(new)) if key == "rule" => match (shape::rule(old), shape::rule(new)) {
                (Ok(old), Ok(new)) => parts(&old, &new, value).is_none(),
                _ => false,
            },
            (Part::Text(old), Part::Text(new)) => is_data(old, new, value),
            // Longer rules are asked first.
            (Part::Mark(_), Part::Mark(_)) if key == "priority" => true,
            (old, new) => old == new,
        };
        if !same {
            differs = Some(format!("{:?} is not {:?} with the value in it", pair.1, pair.0));
            break;
        }
        if let Part::Text(text) = pair.0 {
            key.clone_from(text);
        }
    }
    differs
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The form around a value that this place takes, and what comes of it.
fn harmless(place: &Place) -> (&'static str, BTreeMap<String, Tree>) {
    let mut said = Vec::new();
    for around in AROUND {
        match place.compile(&around.replace('W', WORD)) {
            Ok(trees) => return (around, trees),
            Err(denied) => said.push(format!("{around}: {denied:?}")),
        }
    }
    panic!("{} takes nothing:\n{}", place.name, said.join("\n"))
}

#[test]
fn values_are_data_in_every_file() {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
    let next = AtomicUsize::new(0);
    let outcome = Mutex::new(Outcome::default());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(place) = PLACES.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = attempt(place);
                    let mut all = outcome.lock().unwrap();
                    all.accepted.extend(one.accepted);
                    all.refused += one.refused;
                    all.wrong.extend(one.wrong);
                }
            });
        }
    });
    let Outcome { accepted, refused, mut wrong } = outcome.into_inner().unwrap();
    println!("{} values accepted as data, {refused} refused", accepted.len());
    assert!(accepted.len() > 1000 && refused > 500, "{} accepted, {refused} refused", accepted.len());
    wrong.extend(programs::refuse(&accepted));
    wrong.sort();
    assert!(wrong.is_empty(), "{} attempts succeed:\n{}", wrong.len(), wrong.join("\n"));
}

#[derive(Default)]
struct Outcome {
    /// What it is about, and its files.
    accepted: Vec<(String, BTreeMap<String, Tree>)>,
    refused: usize,
    wrong: Vec<String>,
}

/// Every attempt in one place.
fn attempt(place: &Place) -> Outcome {
    let mut outcome = Outcome::default();
    let Some((around, before)) = place_or_refused(place) else { return outcome };
    let more = if IN_LANGUAGES.contains(&place.name) { ELABORATE } else { &[] };
    for attempt in ATTEMPTS.iter().chain(more) {
        let value = attempt.replace('W', WORD);
        let whole = around.replace('W', &value);
        // Compose reads a path from its `~` or variable on; so it is left as it is, where others are seen from the output.
        let is_path = matches!(place.name, "file of a secret" | "mount, source") && whole.starts_with(['~', '$']);
        // It comes before the other services, and names of networks are ordered.
        let is_first = place.name == "name of a service" && whole.starts_with('-');
        if is_path || is_first {
            continue;
        }
        let about = format!("{}: {whole:?}", place.name);
        match catch_unwind(AssertUnwindSafe(|| place.compile(&whole))) {
            Err(_) => outcome.wrong.push(format!("{about} panics")),
            Ok(Err(said)) => {
                outcome.refused += 1;
                if !said.iter().any(|finding| !finding.contains(":0:0 ")) {
                    outcome.wrong.push(format!("{about} is refused without a place: {said:?}"));
                }
            }
            Ok(Ok(trees)) => {
                if let Some(difference) = compare(&before, &trees, &value) {
                    outcome.wrong.push(format!("{about}\n    {difference}"));
                }
                outcome.accepted.push((about, trees));
            }
        }
    }
    outcome
}

/// As [`harmless`]; nothing for a place that takes names of what is there only.
fn place_or_refused(place: &Place) -> Option<(&'static str, BTreeMap<String, Tree>)> {
    const NAMES: &[&str] = &[
        "users",
        "need",
        "secret of the service",
        "route, middleware",
        "expose",
        "port",
        "address",
        "metrics, interval",
        "limit of a cache",
        "name of a host",
    ];
    if NAMES.contains(&place.name) {
        for attempt in ATTEMPTS {
            let value = attempt.replace('W', WORD);
            if let Ok(Ok(_)) = catch_unwind(AssertUnwindSafe(|| place.compile(&value))) {
                panic!("{} takes {value:?}", place.name);
            }
        }
        return None;
    }
    Some(harmless(place))
}
