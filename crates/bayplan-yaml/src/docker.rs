//! `text × Documents → errors`: valid YAML that Docker Compose's reader (go.yaml.in/yaml v4.0.0-rc.4) refuses, or reads
//! otherwise than YAML 1.2 says. The list was made by giving both readers the yaml-test-suite, thousands of real files and
//! tens of thousands of mutants of them; `tests/data/refused.txt` keeps it.

use crate::error::{ErrorKind, YamlError};
use crate::parse::block;
use crate::tree::{Document, Kind, NodeId, Style, Syntax};
use crate::{Location, SourceId, Span};

/// Reports what Docker's reader would not read as `documents` say. `text` has no syntax error.
pub(crate) fn check(text: &str, source: SourceId, documents: &[Document], errors: &mut Vec<YamlError>) {
    let mut check = Check { text, source, errors };
    check.line_breaks();
    check.between(documents);
    for document in documents {
        check.document(document);
    }
    if text.contains('\t') {
        check.tabs(documents);
    }
}

struct Check<'a> {
    text: &'a str,
    source: SourceId,
    errors: &'a mut Vec<YamlError>,
}

impl Check<'_> {
    fn refuse(&mut self, span: Span, message: impl Into<String>, help: &str) {
        let at = Location { source: self.source, span };
        self.errors.push(YamlError::new(ErrorKind::RefusedByDocker, at, message).help(help));
    }

    /// The byte at `at`; a space behind the end.
    fn byte(&self, at: u32) -> u8 {
        self.text.as_bytes().get(at as usize).copied().unwrap_or(b' ')
    }

    /// Characters that end a line for YAML 1.1 readers and not for YAML 1.2: a comment may hide a key from one of them.
    fn line_breaks(&mut self) {
        if self.text.is_ascii() {
            return;
        }
        // U+0085 is C2 85, U+2028 and U+2029 are E2 80 A8 and E2 80 A9
        let bytes = self.text.as_bytes();
        for (at, pair) in bytes.windows(2).enumerate() {
            let character = match (pair, bytes.get(at + 2)) {
                ([0xc2, 0x85], _) => '\u{85}',
                ([0xe2, 0x80], Some(0xa8)) => '\u{2028}',
                ([0xe2, 0x80], Some(0xa9)) => '\u{2029}',
                _ => continue,
            };
            let span = Span::new(at as u32, (at + character.len_utf8()) as u32);
            let code = u32::from(character);
            self.refuse(
                span,
                format!(
                    "the invisible character U+{code:04X} ends a line for Docker Compose, and not for other readers"
                ),
                &format!("remove it, or write `\\u{code:04X}` in double quotes"),
            );
        }
    }

    /// What stands above, between and below the documents: directives and document marks.
    fn between(&mut self, documents: &[Document]) {
        let mut from = 0;
        let mut ended = false;
        for document in documents {
            let root = document.root().map(|root| document.node(root).full_span());
            let begin = document.start_mark.or(root).map_or(from, |span| span.start);
            self.gap(from, begin);
            if let (true, None, Some(root)) = (ended, document.start_mark, root) {
                self.refuse(
                    Span::new(root.start, root.start),
                    "Docker Compose wants `---` before a document that follows `...`",
                    "write `---` on a line above",
                );
            }
            ended = document.end_mark.is_some();
            let end = document.end_mark.or(root).or(document.start_mark).map_or(begin, |span| span.end);
            from = end.max(from);
        }
        self.gap(from, self.text.len() as u32);
    }

    fn gap(&mut self, from: u32, to: u32) {
        let gap = Span::new(from, to.max(from)).slice(self.text);
        let mut at = from;
        for line in gap.split_inclusive('\n') {
            let (start, content) = (at, line.trim_start_matches('\u{feff}'));
            if let (true, Some(mark)) = (at > 0, line.find('\u{feff}')) {
                let span = Span::new(at + mark as u32, at + mark as u32 + 3);
                self.refuse(
                    span,
                    "Docker Compose reads this byte order mark (U+FEFF) as text",
                    "remove the invisible character",
                );
            }
            at += line.len() as u32;
            if start == from && from != 0 {
                continue;
            }
            let start = at - content.len() as u32;
            let span = Span::new(start, start + content.trim_end().len() as u32);
            if content.starts_with('%') {
                let mut words = content.split_ascii_whitespace();
                match (words.next(), words.next()) {
                    (Some("%TAG"), _) | (Some("%YAML"), Some("1.1")) => {}
                    (Some("%YAML"), _) => {
                        self.refuse(span, "Docker Compose refuses every `%YAML` but 1.1", "remove the line");
                    }
                    _ => self.refuse(span, "Docker Compose refuses this directive", "remove the line"),
                }
            } else if content.trim_end() == "..." || content.starts_with("... ") {
                self.refuse(span, "Docker Compose refuses a `...` that ends no document", "remove the line");
            }
        }
    }

    fn document(&mut self, document: &Document) {
        if let Some(root) = document.root().map(|root| document.node(root))
            && let Kind::Scalar(_, Style::Literal | Style::Folded) = root.kind
            && root
                .span
                .slice(self.text)
                .split(['\n', '\r'])
                .skip(1)
                .any(|line| !line.is_empty() && !line.starts_with([' ', '\t']))
        {
            let help = "indent the lines of the text";
            self.refuse(root.span, "Docker Compose wants the lines of a text block indented", help);
        }
        for id in document.ids() {
            let node = document.node(id);
            self.properties(node);
            match &node.kind {
                Kind::Scalar(_, Style::DoubleQuoted) => self.escapes(node.span),
                Kind::Alias(_) => self.name(node.span),
                Kind::Sequence(items) if node.flow => {
                    for item in items {
                        self.in_flow(document, *item, false);
                        if let Kind::Mapping(entries) = &document.node(*item).kind
                            && self.byte(document.node(*item).span.start) != b'{'
                        {
                            self.pairs(document, entries);
                        }
                    }
                }
                Kind::Mapping(entries) if node.flow && self.byte(node.span.start) == b'{' => {
                    for (key, value) in entries {
                        self.in_flow(document, *key, true);
                        self.in_flow(document, *value, true);
                    }
                    self.pairs(document, entries);
                }
                _ => {}
            }
        }
    }

    fn properties(&mut self, node: &Syntax) {
        if let Some(anchor) = &node.anchor {
            self.name(anchor.1);
        }
        if let Some(tag) = &node.tag {
            let verbatim = tag.0.strip_prefix("!<").and_then(|tag| tag.strip_suffix('>'));
            let more = if verbatim.is_some() { ",[]{}" } else { "" };
            let fits = |byte: u8| {
                byte.is_ascii_alphanumeric()
                    || b"_-;/?:@&=+$.!~*'()%".contains(&byte)
                    || more.as_bytes().contains(&byte)
            };
            let ends = verbatim.is_some() || self.byte(tag.1.end).is_ascii_whitespace();
            if !ends || !verbatim.unwrap_or(&tag.0).bytes().all(fits) {
                let message = format!("Docker Compose refuses the tag `{}` for its characters", tag.0);
                self.refuse(
                    tag.1,
                    message,
                    "put a space behind the tag, or put a value that begins with `!` in quotes",
                );
            }
        }
    }

    /// `&name` or `*name`.
    fn name(&mut self, span: Span) {
        let written = span.slice(self.text);
        let fits = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b':' | b',' | b'[' | b']' | b'{' | b'}');
        let ends = matches!(self.byte(span.end), b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}');
        if !ends || !written.bytes().skip(1).all(fits) {
            let message = format!("Docker Compose refuses the name of the anchor in `{written}`");
            let help = "use letters, digits, `_` and `-` only, and put a blank behind the name";
            self.refuse(span, message, help);
        }
    }

    /// `\/` and surrogate pairs, which JSON writes.
    fn escapes(&mut self, span: Span) {
        let slice = span.slice(self.text);
        let mut from = 0;
        while let Some(found) = slice.get(from..).and_then(|rest| rest.find('\\')) {
            let at = from + found;
            let rest = slice.get(at + 1..).unwrap_or("");
            let start = span.start + at as u32;
            if rest.starts_with('/') {
                let span = Span::new(start, start + 2);
                self.refuse(span, "Docker Compose knows no escape `\\/`", "write `/` without the backslash");
            }
            let surrogate =
                |digits: &str| u32::from_str_radix(digits, 16).is_ok_and(|code| (0xd800..0xe000).contains(&code));
            if rest.starts_with('u') && rest.get(1..5).is_some_and(surrogate) {
                let span = Span::new(start, start + 6);
                let help = "write the character itself, or `\\U` and its eight hexadecimal digits";
                self.refuse(span, "Docker Compose refuses an escaped surrogate", help);
            }
            from = at + 1 + rest.chars().next().map_or(0, char::len_utf8);
        }
    }

    /// An unquoted scalar inside brackets.
    fn in_flow(&mut self, document: &Document, id: NodeId, in_braces: bool) {
        let node = document.node(id);
        let Kind::Scalar(_, Style::Plain) = node.kind else { return };
        let slice = node.span.slice(self.text);
        if in_braces && slice.starts_with(':') {
            self.refuse(node.span, "Docker Compose takes this `:` for the one behind a key", "put the value in quotes");
        }
        let end = node.span.end;
        let behind = |at: usize| slice.as_bytes().get(at + 1).copied().unwrap_or_else(|| self.byte(end));
        if slice.match_indices('?').any(|(at, _)| behind(at).is_ascii_whitespace()) {
            self.refuse(
                node.span,
                "Docker Compose takes a `?` before a blank inside brackets for a key's",
                "put the value in quotes",
            );
        }
    }

    /// Keys inside brackets.
    fn pairs(&mut self, document: &Document, entries: &[(NodeId, NodeId)]) {
        for (key, _) in entries {
            let node = document.node(*key);
            let span = node.full_span();
            let rest = self.text.get(span.end as usize..).unwrap_or("");
            let colon = span.end + block::skip_blank(rest).0 as u32;
            if self.byte(colon) != b':' || span.is_empty() {
                continue;
            }
            let before = self.text.get(..span.start as usize).unwrap_or("").trim_end();
            let whole = Span::new(span.start, colon);
            if !before.ends_with('?') && whole.slice(self.text).contains(['\n', '\r']) {
                let help = "put the key and its `:` on one line";
                self.refuse(span, "Docker Compose wants a key inside brackets on one line, with its `:`", help);
            }
            let plain = matches!(node.kind, Kind::Scalar(_, Style::Plain));
            if plain && !self.byte(colon + 1).is_ascii_whitespace() {
                let span = Span::new(colon, colon + 1);
                let message = "Docker Compose takes this `:` for a part of the key: no blank follows it";
                self.refuse(span, message, "put a space behind the `:`");
            }
        }
    }

    /// Tabs where Docker's reader looks for the next key or item: at the start of a line, and behind `-`, `?` and the `:` of
    /// a `?`. Inside brackets, quotes and comments they are fine.
    fn tabs(&mut self, documents: &[Document]) {
        let mut covered: Vec<Span> = Vec::new();
        for document in documents {
            covered.extend(document.comments.iter().map(|comment| comment.span));
            let mut todo: Vec<(NodeId, i64)> = document.root().map(|root| (root, -1)).into_iter().collect();
            while let Some((id, indent)) = todo.pop() {
                let node = document.node(id);
                let inner = if node.flow { indent } else { self.column(node.span.start) };
                match &node.kind {
                    Kind::Scalar(_, Style::Plain) => covered.push(self.plain_tab(node.span, indent)),
                    Kind::Scalar(_, Style::Literal | Style::Folded) => covered.push(self.block_tab(node.span)),
                    Kind::Scalar(..) | Kind::Alias(_) => covered.push(node.span),
                    Kind::Sequence(items) => todo.extend(items.iter().map(|item| (*item, inner))),
                    Kind::Mapping(entries) => {
                        todo.extend(entries.iter().flat_map(|(key, value)| [(*key, inner), (*value, inner)]));
                    }
                }
                if node.flow {
                    covered.push(node.span);
                }
            }
        }
        covered.sort_unstable();
        let (mut end, mut next) = (0, 0);
        for (at, _) in self.text.match_indices('\t') {
            while let Some(span) = covered.get(next).filter(|span| span.start as usize <= at) {
                end = end.max(span.end as usize);
                next += 1;
            }
            let before = &self.text[..at];
            let line = &before[before.rfind(['\n', '\r']).map_or(0, |at| at + 1)..];
            let lead = line.trim_start_matches('\u{feff}').trim_end_matches([' ', '\t']);
            let seeks = lead.chars().all(|c| matches!(c, '-' | '?' | ' ' | '\t')) || lead.trim() == ":";
            if at >= end && seeks && lead != "---" && !self.among_comments(at) {
                let span = Span::new(at as u32, at as u32 + 1);
                self.refuse(span, "Docker Compose refuses a tab before a key or an item", "indent with spaces");
            }
        }
    }

    /// How many characters stand before byte `at` on its line.
    fn column(&self, at: u32) -> i64 {
        let before = self.text.get(..at as usize).unwrap_or("");
        let line = &before[before.rfind(['\n', '\r']).map_or(0, |at| at + 1)..];
        line.trim_start_matches('\u{feff}').chars().count() as i64
    }

    /// Whether the line of byte `at` stands between two lines of comments: Docker's reader skips it with them.
    fn among_comments(&self, at: usize) -> bool {
        let above = self.text[..at].trim_end();
        let line = &above[above.rfind(['\n', '\r']).map_or(0, |at| at + 1)..];
        line.trim_start().starts_with('#') && self.text[at..].trim_start().starts_with('#')
    }

    /// `span` with the blank lines and the indentation that follow it.
    fn extended(&self, span: Span) -> Span {
        let rest = self.text.get(span.end as usize..).unwrap_or("");
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        Span::new(span.start, span.end + blanks as u32)
    }

    /// A tab in the indentation of a later line of an unquoted scalar, at a column up to `indent`, that of its parent.
    fn plain_tab(&mut self, span: Span, indent: i64) -> Span {
        if span.is_empty() {
            return span;
        }
        let extended = self.extended(span);
        let mut at = extended.start;
        for (n, line) in extended.slice(self.text).split_inclusive(['\n', '\r']).enumerate() {
            let blanks = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t'));
            let tab = blanks.take((indent + 1).max(0) as usize).position(|byte| byte == b'\t').filter(|_| n > 0);
            if let Some(tab) = tab {
                let span = Span::new(at + tab as u32, at + tab as u32 + 1);
                self.refuse(span, "Docker Compose refuses a tab in the indentation of a value", "indent with spaces");
            }
            at += line.len() as u32;
        }
        extended
    }

    /// A tab in the indentation of a text block, where only spaces count.
    fn block_tab(&mut self, span: Span) -> Span {
        let extended = self.extended(span);
        let slice = extended.slice(self.text);
        let Some(header) = slice.find('\n') else { return extended };
        let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let blank = |line: &&str| !line[spaces(line)..].trim_end_matches(['\r', '\n']).is_empty();
        let lines = || slice[header + 1..].split_inclusive('\n');
        // The first line with text says how deep the text is indented, where no digit does.
        let digit = slice[..header].bytes().skip(1).take(2).any(|byte| byte.is_ascii_digit());
        let first = lines().find(blank);
        let indent = first.map_or(0, spaces);
        let mut at = extended.start + header as u32 + 1;
        for line in lines() {
            let begins = spaces(line);
            let is_first = first.is_some_and(|first| std::ptr::eq(first, line));
            if line[begins..].starts_with('\t') && (begins < indent || (is_first && !digit)) {
                let span = Span::new(at + begins as u32, at + begins as u32 + 1);
                self.refuse(
                    span,
                    "Docker Compose refuses a tab in the indentation of a text block",
                    "indent with spaces",
                );
                break;
            }
            at += line.len() as u32;
        }
        extended
    }
}
