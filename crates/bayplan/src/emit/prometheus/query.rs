//! PromQL, as far as our alerts need it.

/// A series by its name and the values of labels: `up{stack="shop"}`.
pub fn selector(name: &str, labels: &[(&str, &str)]) -> String {
    let labels: Vec<String> = labels.iter().map(|(label, value)| format!("{label}={}", quoted(value))).collect();
    format!("{name}{{{}}}", labels.join(", "))
}

/// A string, in double quotes with Go's escapes.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_data() {
        assert_eq!(selector("up", &[("stack", "shop")]), "up{stack=\"shop\"}");
        assert_eq!(
            selector("up", &[("a", "x\"} or vector(1) #\\\n"), ("b", "")]),
            "up{a=\"x\\\"} or vector(1) #\\\\\\u000a\", b=\"\"}"
        );
    }
}
