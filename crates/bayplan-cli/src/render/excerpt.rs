//! `text, places to show, places to hide → the lines around them`: what miette reads instead of the whole text.
//!
//! miette's own source reads the file from its start for each finding, counts columns in bytes, prints lines of a megabyte
//! whole, panics when a label begins beyond column 65,535 and shows nothing for an empty span at the end of a file. So it
//! is given a small text made for one finding: its lines only, secrets and control characters replaced, long lines cut to
//! a window around what is shown, every span moved along.

use bayplan::source::File;
use bayplan_yaml::Span;
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::collections::BTreeMap;

/// Longer lines, in characters, are cut.
const LONG_LINE: usize = 240;
/// Where a line is cut: characters shown before and behind the start of what is shown.
const BEFORE: usize = 60;
const BEHIND: usize = 120;
/// What stands for a secret, whatever its length.
const MASK: &str = "*****";

/// A few lines of a text.
#[derive(Debug)]
pub struct Excerpt {
    name: String,
    text: String,
    lines: Vec<Line>,
    /// Column of each marked place, by its offset in `text`.
    columns: BTreeMap<usize, usize>,
}

#[derive(Debug)]
struct Line {
    /// Line number in the source, from 1.
    number: u32,
    /// Offset in the excerpt's text.
    start: usize,
}

impl Excerpt {
    /// Takes the lines of `marks` and one line around each, without the text of `secrets`. Returns where each mark stands
    /// in the excerpt; a mark of several lines is cut to its first.
    pub fn new(file: &File, marks: &[Span], secrets: &[Span]) -> (Self, Vec<SourceSpan>) {
        let place = |mark: &Span| file.index.position(&file.text, mark.start);
        // What stands behind the last line break is a line only where it is marked.
        let last = file.index.line_count();
        let last = if file.index.line_span(&file.text, last).is_empty() { last.saturating_sub(1).max(1) } else { last };
        let mut numbers: BTreeMap<u32, Option<u32>> = BTreeMap::new();
        for mark in marks {
            let line = place(mark).line;
            for near in [line.saturating_sub(1).max(1), (line + 1).min(last)] {
                numbers.entry(near).or_default();
            }
            // A long line is cut around the first mark on it.
            let focus = numbers.entry(line).or_default();
            *focus = Some(focus.map_or(mark.start, |focus| focus.min(mark.start)));
        }
        let mut excerpt =
            Self { name: file.name.clone(), text: String::new(), lines: Vec::new(), columns: BTreeMap::new() };
        let mut moved = vec![SourceSpan::from(0..0); marks.len()];
        for (number, focus) in numbers {
            let start = excerpt.text.len();
            excerpt.lines.push(Line { number, start });
            let span = file.index.line_span(&file.text, number);
            let window = Window::of(&file.text, span, focus.unwrap_or(span.start));
            let mut offsets = Offsets::default();
            window.write(&file.text, secrets, &mut excerpt.text, &mut offsets);
            for (mark, moved) in marks.iter().zip(&mut moved).filter(|(mark, _)| place(mark).line == number) {
                let from = offsets.find(mark.start);
                let to = offsets.find(mark.end.min(span.end).max(mark.start)).max(from);
                // Something hidden as a whole is still something.
                let to = if to == from && !mark.is_empty() { offsets.behind(from) } else { to };
                *moved = SourceSpan::from(from..to);
                excerpt.columns.insert(from, place(mark).column as usize - 1);
            }
            excerpt.text.push('\n');
        }
        (excerpt, moved)
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let line_of = |offset: usize| self.lines.partition_point(|line| line.start <= offset).saturating_sub(1);
        let (mut first, mut last) = (line_of(span.offset()), line_of(span.offset() + span.len()));
        let follows = |at: usize| match (self.lines.get(at), self.lines.get(at + 1)) {
            (Some(line), Some(next)) => line.number + 1 == next.number,
            _ => false,
        };
        if (first..last).any(|at| !follows(at)) {
            return Err(MietteError::OutOfBounds);
        }
        for _ in 0..before {
            if first > 0 && follows(first - 1) {
                first -= 1;
            }
        }
        for _ in 0..after {
            if follows(last) {
                last += 1;
            }
        }
        let Some(line) = self.lines.get(first) else { return Err(MietteError::OutOfBounds) };
        let (start, end) = match before + after {
            0 => (span.offset(), span.offset() + span.len()),
            _ => (line.start, self.lines.get(last + 1).map_or(self.text.len(), |line| line.start)),
        };
        let column = match before + after {
            0 => self.columns.get(&start).copied().unwrap_or(0),
            _ => 0,
        };
        let data = self.text.as_bytes().get(start..end).ok_or(MietteError::OutOfBounds)?;
        Ok(Box::new(MietteSpanContents::new_named(
            single_line(&self.name),
            data,
            SourceSpan::from(start..end),
            line.number as usize - 1,
            column,
            last - first + 1,
        )))
    }
}

