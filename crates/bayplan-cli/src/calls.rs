//! `calls in Rust → places in files`: findings about a fleet that is built in Rust show its source lines, as those about YAML do.

use crate::compile::Run;
use bayplan::disk::Disk;
use bayplan::resolve::files::Files;
use bayplan::source::Source;
use bayplan_yaml::{Location, Span};
use std::path::Path;

/// Points what was found at calls at the text of the call, where its file can be read from here (rustc names files from the root of
/// the workspace). The arguments of a call that holds a secret are not shown.
pub fn locate(here: &Path, run: &mut Run) {
    let disk = Disk::new(here);
    let mut locate = |at: &mut Location, whole: bool| {
        let Some(Source::Rust(call)) = run.sources.get(at.source) else { return };
        let Ok(text) = disk.read(call.file()) else { return };
        let Some(start) = offset(&text, call.line(), call.column()) else { return };
        // `image` of a method, `Service::image` of a function.
        let word = text[start..].find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
        let word = word.unwrap_or(text.len() - start);
        let end = if whole { start + word + arguments(&text[start + word..]) } else { start + word.max(1) };
        let span = Span::new(start as u32, end.min(text.len()) as u32);
        *at = Location { source: run.sources.add_file(call.file(), text), span };
    };
    for finding in &mut run.report.findings {
        locate(&mut finding.at, false);
        finding.related.iter_mut().for_each(|label| locate(&mut label.at, false));
        finding.sensitive.iter_mut().for_each(|at| locate(at, true));
    }
}

/// The length of the arguments that `text` begins with, to the end of their last line: a character such as `'"'` may end them too
/// early here. All of the text where they do not end.
fn arguments(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0u32, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth <= 1 => return text[at..].find('\n').map_or(text.len(), |rest| at + rest),
            ')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The byte at which a line and a column, both counted from 1, begin.
fn offset(text: &str, line: u32, column: u32) -> Option<usize> {
    let mut start = 0;
    for _ in 1..line {
        start += text[start..].find('\n')? + 1;
    }
    let line = text[start..].lines().next().unwrap_or_default();
    let (at, _) = line.char_indices().nth(column as usize - 1)?;
    Some(start + at)
}
