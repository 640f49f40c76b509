//! What an Alloy file is made of: statements, blocks and expressions that cannot say anything unprintable.
//!
//! A file is `attribute = expression` lines and `name.of.block "label" { … }` blocks (grafana/alloy `syntax/ast`).
//! Names and object keys are validated types, so a value from outside is always a quoted string.

use indexmap::IndexMap;
use std::collections::HashSet;
use std::fmt;

/// A name: ASCII letters, digits and `_`, not beginning with a digit, and none of the words `true`, `false`, `null`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(String);

impl Ident {
    /// `text`, where it is a name.
    pub fn new(text: &str) -> Option<Self> {
        let letters = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        (letters && begins && !matches!(text, "true" | "false" | "null")).then(|| Self(text.to_owned()))
    }

    /// A name made of any text: what a name cannot hold becomes `_`. Different texts can become the same name: see
    /// [`Labels`].
    pub fn sanitized(text: &str) -> Self {
        let name: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        Self::new(&name).unwrap_or_else(|| Self(format!("_{name}")))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hands out labels such that different texts never share one.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    given: IndexMap<String, Ident>,
    taken: HashSet<Ident>,
}

impl Labels {
    /// No labels given yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The label for `text`: the same one for the same text; a number behind it where another text has the plain one.
    pub fn label(&mut self, text: &str) -> Ident {
        if let Some(label) = self.given.get(text) {
            return label.clone();
        }
        let plain = Ident::sanitized(text);
        let mut label = plain.clone();
        let mut number = 2_u64;
        while !self.taken.insert(label.clone()) {
            label = Ident(format!("{plain}_{number}"));
            number += 1;
        }
        self.given.insert(text.to_owned(), label.clone());
        label
    }
}

/// An object key: printable ASCII without `"` and `\`, because Alloy's formatter adds backslashes to others each time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    /// `text`, where it can be a key.
    pub fn new(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.chars().all(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\'));
        fits.then(|| Self(text.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Ident> for Key {
    fn from(ident: Ident) -> Self {
        Self(ident.0)
    }
}

/// A dotted name: `loki.write.default.receiver`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference(Vec<Ident>);

impl Reference {
    /// The reference made of `names`; nothing where there are none.
    pub fn new(names: impl IntoIterator<Item = Ident>) -> Option<Self> {
        let names: Vec<Ident> = names.into_iter().collect();
        (!names.is_empty()).then_some(Self(names))
    }

    /// Reads `a.b.c`.
    pub fn parse(text: &str) -> Option<Self> {
        text.split('.').map(Ident::new).collect::<Option<Vec<_>>>().and_then(Self::new)
    }

    /// Its names.
    pub fn names(&self) -> &[Ident] {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            write!(f, "{}{name}", if at == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string of any characters.
    String(String),
    /// `[a, b]`.
    Array(Vec<Expr>),
    /// `{ k = v }`.
    Object(IndexMap<Key, Expr>),
    /// What a component exports, or another dotted name.
    Reference(Reference),
    /// A call of a standard-library function, as `sys.env("X")`.
    Call(Reference, Vec<Expr>),
}

impl Expr {
    /// A string.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// A list of strings.
    pub fn strings<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::Array(texts.into_iter().map(Self::string).collect())
    }

    /// An object of strings.
    pub fn map(entries: &IndexMap<Key, String>) -> Self {
        Self::Object(entries.iter().map(|(key, value)| (key.clone(), Self::string(value))).collect())
    }

    /// `sys.env("name")`: the environment variable of the running Alloy.
    pub fn env(name: impl Into<String>) -> Self {
        let function = Reference(vec![Ident("sys".to_owned()), Ident("env".to_owned())]);
        Self::Call(function, vec![Self::string(name)])
    }
}

impl From<&str> for Expr {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for Expr {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Expr {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Expr {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

/// The statements of a file or block, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Body(pub Vec<Statement>);

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// `name = value`.
    Attribute(Ident, Expr),
    /// `name "label" { … }`.
    Block(Block),
}

/// `name.of.block "label" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Lines of comment above it.
    pub comment: Vec<String>,
    /// Its dotted name.
    pub name: Reference,
    /// Its label.
    pub label: Option<Ident>,
    /// What stands inside.
    pub body: Body,
}

impl Body {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// With `name = value`. `name` is one of Alloy's own argument names.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: impl Into<Expr>) -> Self {
        self.0.push(Statement::Attribute(Ident::sanitized(name), value.into()));
        self
    }

    /// With `name = value`, where there is a value.
    #[must_use]
    pub fn maybe(self, name: &'static str, value: Option<impl Into<Expr>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// With a block inside. `name` is one of Alloy's own block names.
    #[must_use]
    pub fn block(mut self, name: &'static str, body: Body) -> Self {
        self.0.push(Statement::Block(Block::new(name, None, body)));
        self
    }

    /// The value of the attribute `name`.
    pub fn get(&self, name: &str) -> Option<&Expr> {
        self.0.iter().find_map(|statement| match statement {
            Statement::Attribute(ident, value) if ident.as_str() == name => Some(value),
            _ => None,
        })
    }

    /// The blocks, in order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.0.iter().filter_map(|statement| match statement {
            Statement::Block(block) => Some(block),
            Statement::Attribute(..) => None,
        })
    }
}

impl FromIterator<Block> for Body {
    fn from_iter<T: IntoIterator<Item = Block>>(blocks: T) -> Self {
        Self(blocks.into_iter().map(Statement::Block).collect())
    }
}

impl Block {
    /// A block. `name` is one of Alloy's own dotted names.
    pub fn new(name: &'static str, label: Option<Ident>, body: Body) -> Self {
        let name = Reference(name.split('.').map(Ident::sanitized).collect());
        Self { comment: Vec::new(), name, label, body }
    }

    /// With lines of comment above it.
    #[must_use]
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        self.comment.push(text.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        for good in ["a", "_", "A1_b", "trueish"] {
            assert!(Ident::new(good).is_some(), "{good}");
        }
        for (bad, made) in
            [("", "_"), ("1a", "_1a"), ("a-b", "a_b"), ("a.b", "a_b"), ("é", "_"), ("true", "_true"), ("a\"\n", "a__")]
        {
            assert_eq!((Ident::new(bad), Ident::sanitized(bad).as_str()), (None, made), "{bad}");
        }
    }

    #[test]
    fn labels_never_collide() {
        let mut labels = Labels::new();
        let given: Vec<String> =
            ["a-b", "a_b", "a.b", "a-b", "a_b_2"].iter().map(|t| labels.label(t).to_string()).collect();
        assert_eq!(given, ["a_b", "a_b_2", "a_b_3", "a_b", "a_b_2_2"]);
    }

    #[test]
    fn keys_that_the_formatter_would_change_are_refused() {
        for good in ["a", "a b", "x-y.z", "{{"] {
            assert!(Key::new(good).is_some(), "{good}");
        }
        for bad in ["", "a\"b", "a\\b", "a\nb", "é", "\u{200b}", "\t"] {
            assert!(Key::new(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn references() {
        assert_eq!(
            Reference::parse("loki.write.default.receiver").map(|r| r.to_string()).as_deref(),
            Some("loki.write.default.receiver")
        );
        for bad in ["", ".", "a.", "a.b-c", "a.true"] {
            assert_eq!(Reference::parse(bad), None, "{bad}");
        }
    }
}
