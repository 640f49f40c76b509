//! `plain text → typed value`, as Docker Compose's own reader (go.yaml.in/yaml v4.0.0-rc.4) types it.

use crate::Value;
pub use crate::readers::{Reader, ambiguous};
use std::borrow::Cow;

/// The name of one of YAML's own tags: `!!int` and `!<tag:yaml.org,2002:int>` are `int`, `!` is nothing; `None` for a
/// custom tag.
pub fn core_tag(tag: &str) -> Option<&str> {
    if tag == "!" {
        return Some("");
    }
    tag.strip_prefix("!!").or_else(|| tag.strip_prefix("!<tag:yaml.org,2002:")?.strip_suffix('>'))
}

/// What a scalar under one of YAML's own tags is; what it is without the tag, where it does not fit.
pub fn tagged(tag: &str, text: &str) -> Result<Value, Value> {
    match tag {
        "int" | "float" | "bool" | "null" | "timestamp" => match (tag, resolve(text)) {
            ("int", value @ Value::Int(_))
            | ("float", value @ Value::Float(_))
            | ("bool", value @ Value::Bool(_))
            | ("null", value @ Value::Null)
            | ("timestamp", value @ Value::Timestamp(_)) => Ok(value),
            ("float", Value::Int(value)) if value <= i128::from(i64::MAX) => Ok(Value::Float(value as f64)),
            (_, value) => Err(value),
        },
        "binary" => {
            let bytes = base64(text).and_then(|bytes| String::from_utf8(bytes).ok());
            bytes.map(|text| Value::String(text.into())).ok_or_else(|| Value::String(text.into()))
        }
        _ => Ok(Value::String(text.into())),
    }
}

/// Base64 with padding; line breaks are skipped.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count, mut padding) = (0_u32, 0, 0);
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        (bits, count) = (bits << 6 | u32::from(value), count + 1);
        if count % 4 == 0 {
            bytes.extend([(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
        }
    }
    match (count % 4, padding) {
        (0, 0) => {}
        (2, 2) => bytes.push((bits >> 4) as u8),
        (3, 1) => bytes.extend([(bits >> 10) as u8, (bits >> 2) as u8]),
        _ => return None,
    }
    Some(bytes)
}

/// What an unquoted scalar is.
pub fn resolve(text: &str) -> Value {
    typed(text).unwrap_or_else(|| Value::String(text.into()))
}

/// What an unquoted scalar is; nothing where it is a string. Mostly its first byte says so.
pub fn typed(text: &str) -> Option<Value> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        // v4 keeps the sign of zero, and only a float has one
        "-0" => Value::Float(-0.0),
        _ => match text.as_bytes().first()? {
            b'0'..=b'9' | b'+' | b'-' => number(text)?,
            b'.' => Value::Float(float(text)?),
            _ => return None,
        },
    })
}

fn number(text: &str) -> Option<Value> {
    if is_timestamp(text) {
        return Some(Value::Timestamp(text.into()));
    }
    let plain = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    integer(&plain).map(Value::Int).or_else(|| float(&plain).map(Value::Float))
}

/// Go's `ParseInt(text, 0, 64)`, and `ParseUint` after it: `0x`, `0o`, `0b` and a leading `0` name the base.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let value = i128::from_str_radix(digits, base).ok()?;
    let value = if negative { -value } else { value };
    let signed_only = text.starts_with(['+', '-']);
    let top = if signed_only { i128::from(i64::MAX) } else { i128::from(u64::MAX) };
    (value >= i128::from(i64::MIN) && value <= top).then_some(value)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, as Go reads it; too large is no float.
pub(crate) fn float(text: &str) -> Option<f64> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(body);
    let mut rest = &body[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = digits(fraction);
        if whole == 0 && count == 0 {
            return None;
        }
        rest = &fraction[count..];
    } else if whole == 0 {
        return None;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if exponent.is_empty() || digits(exponent) != exponent.len() {
            return None;
        }
    } else if !rest.is_empty() {
        return None;
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// Whether go-yaml makes a point in time of `text`: `2001-12-14`, `2001-12-14 21:59:43.10`, `2001-12-14t21:59:43-05:00`.
fn is_timestamp(text: &str) -> bool {
    let mut rest = text;
    let mut take = |low: usize, high: usize| -> Option<u32> {
        let count = rest.bytes().take(high).take_while(u8::is_ascii_digit).count();
        let value = (count >= low).then(|| rest[..count].parse().ok()).flatten()?;
        rest = &rest[count..];
        Some(value)
    };
    let Some(year) = take(4, 4) else { return false };
    let parse = || -> Option<bool> {
        let (month, after) = field(rest.strip_prefix('-')?)?;
        let (day, after) = field(after.strip_prefix('-')?)?;
        if !(1..=12).contains(&month) || day == 0 || day > days(year, month) {
            return Some(false);
        }
        if after.is_empty() {
            return Some(true);
        }
        let separator = after.chars().next()?;
        let zoned = matches!(separator, 'T' | 't');
        if !zoned && separator != ' ' {
            return Some(false);
        }
        // Go skips more than one space
        let after = if zoned { &after[1..] } else { after.trim_start_matches(' ') };
        let (hour, after) = field(after)?;
        let (minute, after) = field(after.strip_prefix(':')?)?;
        let (second, mut after) = field(after.strip_prefix(':')?)?;
        if hour > 23 || minute > 59 || second > 59 {
            return Some(false);
        }
        if let Some(fraction) = after.strip_prefix(['.', ',']) {
            let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if count == 0 {
                return Some(false);
            }
            after = &fraction[count..];
        }
        if !zoned {
            return Some(after.is_empty());
        }
        if after == "Z" {
            return Some(true);
        }
        let zone = after.strip_prefix(['+', '-'])?;
        let bytes = zone.as_bytes();
        let two = |at: usize| zone.get(at..at + 2).and_then(|text| text.parse::<u32>().ok());
        Some(bytes.len() == 5 && bytes[2] == b':' && two(0).is_some_and(|h| h <= 24) && two(3).is_some_and(|m| m <= 60))
    };
    parse().unwrap_or(false)
}

/// One or two digits, and what follows.
fn field(text: &str) -> Option<(u32, &str)> {
    let count = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    Some((text[..count].parse().ok()?, &text[count..]))
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
