//! ``Host(`a.b`) && PathPrefix(`/x`)``: the rules of Traefik's routers, with the place of every word.
//!
//! Traefik reads them as Go expressions (`pkg/rules/parser.go` of 3.7): `&&` binds stronger than `||`, `!` and parentheses are
//! there, arguments are Go strings, and the name of a matcher is taken as it is documented, in lower, in upper or in title
//! case. Places are byte ranges of the text.

use std::ops::Range;

/// A rule, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// One matcher.
    Is(Matcher),
    /// What must not be.
    Not(Box<Expr>),
    /// All of these.
    And(Vec<Expr>),
    /// One of these.
    Or(Vec<Expr>),
}

/// A matcher with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    /// Its name as written.
    pub name: String,
    /// Where the name stands.
    pub at: Range<usize>,
    /// Its arguments.
    pub arguments: Vec<Argument>,
}

/// An argument of a matcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its value.
    pub value: String,
    /// Where it stands, without its quotes.
    pub at: Range<usize>,
}

/// What keeps a text from being a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Where.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
}

/// Deeper rules are not read.
const DEEPEST: usize = 100;

impl Expr {
    /// Reads a rule.
    ///
    /// # Errors
    /// Says what Traefik cannot read.
    pub fn parse(text: &str) -> Result<Self, Broken> {
        let mut parser = Parser { text, at: 0 };
        let expr = parser.or(0)?;
        parser.blank();
        if parser.at < text.len() {
            return Err(parser.unexpected("`&&`, `||` or the end"));
        }
        Ok(expr)
    }

    /// Every matcher, in the order written.
    pub fn matchers(&self) -> Vec<&Matcher> {
        let (mut found, mut rest) = (Vec::new(), vec![self]);
        while let Some(expr) = rest.pop() {
            match expr {
                Self::Is(matcher) => found.push(matcher),
                Self::Not(inner) => rest.push(inner),
                Self::And(parts) | Self::Or(parts) => rest.extend(parts.iter().rev()),
            }
        }
        found
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn or(&mut self, depth: usize) -> Result<Expr, Broken> {
        self.joined("||", depth, |parser, depth| parser.joined("&&", depth, Self::unary, Expr::And), Expr::Or)
    }

    fn joined(
        &mut self,
        by: &str,
        depth: usize,
        part: impl Fn(&mut Self, usize) -> Result<Expr, Broken>,
        all: fn(Vec<Expr>) -> Expr,
    ) -> Result<Expr, Broken> {
        let first = part(self, depth)?;
        let mut parts = vec![first];
        while self.takes(by) {
            parts.push(part(self, depth)?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { all(parts) })
    }

    fn unary(&mut self, depth: usize) -> Result<Expr, Broken> {
        if depth > DEEPEST {
            let message = format!("the rule is deeper than {DEEPEST} levels");
            return Err(Broken { at: self.at..self.text.len(), message });
        }
        if self.takes("!") {
            return Ok(Expr::Not(Box::new(self.unary(depth + 1)?)));
        }
        if self.takes("(") {
            let inner = self.or(depth + 1)?;
            if !self.takes(")") {
                return Err(self.unexpected("`)`"));
            }
            return Ok(inner);
        }
        self.matcher().map(Expr::Is)
    }

    fn matcher(&mut self) -> Result<Matcher, Broken> {
        self.blank();
        let start = self.at;
        let rest = &self.text[start..];
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if length == 0 || rest.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.unexpected("a matcher such as ``Host(`…`)``"));
        }
        self.at += length;
        let at = start..self.at;
        let name = rest[..length].to_owned();
        if !self.takes("(") {
            return Err(self.unexpected("`(`"));
        }
        let mut arguments = Vec::new();
        loop {
            if self.takes(")") {
                return Ok(Matcher { name, at, arguments });
            }
            arguments.push(self.argument()?);
            if !self.takes(",") {
                if self.takes(")") {
                    return Ok(Matcher { name, at, arguments });
                }
                return Err(self.unexpected("`,` or `)`"));
            }
        }
    }

