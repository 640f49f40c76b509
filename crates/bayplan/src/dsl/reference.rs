//! What a service gives to others, as texts know it until their place in a fleet is known.
//!
//! A handle knows its stack by a number of its own, because two stacks may bear one name. In a text it stands as
//! `{{ @7.db.host }}`, between control characters that no one types; once a fleet is compiled, this becomes `{{ db.host }}` in the stack
//! itself and `{{ shop.db.host }}` in another, and a handle whose stack is not in the fleet is an error at its call.

use super::draft::Calls;
use bayplan_yaml::Location;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// The number of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct StackId(u64);

impl StackId {
    /// A number that no other stack of this process has.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// The text that stands for a service as `needs` names it.
pub(super) fn needed(stack: StackId, service: &str) -> String {
    format!("{OPEN}n{}/{service}{CLOSE}", stack.0)
}

/// A value that a service gives to others. It is a text; [`Display`](fmt::Display) makes it part of a larger one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output(String);

impl Output {
    pub(super) fn new(stack: StackId, service: &str, output: &str) -> Self {
        Self(format!("{OPEN}o{}/{service}/{output}{CLOSE}", stack.0))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Output> for String {
    fn from(output: Output) -> Self {
        output.0
    }
}

/// The names of stacks, seen from one of them.
pub(super) struct Names<'a> {
    /// The stack that the texts belong to.
    pub own: Option<StackId>,
    /// The name of every stack of the fleet.
    pub stacks: &'a HashMap<StackId, String>,
}

impl Names<'_> {
    /// The text as blueprints write it.
    pub fn resolve<'t>(&self, text: &'t str, at: Location, calls: &mut Calls<'_>) -> Cow<'t, str> {
        if !text.contains(OPEN) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find(OPEN) {
            out.push_str(&rest[..open]);
            let Some(close) = rest[open..].find(CLOSE).map(|close| open + close) else { break };
            match self.one(&rest[open + 1..close]) {
                Ok(text) => out.push_str(&text),
                Err(Some(service)) => calls.strangers.push((at, service)),
                Err(None) => out.push_str(&rest[open..=close]),
            }
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    /// What one reference stands for; the service, where its stack is not here; nothing where it is no reference.
    fn one(&self, inner: &str) -> Result<String, Option<String>> {
        let (kind, rest) = inner.split_at_checked(1).ok_or(None)?;
        let (id, rest) = rest.split_once('/').ok_or(None)?;
        let id = StackId(id.parse().map_err(|_| None)?);
        let stack = self.stacks.get(&id);
        let (service, output) = match (kind, rest.rsplit_once('/')) {
            ("n", _) => (rest, None),
            ("o", Some((service, output))) => (service, Some(output)),
            _ => return Err(None),
        };
        let Some(stack) = stack else { return Err(Some(service.to_owned())) };
        let near = self.own == Some(id);
        Ok(match (output, near) {
            (None, true) => service.to_owned(),
            (None, false) => format!("{stack}/{service}"),
            (Some(output), true) => format!("{{{{ {service}.{output} }}}}"),
            (Some(output), false) => format!("{{{{ {stack}.{service}.{output} }}}}"),
        })
    }
}
