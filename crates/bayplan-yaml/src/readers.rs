//! `plain text → the readers that take it for something else`: what a lint of ambiguous scalars asks.

use crate::{Value, scalar};

/// Readers of YAML that type some plain scalars otherwise than Docker Compose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// YAML 1.1, as PyYAML reads it.
    Yaml11,
    /// go-yaml v2, as Prometheus reads it.
    GoYamlV2,
    /// YAML 1.2's core schema, as most editors read it.
    Yaml12,
}

/// The readers that take the plain scalar `text` for something else than Docker Compose does.
pub fn ambiguous(text: &str) -> Vec<Reader> {
    let docker = scalar::resolve(text);
    #[allow(clippy::type_complexity, reason = "a table in place")]
    let readers: [(Reader, fn(&str) -> Value); 3] =
        [(Reader::Yaml11, pyyaml), (Reader::GoYamlV2, go_yaml_v2), (Reader::Yaml12, core)];
    readers.into_iter().filter(|(_, read)| !alike(&docker, &read(text))).map(|(reader, _)| reader).collect()
}

/// Whether two readers agree: by type, and numbers by value. Zero has no sign here.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b || (a.is_nan() && b.is_nan()),
        (Value::Float(zero), Value::Int(0)) | (Value::Int(0), Value::Float(zero)) => *zero == 0.0,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// As go-yaml v2.4 (Prometheus) types it: the booleans of YAML 1.1 and `y`, no timestamps, a sign behind `0b`.
fn go_yaml_v2(text: &str) -> Value {
    let string = || Value::String(text.into());
    match text {
        "y" | "Y" => return Value::Bool(true),
        "n" | "N" => return Value::Bool(false),
        "<<" => return string(),
        _ => {}
    }
    if let Some(value) = boolean(text) {
        return Value::Bool(value);
    }
    let digits = text.replace('_', "");
    if let Some(digits) = digits.strip_prefix("0b")
        && let Ok(value) = i64::from_str_radix(digits, 2)
    {
        return Value::Int(value.into());
    }
    match scalar::resolve(text) {
        Value::Timestamp(_) => string(),
        value => value,
    }
}

/// As YAML 1.2's core schema types it.
fn core(text: &str) -> Value {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let all = |text: &str, radix: u32| !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
    if all(digits, 10) {
        let magnitude = digits.trim_start_matches('0');
        let value = if magnitude.is_empty() { Ok(0) } else { magnitude.parse::<i128>() };
        let value = value.map(|value| if text.starts_with('-') { -value } else { value });
        return in_range(value.ok()).map_or_else(|| Value::Float(text.parse().unwrap_or(f64::NAN)), Value::Int);
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix).filter(|digits| all(digits, radix)) {
            return in_range(i128::from_str_radix(digits, radix).ok()).map_or(Value::String(text.into()), Value::Int);
        }
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => {
            scalar::resolve(text)
        }
        _ if digits.starts_with(".i")
            || digits.starts_with(".I")
            || text.starts_with(".n")
            || text.starts_with(".N") =>
        {
            scalar::resolve(text)
        }
        _ => scalar::float(text).map_or(Value::String(text.into()), Value::Float),
    }
}

fn in_range(value: Option<i128>) -> Option<i128> {
    value.filter(|value| *value >= i128::from(i64::MIN) && *value <= i128::from(u64::MAX))
}

/// As PyYAML 6 types it, a reader of YAML 1.1.
fn pyyaml(text: &str) -> Value {
    if let Some(value) = boolean(text) {
        return Value::Bool(value);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        // A type of its own, which safe loading refuses.
        "=" | "<<" => return Value::Bool(true),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf"
        | "-.INF" => return scalar::resolve(text),
        _ => {}
    }
    let value = pyyaml_int(text).or_else(|| pyyaml_float(text));
    value.unwrap_or_else(|| {
        if pyyaml_timestamp(text) { Value::Timestamp(text.into()) } else { Value::String(text.into()) }
    })
}

/// The booleans of YAML 1.1, without `y` and `n`.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn pyyaml_int(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let radix = |digits: &str, radix: u32| -> Option<i128> {
        let fits = !digits.is_empty() && digits.chars().all(|c| c == '_' || c.is_digit(radix));
        let plain: String = digits.chars().filter(|c| *c != '_').collect();
        let plain = plain.trim_start_matches('0');
        fits.then(|| if plain.is_empty() { Some(0) } else { i128::from_str_radix(plain, radix).ok() }).flatten()
    };
    let value = if let Some(digits) = digits.strip_prefix("0b") {
        radix(digits, 2)
    } else if let Some(digits) = digits.strip_prefix("0x") {
        radix(digits, 16)
    } else if digits.starts_with('0') && digits.len() > 1 {
        radix(digits, 8)
    } else if digits.starts_with(|c: char| c.is_ascii_digit()) {
        match digits.split_once(':') {
            None => radix(digits, 10),
            Some(_) if digits.starts_with('0') => None,
            Some((first, rest)) => sexagesimal(rest, radix(first, 10)?),
        }
    } else {
        None
    };
    value.map(|value| Value::Int(sign * value))
}

