//! `an Alloy file → its components, and what they refer to`, each with its place. Reading goes on behind what is broken:
//! Alloy itself says what it cannot read.

mod lex;

use super::prometheus::Target;
use super::written::Text;
use bayplan_yaml::{Location, SourceId, Span};
use lex::{Kind, Token, lex};

/// A block: a component, a part of one, or a setting of Alloy itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its name: `prometheus.scrape`.
    pub name: Text,
    /// Its label.
    pub label: Option<Text>,
    /// What is set in it.
    pub attributes: Vec<(Text, Value)>,
    /// The blocks in it.
    pub blocks: Vec<Block>,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A string.
    Text(Text),
    /// A path of names: `loki.write.default.receiver`.
    Path(Text),
    /// A list.
    List(Vec<Value>),
    /// An object.
    Object(Vec<(Text, Value)>),
    /// Anything else, with the values in it: a call, a sum.
    Other(Vec<Value>),
}

/// Deeper values and blocks are not read.
const DEEPEST: usize = 64;

/// The first words of the names of components.
pub const FAMILIES: &[&str] = &[
    "beyla",
    "database_observability",
    "discovery",
    "faro",
    "local",
    "loki",
    "mimir",
    "otelcol",
    "prometheus",
    "pyroscope",
    "remote",
];

/// Whether a text is an Alloy file: it has a component.
pub fn is_alloy(text: &str) -> bool {
    text.lines().any(|line| {
        let Some((name, rest)) = line.split_once(' ') else { return false };
        let family = name.split_once('.').is_some_and(|(family, _)| FAMILIES.contains(&family));
        family && rest.trim_start().starts_with('"') && rest.trim_end().ends_with('{')
    })
}

/// The blocks of a text.
pub fn read(text: &str, source: SourceId) -> Vec<Block> {
    let mut parser = Parser { text, tokens: lex(text), at: 0, source };
    let body = parser.body(0);
    body.1
}

impl Block {
    /// What it is called in references: `loki.write.default`.
    pub fn path(&self) -> String {
        match &self.label {
            Some(label) => format!("{}.{}", self.name.value, label.value),
            None => self.name.value.clone(),
        }
    }

    /// Whether it is a component.
    pub fn is_component(&self) -> bool {
        self.name.value.split_once('.').is_some_and(|(family, _)| FAMILIES.contains(&family))
    }

    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().find(|(own, _)| own.value == name).map(|(_, value)| value)
    }

    /// Every path in it.
    pub fn paths(&self) -> Vec<&Text> {
        let (mut found, mut blocks) = (Vec::new(), vec![self]);
        while let Some(block) = blocks.pop() {
            blocks.extend(&block.blocks);
            let mut values: Vec<&Value> = block.attributes.iter().map(|(_, value)| value).collect();
            while let Some(value) = values.pop() {
                match value {
                    Value::Path(path) => found.push(path),
                    Value::Text(_) => {}
                    Value::List(items) | Value::Other(items) => values.extend(items),
                    Value::Object(entries) => values.extend(entries.iter().map(|(_, value)| value)),
                }
            }
        }
        found.sort_by_key(|path| path.at.span.start);
        found
    }

    /// The addresses that a `prometheus.scrape` lists itself.
    pub fn targets(&self) -> Vec<Target> {
        let mut found = Vec::new();
        let mut values: Vec<&Value> = self.get("targets").into_iter().collect();
        while let Some(value) = values.pop() {
            match value {
                Value::List(items) | Value::Other(items) => values.extend(items.iter().rev()),
                Value::Object(entries) => {
                    let address = entries.iter().find(|(key, _)| key.value == "__address__");
                    if let Some((_, Value::Text(text))) = address {
                        found.push(Target::of(text.clone()));
                    }
                }
                _ => {}
            }
        }
        found
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    source: SourceId,
}

type Body = (Vec<(Text, Value)>, Vec<Block>);

