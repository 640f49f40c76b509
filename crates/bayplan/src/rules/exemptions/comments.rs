//! `# bayplan: allow(rule, other-rule) reason until 2027-01-31` in a text.
//!
//! Behind a value it holds for what is on its line and indented below it; on a line of its own for the next line and what is
//! indented below that; brackets that are opened there are held up to where they are closed. `allow-file(…)` holds for the
//! whole file.

use crate::blueprint::forms::is_day;
use crate::finding::{Finding, Report};
use crate::source::Sources;
use bayplan_yaml::{Comment, Limits, Location, SourceId, Span, read};

/// How a comment that is for us begins.
const MARK: &str = "bayplan:";

/// Calls `exempt` with rule, place of its name, last day and the bytes that it holds for, for every exemption in every text.
pub(super) fn find(
    sources: &Sources,
    report: &mut Report,
    exempt: &mut dyn FnMut(String, Location, Option<String>, Location),
) {
    for (source, file) in sources.files() {
        let text = &*file.text;
        if !text.contains(MARK) {
            continue;
        }
        let documents = read(text, source, &Limits::default()).documents;
        let nodes = documents.iter().flat_map(|document| document.ids().map(|id| document.node(id)));
        let mut brackets: Vec<Span> = nodes.filter(|node| node.flow).map(|node| node.span).collect();
        brackets.sort_unstable();
        for comment in documents.iter().flat_map(|document| &document.comments) {
            one(text, source, comment, &brackets, report, exempt);
        }
    }
}

fn one(
    text: &str,
    source: SourceId,
    comment: &Comment,
    brackets: &[Span],
    report: &mut Report,
    exempt: &mut dyn FnMut(String, Location, Option<String>, Location),
) {
    let (start, end) = (comment.span.start as usize, comment.span.end as usize);
    let Some(whole) = text.get(start..end) else { return };
    let said = whole.trim_start_matches(['#', ' ', '\t']);
    let Some(order) = said.strip_prefix(MARK).map(str::trim_start) else { return };
    let offset = |part: &str| (part.as_ptr() as usize - text.as_ptr() as usize) as u32;
    let place = |part: &str| Location { source, span: Span::new(offset(part), offset(part) + part.len() as u32) };
    let mut wrong = |part: &str, message: String, help: &str| {
        report.push(Finding::deny("invalid-exemption", place(part), message).help(help));
    };
    const HELP: &str = "write `# bayplan: allow(rule) reason`, and `until 2027-01-31` behind it where it shall end";
    let (verb, rest) =
        order.split_at(order.find(|c: char| !(c.is_ascii_alphabetic() || c == '-')).unwrap_or(order.len()));
    let whole_file = match verb {
        "allow" => false,
        "allow-file" => true,
        // Another word of ours, such as the hash of a generated file.
        _ if !rest.starts_with('(') => return,
        _ => return wrong(order.trim_end(), "the comment orders nothing that there is".to_owned(), HELP),
    };
    let Some((names, reason)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        return wrong(order.trim_end(), "the comment names no rule in parentheses".to_owned(), HELP);
    };
    let (reason, until) = match reason.trim().rsplit_once("until ") {
        Some((reason, day)) if reason.is_empty() || reason.ends_with(char::is_whitespace) => {
            if !is_day(day) {
                return wrong(day, format!("`{}` is not a day", day.escape_debug()), "write it as `2027-01-31`");
            }
            (reason.trim(), Some(day.to_owned()))
        }
        _ => (reason.trim(), None),
    };
    if reason.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—')).is_empty() {
        return wrong(
            order.trim_end(),
            "the exemption has no reason".to_owned(),
            "say behind the parentheses why the rule may be broken",
        );
    }
    let held = if whole_file { Span::new(0, text.len() as u32 + 1) } else { held(text, start, brackets) };
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    for name in names {
        if name.is_empty() {
            wrong(order.trim_end(), "the comment names no rule in parentheses".to_owned(), HELP);
            continue;
        }
        exempt(name.to_owned(), place(name), until.clone(), Location { source, span: held });
    }
}

/// What a comment at byte `at` holds for: the entry on its line, else on the next line that holds one, with all that is
/// indented below it or stands in the brackets that it opens.
fn held(text: &str, at: usize, brackets: &[Span]) -> Span {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let mut start = line_start;
    let blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text[line_start..at].trim().is_empty() {
        for line in text[line_start..].split_inclusive('\n') {
            if !blank(line) {
                break;
            }
            start += line.len();
        }
    }
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut lines = text[start..].split_inclusive('\n');
    let Some(first) = lines.next() else { return Span::new(start as u32, start as u32) };
    let depth = indent(first);
    // The items of a list may stand in the column of its key.
    let opens_list =
        first.split(" #").next().unwrap_or(first).trim_end().ends_with(':') && !first.trim_start().starts_with("- ");
    let mut end = start + first.len();
    let mut upto = end;
    for line in lines {
        upto += line.len();
        if blank(line) {
            continue;
        }
        if indent(line) > depth || indent(line) == depth && opens_list && line.trim_start().starts_with('-') {
            end = upto;
        } else {
            break;
        }
    }
    let (start, first) = (start as u32, (start + first.len()) as u32);
    let opened = brackets[brackets.partition_point(|span| span.start < start)..].iter();
    let closed = opened.take_while(|span| span.start < first).map(|span| span.end).max().unwrap_or_default();
    Span::new(start, closed.max(end as u32))
}
