//! `Markdown → cases`: files to write and the findings that they must give.
//!
//! A case is a section (a heading and what stands below it, up to the next heading) with files and what to expect:
//!
//! ````markdown
//! ## No tag
//!
//! ```yaml file=web.yaml
//! services:
//!   web:
//!     image: nginx # error: [unpinned-image] `web` names no tag
//! ```
//!
//! ```text expect
//! 3:12 error[unpinned-image] `web` names no tag
//!      help: name a version
//! ```
//! ````
//!
//! - Files in the text above the first `##` are shared by all cases of the document; a case may bring its own version.
//! - `file=NAME escaped`: `\n`, `\r`, `\t`, `\0`, `\xNN` and `\\` stand for bytes, and a `\` at the end of a line joins it
//!   with the next.
//! - `file=NAME folder`, `file=NAME fifo` and `file=NAME bytes=N` stand for a folder, a named pipe and a file of so many null
//!   bytes.
//! - `expect config ARGUMENTS` says what `bayplan config` finds; a case may have such a block for every way to call it. Without
//!   `config`, it is what `bayplan lint` finds.
//! - `expect fix ARGUMENTS` holds what `bayplan fix` prints, differences first.
//! - An `expect` block lists **all** findings in their order. Where a case has one file, lines begin with `LINE:COLUMN`;
//!   of other files with `FILE:LINE:COLUMN`. An empty block expects none. `BAYPLAN_BLESS=1` rewrites it.
//! - Without an `expect` block, comments do the same: `# error: [rule] message` at the end of a line, or on lines of their
//!   own above it; the message may be left out. There must be a comment for every finding.

use std::fmt::Write;
use std::ops::Range;

/// A Markdown document with cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    text: String,
    /// The cases, in their order.
    pub cases: Vec<Case>,
}

/// Files and what they must give.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Case {
    /// The headings above it.
    pub title: String,
    /// The files by name; those of its own first.
    pub files: Vec<File>,
    /// How many of `files` are its own.
    pub own: usize,
    /// Its `expect` blocks.
    pub expects: Vec<Expect>,
    /// Where an `expect` block would go: behind the last file.
    end: usize,
}

/// What is expected of one call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expect {
    /// The verb `config` or `fix` and its arguments; nothing for `lint`.
    pub command: String,
    /// What the block says.
    pub text: String,
    /// Where that stands in the document.
    at: Range<usize>,
}

/// A file of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its content.
    pub content: Vec<u8>,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// A file with the content that is written.
    #[default]
    Text,
    /// A folder.
    Folder,
    /// A named pipe.
    Pipe,
    /// A file of so many null bytes.
    Empty(u64),
}

/// A finding as a case writes it; one without a rule is a text that is printed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Said {
    /// The file.
    pub file: String,
    /// Line and column, from 1; nothing for what stands in no file.
    pub place: Option<(u32, u32)>,
    /// `error` or `warning`.
    pub level: String,
    /// The rule.
    pub rule: String,
    /// The message.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Document {
    /// Reads the cases of a document.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut title = String::new();
        let (mut shared, mut cases): (Vec<File>, Vec<Case>) = (Vec::new(), Vec::new());
        let mut case = Case::default();
        let mut deep = false;
        let mut lines = lines(text).peekable();
        while let Some((at, line)) = lines.next() {
            let level = line.bytes().take_while(|byte| *byte == b'#').count();
            if level > 0 && line[level..].starts_with(' ') {
                finish(&mut case, deep, &mut shared, &mut cases);
                let name = line[level..].trim().to_owned();
                if level == 1 {
                    title.clone_from(&name);
                    case.title = name;
                } else {
                    deep = true;
                    case.title = if title.is_empty() { name } else { format!("{title} / {name}") };
                }
                continue;
            }
            let ticks = line.bytes().take_while(|byte| *byte == b'`').count();
            if ticks < 3 {
                continue;
            }
            let info: Vec<&str> = line[ticks..].split_whitespace().collect();
            let start = at + line.len();
            let mut end = None;
            for (at, line) in lines.by_ref() {
                let closing = line.trim_end();
                if closing.len() >= ticks && closing.bytes().all(|byte| byte == b'`') {
                    end = Some((at, at + line.len()));
                    break;
                }
            }
            let Some((end, behind)) = end else { return Err(format!("the block `{}` is never closed", line.trim())) };
            let content = &text[start..end];
            if let Some(name) = info.iter().find_map(|word| word.strip_prefix("file=")) {
                let content = if info.contains(&"escaped") { unescape(content)? } else { content.as_bytes().to_vec() };
                let bytes = info.iter().find_map(|word| word.strip_prefix("bytes=")?.parse().ok());
                let kind = match bytes {
                    Some(bytes) => Kind::Empty(bytes),
                    None if info.contains(&"folder") => Kind::Folder,
                    None if info.contains(&"fifo") => Kind::Pipe,
                    None => Kind::Text,
                };
                case.files.push(File { name: name.to_owned(), kind, content });
                case.end = behind;
            } else if let Some(word) = info.iter().position(|word| *word == "expect") {
                let command = info[word + 1..].join(" ");
                case.expects.push(Expect { command, text: content.to_owned(), at: start..end });
            }
        }
        finish(&mut case, deep, &mut shared, &mut cases);
        if !deep && cases.is_empty() {
            return Err("no case: a case is a heading with a block `file=NAME`".to_owned());
        }
        Ok(Self { text: text.to_owned(), cases })
    }

    /// The document with other `expect` blocks: one for each case that has one, or has no comments either. `said` holds for
    /// each case what was said for each of its blocks; of one without, what `lint` says.
    pub fn blessed(&self, said: &[Vec<Vec<Said>>]) -> String {
        let mut text = self.text.clone();
        for (case, said) in self.cases.iter().zip(said).rev() {
            for (expect, said) in case.expects.iter().zip(said).rev() {
                text.replace_range(expect.at.clone(), &case.show(said));
            }
            if let (true, true, [said]) = (case.expects.is_empty(), case.comments().is_empty(), said.as_slice()) {
                text.insert_str(case.end, &format!("\n```text expect\n{}```\n", case.show(said)));
            }
        }
        text
    }
}