    fn argument(&mut self) -> Result<Argument, Broken> {
        self.blank();
        let open = self.at;
        let inside = open + 1;
        match self.text.as_bytes().get(open) {
            Some(b'`') => {
                let Some(length) = self.text[inside..].find('`') else {
                    return Err(Broken {
                        at: open..self.text.len(),
                        message: "the backtick is never closed".to_owned(),
                    });
                };
                self.at = inside + length + 1;
                let value = self.text[inside..inside + length].to_owned();
                Ok(Argument { value, at: inside..inside + length })
            }
            Some(b'"') => {
                let (mut value, mut escaped) = (String::new(), false);
                for (offset, c) in self.text[inside..].char_indices() {
                    match c {
                        _ if escaped => {
                            // A matcher's other escapes are those of regular expressions, which Go refuses here.
                            value.extend(match c {
                                'n' => ['\n'],
                                't' => ['\t'],
                                c => [c],
                            });
                            escaped = false;
                        }
                        '\\' => escaped = true,
                        '"' => {
                            self.at = inside + offset + 1;
                            return Ok(Argument { value, at: inside..inside + offset });
                        }
                        c => value.push(c),
                    }
                }
                Err(Broken { at: open..self.text.len(), message: "the quote is never closed".to_owned() })
            }
            Some(b'\'') => {
                let message = "Go, which reads the rule, has no text in single quotes".to_owned();
                let end = self.text[inside..].find('\'').map_or(self.text.len(), |length| inside + length + 1);
                Err(Broken { at: open..end, message })
            }
            _ => Err(self.unexpected("a text in backticks")),
        }
    }

    fn takes(&mut self, word: &str) -> bool {
        self.blank();
        let is = self.text[self.at..].starts_with(word);
        if is {
            self.at += word.len();
        }
        is
    }

    fn blank(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn unexpected(&mut self, wanted: &str) -> Broken {
        self.blank();
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else {
            return Broken {
                at: self.text.trim_end().len()..self.text.len(),
                message: format!("the rule ends where {wanted} should be"),
            };
        };
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').filter(|length| *length > 0);
        let length = word.unwrap_or(if first.is_alphanumeric() { rest.len() } else { first.len_utf8() });
        let message = format!("found `{}` where {wanted} should be", &rest[..length]);
        Broken { at: self.at..self.at + length, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(expr: &Expr) -> String {
        let all = |parts: &[Expr], by: &str| format!("({})", parts.iter().map(show).collect::<Vec<_>>().join(by));
        match expr {
            Expr::Is(matcher) => {
                let arguments: Vec<&str> = matcher.arguments.iter().map(|argument| argument.value.as_str()).collect();
                format!("{}[{}]", matcher.name, arguments.join(","))
            }
            Expr::Not(inner) => format!("!{}", show(inner)),
            Expr::And(parts) => all(parts, " & "),
            Expr::Or(parts) => all(parts, " | "),
        }
    }

    #[test]
    fn rules_are_read_as_go_reads_them() {
        for (text, shown) in [
            ("Host(`a.b`)", "Host[a.b]"),
            (" Host ( \"a.b\" , `c` , ) ", "Host[a.b,c]"),
            ("Host(`a`) || Host(`b`) && Path(`/x`)", "(Host[a] | (Host[b] & Path[/x]))"),
            ("(Host(`a`) || Host(`b`)) && !Path(`/x`)", "((Host[a] | Host[b]) & !Path[/x])"),
            ("!(A() && !B(``))", "!(A[] & !B[])"),
            ("HostRegexp(\"^\\\\d+$\")", "HostRegexp[^\\d+$]"),
        ] {
            assert_eq!(Expr::parse(text).map(|expr| show(&expr)), Ok(shown.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_rule_is_said_where_it_stands() {
        for (text, part, message) in [
            ("Host(`a`", "", "the rule ends where `,` or `)` should be"),
            ("Host(`a)", "`a)", "the backtick is never closed"),
            ("Host(\"a)", "\"a)", "the quote is never closed"),
            ("Host('a')", "'a'", "Go, which reads the rule, has no text in single quotes"),
            ("Host(a.b)", "a", "found `a` where a text in backticks should be"),
            ("Host(`a`) AND Path(`/`)", "AND", "found `AND` where `&&`, `||` or the end should be"),
            ("Host:a.b", ":", "found `:` where `(` should be"),
            ("", "", "the rule ends where a matcher such as ``Host(`…`)`` should be"),
            ("Host(`a`) &&", "", "the rule ends where a matcher such as ``Host(`…`)`` should be"),
            ("(Host(`ä`)", "", "the rule ends where `)` should be"),
            ("😀", "😀", "found `😀` where a matcher such as ``Host(`…`)`` should be"),
        ] {
            let broken = Expr::parse(text).unwrap_err();
            assert_eq!((&text[broken.at], broken.message.as_str()), (part, message), "{text}");
        }
        assert!(Expr::parse(&"(".repeat(100_000)).is_err());
        assert!(Expr::parse(&"!".repeat(100_000)).is_err());
    }
}
