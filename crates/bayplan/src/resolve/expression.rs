//! `{{ db.host }}`: values that services give to one another.
//!
//! An expression is ours only where its head is a service of the fleet (`{{ db.host }}`) or a stack and a service
//! (`{{ platform.loki.url }}`). Everything else passes as it is: files hold Go templates and alert labels.

use crate::record::nearest;
use crate::value::{Invalid, locate};
use bayplan_yaml::{Location, Node, Value};
use minijinja::value::{Object, Value as Jinja};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Where expressions look names up.
pub trait Scope {
    /// Every name that an expression can begin with.
    fn names(&self) -> Vec<String>;
    /// The outputs of the service behind `head`, or an error, with an empty message where it was reported before; nothing
    /// where there is no such name.
    fn outputs(&self, head: &str) -> Option<Result<BTreeMap<String, String>, String>>;
}

/// What became of a text.
#[derive(Debug, Clone, Default)]
pub struct Evaluated {
    /// The text as Compose will read it: results of expressions with every `$` doubled. Nothing where no expression is ours.
    pub template: Option<String>,
    /// The expressions that are ours as written, and their results.
    pub results: Vec<(String, String)>,
    /// The names and outputs that were asked for.
    pub asked: Vec<(String, String)>,
    /// What is wrong, with its bytes in the text.
    pub errors: Vec<Invalid>,
}

/// Evaluates the expressions of `text`.
pub fn evaluate(text: &str, scope: &dyn Scope) -> Evaluated {
    let mut result = Evaluated::default();
    let mut template = String::new();
    let mut at = 0;
    let mut ours = false;
    while let Some(found) = text[at..].find("{{") {
        let open = at + found;
        let Some(length) = text[open..].find("}}") else { break };
        let end = open + length + 2;
        template.push_str(&text[at..open]);
        match expression(&text[open + 2..end - 2], open..end, scope, &mut result) {
            Some(value) => {
                ours = true;
                template.push_str(&value.replace('$', "$$"));
                result.results.push((text[open..end].to_owned(), value));
            }
            None => template.push_str(&text[open..end]),
        }
        at = end;
    }
    template.push_str(&text[at..]);
    if ours {
        result.template = Some(template);
    }
    result
}

/// The value of one expression; nothing where it is not ours.
fn expression(inner: &str, range: Range<usize>, scope: &dyn Scope, result: &mut Evaluated) -> Option<String> {
    let head_text = inner.trim_start();
    let word_len =
        head_text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(head_text.len());
    let word = &head_text[..word_len];
    if word.is_empty() || !head_text[word_len..].trim_start().starts_with(['.', '[']) {
        return None;
    }
    let names = scope.names();
    if !names.iter().any(|name| name == word || name.split_once('.').is_some_and(|(stack, _)| stack == word)) {
        let known: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.contains('.')).collect();
        if let Some(near) = nearest(word, &known) {
            let message = format!("there is no service `{word}` to take a value from");
            result.errors.push(Invalid::new(range, message).help(format!("did you mean `{near}`? (a text that is no expression stays as it is when its first word is unlike any service)")));
        }
        return None;
    }
    // minijinja takes `-` for minus: names with one are replaced by an identifier.
    let mut source = inner.to_owned();
    let mut heads: Vec<String> = names.iter().filter(|name| inner.contains(name.as_str())).cloned().collect();
    heads.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut environment = BTreeMap::new();
    for (at, head) in heads.iter().enumerate() {
        let identifier = format!("bayplan_head_{at}");
        let replaced = replace_word(&source, head, &identifier);
        if replaced == source {
            continue;
        }
        source = replaced;
        match scope.outputs(head) {
            Some(Ok(outputs)) => drop(environment.insert(identifier, Jinja::from_object(Outputs(outputs.clone())))),
            Some(Err(message)) => {
                result.errors.push(Invalid::new(range, message));
                return Some(String::new());
            }
            None => {}
        }
        for output in asked(&source, &format!("bayplan_head_{at}")) {
            let has = scope.outputs(head).and_then(Result::ok).is_some_and(|outputs| outputs.contains_key(&output));
            if !has {
                let outputs = scope.outputs(head).and_then(Result::ok).unwrap_or_default();
                let known: Vec<&str> = outputs.keys().map(String::as_str).collect();
                let all = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let help = match nearest(&output, &known) {
                    Some(near) => format!("did you mean `{near}`? `{head}` has {all}"),
                    None => format!("`{head}` has {all}"),
                };
                result.errors.push(Invalid::new(range, format!("`{head}` has no output `{output}`")).help(help));
                return Some(String::new());
            }
            result.asked.push((head.clone(), output));
        }
    }
    let engine = minijinja::Environment::empty();
    let value = engine.compile_expression(source.trim()).and_then(|compiled| compiled.eval(environment));
    match value {
        Ok(value) => Some(value.to_string()),
        Err(error) => {
            let detail = error.detail().map(str::to_owned).unwrap_or_else(|| error.kind().to_string());
            let message = format!("the expression cannot be evaluated: {}", detail.to_lowercase());
            result.errors.push(Invalid::new(range, message).help("write `{{ service.output }}`"));
            Some(String::new())
        }
    }
}

