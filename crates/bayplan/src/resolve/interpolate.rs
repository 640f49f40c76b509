//! `text + variables → text`: Compose's interpolation, `$VAR` and `${VAR…}`, with its exact grammar.
//!
//! The grammar is that of compose-go 2.16.2 (`template/template.go`): `$$` is a `$`; a name is `[_a-zA-Z][_a-zA-Z0-9]*`; the first
//! of `:-`, `-`, `:?`, `?`, `:+`, `+` decides and what follows is itself a template; a lone `$` stays.

use super::hash::hashes;
use crate::value::{Invalid, locate};
use bayplan_yaml::node::Extra;
use bayplan_yaml::{Location, Node, Text, Value};
use std::ops::Range;

/// What became of a template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interpolated {
    /// The text with all variables replaced; an unset one is empty, or stays where `opaque` says so.
    pub value: String,
    /// Whether nobody knows what is set: a variable without a value then stands for itself.
    pub opaque: bool,
    /// The variables, in the order in which they stand.
    pub used: Vec<Use>,
    /// What is wrong with the template.
    pub errors: Vec<Invalid>,
    /// Password hashes, as they stand in the template, of which Compose takes a piece for a variable. Such pieces are not
    /// among the variables.
    pub hashes: Vec<Range<usize>>,
    /// Variables that have to be set (`${NAME:?}`) and are not: whoever starts the project sets them.
    pub required: Vec<Invalid>,
}

/// A variable in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The name.
    pub name: String,
    /// Its bytes in the template, from the `$` on.
    pub range: Range<usize>,
    /// Whether it has a value, a default or an alternative.
    pub settled: bool,
}

impl Interpolated {
    /// What stands for a variable that nobody sets.
    fn unset(&self, name: &str) -> String {
        if self.opaque { format!("${{{name}}}") } else { String::new() }
    }
}

/// How deep templates stand in one another at most.
const DEPTH: usize = 64;

