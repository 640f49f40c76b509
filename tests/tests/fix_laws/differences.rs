//! `text before and after × the difference as it is shown → what is wrong with it`.

use bayplan_yaml::{Limits, SourceId};

/// Why a difference is not that of two texts, or should not be.
pub fn wrong(before: &[u8], after: &[u8], diff: &str) -> Vec<String> {
    let (Ok(before), Ok(after)) = (std::str::from_utf8(before), std::str::from_utf8(after)) else {
        return vec!["it is no text".to_owned()];
    };
    let mut wrong: Vec<String> = shown(before, after, diff).err().into_iter().collect();
    let (was, is) = (own_comments(before), own_comments(after));
    let mut kept = is.iter();
    if let Some(lost) = was.iter().find(|comment| !kept.any(|other| other == *comment)) {
        wrong.push(format!("the comment `{lost}` is lost"));
    }
    if before.starts_with('\u{feff}') != after.starts_with('\u{feff}') {
        wrong.push("the byte order mark".to_owned());
    }
    let of_windows = |text: &str| text.matches("\r\n").count();
    let lines = |text: &str| text.matches('\n').count();
    if of_windows(before) > 0 && of_windows(before) == lines(before) && of_windows(after) != lines(after) {
        wrong.push("other line breaks".to_owned());
    }
    if of_windows(before) == 0 && of_windows(after) > 0 {
        wrong.push("line breaks of Windows".to_owned());
    }
    wrong
}

/// Whether hunks hold all that differs: what stands outside of them, and what they show as it was, is so byte by byte.
fn shown(before: &str, after: &str, diff: &str) -> Result<(), String> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let (mut at, mut to) = (0, 0);
    let mut ends: Option<(usize, usize)> = None;
    for line in diff.lines().filter(|line| !line.starts_with('\\')).skip(2) {
        if let Some(head) = line.strip_prefix("@@ -").and_then(|rest| rest.split(" @@").next()) {
            if ends.is_some_and(|ends| ends != (at, to)) {
                return Err(format!("the hunk before `{line}` has another length than it says"));
            }
            let (was, is) = head.split_once(" +").ok_or("a hunk without a place")?;
            let (was, is) = (range(was)?, range(is)?);
            if old.get(at..was.0) != new.get(to..is.0) {
                return Err(format!("lines differ before the hunk `{line}`"));
            }
            (at, to) = (was.0, is.0);
            ends = Some((was.1, is.1));
            continue;
        }
        match line.chars().next() {
            Some('-') => at += 1,
            Some('+') => to += 1,
            _ if old.get(at) == new.get(to) && at < old.len() => (at, to) = (at + 1, to + 1),
            _ => return Err(format!("`{line}` is shown as the same, and differs")),
        }
    }
    match old.get(at..) == new.get(to..) && ends == Some((at, to)) {
        true => Ok(()),
        false => Err("lines differ behind the last hunk".to_owned()),
    }
}

/// The lines that a hunk is about, from 0.
fn range(text: &str) -> Result<(usize, usize), String> {
    let (start, length) = text.split_once(',').unwrap_or((text, "1"));
    let number = |text: &str| text.parse::<usize>().map_err(|error| format!("`{text}`: {error}"));
    let (start, length) = (number(start)?, number(length)?);
    let start = if length == 0 { start } else { start - 1 };
    Ok((start, start + length))
}

/// The comments on lines of their own, in their order.
fn own_comments(text: &str) -> Vec<String> {
    let read = bayplan_yaml::read(text, SourceId::default(), &Limits::default());
    let mut found: Vec<(u32, String)> = Vec::new();
    for comment in read.documents.iter().flat_map(|document| &document.comments) {
        let line = text.get(..comment.span.start as usize).and_then(|before| before.rsplit('\n').next());
        if line.is_some_and(|line| line.trim_start_matches('\u{feff}').trim().is_empty()) {
            found.push((comment.span.start, comment.span.slice(text).trim().to_owned()));
        }
    }
    found.sort();
    found.into_iter().map(|(_, text)| text).collect()
}