#[derive(Debug)]
struct Outputs(BTreeMap<String, String>);

impl Object for Outputs {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        self.0.get(key.as_str()?).map(|value| Jinja::from(value.clone()))
    }
}

/// The text with the name `word` replaced where it stands as a whole word outside of quotes and not behind a dot.
fn replace_word(text: &str, word: &str, by: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let boundary = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
        let before = text[..at].chars().next_back();
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if text[at..].starts_with(word)
                && before != Some('.')
                && boundary(before)
                && boundary(text[at + word.len()..].chars().next()) =>
            {
                out.push_str(by);
                at += word.len();
                continue;
            }
            _ => {}
        }
        out.push(c);
        at += c.len_utf8();
    }
    out
}

/// The outputs that `source` asks `identifier` for.
fn asked(source: &str, identifier: &str) -> Vec<String> {
    let mut outputs = Vec::new();
    for (at, _) in source.match_indices(identifier) {
        let rest = source[at + identifier.len()..].trim_start();
        let Some(rest) = rest.strip_prefix('.') else { continue };
        let rest = rest.trim_start();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        outputs.push(rest[..end].to_owned());
    }
    outputs
}

/// What was found while the expressions of a tree were evaluated.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What is wrong, and where.
    pub errors: Vec<(Location, Invalid)>,
    /// Every name and output that was asked for, and where.
    pub asked: Vec<(Location, String, String)>,
}

/// Evaluates the expressions in every string of `node`, keys aside. Only what was written is an expression: the value of a
/// variable never is one.
pub fn evaluate_node(node: &mut Node, scope: &dyn Scope, found: &mut Found) {
    // What has no expression stays shared with the tree that it is a copy of.
    if !node.any(&|node| node.as_str().is_some_and(|text| text.contains("{{"))) {
        return;
    }
    match &mut node.value {
        Value::Map(map) => map.values_mut().for_each(|entry| evaluate_node(&mut entry.value, scope, found)),
        Value::Seq(items) => items.iter_mut().for_each(|item| evaluate_node(item, scope, found)),
        Value::String(text) if text.contains("{{") => {
            let mut value = text.to_string();
            let written = node.template().unwrap_or(&value).to_owned();
            let result = evaluate(&written, scope);
            let mut at = 0;
            for (expression, replacement) in &result.results {
                let Some(start) = value[at..].find(expression.as_str()) else {
                    let start = written.find(expression.as_str()).unwrap_or_default();
                    let error = Invalid::new(start..start + expression.len(), "an expression holds no variable")
                        .help("put the variable beside the expression, not into it");
                    found.errors.push((locate(node, &error.range), error));
                    return;
                };
                value.replace_range(at + start..at + start + expression.len(), replacement);
                at += start + replacement.len();
            }
            found.errors.extend(result.errors.into_iter().map(|error| (locate(node, &error.range), error)));
            found.asked.extend(result.asked.into_iter().map(|(head, output)| (node.at, head, output)));
            if let Some(template) = result.template {
                if let Some(extra) = node.extra.as_mut().filter(|extra| extra.template.is_some()) {
                    extra.template = Some(template.into());
                }
                node.value = Value::String(value.into());
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Two;

    impl Scope for Two {
        fn names(&self) -> Vec<String> {
            ["db", "n8n-db", "platform.loki"].map(String::from).to_vec()
        }
        fn outputs(&self, head: &str) -> Option<Result<BTreeMap<String, String>, String>> {
            let host = head.rsplit('.').next().unwrap_or(head);
            let pairs = [("host", host), ("port", "5432"), ("odd", "a$b{{ db.host }}")];
            self.names().contains(&head.to_owned()).then(|| Ok(pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into()))
        }
    }

    #[test]
    fn expressions_and_what_is_none() {
        for (text, wanted) in [
            ("{{ db.host }}", Some("db")),
            ("{{db.host}}:{{ db.port }}", Some("db:5432")),
            ("{{ n8n-db.host }}", Some("n8n-db")),
            ("{{ platform.loki.host }}", Some("loki")),
            ("{{ db.host ~ ':' ~ db.port }}", Some("db:5432")),
            ("{{.Name}}", None),
            ("{{ $labels.x }}", None),
            ("{{ printf \"%s\" }}", None),
            ("{{ db", None),
            ("{{ db }}", None),
            ("{{ db.odd }}", Some("a$$b{{ db.host }}")),
            ("${X} {{ db.port }}", Some("${X} 5432")),
            ("{{ unlike.host }}", None),
        ] {
            let result = evaluate(text, &Two);
            assert_eq!((result.template.as_deref(), result.errors.len()), (wanted, 0), "{text}: {:?}", result.errors);
        }
    }

    #[test]
    fn wrong_expressions_are_said() {
        for (text, message) in [
            ("{{ db.hots }}", "`db` has no output `hots`"),
            ("{{ n8n-bd.host }}", "there is no service `n8n-bd` to take a value from"),
            ("{{ db.host | }}", "the expression cannot be evaluated"),
        ] {
            let result = evaluate(text, &Two);
            assert_eq!(result.errors.len(), 1, "{text}");
            assert!(result.errors[0].message.starts_with(message), "{text}: {}", result.errors[0].message);
        }
    }
}