/// The part of a line that is shown.
struct Window {
    shown: Span,
    cut_before: bool,
    cut_behind: bool,
}

impl Window {
    fn of(text: &str, line: Span, focus: u32) -> Self {
        let whole = line.slice(text);
        if line.len() <= LONG_LINE || whole.chars().count() <= LONG_LINE {
            return Self { shown: line, cut_before: false, cut_behind: false };
        }
        let focus = (focus.clamp(line.start, line.end) - line.start) as usize;
        let focus = (0..=focus).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
        let start = whole[..focus].char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
        let end = whole[focus..].char_indices().nth(BEHIND).map_or(whole.len(), |(at, _)| focus + at);
        Self {
            shown: Span::new(line.start + start as u32, line.start + end as u32),
            cut_before: start > 0,
            cut_behind: end < whole.len(),
        }
    }

    fn write(&self, text: &str, secrets: &[Span], out: &mut String, offsets: &mut Offsets) {
        if self.cut_before {
            out.push('…');
        }
        let secrets: Vec<&Span> =
            secrets.iter().filter(|secret| secret.start < self.shown.end && self.shown.start < secret.end).collect();
        let mut hidden_until = 0;
        for (at, char) in self.shown.slice(text).char_indices() {
            let at = self.shown.start + at as u32;
            offsets.push(at, out.len());
            if at < hidden_until {
                continue;
            }
            match secrets.iter().filter(|secret| secret.start <= at && at < secret.end).map(|secret| secret.end).max() {
                Some(end) => {
                    // Indentation of a hidden block shows nothing and keeps the lines readable.
                    if char == ' ' && secrets.iter().all(|secret| secret.start != at) && out.ends_with([' ', '\n']) {
                        out.push(' ');
                        continue;
                    }
                    out.push_str(MASK);
                    hidden_until = end;
                }
                None => out.push(shown(char)),
            }
        }
        offsets.push(self.shown.end, out.len());
        if self.cut_behind {
            out.push('…');
        }
    }
}

/// Where the bytes of a line went.
#[derive(Default)]
struct Offsets(Vec<(u32, usize)>);

impl Offsets {
    fn push(&mut self, from: u32, to: usize) {
        self.0.push((from, to));
    }

    fn find(&self, from: u32) -> usize {
        let at = self.0.partition_point(|(start, _)| *start <= from).saturating_sub(1);
        self.0.get(at).map_or(0, |(_, to)| *to)
    }

    /// The next offset behind `to` at which something else stands.
    fn behind(&self, to: usize) -> usize {
        self.0.iter().map(|(_, next)| *next).find(|next| *next > to).unwrap_or(to)
    }
}

/// A character as it may be shown: nothing that moves the cursor, speaks to the terminal or turns the text around.
pub fn shown(char: char) -> char {
    match char {
        '\t' => '\t',
        '\u{feff}' => '\u{200b}',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{85}' => '\u{fffd}',
        char if char.is_control() => '\u{fffd}',
        char => char,
    }
}

/// A text as one line, of characters that may be shown.
pub fn single_line(text: &str) -> String {
    // Most texts are one already.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    text.lines().map(|line| line.chars().map(shown).collect::<String>()).collect::<Vec<_>>().join(" ")
}
