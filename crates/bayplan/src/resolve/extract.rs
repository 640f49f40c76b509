//! `tree with templates → the variables that it takes` (compose-go 2.16.2, `template/variables.go`).

use super::interpolate::{closing, name_of};
use bayplan_yaml::{Node, Value};
use std::collections::BTreeMap;

/// A variable that templates take.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Variable {
    /// What stands in its place when it has no value: `${NAME:-default}`.
    pub default: String,
    /// What stands in its place when it has one: `${NAME:+alternative}`.
    pub alternative: String,
    /// Whether it has to have one: `${NAME:?why}`.
    pub required: bool,
}

/// The variables in the texts of `node`, by name. One that stands in several places is required where one of them says so,
/// and has the first default and the first alternative.
pub fn variables(node: &Node) -> BTreeMap<String, Variable> {
    let mut found = BTreeMap::new();
    extract(node, &mut found);
    found
}

fn extract(node: &Node, found: &mut BTreeMap<String, Variable>) {
    match &node.value {
        Value::String(text) => template(text, found),
        Value::Seq(items) => items.iter().for_each(|item| extract(item, found)),
        Value::Map(map) => map.values().for_each(|entry| extract(&entry.value, found)),
        _ => {}
    }
}

fn template(text: &str, found: &mut BTreeMap<String, Variable>) {
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        let behind = &rest[dollar + 1..];
        if let Some(after) = behind.strip_prefix('$') {
            rest = after;
            continue;
        }
        let name = name_of(behind);
        if !name.is_empty() {
            add(name, Variable::default(), found);
            rest = &behind[name.len()..];
        } else if let Some(end) = behind.starts_with('{').then(|| closing(&rest[dollar..])).flatten() {
            braced(&rest[dollar + 2..dollar + end], found);
            rest = &rest[dollar + end + 1..];
        } else {
            rest = behind;
        }
    }
}

/// What stands between `${` and `}`.
fn braced(inner: &str, found: &mut BTreeMap<String, Variable>) {
    let name = name_of(inner);
    if name.is_empty() {
        return;
    }
    let rest = &inner[name.len()..];
    let operator = rest.strip_prefix(':').unwrap_or(rest);
    let argument = operator.get(1..).unwrap_or_default().to_owned();
    let mut variable = Variable::default();
    match operator.as_bytes().first() {
        Some(b'?') => variable.required = true,
        Some(b'-') => variable.default = argument,
        Some(b'+') => variable.alternative = argument,
        _ => {}
    }
    let nested = variable.clone();
    add(name, variable, found);
    template(&nested.default, found);
    template(&nested.alternative, found);
}

fn add(name: &str, variable: Variable, found: &mut BTreeMap<String, Variable>) {
    let known = found.entry(name.to_owned()).or_default();
    known.required |= variable.required;
    for (known, new) in [(&mut known.default, variable.default), (&mut known.alternative, variable.alternative)] {
        if known.is_empty() {
            *known = new;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::node;
    use super::*;

    #[test]
    fn variables_are_found_with_what_their_templates_say() {
        let tree = node(
            &serde_json::json!({ "a": ["$A-${B:-x${C:?why}}", "$$D ${$} ${B} ${A:+y}"], "b": { "$E": "${F?}${" } }),
            1,
        );
        let found: Vec<String> = variables(&tree)
            .into_iter()
            .map(|(name, v)| format!("{name} {} {} {}", v.required, v.default, v.alternative))
            .collect();
        assert_eq!(found, ["A false  y", "B false x${C:?why} ", "C true  ", "F true  "]);
    }
}
