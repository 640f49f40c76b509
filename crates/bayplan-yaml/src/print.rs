//! `Node → canonical text` that go-yaml v2 to v4, PyYAML, YAML 1.1 and YAML 1.2 readers all read back unchanged.
//!
//! A string is plain only where no reader takes it for something else, a literal block where it has several printable
//! lines, and otherwise double-quoted with every character escaped that some reader changes. Numbers that a reader could
//! take for text are spelled out. Points in time are printed as strings. Nothing has an anchor.

use crate::{Node, Value};

/// Prints `node` in block style, with a line break at the end.
pub fn print(node: &Node) -> String {
    let mut out = String::new();
    match &node.value {
        Value::Map(map) if !map.is_empty() => mapping(node, 0, &mut out),
        Value::Seq(items) if !items.is_empty() => sequence(items, 0, &mut out),
        _ => {
            scalar(node, 0, &mut out);
            out.push('\n');
        }
    }
    out
}

fn mapping(node: &Node, indent: usize, out: &mut String) {
    let Value::Map(map) = &node.value else { return };
    for (at, (key, entry)) in map.iter().enumerate() {
        // The first key of an item stands behind its dash.
        if at > 0 || out.is_empty() || out.ends_with('\n') {
            pad(indent, out);
        }
        key_text(key, out);
        out.push(':');
        value(&entry.value, indent, out);
    }
}

fn sequence(items: &[Node], indent: usize, out: &mut String) {
    for item in items {
        pad(indent, out);
        out.push('-');
        match &item.value {
            Value::Map(map) if !map.is_empty() && item.tag().is_none() => {
                out.push(' ');
                mapping(item, indent + 2, out);
            }
            _ => value(item, indent, out),
        }
    }
}

/// What follows a `:` or a `-`.
fn value(node: &Node, indent: usize, out: &mut String) {
    if let Some(tag) = node.tag().filter(|tag| matches!(*tag, "!reset" | "!override")) {
        out.push(' ');
        out.push_str(tag);
    }
    match &node.value {
        Value::Map(map) if !map.is_empty() => {
            out.push('\n');
            mapping(node, indent + 2, out);
        }
        Value::Seq(items) if !items.is_empty() => {
            out.push('\n');
            sequence(items, indent + 2, out);
        }
        _ => {
            out.push(' ');
            scalar(node, indent + 2, out);
            out.push('\n');
        }
    }
}

fn scalar(node: &Node, indent: usize, out: &mut String) {
    if let Some(template) = node.template() {
        return text(template, indent, out);
    }
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Float(value) => out.push_str(&float(*value)),
        Value::Timestamp(value) => quoted(value, out),
        Value::String(value) => text(value, indent, out),
        Value::Seq(_) => out.push_str("[]"),
        Value::Map(_) => out.push_str("{}"),
    }
}

/// A float as every reader takes it for one: with a point, and a sign in its exponent.
fn float(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-5..1e15).contains(&magnitude) {
        let text = value.to_string();
        return if text.contains('.') { text } else { text + ".0" };
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = if digits.contains('.') { digits.to_owned() } else { format!("{digits}.0") };
    let exponent = exponent.strip_prefix('-').map_or_else(|| format!("+{exponent}"), |rest| format!("-{rest}"));
    format!("{digits}e{exponent}")
}

fn key_text(key: &str, out: &mut String) {
    if is_plain(key) { out.push_str(key) } else { quoted(key, out) }
}

fn text(value: &str, indent: usize, out: &mut String) {
    if is_plain(value) {
        out.push_str(value);
    } else if is_literal(value) {
        out.push_str(if value.ends_with('\n') { "|" } else { "|-" });
        for line in value.strip_suffix('\n').unwrap_or(value).split('\n') {
            out.push('\n');
            if !line.is_empty() {
                pad(indent, out);
                out.push_str(line);
            }
        }
    } else {
        quoted(value, out);
    }
}

/// Whether every reader takes the unquoted `text` for itself.
fn is_plain(text: &str) -> bool {
    let first = text.as_bytes().first().copied().unwrap_or(b' ');
    if !(first.is_ascii_alphabetic() || matches!(first, b'_' | b'/' | b'$')) {
        return false;
    }
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b" _./:@%+=~^$;!<>()*?\\|'\"#{}&,-".contains(&byte);
    if !text.bytes().all(safe) || text.contains(": ") || text.contains(" #") || text.ends_with([' ', ':']) {
        return false;
    }
    // Inside flow collections these would end the scalar; we print none, but people paste.
    if text.contains(['{', '}', ',', '"', '\'', '|', '&', '*', '?', '!', '\\', '#']) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    !matches!(
        lower.as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null" | "nan" | "inf" | "infinity" | "none"
    )
}

/// Whether a literal block shows `text` to every reader as it is.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    text.contains('\n')
        && !body.is_empty()
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && body.split('\n').all(|line| !line.ends_with([' ', '\t']) && line.chars().all(|c| c == '\t' || is_printable(c)))
        // A line of `---` or `...` or a tab at its start confuses some reader.
        && !body.split('\n').any(|line| line.starts_with(['\t', '#']) || line.starts_with("---") || line.starts_with("..."))
}

/// Whether no reader changes `c` when it stands there as it is.
fn is_printable(c: char) -> bool {
    matches!(c,
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{61b}' | '\u{61d}'..='\u{200a}' | '\u{2010}'..='\u{2027}'
        | '\u{2030}'..='\u{205f}' | '\u{2070}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fefe}'
        | '\u{ff00}'..='\u{ffef}' | '\u{10000}'..='\u{1fffd}' | '\u{20000}'..='\u{2fffd}')
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if (c as u32) < 0x100 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if (c as u32) < 0x10000 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    out.push('"');
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}