impl Parser<'_> {
    /// What stands up to the `}` that closes it, or to the end.
    fn body(&mut self, depth: usize) -> Body {
        let (mut attributes, mut blocks) = (Vec::new(), Vec::new());
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                Kind::Sign('}') => {
                    self.at += 1;
                    break;
                }
                Kind::Name => {
                    let name = self.path();
                    if self.takes('=') {
                        let value = self.value(depth);
                        attributes.push((name, value));
                        continue;
                    }
                    let label = match self.tokens.get(self.at).map(|token| &token.kind) {
                        Some(Kind::Text(value)) => {
                            let (value, at) = (value.clone(), self.tokens[self.at].at.clone());
                            self.at += 1;
                            let inside = at.start + 1..at.end.saturating_sub(1).max(at.start + 1);
                            Some(Text { value, at: self.place(inside) })
                        }
                        _ => None,
                    };
                    if self.takes('{') {
                        let (attributes, inner) = if depth < DEEPEST { self.body(depth + 1) } else { self.skip() };
                        blocks.push(Block { name, label, attributes, blocks: inner });
                    }
                }
                _ => self.at += 1,
            }
        }
        (attributes, blocks)
    }

    /// Passes over everything up to the bracket that closes.
    fn skip(&mut self) -> Body {
        let mut open = 1;
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            match token.kind {
                Kind::Sign('{' | '[' | '(') => open += 1,
                Kind::Sign('}' | ']' | ')') => open -= 1,
                _ => {}
            }
            if open == 0 {
                break;
            }
        }
        (Vec::new(), Vec::new())
    }

    /// `a.b.c`, from here on.
    fn path(&mut self) -> Text {
        let start = self.tokens[self.at].at.start;
        let mut end = self.tokens[self.at].at.end;
        self.at += 1;
        while let [dot, name, ..] = &self.tokens[self.at.min(self.tokens.len())..] {
            if dot.kind != Kind::Sign('.') || name.kind != Kind::Name {
                break;
            }
            end = name.at.end;
            self.at += 2;
        }
        Text { value: self.text[start..end].split_whitespace().collect(), at: self.place(start..end) }
    }

    /// One value, and what operators put to it.
    fn value(&mut self, depth: usize) -> Value {
        let first = self.operand(depth);
        let mut all = vec![first];
        while let Some(Token { kind: Kind::Sign(sign), .. }) = self.tokens.get(self.at) {
            if !matches!(sign, '+' | '-' | '*' | '/' | '%' | '^' | '<' | '>' | '=' | '!' | '&' | '|' | '?') {
                break;
            }
            while matches!(self.tokens.get(self.at), Some(Token { kind: Kind::Sign(sign), .. }) if !matches!(sign, '(' | '[' | '{' | ')' | ']' | '}' | ','))
            {
                self.at += 1;
            }
            all.push(self.operand(depth));
        }
        if all.len() == 1 { all.swap_remove(0) } else { Value::Other(all) }
    }

    fn operand(&mut self, depth: usize) -> Value {
        self.lines();
        while matches!(self.tokens.get(self.at), Some(Token { kind: Kind::Sign('!' | '-'), .. })) {
            self.at += 1;
        }
        let Some(token) = self.tokens.get(self.at) else { return Value::Other(Vec::new()) };
        let mut value = match &token.kind {
            Kind::Name if matches!(&self.text[token.at.clone()], "true" | "false" | "null") => {
                self.at += 1;
                Value::Other(Vec::new())
            }
            Kind::Name => Value::Path(self.path()),
            Kind::Text(text) => {
                let inside = token.at.start + 1..token.at.end.saturating_sub(1).max(token.at.start + 1);
                let text = Text { value: text.clone(), at: self.place(inside) };
                self.at += 1;
                Value::Text(text)
            }
            Kind::Sign('[' | '(' | '{') if depth >= DEEPEST => {
                self.at += 1;
                self.skip();
                Value::Other(Vec::new())
            }
            Kind::Sign('[') => {
                self.at += 1;
                Value::List(self.list(']', depth + 1))
            }
            Kind::Sign('(') => {
                self.at += 1;
                Value::Other(self.list(')', depth + 1))
            }
            Kind::Sign('{') => {
                self.at += 1;
                Value::Object(self.object(depth + 1))
            }
            Kind::Number => {
                self.at += 1;
                Value::Other(Vec::new())
            }
            _ => return Value::Other(Vec::new()),
        };
        // Calls and indexes.
        loop {
            let (open, close) = match self.tokens.get(self.at).map(|token| &token.kind) {
                Some(Kind::Sign('(')) => ('(', ')'),
                Some(Kind::Sign('[')) => ('[', ']'),
                Some(Kind::Sign('.')) => {
                    // `f().name`
                    self.at += 1;
                    continue;
                }
                Some(Kind::Name) if matches!(value, Value::Other(_)) && self.follows_dot() => {
                    self.path();
                    continue;
                }
                _ => return value,
            };
            self.takes(open);
            let inner = if depth < DEEPEST {
                self.list(close, depth + 1)
            } else {
                self.skip();
                Vec::new()
            };
            value = match value {
                // An element of a path still refers to it; what is called is a function.
                Value::Path(path) if open == '[' => {
                    Value::Other(std::iter::once(Value::Path(path)).chain(inner).collect())
                }
                Value::Path(_) => Value::Other(inner),
                value => Value::Other(std::iter::once(value).chain(inner).collect()),
            };
        }
    }

    fn follows_dot(&self) -> bool {
        self.at > 0 && self.tokens[self.at - 1].kind == Kind::Sign('.')
    }

    fn list(&mut self, close: char, depth: usize) -> Vec<Value> {
        let mut items = Vec::new();
        loop {
            self.lines();
            if self.at >= self.tokens.len() || self.takes(close) {
                return items;
            }
            let before = self.at;
            items.push(self.value(depth));
            self.lines();
            self.takes(',');
            if self.at == before {
                // Nothing that a list can hold; a closing bracket of another kind ends it.
                if matches!(self.tokens[self.at].kind, Kind::Sign('}' | ']' | ')')) {
                    return items;
                }
                self.at += 1;
            }
        }
    }

    fn object(&mut self, depth: usize) -> Vec<(Text, Value)> {
        let mut entries = Vec::new();
        loop {
            self.lines();
            let Some(token) = self.tokens.get(self.at) else { return entries };
            let at = token.at.clone();
            match &token.kind {
                Kind::Sign('}') => {
                    self.at += 1;
                    return entries;
                }
                Kind::Sign(']' | ')') => return entries,
                Kind::Name | Kind::Text(_) => {
                    let value = match &token.kind {
                        Kind::Text(text) => text.clone(),
                        _ => self.text[at.clone()].to_owned(),
                    };
                    let key = Text { value, at: self.place(at) };
                    self.at += 1;
                    self.lines();
                    if self.takes('=') {
                        let value = self.value(depth);
                        entries.push((key, value));
                    }
                    self.takes(',');
                }
                _ => self.at += 1,
            }
        }
    }

    fn lines(&mut self) {
        while matches!(self.tokens.get(self.at), Some(Token { kind: Kind::Line, .. })) {
            self.at += 1;
        }
    }

    fn takes(&mut self, sign: char) -> bool {
        let is = matches!(self.tokens.get(self.at), Some(Token { kind: Kind::Sign(own), .. }) if *own == sign);
        self.at += usize::from(is);
        is
    }

    fn place(&self, at: std::ops::Range<usize>) -> Location {
        Location { source: self.source, span: Span::new(at.start as u32, at.end as u32) }
    }
}

#[cfg(test)]
mod tests;
