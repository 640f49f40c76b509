//! `Body → text` that `alloy fmt` leaves as it is.
//!
//! The rules (grafana/alloy `syntax/printer`): tabs; one space around `=`, and the `=` of consecutive one-line attributes
//! in one column (one that spans lines ends its run); a blank line before a block; `{ }` for an empty block, `{}` and `[]`
//! for empty values; a comma behind the last item exactly where the bracket closes on a line of its own.

use super::syntax::{Block, Body, Expr, Ident, Statement};
use std::fmt::{self, Write};

/// Lists that would be wider than this many characters take a line for each item.
const WIDTH: usize = 100;

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print(self))
    }
}

/// The file with this body, ending in a line break; no text for no statements.
pub fn print(body: &Body) -> String {
    let mut text = String::new();
    statements(&mut text, body, 0);
    text
}

/// `text` as a quoted string.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // Invisible, or taken for the end of a line or the start of a file by some reader.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn statements(text: &mut String, body: &Body, depth: usize) {
    let mut rows: Vec<(&str, String)> = Vec::new();
    for (at, statement) in body.0.iter().enumerate() {
        match statement {
            Statement::Attribute(name, value) => {
                if matches!(at.checked_sub(1).and_then(|at| body.0.get(at)), Some(Statement::Block(_))) {
                    text.push('\n');
                }
                rows.push((name.as_str(), expression(value, depth)));
            }
            Statement::Block(inner) => {
                aligned(text, std::mem::take(&mut rows), depth, "");
                if at > 0 {
                    text.push('\n');
                }
                block(text, inner, depth);
            }
        }
    }
    aligned(text, rows, depth, "");
}

fn block(text: &mut String, block: &Block, depth: usize) {
    for line in block.comment.iter().flat_map(|comment| comment.lines()) {
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        indent(text, depth);
        text.push_str(format!("// {line}").trim_end());
        text.push('\n');
    }
    indent(text, depth);
    let _ = write!(text, "{} ", block.name);
    if let Some(label) = &block.label {
        let _ = write!(text, "\"{label}\" ");
    }
    if block.body.0.is_empty() {
        text.push_str("{ }\n");
        return;
    }
    text.push_str("{\n");
    statements(text, &block.body, depth + 1);
    indent(text, depth);
    text.push_str("}\n");
}

/// Writes `name = value` rows; a value of several lines ends the run of rows that share a column.
fn aligned(text: &mut String, rows: Vec<(&str, String)>, depth: usize, end: &str) {
    for run in rows.split_inclusive(|(_, value)| value.contains('\n')) {
        let width = run.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in run {
            indent(text, depth);
            let _ = writeln!(text, "{name:width$} = {value}{end}");
        }
    }
}

fn expression(value: &Expr, depth: usize) -> String {
    match value {
        Expr::Null => "null".to_owned(),
        Expr::Bool(value) => value.to_string(),
        Expr::Int(value) => value.to_string(),
        Expr::String(text) => quoted(text),
        Expr::Reference(reference) => reference.to_string(),
        Expr::Call(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(|argument| expression(argument, depth)).collect();
            format!("{function}({})", arguments.join(", "))
        }
        Expr::Array(items) => array(items, depth),
        Expr::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Expr::Object(entries) => {
            let keys: Vec<String> = entries
                .keys()
                .map(|key| match Ident::new(key.as_str()) {
                    Some(ident) => ident.to_string(),
                    None => quoted(key.as_str()),
                })
                .collect();
            let values = entries.values().map(|value| expression(value, depth + 1));
            let mut text = "{\n".to_owned();
            aligned(&mut text, keys.iter().map(String::as_str).zip(values).collect(), depth + 1, ",");
            indent(&mut text, depth);
            text.push('}');
            text
        }
    }
}

fn array(items: &[Expr], depth: usize) -> String {
    let rows: Vec<String> = items.iter().map(|item| expression(item, depth + 1)).collect();
    let width: usize = rows.iter().map(|item| item.chars().count() + 2).sum();
    if rows.is_empty() || (width <= WIDTH && rows.iter().all(|item| !item.contains('\n'))) {
        return format!("[{}]", rows.join(", "));
    }
    let mut text = "[\n".to_owned();
    for item in rows {
        indent(&mut text, depth + 1);
        text.push_str(&item);
        text.push_str(",\n");
    }
    indent(&mut text, depth);
    text.push(']');
    text
}

fn indent(text: &mut String, depth: usize) {
    text.extend(std::iter::repeat_n('\t', depth));
}