/// Replaces the variables of `text`. `lookup` gives the value of a set variable.
pub fn interpolate(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Interpolated {
    interpolate_known(text, lookup, false)
}

fn interpolate_known(text: &str, lookup: &dyn Fn(&str) -> Option<String>, opaque: bool) -> Interpolated {
    let mut result = Interpolated { opaque, ..Interpolated::default() };
    let hashes = hashes(text);
    result.value = template(text, 0, lookup, &mut result, 0);
    if !hashes.is_empty() {
        let holds = |hash: &Range<usize>, used: &Use| !used.settled && hash.contains(&used.range.start);
        result.hashes = hashes.into_iter().filter(|hash| result.used.iter().any(|used| holds(hash, used))).collect();
        result.used.retain(|used| !result.hashes.iter().any(|hash| holds(hash, used)));
    }
    result
}

fn template(
    text: &str,
    start: usize,
    lookup: &dyn Fn(&str) -> Option<String>,
    found: &mut Interpolated,
    depth: usize,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    if depth > DEPTH {
        found.errors.push(
            Invalid::part(start, text, "the defaults of variables are nested too deep").help("name the value once"),
        );
        return out;
    }
    while let Some(next) = text[at..].find('$') {
        let dollar = at + next;
        out.push_str(&text[at..dollar]);
        let rest = &text[dollar + 1..];
        let name = name_of(rest);
        if rest.starts_with('$') {
            out.push('$');
            at = dollar + 2;
        } else if !name.is_empty() {
            at = dollar + 1 + name.len();
            let value = lookup(name);
            found.used.push(Use { name: name.to_owned(), range: start + dollar..start + at, settled: value.is_some() });
            out.push_str(&value.unwrap_or_else(|| found.unset(name)));
        } else if rest.starts_with('{') {
            let Some(end) = closing(&text[dollar..]) else {
                let help = "close it, or write `$$` for a `$` that is meant as one";
                found
                    .errors
                    .push(Invalid::part(start + dollar, &text[dollar..], "the `${` is never closed").help(help));
                return out;
            };
            let inner = &text[dollar + 2..dollar + end];
            at = dollar + end + 1;
            let range = start + dollar..start + at;
            let name = name_of(inner);
            let rest = &inner[name.len()..];
            let inner_start = start + dollar + 2 + name.len();
            if name.is_empty() || !(rest.is_empty() || rest.starts_with(['-', '?', '+', ':'])) || rest == ":" {
                found.errors.push(not_a_variable(&text[dollar..at], range));
                continue;
            }
            let value = lookup(name);
            let (colon, operator) =
                if let Some(after) = rest.strip_prefix(':') { (true, after) } else { (false, rest) };
            let Some(kind) = operator.chars().next() else {
                found.used.push(Use { name: name.to_owned(), range, settled: value.is_some() });
                out.push_str(&value.unwrap_or_else(|| found.unset(name)));
                continue;
            };
            let argument = &operator[kind.len_utf8()..];
            let argument_start = inner_start + rest.len() - argument.len();
            let present = value.as_ref().is_some_and(|value| !colon || !value.is_empty());
            match kind {
                '-' | '+' => {
                    found.used.push(Use { name: name.to_owned(), range, settled: true });
                    if (kind == '-') == present {
                        if kind == '-' {
                            out.push_str(&value.unwrap_or_default());
                        }
                    } else {
                        out.push_str(&template(argument, argument_start, lookup, found, depth + 1));
                    }
                }
                '?' => {
                    found.used.push(Use { name: name.to_owned(), range: range.clone(), settled: true });
                    match value {
                        Some(value) if present => out.push_str(&value),
                        value => {
                            let said = template(argument, argument_start, lookup, found, depth + 1);
                            let said = if said.is_empty() { String::new() } else { format!(": {said}") };
                            let message = format!("the variable `{name}` has to be set{said}");
                            let invalid = Invalid::new(range, message);
                            let invalid = invalid.help(format!("set `{name}` in an environment file"));
                            // One that is set to nothing stays so.
                            let open = value.is_none();
                            out.push_str(&value.map_or_else(|| found.unset(name), |_| String::new()));
                            if open { found.required.push(invalid) } else { found.errors.push(invalid) }
                        }
                    }
                }
                _ => found.errors.push(not_a_variable(&text[dollar..at], range)),
            }
        } else {
            // A lone `$` stays.
            out.push('$');
            at = dollar + 1;
        }
    }
    out.push_str(&text[at..]);
    out
}

fn not_a_variable(text: &str, range: Range<usize>) -> Invalid {
    Invalid::new(range, format!("`{text}` is no variable"))
        .help("write `${NAME}`, `${NAME:-default}` or, for a `$` that is meant as one, `$$`")
}

/// The variable name that `text` begins with; empty where it begins with none.
pub(super) fn name_of(text: &str) -> &str {
    let first = text.as_bytes().first().copied().unwrap_or(0);
    if !(first.is_ascii_alphabetic() || first == b'_') {
        return "";
    }
    let end = text.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_')).unwrap_or(text.len());
    &text[..end]
}

/// Where the brace closes that `text` (from its `$` on) opens.
pub(super) fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// A variable that has no value, at the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unset {
    /// The name.
    pub name: String,
    /// The place.
    pub at: Location,
}

/// What was found while a tree was interpolated.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What is wrong, and where.
    pub errors: Vec<(Location, Invalid)>,
    /// Variables without a value.
    pub unset: Vec<Unset>,
    /// Password hashes that Compose takes for variables: all those of a text together.
    pub hashes: Vec<Vec<Location>>,
    /// Variables that have to be set and are not.
    pub required: Vec<(Location, Invalid)>,
    /// Whether nobody knows what is set: see [`Interpolated::opaque`].
    pub opaque: bool,
}

