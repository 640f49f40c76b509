//! `file → what its program reads in it`: structure and texts, each format by a reader of its own.

use bayplan_yaml::{Limits, Node, SourceId, Value};

/// What a file is made of: structure, which no value may change, and texts.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Structure.
    Mark(String),
    /// A text, as its program reads it.
    Text(String),
}

/// Reads a file of the output.
pub fn read(path: &str, text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    if path.ends_with(".json") {
        let mut value: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        value.as_object_mut().map(|map| map.remove("_bayplan"));
        json(&value, &mut parts);
        return Ok(parts);
    }
    // The header names the source and holds a hash.
    let body = text.split_once("\n\n").map_or(text, |(_, body)| body);
    let body = if text.starts_with("# ") || text.starts_with("// ") { body } else { text };
    if path.ends_with(".alloy") {
        alloy(body, &mut parts)?;
    } else if path.ends_with(".conf") {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            parts.push(Part::Mark(key.to_owned()));
            parts.extend(value.split('/').map(|word| Part::Text(word.to_owned())));
        }
    } else if path.ends_with(".env") {
        let (variables, errors) = bayplan::resolve::dotenv::parse(body, &|_| None);
        if !errors.is_empty() {
            return Err(format!("{errors:?}"));
        }
        for (name, value) in variables {
            parts.extend([Part::Text(name), Part::Text(value)]);
        }
    } else if path.starts_with("traefik/dynamic") {
        yaml(&go_template(text)?, &mut parts)?;
    } else {
        yaml(text, &mut parts)?;
    }
    Ok(parts)
}

fn json(value: &serde_json::Value, parts: &mut Vec<Part>) {
    use serde_json::Value as Json;
    match value {
        Json::Object(map) => {
            parts.push(Part::Mark(format!("{{{}", map.len())));
            for (key, value) in map {
                parts.push(Part::Text(key.clone()));
                json(value, parts);
            }
        }
        Json::Array(items) => {
            parts.push(Part::Mark(format!("[{}", items.len())));
            items.iter().for_each(|item| json(item, parts));
        }
        Json::String(text) => parts.push(Part::Text(text.clone())),
        other => parts.push(Part::Mark(other.to_string())),
    }
}

fn yaml(text: &str, parts: &mut Vec<Part>) -> Result<(), String> {
    let read = bayplan_yaml::read(text, SourceId(0), &Limits::default());
    if let Some(error) = read.errors.first() {
        return Err(format!("{}: {text}", error.message));
    }
    read.nodes.iter().flatten().for_each(|node| tree(node, parts));
    Ok(())
}

fn tree(node: &Node, parts: &mut Vec<Part>) {
    match &node.value {
        Value::Map(map) => {
            parts.push(Part::Mark(format!("{{{}", map.len())));
            for (key, entry) in map {
                parts.push(Part::Text(key.to_string()));
                tree(&entry.value, parts);
            }
        }
        Value::Seq(items) => {
            parts.push(Part::Mark(format!("[{}", items.len())));
            items.iter().for_each(|item| tree(item, parts));
        }
        Value::String(text) => parts.push(Part::Text(text.to_string())),
        other => parts.push(Part::Mark(format!("{other:?}"))),
    }
}

/// The words of an Alloy file; its strings as Go reads them.
fn alloy(text: &str, parts: &mut Vec<Part>) -> Result<(), String> {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => {
                let end = closing(rest).ok_or_else(|| format!("an open string: {rest}"))?;
                parts.push(Part::Text(unquoted(&rest[1..end])?));
                end + 1
            }
            '`' => {
                let end = rest[1..].find('`').ok_or("an open raw string")? + 1;
                parts.push(Part::Text(rest[1..end].to_owned()));
                end + 1
            }
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            c if c.is_ascii_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                parts.push(Part::Mark(rest[..end].to_owned()));
                end
            }
            c if c.is_ascii_whitespace() => 1,
            '{' | '}' | '[' | ']' | '(' | ')' | ',' | '.' | '=' | '-' => {
                parts.push(Part::Mark(c.to_string()));
                1
            }
            c => return Err(format!("`{c:?}` is no word of Alloy")),
        };
        rest = &rest[length..];
    }
    Ok(())
}

/// Where the string closes that `text` begins with.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(at, c)| match c {
        '\n' => Some(None),
        '"' if !escaped => Some(Some(at)),
        c => {
            escaped = c == '\\' && !escaped;
            None
        }
    })?
}

/// The text of Go's double quotes.
fn unquoted(text: &str) -> Result<String, String> {
    let (mut out, mut chars) = (Vec::new(), text.chars());
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        let escape = chars.next().ok_or("a lone backslash")?;
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let code: String = chars.by_ref().take(digits).collect();
        let code = u32::from_str_radix(&code, 16).ok();
        match (escape, code) {
            ('n', _) => out.push(b'\n'),
            ('r', _) => out.push(b'\r'),
            ('t', _) => out.push(b'\t'),
            ('a', _) => out.push(7),
            ('b', _) => out.push(8),
            ('f', _) => out.push(12),
            ('v', _) => out.push(11),
            ('\\' | '"', _) => out.push(escape as u8),
            ('x', Some(code)) => out.push(code as u8),
            ('u' | 'U', Some(code)) => {
                let c = char::from_u32(code).ok_or("no character")?;
                out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            }
            _ => return Err(format!("`\\{escape}` in `{text}`")),
        }
    }
    String::from_utf8(out).map_err(|error| error.to_string())
}

/// What Go's template engine makes of a text: of its actions, only texts in quotes are known here.
fn go_template(text: &str) -> Result<String, String> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(open) = rest.find("{{") {
        out.push_str(&rest[..open]);
        let action = &rest[open + 2..];
        let end = action.strip_prefix('"').and_then(|inside| inside.find("\"}}"));
        let end = end.ok_or_else(|| format!("an action of a template: {}", &rest[open..]))?;
        out.push_str(&unquoted(&action[1..=end])?);
        rest = &action[end + 4..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The strings of a rule of Traefik, and what stands between them.
pub fn rule(text: &str) -> Result<Vec<Part>, String> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(open) = rest.find(['`', '"']) {
        parts.push(Part::Mark(rest[..open].to_owned()));
        let quote = &rest[open..];
        let end = if quote.starts_with('"') { closing(quote) } else { quote[1..].find('`').map(|end| end + 1) };
        let end = end.ok_or_else(|| format!("an open quote: {text}"))?;
        let inside = &quote[1..end];
        parts.push(Part::Text(if quote.starts_with('"') { unquoted(inside)? } else { inside.to_owned() }));
        rest = &quote[end + 1..];
    }
    parts.push(Part::Mark(rest.to_owned()));
    Ok(parts)
}
