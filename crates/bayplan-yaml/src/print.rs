//! `Node → canonical text` that go-yaml v2 to v4, PyYAML, YAML 1.1 and YAML 1.2 readers all read back unchanged.
//!
//! A string is plain only where no reader takes it for something else, a literal block where it has several printable
//! lines, and otherwise double-quoted with every character escaped that some reader changes. Numbers that a reader could
//! take for text are spelled out. Points in time are printed as strings, since readers disagree on what they are. Nothing
//! has an anchor, and of the tags only `!reset` and `!override` are printed. A node with a template (the text before
//! interpolation) prints the template.

pub(crate) mod scalar;

use crate::{Location, Node, Path, Value};
use scalar::{Text, quoted, text};
use std::fmt;

/// Bytes of a key that every reader takes without a `?` before it. YAML 1.2 and libyaml allow 1,024 characters.
pub const LONGEST_KEY: usize = 1000;

/// Prints `node` in block style, with a line break at the end.
///
/// A key longer than [`LONGEST_KEY`] is printed although readers refuse it; [`Printer::print`] says so instead.
pub fn print(node: &Node) -> String {
    let mut out = String::new();
    Layout::default().document(node, &mut out);
    out
}

/// Prints nodes below a header of comments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printer {
    /// The comment lines on top, without `# `. A text of several lines becomes several comments: none can end the
    /// comment and become part of the document.
    pub header: Vec<String>,
}

/// Why a node has no canonical text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintError {
    /// Where the value comes from.
    pub at: Location,
    /// The place by name.
    pub path: Path,
    /// What is wrong, lower case, no full stop.
    pub message: String,
}

impl fmt::Display for PrintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PrintError {}

impl Printer {
    /// Prints the header and `node`; refuses a key that is too long for some reader.
    pub fn print(&self, node: &Node) -> Result<String, PrintError> {
        check_keys(node, &mut Vec::new())?;
        let mut out = String::new();
        for comment in &self.header {
            for line in comment.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
                out.push('#');
                let line = line.trim_end();
                if !line.is_empty() {
                    out.push(' ');
                    out.extend(line.chars().map(|c| if c == '\t' || scalar::is_printable(c) { c } else { '\u{fffd}' }));
                }
                out.push('\n');
            }
        }
        Layout::default().document(node, &mut out);
        Ok(out)
    }
}

/// Refuses keys that are too long. `above` holds the keys and indices down to `node`.
pub(crate) fn check_keys(node: &Node, above: &mut Vec<crate::Segment>) -> Result<(), PrintError> {
    match &node.value {
        Value::Map(map) => {
            for (key, entry) in map {
                above.push(crate::Segment::Key(key.clone()));
                if key_text(key).len() > LONGEST_KEY {
                    let message = format!("a key of {} bytes: YAML readers take {LONGEST_KEY} at most", key.len());
                    return Err(PrintError { at: entry.key_at, path: Path(std::mem::take(above)), message });
                }
                check_keys(&entry.value, above)?;
                above.pop();
            }
        }
        Value::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                above.push(crate::Segment::Index(index));
                check_keys(item, above)?;
                above.pop();
            }
        }
        _ => {}
    }
    Ok(())
}

/// How blocks are indented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Spaces from a key to the keys below it.
    pub(crate) step: usize,
    /// Spaces from a key to the `-` of the list below it.
    pub(crate) list_step: usize,
    /// Whether strings of several lines may be literal blocks.
    pub(crate) literals: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self { step: 2, list_step: 2, literals: true }
    }
}

impl Layout {
    fn document(self, node: &Node, out: &mut String) {
        match Shape::of(node) {
            Shape::Block => {
                if let Some(tag) = printed_tag(node) {
                    out.push_str(tag);
                    out.push('\n');
                }
                self.block(node, 0, out);
            }
            Shape::Line => {
                let mut line = String::new();
                self.after(node, 0, Above::Key, &mut line);
                out.push_str(line.trim_start_matches(' '));
            }
        }
    }