fn finish(case: &mut Case, deep: bool, shared: &mut Vec<File>, cases: &mut Vec<Case>) {
    let mut done = std::mem::take(case);
    if done.files.is_empty() {
        return;
    }
    if !deep && done.expects.is_empty() && done.comments().is_empty() {
        shared.append(&mut done.files);
        return;
    }
    done.own = done.files.len();
    let others: Vec<File> =
        shared.iter().filter(|file| done.files.iter().all(|own| own.name != file.name)).cloned().collect();
    done.files.extend(others);
    cases.push(done);
}

impl Case {
    /// The calls that something is expected of: the verb `config` and its arguments, or nothing for `lint`.
    pub fn commands(&self) -> Vec<&str> {
        match self.expects.as_slice() {
            [] => vec![""],
            expects => expects.iter().map(|expect| expect.command.as_str()).collect(),
        }
    }

    /// Says how what each call found differs from what is expected.
    pub fn differs(&self, said: &[Vec<Said>]) -> Option<String> {
        if self.expects.is_empty() {
            return self.differs_from_comments(said.first()?);
        }
        let mut out = String::new();
        for (expect, said) in self.expects.iter().zip(said) {
            let found = self.show(said);
            if expect.text != found {
                let _ = write!(out, "{}\nexpected:\n{}found:\n{found}", expect.command, expect.text);
            }
        }
        (!out.is_empty()).then_some(out)
    }

    fn differs_from_comments(&self, said: &[Said]) -> Option<String> {
        let mut comments = self.comments();
        let mut out = String::new();
        for finding in said {
            let here = comments.iter().position(|comment| {
                comment.file == finding.file
                    && comment.place.map(|(line, _)| line) == finding.place.map(|(line, _)| line)
                    && (comment.level.as_str(), comment.rule.as_str()) == (&finding.level, &finding.rule)
                    && (comment.message.is_empty() || comment.message == finding.message)
            });
            match here {
                Some(at) => drop(comments.remove(at)),
                None => out += &format!("not expected:\n{}", self.show(std::slice::from_ref(finding))),
            }
        }
        for comment in comments {
            let line = comment.place.map_or(0, |(line, _)| line);
            let _ = writeln!(
                out,
                "not found:\n{}:{line} {}[{}] {}",
                comment.file, comment.level, comment.rule, comment.message
            );
        }
        (!out.is_empty()).then_some(out)
    }

    /// Findings as an `expect` block has them.
    pub fn show(&self, said: &[Said]) -> String {
        let only = match &self.files[..self.own.min(self.files.len())] {
            [file] => Some(&file.name),
            _ => None,
        };
        let mut out = String::new();
        for said in said {
            // What is printed stands for itself.
            if said.rule.is_empty() {
                out += &said.message;
                continue;
            }
            let mut place = if only == Some(&said.file) { String::new() } else { format!("{}:", said.file) };
            match said.place {
                Some((line, column)) => place += &format!("{line}:{column}"),
                None => place = place.trim_end_matches(':').to_owned(),
            }
            let _ = writeln!(out, "{place} {}[{}] {}", said.level, said.rule, one_line(&said.message));
            if let Some(help) = &said.help {
                let _ = writeln!(out, "{:width$} help: {}", "", one_line(help), width = place.chars().count());
            }
        }
        out
    }

    fn comments(&self) -> Vec<Said> {
        self.files.iter().flat_map(comments).collect()
    }
}