/// `30:45` behind the hours `first`: base 60.
fn sexagesimal(rest: &str, first: i128) -> Option<i128> {
    rest.split(':').try_fold(first, |sum, part| {
        let fits = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
        let value = part.parse::<i128>().ok().filter(|value| fits && *value < 60)?;
        sum.checked_mul(60)?.checked_add(value)
    })
}

fn pyyaml_float(text: &str) -> Option<Value> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, rest) = body.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    // Base 60 with a fraction.
    if let Some((first, minutes)) = whole.split_once(':') {
        let fits = first.starts_with(|c: char| c.is_ascii_digit()) && digits(first) && digits(rest);
        return (fits && sexagesimal(minutes, 0).is_some()).then_some(Value::Float(f64::INFINITY));
    }
    let (fraction, exponent) = match rest.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (rest, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        exponent
            .strip_prefix(['+', '-'])
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    });
    let whole_fits = if whole.is_empty() {
        // A sign before `.5` makes it a string.
        body == text && fraction.starts_with(|c: char| c.is_ascii_digit())
    } else {
        whole.starts_with(|c: char| c.is_ascii_digit())
    };
    if !(whole_fits && digits(whole) && digits(fraction) && exponent_fits) {
        return None;
    }
    text.replace('_', "").parse().ok().map(Value::Float)
}

/// `2001-12-14`, and `2001-1-2 3:04:05` with much freedom behind.
fn pyyaml_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |at: usize, low: usize, high: usize| {
        let count = bytes.iter().skip(at).take(high).take_while(|byte| byte.is_ascii_digit()).count();
        (count >= low).then_some(at + count)
    };
    let is = |at: usize, wanted: u8| (bytes.get(at) == Some(&wanted)).then_some(at + 1);
    let parse = || -> Option<bool> {
        let at = is(digits(0, 4, 4)?, b'-')?;
        let month = digits(at, 1, 2)?;
        let day = digits(is(month, b'-')?, 1, 2)?;
        if day == bytes.len() {
            return Some(bytes.len() == 10);
        }
        let mut at = match bytes.get(day)? {
            b'T' | b't' => day + 1,
            b' ' | b'\t' => day + bytes[day..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count(),
            _ => return Some(false),
        };
        at = is(digits(at, 1, 2)?, b':')?;
        at = is(digits(at, 2, 2)?, b':')?;
        at = digits(at, 2, 2)?;
        if let Some(fraction) = is(at, b'.') {
            at = fraction + bytes[fraction..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
        let blanks = bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if at == bytes.len() {
            return Some(true);
        }
        at += blanks;
        match bytes.get(at)? {
            b'Z' => Some(at + 1 == bytes.len()),
            b'+' | b'-' => {
                let hours = digits(at + 1, 1, 2)?;
                let minutes = is(hours, b':').and_then(|at| digits(at, 2, 2));
                Some(minutes.unwrap_or(hours) == bytes.len())
            }
            _ => Some(false),
        }
    };
    parse().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_readers_differ() {
        use Reader::{GoYamlV2, Yaml11, Yaml12};
        let cases: &[(&str, &[Reader])] = &[
            ("web", &[]),
            ("80", &[]),
            ("1.5", &[]),
            ("true", &[]),
            ("~", &[]),
            ("yes", &[Yaml11, GoYamlV2]),
            ("Off", &[Yaml11, GoYamlV2]),
            ("y", &[GoYamlV2]),
            ("oN", &[]),
            ("010", &[Yaml12]),
            ("08", &[Yaml11, Yaml12]),
            ("0o10", &[Yaml11]),
            ("0b11", &[Yaml12]),
            ("1_000", &[Yaml12]),
            ("22:22", &[Yaml11]),
            ("3306:3306", &[]),
            ("1e3", &[Yaml11]),
            (".5", &[]),
            ("-.5", &[Yaml11]),
            ("2001-12-14", &[GoYamlV2, Yaml12]),
            ("2001-1-2", &[Yaml11, GoYamlV2, Yaml12]),
            ("=", &[Yaml11]),
            ("-0", &[]),
            ("0x1F", &[]),
            ("1.2.3", &[]),
        ];
        for (text, readers) in cases {
            assert_eq!(ambiguous(text), *readers, "{text}");
        }
    }
}