    /// The lines of a block collection, the first one without its indentation where something stands before it.
    pub(crate) fn block(self, node: &Node, indent: usize, out: &mut String) {
        match &node.value {
            Value::Map(map) => {
                for (key, entry) in map {
                    if out.is_empty() || out.ends_with('\n') {
                        pad(indent, out);
                    }
                    out.push_str(&key_text(key));
                    out.push(':');
                    self.after(&entry.value, indent, Above::Key, out);
                }
            }
            Value::Seq(items) => {
                for item in items {
                    if out.is_empty() || out.ends_with('\n') {
                        pad(indent, out);
                    }
                    out.push('-');
                    if Shape::of(item) == Shape::Block && printed_tag(item).is_none() {
                        // The first entry of an item stands behind its dash.
                        out.push(' ');
                        self.block(item, indent + 2, out);
                    } else {
                        self.after(item, indent, Above::Dash, out);
                    }
                }
            }
            _ => {}
        }
    }

    /// Spaces from what stands above to the lines of `node`.
    pub(crate) fn below(self, node: &Node, above: Above) -> usize {
        match (above, &node.value) {
            (Above::Dash, _) => 2,
            (Above::Key, Value::Seq(_)) => self.list_step,
            (Above::Key, _) => self.step,
        }
    }

    /// What follows a `:` or a `-` that stands at `indent`, with the line break behind it.
    pub(crate) fn after(self, node: &Node, indent: usize, above: Above, out: &mut String) {
        if let Some(tag) = printed_tag(node) {
            out.push(' ');
            out.push_str(tag);
        }
        if Shape::of(node) == Shape::Block {
            out.push('\n');
            self.block(node, indent + self.below(node, above), out);
            return;
        }
        out.push(' ');
        match line(node) {
            Text::Line(text) => out.push_str(&text),
            Text::Literal(lines) if !self.literals => out.push_str(&quoted(lines.0)),
            Text::Literal(lines) => {
                out.push_str(lines.header());
                for line in lines.lines() {
                    out.push('\n');
                    if !line.is_empty() {
                        pad(indent + self.step, out);
                        out.push_str(line);
                    }
                }
            }
        }
        out.push('\n');
    }
}

/// What a value stands below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Above {
    /// `key:`
    Key,
    /// `-`
    Dash,
}

/// Whether a node takes lines of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// It stands behind its key or dash; a literal block goes on below.
    Line,
    /// Its lines stand below.
    Block,
}

impl Shape {
    pub(crate) fn of(node: &Node) -> Self {
        let has_entries = match &node.value {
            Value::Map(map) => !map.is_empty(),
            Value::Seq(items) => !items.is_empty(),
            _ => false,
        };
        if has_entries && node.template().is_none() { Self::Block } else { Self::Line }
    }
}

/// What stands for `node` where it is not a [`Shape::Block`].
pub(crate) fn line(node: &Node) -> Text<'_> {
    if let Some(template) = node.template() {
        return text(template);
    }
    Text::Line(match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => scalar::float(*value),
        Value::Timestamp(value) => quoted(value),
        Value::String(value) => return text(value),
        Value::Seq(_) => "[]".to_owned(),
        Value::Map(_) => "{}".to_owned(),
    })
}

/// `node` on one line, as it can stand in a flow collection.
pub(crate) fn flow(node: &Node) -> String {
    let mut out = String::new();
    if let Some(tag) = printed_tag(node) {
        out.push_str(tag);
        out.push(' ');
    }
    match (&node.value, node.template()) {
        (Value::Map(map), None) => {
            let entries: Vec<String> =
                map.iter().map(|(key, entry)| format!("{}: {}", key_text(key), flow(&entry.value))).collect();
            out.push_str(&format!("{{{}}}", entries.join(", ")));
        }
        (Value::Seq(items), None) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            out.push_str(&format!("[{}]", items.join(", ")));
        }
        _ => match line(node) {
            Text::Line(text) => out.push_str(&text),
            Text::Literal(lines) => out.push_str(&quoted(lines.0)),
        },
    }
    out
}

/// A key, plain where every reader takes it for itself.
pub(crate) fn key_text(key: &str) -> String {
    if scalar::is_plain(key) { key.to_owned() } else { quoted(key) }
}

/// The tag that is printed before `node`.
pub(crate) fn printed_tag(node: &Node) -> Option<&str> {
    node.tag().filter(|tag| matches!(*tag, "!reset" | "!override"))
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}