fn comments(file: &File) -> Vec<Said> {
    let text = String::from_utf8_lossy(&file.content);
    let (mut all, mut waiting) = (Vec::new(), Vec::new());
    for (line, text) in (1..).zip(text.lines()) {
        let found = ["error", "warning"].iter().find_map(|level| {
            let (before, said) = text.split_once(&format!("# {level}: ["))?;
            let (rule, message) = said.split_once(']')?;
            Some((before, level.to_string(), rule.to_owned(), message.trim().to_owned()))
        });
        let said = found.map(|(before, level, rule, message)| {
            let place = Some((line, 1));
            (before, Said { file: file.name.clone(), place, level, rule, message, help: None })
        });
        match said {
            Some((before, said)) if before.trim().is_empty() => waiting.push(said),
            said => {
                waiting.extend(said.map(|(_, said)| said));
                all.extend(waiting.drain(..).map(|said: Said| Said { place: Some((line, 1)), ..said }));
            }
        }
    }
    all.extend(waiting);
    all
}

fn one_line(text: &str) -> String {
    text.replace('\n', "⏎").replace('\r', "␍")
}

/// Lines with their offsets and line breaks.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    })
}

fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let (mut out, mut chars) = (Vec::new(), text.chars());
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.extend(char.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        match chars.next() {
            Some('n') => out.push(b'\n'),
            Some('r') => out.push(b'\r'),
            Some('t') => out.push(b'\t'),
            Some('0') => out.push(0),
            Some('\\') => out.push(b'\\'),
            Some('\n') => {}
            Some('x') => {
                let digits: String = chars.by_ref().take(2).collect();
                out.push(u8::from_str_radix(&digits, 16).map_err(|_| format!("`\\x{digits}` is no byte"))?);
            }
            other => return Err(format!("`\\{}` is no escape", other.map(String::from).unwrap_or_default())),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(file: &str, line: u32, rule: &str, message: &str) -> Said {
        let (file, rule, message) = (file.to_owned(), rule.to_owned(), message.to_owned());
        Said {
            file,
            place: Some((line, 4)),
            level: "error".to_owned(),
            rule,
            message,
            help: Some("do this".to_owned()),
        }
    }

    const TEXT: &str = "# All\n\n```yaml file=fleet.yaml\ndomain: lan\n```\n\n## One\n\n```yaml file=a.yaml\na: 1\n```\n\n\
        ```text expect\n1:4 error[some-rule] it is wrong\n    help: do this\n```\n\n## Two\n\n````yaml file=b.yaml escaped\n\
        # error: [one]\nb: \\xff # error: [two] message\n````\n";

    #[test]
    fn cases_share_files_and_compare_blocks_and_comments() {
        let document = Document::read(TEXT).unwrap();
        let [one, two] = &document.cases[..] else { panic!("{document:?}") };
        assert_eq!((one.title.as_str(), one.own, one.files.len()), ("All / One", 1, 2));
        assert_eq!(one.differs(&[vec![said("a.yaml", 1, "some-rule", "it is wrong")]]), None);
        assert!(one.differs(&[vec![]]).is_some());
        assert!(two.files[0].content.contains(&0xff));
        let both = [said("b.yaml", 2, "one", "anything"), said("b.yaml", 2, "two", "message")];
        assert_eq!(two.differs(&[both.to_vec()]), None);
        assert!(two.differs(&[both[..1].to_vec()]).unwrap().contains("not found:\nb.yaml:2 error[two] message"));
        let more = [&both[..], &[said("fleet.yaml", 1, "x", "y")]].concat();
        assert_eq!(
            two.differs(&[more]).unwrap(),
            "not expected:\nfleet.yaml:1:4 error[x] y\n               help: do this\n"
        );
    }

    #[test]
    fn blessing_rewrites_blocks_and_adds_missing_ones() {
        let document = Document::read(TEXT).unwrap();
        assert_eq!(document.blessed(&[vec![vec![said("a.yaml", 1, "some-rule", "it is wrong")]], vec![vec![]]]), TEXT);
        let blessed = document.blessed(&[vec![vec![]], vec![vec![]]]);
        assert!(blessed.contains("```text expect\n```\n\n## Two"), "{blessed}");
        let bare = Document::read("## One\n\n```yaml file=a.yaml\na: 1\n```\nEnd.\n").unwrap();
        let blessed = bare.blessed(&[vec![vec![said("a.yaml", 1, "r", "m")]]]);
        assert!(blessed.contains("```\n\n```text expect\n1:4 error[r] m\n    help: do this\n```\nEnd."), "{blessed}");
        assert_eq!(Document::read(&blessed).unwrap().cases[0].differs(&[vec![said("a.yaml", 1, "r", "m")]]), None);
    }

    #[test]
    fn broken_documents_are_refused() {
        for text in ["", "# A\n", "# A\n\n```yaml file=a\n", "# A\n\n```yaml file=a escaped\n\\q\n```\n"] {
            assert!(Document::read(text).is_err(), "{text}");
        }
    }
}
