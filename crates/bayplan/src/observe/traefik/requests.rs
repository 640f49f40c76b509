//! Which requests a rule takes, as far as hosts and paths say: what two routers can be compared by.

use super::RuleText;
use crate::observe::rule::Expr;
use crate::value::HostPattern;

/// Requests for one host, below one path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requests {
    /// The host; every host where there is none.
    pub host: Option<HostPattern>,
    /// The path, empty for every one.
    pub path: String,
    /// Whether only this very path is meant.
    pub exact: bool,
}

/// More alternatives than these are not looked at.
const MOST: usize = 64;

impl Requests {
    /// The requests that a rule takes: all of them, and no others. Nothing where it asks for more than hosts and paths, or
    /// where variables without a value have a part in it.
    pub fn of(rule: &RuleText) -> Option<Vec<Self>> {
        let all = Self { host: None, path: String::new(), exact: false };
        let mut found = of(rule.expr.as_ref().ok()?, vec![all])?;
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// Whether every request of `other` is one of these.
    pub fn cover(&self, other: &Self) -> bool {
        let host = match (&self.host, &other.host) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(other)) => own == other || !other.wildcard && own.matches(&other.name),
        };
        let path = if self.exact { other.exact && self.path == other.path } else { other.path.starts_with(&self.path) };
        host && path
    }
}

fn of(expr: &Expr, so_far: Vec<Requests>) -> Option<Vec<Requests>> {
    match expr {
        Expr::Not(_) => None,
        Expr::And(parts) => parts.iter().try_fold(so_far, |so_far, part| of(part, so_far)),
        Expr::Or(parts) => {
            let mut found = Vec::new();
            for part in parts {
                found.extend(of(part, so_far.clone())?);
                if found.len() > MOST {
                    return None;
                }
            }
            Some(found)
        }
        Expr::Is(matcher) => {
            let name = matcher.name.to_ascii_lowercase();
            let mut found = Vec::new();
            for argument in &matcher.arguments {
                for before in &so_far {
                    let mut after = before.clone();
                    match name.as_str() {
                        "host" | "hostsni" if argument.value == "*" => {}
                        "host" | "hostsni" if after.host.is_none() => {
                            after.host = Some(HostPattern::parse(&argument.value).ok()?);
                        }
                        "path" | "pathprefix" if after.path.is_empty() && !after.exact => {
                            // In the second version braces are parts that vary.
                            if argument.value.contains('{') || argument.value.is_empty() {
                                return None;
                            }
                            after.exact = name == "path";
                            let is_all = argument.value == "/" && !after.exact;
                            after.path = if is_all { String::new() } else { argument.value.clone() };
                        }
                        _ => return None,
                    }
                    found.push(after);
                }
            }
            (!found.is_empty() && found.len() <= MOST).then_some(found)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::written::Written;
    use bayplan_yaml::{Location, Node};

    fn requests(text: &str) -> Option<Vec<String>> {
        let node = Node::string(text, Location::default());
        let rule = crate::observe::traefik::labels::rule(Written::whole(&node)?);
        let show = |it: &Requests| {
            let host = it.host.as_ref().map_or("*".to_owned(), ToString::to_string);
            format!("{host}{}{}", if it.exact { "=" } else { "" }, it.path)
        };
        Requests::of(&rule).map(|all| all.iter().map(show).collect())
    }

    #[test]
    fn hosts_and_paths_are_told_and_nothing_is_guessed() {
        for (rule, wanted) in [
            ("Host(`a.b`)", &["a.b"][..]),
            ("Host(`a.b`, `c.d`)", &["a.b", "c.d"]),
            ("(Host(`a.b`) || Host(`c.d`)) && PathPrefix(`/x`)", &["a.b/x", "c.d/x"]),
            ("Host(`a.b`) && Path(`/x`)", &["a.b=/x"]),
            ("PathPrefix(`/`)", &["*"]),
            ("HostSNI(`*`)", &["*"]),
        ] {
            assert_eq!(requests(rule), Some(wanted.iter().map(|text| (*text).to_owned()).collect()), "{rule}");
        }
        for rule in [
            "Host(``)",
            "Host(`a.b`) && Method(`GET`)",
            "!Host(`a.b`)",
            "HostRegexp(`a`)",
            "Host(`a.b`) && Host(`c.d`)",
        ] {
            assert_eq!(requests(rule), None, "{rule}");
        }
    }
}
