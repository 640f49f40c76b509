//! `text before and after → unified diff`: behind each `@@` stands what the hunk mends.

use crate::render::Style;
use crate::render::excerpt::shown;
use crate::render::secret::{masked, words};
use bayplan::fix::{Edited, Outcome};
use bayplan_yaml::{LineIndex, Span};
use similar::{ChangeTag, DiffTag, TextDiff};
use std::fmt::Write;
use std::sync::Arc;

/// What stands in place of a secret.
const HIDDEN: &str = "*****";
/// The lines around a change.
const AROUND: usize = 3;

/// The difference that a file is to have.
pub(super) fn diff(edited: &Edited, outcome: &Outcome, style: Style) -> String {
    let diff = TextDiff::from_lines(&*edited.before, &*edited.after);
    let groups = diff.grouped_ops(AROUND);
    let words = words(&outcome.secrets);
    let old: Vec<String> = lines(&edited.before, &outcome.secrets, &words);
    let mut new: Vec<String> = lines(&edited.after, &outcome.secrets, &words);
    // What comes in place of a secret is one, too.
    for op in diff.ops().iter().filter(|op| op.tag() == DiffTag::Replace) {
        let hidden = old.get(op.old_range()).into_iter().flatten().any(|line| line.contains(HIDDEN));
        for line in new.get_mut(op.new_range()).into_iter().flatten().filter(|_| hidden) {
            if !line.contains(HIDDEN) {
                let keep = line.find(['=', ':']).map_or(0, |at| at + 1);
                *line = format!("{}{HIDDEN}", &line[..keep]);
            }
        }
    }
    let mut notes: Vec<Vec<String>> = vec![Vec::new(); groups.len()];
    for (line, note) in said(edited, outcome) {
        let distance = |ops: &Vec<similar::DiffOp>| {
            let start = ops.first().map_or(0, |op| op.old_range().start);
            let end = ops.last().map_or(0, |op| op.old_range().end);
            start.saturating_sub(line) + line.saturating_sub(end)
        };
        let nearest = groups.iter().enumerate().min_by_key(|(_, ops)| distance(ops));
        if let Some(notes) = nearest.and_then(|(at, _)| notes.get_mut(at))
            && !notes.contains(&note)
        {
            notes.push(note);
        }
    }
    let name: String = edited.file.chars().map(shown).collect();
    let mut out = String::new();
    let _ = writeln!(out, "{}", style.paint("1", &format!("--- a/{name}")));
    let _ = writeln!(out, "{}", style.paint("1", &format!("+++ b/{name}")));
    for (ops, notes) in groups.iter().zip(notes) {
        let range = |from: usize, to: usize| match to - from {
            1 => format!("{}", from + 1),
            0 => format!("{from},0"),
            length => format!("{},{length}", from + 1),
        };
        let (Some(first), Some(last)) = (ops.first(), ops.last()) else { continue };
        let before = range(first.old_range().start, last.old_range().end);
        let after = range(first.new_range().start, last.new_range().end);
        let head = style.paint("36", &format!("@@ -{before} +{after} @@"));
        let _ = writeln!(out, "{}", format!("{head} {}", notes.join("; ")).trim_end());
        for op in ops {
            for change in diff.iter_changes(op) {
                let (mark, code, text) = match change.tag() {
                    ChangeTag::Delete => ('-', "31", change.old_index().and_then(|at| old.get(at))),
                    ChangeTag::Insert => ('+', "32", change.new_index().and_then(|at| new.get(at))),
                    ChangeTag::Equal => (' ', "", change.new_index().and_then(|at| new.get(at))),
                };
                let text = format!("{mark}{}", text.map_or("", String::as_str));
                let _ = writeln!(out, "{}", style.paint(code, &text));
                if change.missing_newline() {
                    let _ = writeln!(out, "\\ No newline at end of file");
                }
            }
        }
    }
    out
}

/// What is mended, with the line of the text before where that is.
fn said(edited: &Edited, outcome: &Outcome) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    // The text of a later reading has other lines than the file; mostly there are one or two readings.
    let mut known: Vec<(Arc<str>, LineIndex, Vec<usize>)> = Vec::new();
    for made in &outcome.made {
        let title: String = made.told.title.chars().map(shown).collect();
        let note = format!("{}: {title}", made.told.rule);
        for (_, text, near) in made.edits.iter().filter(|(file, ..)| *file == edited.file) {
            let at = known.iter().position(|(other, ..)| Arc::ptr_eq(other, text)).unwrap_or_else(|| {
                known.push((text.clone(), LineIndex::new(text), old_lines(&edited.before, text)));
                known.len() - 1
            });
            let (text, index, old) = &known[at];
            let line = index.position(text, *near).line as usize - 1;
            found.push((old.get(line).copied().unwrap_or(line), note.clone()));
        }
    }
    found
}

/// For each line of a text, the line of the first text that it was.
fn old_lines(before: &str, text: &str) -> Vec<usize> {
    if before == text {
        return (0..=text.lines().count()).collect();
    }
    let mut lines = Vec::new();
    for op in TextDiff::from_lines(before, text).ops() {
        let (old, new) = (op.old_range(), op.new_range());
        let of = |at: usize| match op.tag() {
            DiffTag::Equal => old.start + at,
            _ => (old.start + at).min(old.end.max(old.start)),
        };
        lines.extend((0..new.len()).map(of));
    }
    lines
}

/// The lines of a text as they may be shown.
fn lines(text: &Arc<str>, secrets: &[(Arc<str>, Span)], words: &[String]) -> Vec<String> {
    let mut bytes = text.as_bytes().to_vec();
    for (_, span) in secrets.iter().filter(|(other, _)| other == text) {
        let range = span.start as usize..(span.end as usize).min(bytes.len());
        for byte in bytes.get_mut(range).into_iter().flatten() {
            if !matches!(*byte, b'\n' | b'\r') {
                *byte = 0;
            }
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    text.split_inclusive('\n')
        .map(|line| {
            let line = line.strip_suffix('\n').unwrap_or(line);
            let line = line.strip_suffix('\r').unwrap_or(line);
            let hidden = line.contains('\0');
            let mut shown_line = String::new();
            let mut masking = false;
            for c in line.chars() {
                if c == '\0' && hidden {
                    shown_line.push_str(if masking { "" } else { HIDDEN });
                    masking = true;
                } else {
                    shown_line.push(if c == '\t' { c } else { shown(c) });
                    masking = false;
                }
            }
            for word in words {
                if shown_line.contains(word.as_str()) {
                    shown_line = shown_line.replace(word.as_str(), HIDDEN);
                }
            }
            masked(&shown_line)
        })
        .collect()
}