/// Replaces the variables in every string of `node`, keys aside, and types what stands where Compose wants numbers and
/// booleans. The text as written is kept beside the value where the two differ.
pub fn interpolate_node(node: &mut Node, lookup: &dyn Fn(&str) -> Option<String>, found: &mut Found) {
    // What has no variable stays shared with the tree that it is a copy of.
    if !node.any(&|node| node.as_str().is_some_and(|text| text.contains('$')) || node.template().is_some()) {
        return;
    }
    match &mut node.value {
        Value::Map(map) => map.values_mut().for_each(|entry| interpolate_node(&mut entry.value, lookup, found)),
        Value::Seq(items) => items.iter_mut().for_each(|item| interpolate_node(item, lookup, found)),
        Value::String(_) if node.extra.as_ref().is_some_and(|extra| extra.interpolated) => {}
        Value::String(text) => {
            // The template that an expression left is what Compose will read.
            let written: Text = match node.extra.as_ref().and_then(|extra| extra.template.clone()) {
                Some(template) => template,
                None if text.contains('$') => text.clone(),
                None => return,
            };
            let result = interpolate_known(&written, lookup, found.opaque);
            found.errors.extend(result.errors.into_iter().map(|error| (locate(node, &error.range), error)));
            found.required.extend(result.required.into_iter().map(|error| (locate(node, &error.range), error)));
            if !result.hashes.is_empty() {
                found.hashes.push(result.hashes.iter().map(|range| locate(node, range)).collect());
            }
            let unset = result.used.iter().filter(|used| !used.settled);
            found.unset.extend(unset.map(|used| Unset { name: used.name.clone(), at: locate(node, &used.range) }));
            if found.opaque
                || *result.value != *written
                || node.extra.as_ref().is_some_and(|extra| extra.template.is_some())
            {
                node.value = Value::String(result.value.into());
                let extra = node.extra.get_or_insert_with(|| Box::new(Extra::default()));
                extra.template = Some(written);
                extra.interpolated = true;
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "FOO" | "foo" => Some("first".to_owned()),
            "EMPTY" => Some(String::new()),
            "BRACES" => Some("{x}".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn templates_and_their_values() {
        for (text, value) in [
            ("$FOO", "first"),
            ("${FOO}", "first"),
            ("a${FOO}b", "afirstb"),
            ("$$FOO", "$FOO"),
            ("$${FOO}", "${FOO}"),
            ("${NO:-x}", "x"),
            ("${NO-x}", "x"),
            ("${EMPTY:-x}", "x"),
            ("${EMPTY-x}", ""),
            ("${FOO:-x}", "first"),
            ("${FOO:+y}", "y"),
            ("${NO:+y}", ""),
            ("${EMPTY+y}", "y"),
            ("${EMPTY:+y}", ""),
            ("${NO:-${FOO}}", "first"),
            ("${NO:-${NO2:-deep}}", "deep"),
            ("${NO:-a:?b}", "a:?b"),
            ("${FOO?missing}", "first"),
            ("$", "$"),
            ("a$", "a$"),
            ("$ x", "$ x"),
            ("$(date)", "$(date)"),
            ("$1", "$1"),
            ("${NO:-{\"a\":1}}", "{\"a\":1}"),
            ("${NO}", ""),
            ("${NO:-}", ""),
            ("${NO:-$$}", "$"),
            ("${FOO}${foo}", "firstfirst"),
            ("${BRACES}", "{x}"),
            ("${NO:-http://x/?a=b}", "http://x/?a=b"),
        ] {
            let result = interpolate(text, &lookup);
            assert_eq!((result.value.as_str(), result.errors.len()), (value, 0), "{text}: {:?}", result.errors);
        }
    }

    #[test]
    fn what_is_no_template_is_said_at_its_place() {
        for (text, part) in [
            ("a ${1x} b", "${1x}"),
            ("${}", "${}"),
            ("${FOO", "${FOO"),
            ("x${FOO!y}", "${FOO!y}"),
            ("${EMPTY:?why}", "${EMPTY:?why}"),
            ("${ FOO}", "${ FOO}"),
            ("${NO:-${1}}", "${1}"),
            ("${FOO:}", "${FOO:}"),
        ] {
            let result = interpolate(text, &lookup);
            let parts: Vec<&str> = result.errors.iter().map(|error| &text[error.range.clone()]).collect();
            assert_eq!(parts, [part], "{text}");
        }
    }

    #[test]
    fn what_has_to_be_set_is_no_error_of_the_template() {
        for (text, message) in [
            ("a${NO?why}", "the variable `NO` has to be set: why"),
            ("${NO:-${NO:?$FOO}}", "the variable `NO` has to be set: first"),
        ] {
            let result = interpolate(text, &lookup);
            let said: Vec<&str> = result.required.iter().map(|error| error.message.as_str()).collect();
            assert_eq!((said, result.errors.len()), (vec![message], 0), "{text}");
        }
    }

    #[test]
    fn variables_are_listed_where_they_stand() {
        let result = interpolate("$A-${B:-$C}", &lookup);
        let used: Vec<(&str, Range<usize>, bool)> =
            result.used.iter().map(|used| (used.name.as_str(), used.range.clone(), used.settled)).collect();
        assert_eq!(used, [("A", 0..2, false), ("B", 3..11, true), ("C", 8..10, false)]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in "[$a{}:?+-é ]{0,24}") {
            let _ = interpolate(&text, &lookup);
        }

        #[test]
        fn a_doubled_dollar_is_the_text_itself(text in ".{0,24}") {
            let result = interpolate(&text.replace('$', "$$"), &lookup);
            proptest::prop_assert_eq!(result.value, text);
        }
    }
}
