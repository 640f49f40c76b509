//! Lines, columns and the space between tokens of a text.

/// A text seen as lines, which end at LF, CRLF or a lone CR.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'a>(pub(super) &'a str);

impl<'a> Lines<'a> {
    fn byte(self, at: usize) -> Option<u8> {
        self.0.as_bytes().get(at).copied()
    }

    /// The bytes from `start` to `end`; none where that is no range of the text.
    pub(super) fn slice(self, start: usize, end: usize) -> &'a str {
        self.0.get(start..end).unwrap_or("")
    }

    /// Where the line of byte `at` begins, behind a byte order mark.
    pub(super) fn start(self, at: usize) -> usize {
        let before = self.0.get(..at).unwrap_or("");
        match before.rfind(['\n', '\r']) {
            Some(found) => found + 1,
            None if self.0.starts_with('\u{feff}') => '\u{feff}'.len_utf8().min(at),
            None => 0,
        }
    }

    /// Where the line of byte `at` ends, before its line break.
    pub(super) fn end(self, at: usize) -> usize {
        let rest = self.0.get(at..).unwrap_or("");
        at + rest.find(['\n', '\r']).unwrap_or(rest.len())
    }

    /// Where the line below that of byte `at` begins; the end of the text where there is none.
    pub(super) fn next(self, at: usize) -> usize {
        let end = self.end(at);
        end + self.line_break(end).len()
    }

    /// Where the line above the one that begins at byte `start` ends, before its line break.
    pub(super) fn end_above(self, start: usize) -> usize {
        let before = self.slice(0, start);
        let above = before.strip_suffix('\n').map_or(before, |above| above.strip_suffix('\r').unwrap_or(above));
        if above.len() < before.len() { above.len() } else { before.strip_suffix('\r').unwrap_or(before).len() }
    }

    /// The number of the line, from 1.
    pub(super) fn number(self, at: usize) -> u32 {
        crate::LineIndex::new(self.0).position(self.0, at as u32).line
    }

    fn line_break(self, at: usize) -> &'a str {
        match (self.byte(at), self.byte(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => self.slice(at, at + 2),
            (Some(b'\r' | b'\n'), _) => self.slice(at, at + 1),
            _ => "",
        }
    }

    /// The line break that lines around byte `at` end with.
    pub(super) fn eol(self, at: usize) -> &'a str {
        let own = self.line_break(self.end(at));
        if !own.is_empty() {
            return own;
        }
        let start = self.start(at);
        let before = self.0.get(..start).unwrap_or("");
        if before.ends_with("\r\n") {
            "\r\n"
        } else if before.ends_with('\r') {
            "\r"
        } else {
            "\n"
        }
    }

    /// What stands before byte `at` on its line.
    pub(super) fn before(self, at: usize) -> &'a str {
        self.slice(self.start(at), at)
    }

    /// What stands from byte `at` to the end of its line.
    pub(super) fn rest(self, at: usize) -> &'a str {
        self.slice(at, self.end(at))
    }

    /// The column of byte `at`, from 0, where only spaces and dashes stand before it.
    pub(super) fn indent(self, at: usize) -> Option<usize> {
        let before = self.before(at);
        before.bytes().all(|byte| matches!(byte, b' ' | b'-')).then_some(before.len())
    }

    /// Whether only spaces stand before byte `at` on its line.
    pub(super) fn begins_line(self, at: usize) -> bool {
        self.before(at).bytes().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    /// Whether the rest of the line from byte `at` holds nothing, or a comment.
    pub(super) fn ends_line(self, at: usize) -> bool {
        let rest = self.rest(at);
        let trimmed = rest.trim_start_matches([' ', '\t']);
        trimmed.is_empty() || (trimmed.starts_with('#') && trimmed.len() < rest.len())
    }

    /// Whether the line of byte `at` holds nothing but space.
    pub(super) fn is_blank(self, at: usize) -> bool {
        self.slice(self.start(at), self.end(at)).trim_matches([' ', '\t']).is_empty()
    }

    /// The column of the comment that is all that the line of byte `at` holds.
    pub(super) fn comment(self, at: usize) -> Option<usize> {
        let line = self.slice(self.start(at), self.end(at));
        let trimmed = line.trim_start_matches([' ', '\t']);
        trimmed.starts_with('#').then(|| line.len() - trimmed.len())
    }

    /// The first byte from `at` on that is no space.
    pub(super) fn skip_spaces(self, at: usize) -> usize {
        let rest = self.rest(at);
        at + rest.len() - rest.trim_start_matches([' ', '\t']).len()
    }

    /// The first byte from `at` on that is no space, line break or comment.
    pub(super) fn skip_trivia(self, mut at: usize) -> usize {
        loop {
            let start = at;
            at = self.skip_spaces(at);
            let spaced = at > start || at == self.start(at);
            if self.byte(at) == Some(b'#') && spaced {
                at = self.end(at);
            }
            let line_break = self.line_break(at);
            at += line_break.len();
            if line_break.is_empty() {
                return at;
            }
        }
    }

    /// Whether a comment stands between two tokens.
    pub(super) fn has_comment(self, start: usize, end: usize) -> bool {
        self.slice(start, end).contains('#')
    }

    /// Whether byte `at` is `byte`.
    pub(super) fn is(self, at: usize, byte: u8) -> bool {
        self.byte(at) == Some(byte)
    }
}
