//! `SourceId → text, name, line and column`: everything a [`Location`] can point into.

use bayplan_yaml::{LineIndex, Location, Position, SourceId, Span};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// One thing that values come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A text that somebody wrote.
    File(File),
    /// A call in a Rust program.
    Rust(&'static core::panic::Location<'static>),
    /// Something that no one wrote: a default, an archetype.
    Made {
        /// Who made it, as shown: "the archetype `postgres`".
        by: String,
    },
}

/// A named text with its line starts.
#[derive(Debug, Clone)]
pub struct File {
    /// The path as shown.
    pub name: String,
    /// The text as read.
    pub text: Arc<str>,
    /// The line starts of `text`.
    pub index: LineIndex,
}

/// Where a location is, as a person reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The path of the file, or who made the value.
    pub name: &'a str,
    /// The first character; nothing for what has no text.
    pub start: Option<Position>,
    /// The place behind the last character; nothing for what has no text.
    pub end: Option<Position>,
}

/// All sources of one run. Number 0 is nobody's: a default [`Location`] points at no text.
#[derive(Debug, Clone)]
pub struct Sources {
    items: Vec<Source>,
    /// The texts by name.
    named: HashMap<String, SourceId>,
}

impl Default for Sources {
    fn default() -> Self {
        Self { items: vec![Source::Made { by: "bayplan".to_owned() }], named: HashMap::new() }
    }
}

impl Sources {
    /// No sources yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a text under the path to show. What is there already under that path keeps its number.
    pub fn add_file(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let (name, text) = (name.into(), text.into());
        let known = self.named.get(&name).copied();
        if let Some(known) = known.filter(|known| self.file(*known).is_some_and(|file| file.text == text)) {
            return known;
        }
        let index = LineIndex::new(&text);
        let id = self.add(Source::File(File { name: name.clone(), text, index }));
        self.named.insert(name, id);
        id
    }

    /// Registers a place in a Rust program.
    pub fn add_rust(&mut self, at: &'static core::panic::Location<'static>) -> SourceId {
        self.add(Source::Rust(at))
    }

    /// Registers something that made values by itself.
    pub fn add_made(&mut self, by: impl Into<String>) -> SourceId {
        self.add(Source::Made { by: by.into() })
    }

    /// Registers a source of any kind.
    pub fn add(&mut self, source: Source) -> SourceId {
        let id = SourceId(self.items.len() as u32);
        self.items.push(source);
        id
    }

    /// The source with number `id`.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.items.get(id.0 as usize)
    }

    /// The text with number `id`, where that is a text.
    pub fn file(&self, id: SourceId) -> Option<&File> {
        match self.get(id) {
            Some(Source::File(file)) => Some(file),
            _ => None,
        }
    }

    /// Whether somebody wrote what stands at `at`, in a file or as a call in Rust.
    pub fn is_written(&self, at: Location) -> bool {
        match self.get(at.source) {
            Some(Source::File(_)) => !at.span.is_empty(),
            Some(Source::Rust(_)) => true,
            Some(Source::Made { .. }) | None => false,
        }
    }

    /// All texts, in the order registered.
    pub fn files(&self) -> impl Iterator<Item = (SourceId, &File)> {
        self.items.iter().enumerate().filter_map(|(at, source)| match source {
            Source::File(file) => Some((SourceId(at as u32), file)),
            _ => None,
        })
    }

    /// The name of a source as shown.
    pub fn name(&self, id: SourceId) -> &str {
        match self.get(id) {
            Some(Source::File(file)) => &file.name,
            Some(Source::Rust(at)) => at.file(),
            Some(Source::Made { by }) => by,
            None => "an unknown source",
        }
    }

    /// The line and column of the start of `at`.
    pub fn position(&self, at: Location) -> Option<Position> {
        self.place(at).start
    }

    /// Name, first and last position of `at`.
    pub fn place(&self, at: Location) -> Place<'_> {
        let name = self.name(at.source);
        match self.get(at.source) {
            Some(Source::File(file)) => Place {
                name,
                start: Some(file.index.position(&file.text, at.span.start)),
                end: Some(file.index.position(&file.text, at.span.end.max(at.span.start))),
            },
            Some(Source::Rust(rust)) => {
                let position = Position { line: rust.line(), column: rust.column() };
                Place { name, start: Some(position), end: Some(position) }
            }
            _ => Place { name, start: None, end: None },
        }
    }

    /// The bytes under `at`.
    pub fn text(&self, at: Location) -> &str {
        self.file(at.source).map_or("", |file| at.span.slice(&file.text))
    }

    /// The part `range` of the scalar at `at` whose value is `value`.
    ///
    /// Exact where the scalar is written as its value, with or without quotes; all of `at` where escapes, folding or
    /// interpolation stand between the two.
    pub fn within(&self, at: Location, value: &str, range: Range<usize>) -> Location {
        let written = self.text(at);
        let quoted = written.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\'']));
        let before = match (written == value, quoted == Some(value)) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => return at,
        };
        if range.start > range.end || value.get(range.clone()).is_none() {
            return at;
        }
        let start = at.span.start + before + range.start as u32;
        Location { source: at.source, span: Span::new(start, start + range.len() as u32) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(source: SourceId, text: &str, needle: &str) -> Location {
        let start = text.find(needle).unwrap() as u32;
        Location { source, span: Span::new(start, start + needle.len() as u32) }
    }

    #[test]
    fn places_of_texts_of_rust_and_of_nothing() {
        let mut sources = Sources::new();
        let text = "a: 1\nimage: 😀x\n";
        let file = sources.add_file("blueprints/shop.yaml", text);
        let place = sources.place(location(file, text, "x"));
        assert_eq!((place.name, place.start), ("blueprints/shop.yaml", Some(Position { line: 2, column: 9 })));
        assert_eq!(place.end, Some(Position { line: 2, column: 10 }));

        let rust = sources.add_rust(core::panic::Location::caller());
        assert!(sources.place(Location { source: rust, ..Location::default() }).name.ends_with("source.rs"));
        assert_eq!(sources.place(Location::default()), Place { name: "bayplan", start: None, end: None });
        let beyond = Location { source: SourceId(99), span: Span::new(3, 4) };
        assert_eq!((sources.place(beyond).start, sources.text(beyond)), (None, ""));
    }

    #[test]
    fn spans_outside_the_text_do_not_panic() {
        let mut sources = Sources::new();
        let file = sources.add_file("a", "é");
        for span in [Span::new(0, 9), Span::new(1, 1), Span::new(7, 9), Span::new(2, 0)] {
            let at = Location { source: file, span };
            assert!(sources.position(at).is_some());
        }
    }

    #[test]
    fn parts_of_scalars_are_found_where_the_text_is_the_value() {
        let mut sources = Sources::new();
        let text = "a: nginx:latest\nb: \"nginx:latest\"\nc: \"nginx:\\x6catest\"\n";
        let file = sources.add_file("a", text);
        let part = |needle: &str| {
            let at = sources.within(location(file, text, needle), "nginx:latest", 6..12);
            sources.text(at).to_owned()
        };
        assert_eq!(part("nginx:latest"), "latest");
        assert_eq!(part("\"nginx:latest\""), "latest");
        assert_eq!(part("\"nginx:\\x6catest\""), "\"nginx:\\x6catest\"");
        let at = location(file, text, "nginx:latest");
        assert_eq!(sources.within(at, "nginx:latest", 6..99), at);
    }
}
